//! The two ends of a list, in Redis' words.

/// One end of a list.
///
/// ```
/// use forebay_sync::Side;
/// assert_eq!(Side::Left.opposite(), Side::Right);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The end with index 0, where `LPUSH` and `LPOP` work.
    Left,
    /// The end with index -1, where `RPUSH` and `RPOP` work.
    Right,
}

impl Side {
    /// The other end.
    #[inline]
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

//! XDELEX and XACKDEL.

/// What became of one entry that XDELEX or XACKDEL was asked to delete.
///
/// # Examples
/// ```
/// use forebay::stream::Deletion;
///
/// assert_eq!(Deletion::Deleted.code(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deletion {
    /// There is no such entry; with XACKDEL: it is not pending in this group.
    NotFound,
    /// It is gone; with XACKDEL: acknowledged too.
    Deleted,
    /// It is still there, for some group still refers to it; with XACKDEL: acknowledged in this
    /// one.
    Referenced,
}

impl Deletion {
    /// The number that Redis answers.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Deletion;
    ///
    /// assert_eq!(Deletion::NotFound.code(), -1);
    /// assert_eq!(Deletion::Referenced.code(), 2);
    /// ```
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::NotFound => -1,
            Self::Deleted => 1,
            Self::Referenced => 2,
        }
    }
}

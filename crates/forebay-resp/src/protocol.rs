//! The two versions of the protocol.

/// The version that a connection speaks: RESP2 until its client asks for RESP3 with `HELLO 3`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Simple strings, errors, integers, bulk strings and arrays.
    #[default]
    Resp2,
    /// Also maps, sets, doubles, booleans, one null, big numbers, verbatim strings, pushes and
    /// attributes.
    Resp3,
}

impl Protocol {
    /// The version with this number, as `HELLO` names it.
    ///
    /// # Examples
    /// ```
    /// use forebay_resp::Protocol;
    ///
    /// assert_eq!(Protocol::from_version(3), Some(Protocol::Resp3));
    /// assert_eq!(Protocol::from_version(4), None);
    /// ```
    #[must_use]
    pub const fn from_version(version: i64) -> Option<Self> {
        match version {
            2 => Some(Self::Resp2),
            3 => Some(Self::Resp3),
            _ => None,
        }
    }

    /// The number of this version, as the reply to `HELLO` tells it.
    #[must_use]
    pub const fn version(self) -> i64 {
        match self {
            Self::Resp2 => 2,
            Self::Resp3 => 3,
        }
    }
}

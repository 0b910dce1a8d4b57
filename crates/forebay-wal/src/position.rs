//! A place in the log.

use core::fmt;

/// A place in the log: a segment and an offset in it, which is the end of a frame. Positions are
/// ordered as the log is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    segment: u64,
    offset: u32,
}

impl Position {
    /// The place at `offset` in `segment`.
    #[must_use]
    pub const fn new(segment: u64, offset: u32) -> Self {
        Self { segment, offset }
    }

    /// The number of the segment.
    #[must_use]
    pub const fn segment(self) -> u64 {
        self.segment
    }

    /// The offset in the segment, in bytes.
    #[must_use]
    pub const fn offset(self) -> u32 {
        self.offset
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {} offset {}", self.segment, self.offset)
    }
}

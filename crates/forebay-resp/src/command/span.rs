//! Where an argument of a command is.

use core::ops::Range;

/// From the first byte of an argument to the one after it, counted from the start of its command.
///
/// A command has at most [`u32::MAX`] bytes, which its limit is a type for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// # Panics
    /// Where the command is longer than its limit can be.
    #[expect(clippy::expect_used, reason = "a limit of a command is a u32")]
    #[inline]
    pub(super) fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span has no negative length");
        let narrow = |at| u32::try_from(at).expect("a command ends within its limit");
        Self {
            start: narrow(start),
            end: narrow(end),
        }
    }

    #[inline]
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

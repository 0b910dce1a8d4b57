//! Where the arguments of a command are.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Range;
use core::slice;

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

/// The arguments of a command in their order, its name first.
#[derive(Clone)]
pub struct Arguments<'a> {
    bytes: &'a [u8],
    spans: slice::Iter<'a, Span>,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(bytes: &'a [u8], spans: &'a [Span]) -> Self {
        Self {
            bytes,
            spans: spans.iter(),
        }
    }
}

impl<'a> Iterator for Arguments<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.spans.next().map(|span| &self.bytes[span.range()])
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.spans.nth(n).map(|span| &self.bytes[span.range()])
    }
}

impl DoubleEndedIterator for Arguments<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.spans.next_back().map(|span| &self.bytes[span.range()])
    }
}

impl ExactSizeIterator for Arguments<'_> {}

impl FusedIterator for Arguments<'_> {}

impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for argument in self.clone() {
            list.entry(&format_args!("\"{}\"", argument.escape_ascii()));
        }
        list.finish()
    }
}

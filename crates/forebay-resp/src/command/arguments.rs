//! The arguments of a command, one after the other.

use core::fmt;
use core::iter::FusedIterator;
use core::slice;

use super::span::Span;

/// The arguments of a command in their order, its name first.
#[derive(Clone)]
pub struct Arguments<'a> {
    bytes: &'a [u8],
    spans: slice::Iter<'a, Span>,
}

impl<'a> Arguments<'a> {
    #[inline]
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

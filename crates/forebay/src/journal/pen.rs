//! With what a key in exclusive mode writes down what happens to it.

use super::Journal;
use super::operation::Code;

/// What is in front of the arguments of an operation on a stream.
const LENGTH_BYTES: usize = size_of::<u32>();

/// Writes operations on one key into the record of the step that its thread is in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen<'a> {
    journal: &'a Journal,
    key: &'a [u8],
}

impl<'a> Pen<'a> {
    pub(crate) const fn new(journal: &'a Journal, key: &'a [u8]) -> Self {
        Self { journal, key }
    }

    #[inline]
    pub(crate) fn write(self, code: Code, arguments: impl FnOnce(&mut Vec<u8>)) {
        let mut step = self.journal.step();
        step.write(code, self.key, arguments);
    }

    /// The same, of a stream: the arguments have their length in front.
    pub(crate) fn write_sized(self, code: Code, arguments: impl FnOnce(&mut Vec<u8>)) {
        self.write(code, |to| {
            let at = to.len();
            to.extend_from_slice(&[0; LENGTH_BYTES]);
            arguments(to);
            let len = to.len() - at - LENGTH_BYTES;
            let len = u32::try_from(len).unwrap_or(u32::MAX);
            to[at..at + LENGTH_BYTES].copy_from_slice(&len.to_le_bytes());
        });
    }

    /// One element has left at an end.
    #[inline]
    pub(crate) fn write_pop(self, code: Code) {
        self.journal.step().write_pop(code, self.key);
    }
}

//! With what a key in exclusive mode writes down what happens to it.

use super::Journal;
use super::operation::Code;

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

    /// One element has left at an end.
    #[inline]
    pub(crate) fn write_pop(self, code: Code) {
        self.journal.step().write_pop(code, self.key);
    }
}

//! What an operation may take of the log.

use std::sync::Arc;

use forebay_wal::Purpose;

use crate::object::Object;

/// What an operation writes beside its arguments: its code and some numbers.
const OVERHEAD_BYTES: usize = 48;

/// How much an operation writes down at most, and whether it may use what is kept for draining.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) bytes: usize,
    pub(crate) purpose: Purpose,
}

impl Cost {
    /// Nothing is changed.
    pub(crate) const NONE: Self = Self {
        bytes: 0,
        purpose: Purpose::Drain,
    };

    /// Whether nothing is changed.
    pub(crate) const fn is_none(self) -> bool {
        self.bytes == 0
    }

    /// Something is taken away, or little is changed.
    pub(crate) const DRAIN: Self = Self::drain(0);

    /// The same, with arguments of so many bytes.
    pub(crate) const fn drain(bytes: usize) -> Self {
        Self {
            bytes: bytes.saturating_add(OVERHEAD_BYTES),
            purpose: Purpose::Drain,
        }
    }

    /// Something of so many bytes is added.
    pub(crate) const fn fill(bytes: usize) -> Self {
        Self {
            bytes: bytes.saturating_add(OVERHEAD_BYTES),
            purpose: Purpose::Fill,
        }
    }

    /// These keys are named.
    pub(crate) fn of_keys(objects: &[Arc<Object>]) -> Self {
        let each = |object: &Arc<Object>| object.key().len().saturating_add(OVERHEAD_BYTES);
        Self::drain(objects.iter().map(each).fold(0, usize::saturating_add))
    }

    /// Elements are added, each with its length.
    pub(crate) fn fill_all<T: AsRef<[u8]>>(elements: &[T]) -> Self {
        Self::fill(bytes_of(elements))
    }

    /// Elements are named that are taken away, each with its length.
    pub(crate) fn drain_all<T: AsRef<[u8]>>(elements: &[T]) -> Self {
        Self::drain(bytes_of(elements))
    }
}

fn bytes_of<T: AsRef<[u8]>>(elements: &[T]) -> usize {
    let each = |element: &T| element.as_ref().len().saturating_add(OVERHEAD_BYTES);
    elements.iter().map(each).fold(0, usize::saturating_add)
}

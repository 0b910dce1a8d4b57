//! How an entry is written: first it is measured, so that its bytes can be claimed.

use alloc::boxed::Box;

use super::encoding::{Field, number_bytes, prefixed, take};
use crate::copy::copy;

/// Whether two names are the same. Most are short: for those the call of `memcmp` costs more than
/// the comparison.
#[inline]
fn is_equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && match a.len() {
            0 => true,
            1 => a[0] == b[0],
            2..4 => has_equal_ends::<2>(a, b),
            4..8 => has_equal_ends::<4>(a, b),
            8..=16 => has_equal_ends::<8>(a, b),
            _ => a == b,
        }
}

/// Compares the first `N` bytes and the last `N` bytes.
#[inline]
fn has_equal_ends<const N: usize>(a: &[u8], b: &[u8]) -> bool {
    a.first_chunk::<N>() == b.first_chunk::<N>() && a.last_chunk::<N>() == b.last_chunk::<N>()
}

/// How an entry will be written into a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    /// Whether the names stand in the entry.
    pub(super) named: bool,
    body: usize,
}

impl Measure {
    /// For a segment with these names.
    #[inline]
    pub(super) fn new(fields: &[Field<'_>], mut names: &[u8]) -> Self {
        let mut values = 0;
        for (name, value) in fields {
            if !take(&mut names).is_some_and(|own| is_equal(own, name)) {
                return Self::named(fields);
            }
            values += prefixed(value);
        }
        if !names.is_empty() {
            return Self::named(fields);
        }
        Self {
            named: false,
            body: values,
        }
    }

    /// For a segment with just these names.
    pub(super) fn unnamed(fields: &[Field<'_>]) -> Self {
        Self {
            named: false,
            body: fields.iter().map(|(_, value)| prefixed(value)).sum(),
        }
    }

    /// For an entry that stands for itself.
    pub(super) fn named(fields: &[Field<'_>]) -> Self {
        let bytes = |(name, value): &Field<'_>| prefixed(name) + prefixed(value);
        Self {
            named: true,
            body: fields.iter().map(bytes).sum(),
        }
    }

    #[inline]
    const fn head(self) -> usize {
        self.body << 1 | self.named as usize
    }

    /// Bytes in all.
    #[inline]
    pub(super) const fn bytes(self) -> usize {
        number_bytes(self.head()) + self.body
    }

    /// Writes the entry.
    ///
    /// # Safety
    ///
    /// `self` is the measure of `fields`, and [`Measure::bytes`] bytes from `to` on can be written.
    #[inline]
    pub(super) unsafe fn write(self, fields: &[Field<'_>], to: *mut u8) {
        let mut writer = Writer { to };
        // SAFETY: the head is part of what was measured.
        unsafe { writer.number(self.head()) };
        for (name, value) in fields {
            if self.named {
                // SAFETY: a named entry was measured with its names.
                unsafe { writer.prefixed(name) };
            }
            // SAFETY: every value was measured.
            unsafe { writer.prefixed(value) };
        }
        debug_assert_eq!(
            writer.to.addr() - to.addr(),
            self.bytes(),
            "as long as measured"
        );
    }

    /// The entry in memory of its own.
    pub(super) fn boxed(self, fields: &[Field<'_>]) -> Box<[u8]> {
        let mut bytes = alloc::vec![0; self.bytes()].into_boxed_slice();
        // SAFETY: as long as the entry.
        unsafe { self.write(fields, bytes.as_mut_ptr()) };
        bytes
    }
}

/// Bytes of a block of names.
pub(super) fn names_bytes(fields: &[Field<'_>]) -> usize {
    fields.iter().map(|(name, _)| prefixed(name)).sum()
}

/// Writes a block of names.
///
/// # Safety
///
/// [`names_bytes`] bytes from `to` on can be written.
pub(super) unsafe fn write_names(fields: &[Field<'_>], to: *mut u8) {
    let mut writer = Writer { to };
    for (name, _) in fields {
        // SAFETY: every name was measured.
        unsafe { writer.prefixed(name) };
    }
}

struct Writer {
    to: *mut u8,
}

impl Writer {
    /// # Safety
    ///
    /// [`number_bytes`] bytes can be written.
    #[inline]
    unsafe fn number(&mut self, mut number: usize) {
        while number >= 1 << 7 {
            // SAFETY: one byte for each seven bits, by the contract.
            unsafe { self.byte(number as u8 | 1 << 7) };
            number >>= 7;
        }
        // SAFETY: the last of them.
        unsafe { self.byte(number as u8) };
    }

    /// # Safety
    ///
    /// A byte can be written.
    #[inline]
    unsafe fn byte(&mut self, byte: u8) {
        // SAFETY: the same contract.
        unsafe { self.to.write(byte) };
        self.to = self.to.wrapping_add(1);
    }

    /// # Safety
    ///
    /// [`prefixed`] bytes can be written.
    #[inline]
    unsafe fn prefixed(&mut self, bytes: &[u8]) {
        // SAFETY: the same contract.
        unsafe { self.number(bytes.len()) };
        // SAFETY: the same contract; the caller's bytes are not in memory that was just claimed.
        unsafe { copy(bytes.as_ptr(), self.to, bytes.len()) };
        self.to = self.to.wrapping_add(bytes.len());
    }
}

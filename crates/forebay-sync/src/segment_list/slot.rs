//! The 32-bit word of one slot: whether a message is there, and where its bytes are.

/// Bits of the offset, in 8-byte units from the start of the segment's data.
const OFFSET_BITS: u32 = 13;
const LEN_BITS: u32 = 16;

const FULL: u32 = 1 << 31;
const BOXED: u32 = 1 << 30;
const SETTLED: u32 = 1 << 29;

/// Longer messages get an allocation of their own and leave its address in the segment.
pub(super) const INLINE_BYTES_MAX: usize = 1024;

/// 8-byte units that the address and length of a boxed message take.
pub(super) const BOXED_UNITS: u32 = 2;

const _: () = assert!(
    INLINE_BYTES_MAX < 1 << LEN_BITS,
    "an inline length must fit its field"
);
const _: () = assert!(
    super::word::UNITS_MAX < 1 << OFFSET_BITS,
    "an offset must fit its field"
);
const _: () = assert!(OFFSET_BITS + LEN_BITS == 29, "the fields fill the word");

/// Units that a message of `len` bytes takes in a segment.
#[inline]
pub(super) const fn units_for(len: usize) -> u32 {
    if len > INLINE_BYTES_MAX {
        BOXED_UNITS
    } else {
        (len as u32).div_ceil(8)
    }
}

/// A value of a slot: [`Slot::EMPTY`], where a message is, or [`Slot::SETTLED`], in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u32);

impl Slot {
    /// Not claimed by a push, or claimed and not yet published.
    pub(super) const EMPTY: Self = Self(0);

    /// The message is gone, and nobody looks at its bytes any more. Not the same as
    /// [`Slot::EMPTY`]: a slot that is claimed by a pop may still be waiting for its pusher.
    pub(super) const SETTLED: Self = Self(SETTLED);

    /// A message of `len` bytes at `offset`.
    #[inline]
    pub(super) const fn inline(offset: u32, len: usize) -> Self {
        debug_assert!(len <= INLINE_BYTES_MAX, "longer messages are boxed");
        Self(FULL | (len as u32) << OFFSET_BITS | offset)
    }

    /// The address and length of a message at `offset`.
    #[inline]
    pub(super) const fn boxed(offset: u32) -> Self {
        Self(FULL | BOXED | offset)
    }

    /// The same message at another place.
    pub(super) const fn moved_to(self, offset: u32) -> Self {
        Self(self.0 & !((1 << OFFSET_BITS) - 1) | offset)
    }

    #[inline]
    pub(super) const fn is_full(self) -> bool {
        self.0 & FULL != 0
    }

    #[inline]
    pub(super) const fn is_boxed(self) -> bool {
        self.0 & BOXED != 0
    }

    #[inline]
    pub(super) const fn offset(self) -> u32 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }

    /// Length of an inline message; 0 for a boxed one.
    #[inline]
    pub(super) const fn len(self) -> usize {
        ((self.0 >> OFFSET_BITS) & ((1 << LEN_BITS) - 1)) as usize
    }

    /// Units of the segment that the message takes.
    #[inline]
    pub(super) const fn units(self) -> u32 {
        if self.is_boxed() {
            BOXED_UNITS
        } else {
            units_for(self.len())
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn fields_round_trip() {
        for offset in [0, 1, 4096, super::super::word::UNITS_MAX] {
            for len in [0, 1, 7, 8, 9, 64, INLINE_BYTES_MAX] {
                let slot = Slot::inline(offset, len);
                assert!(slot.is_full() && !slot.is_boxed(), "{slot:?}");
                assert_eq!((slot.offset(), slot.len()), (offset, len), "{slot:?}");
                assert_eq!(slot.units(), units_for(len), "{slot:?}");
                assert_eq!(slot.moved_to(7), Slot::inline(7, len), "{slot:?}");
            }
            let slot = Slot::boxed(offset);
            assert!(slot.is_full() && slot.is_boxed(), "{slot:?}");
            assert_eq!(
                (slot.offset(), slot.units()),
                (offset, BOXED_UNITS),
                "{slot:?}"
            );
        }
        assert!(!Slot::EMPTY.is_full(), "an empty slot is not full");
        assert!(!Slot::SETTLED.is_full(), "a settled slot is not full");
        assert_ne!(
            Slot::EMPTY,
            Slot::SETTLED,
            "a slot that waits for its pusher is not settled"
        );
    }
}

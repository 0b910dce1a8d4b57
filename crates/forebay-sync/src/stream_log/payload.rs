//! The bytes of one entry on their way into a segment, and where they lie there.

use alloc::boxed::Box;

use super::encoding::{self, Encoded, Field};
use super::measure::Measure;
use super::segment::{Segment, units_for};
use super::word::Slot;

/// Entries of more bytes get an allocation of their own and leave its address in the segment.
pub(super) const INLINE_BYTES_MAX: usize = 1024;

/// 8-byte units that the address and length of a boxed entry take.
pub(super) const BOXED_UNITS: u32 = 2;

/// An entry on its way into a segment.
#[derive(Debug)]
pub(super) enum Payload<'a> {
    /// Short enough to be copied in, and measured for one segment.
    Inline(&'a [Field<'a>], Measure),
    /// Has an allocation of its own, and stands for itself in any segment.
    Boxed(Box<[u8]>),
}

impl<'a> Payload<'a> {
    /// For this segment, if it can be copied in.
    #[inline]
    pub(super) fn inline(fields: &'a [Field<'a>], segment: Segment<'_>) -> Option<Self> {
        let measure = Measure::new(fields, segment.names());
        (measure.bytes() <= INLINE_BYTES_MAX).then_some(Self::Inline(fields, measure))
    }

    /// For this segment; `boxed` is the box of the same fields, if there is one already.
    pub(super) fn new(
        fields: &'a [Field<'a>],
        segment: Segment<'_>,
        boxed: Option<Box<[u8]>>,
    ) -> Self {
        let make = || Self::Boxed(boxed.unwrap_or_else(|| Measure::named(fields).boxed(fields)));
        Self::inline(fields, segment).unwrap_or_else(make)
    }

    #[inline]
    pub(super) fn units(&self) -> u32 {
        match self {
            Self::Inline(_, measure) => units_for(measure.bytes()),
            Self::Boxed(_) => BOXED_UNITS,
        }
    }

    #[inline]
    pub(super) const fn is_boxed(&self) -> bool {
        matches!(self, Self::Boxed(_))
    }

    /// The box, to be used again for another segment.
    pub(super) fn into_box(self) -> Option<Box<[u8]>> {
        match self {
            Self::Inline(..) => None,
            Self::Boxed(entry) => Some(entry),
        }
    }
}

impl<'g> Segment<'g> {
    /// Writes an entry to `offset`.
    ///
    /// # Safety
    ///
    /// The caller has claimed the units of `payload` at `offset` in this segment, and has not
    /// published the slot yet; an inline payload was measured for this segment.
    #[inline]
    pub(super) unsafe fn write(self, offset: u32, payload: Payload<'_>) {
        debug_assert!(
            offset + payload.units() <= self.units(),
            "{payload:?} at {offset} of {} units",
            self.units()
        );
        #[cfg(loom)]
        self.header().model.wrote(offset, payload.units());
        let to = self.unit(offset);
        match payload {
            // SAFETY: the claim covers these units, and nobody else touches them before the slot
            // is published (I4).
            Payload::Inline(fields, measure) => unsafe { measure.write(fields, to.cast::<u8>()) },
            Payload::Boxed(entry) => {
                // SAFETY: the claim covers the two units of a wide pointer; units are aligned to
                // 8.
                unsafe { to.cast::<*mut [u8]>().write(Box::into_raw(entry)) };
            }
        }
    }

    /// The entry in `slot`.
    ///
    /// # Safety
    ///
    /// `slot` was read from this segment as published; when it is boxed, its box is there during
    /// `'g`.
    #[inline]
    pub(super) unsafe fn entry(self, slot: Slot) -> Encoded<'g> {
        debug_assert!(slot.is_full(), "{slot:?}");
        #[cfg(loom)]
        self.header().model.reads(slot.offset());
        let from = if slot.is_boxed() {
            // SAFETY: the same contract.
            let entry = unsafe { self.boxed(slot) };
            entry.cast::<u8>().cast_const()
        } else {
            self.unit(slot.offset()).cast::<u8>().cast_const()
        };
        // SAFETY: `write` has written an entry there for this segment; its bytes do not change
        // (I4).
        unsafe { encoding::read(from, self.names()) }
    }

    /// The box of a boxed entry.
    ///
    /// # Safety
    ///
    /// `slot` was read from this segment as published, and is boxed.
    pub(super) unsafe fn boxed(self, slot: Slot) -> *mut [u8] {
        debug_assert!(slot.is_boxed(), "{slot:?}");
        let from = self.unit(slot.offset()).cast::<*mut [u8]>();
        // SAFETY: `write` put it there; aligned to 8.
        unsafe { from.read() }
    }
}

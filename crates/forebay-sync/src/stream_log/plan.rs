//! How large the next segment is.

use super::encoding::Field;
use super::measure::{Measure, names_bytes};
use super::payload::{BOXED_UNITS, INLINE_BYTES_MAX};
use super::segment::{Header, Segment, units_for};
use super::word::{SLOTS_MAX, UNITS_MAX, Word};

/// The sizes of segments in bytes, header included.
const SIZES_BYTES: [usize; 6] = if cfg!(loom) {
    [128; 6]
} else {
    [
        160,
        512,
        4096,
        16 << 10,
        32 << 10,
        crate::pool::SEGMENT_BYTES,
    ]
};

/// Names of more bytes in all stand in the entries.
const NAMES_BYTES_MAX: usize = 256;

const HEADER_BYTES: usize = if cfg!(loom) { 64 } else { size_of::<Header>() };

/// Units of data of a segment of that size.
const fn units_of(bytes: usize) -> u32 {
    ((bytes - HEADER_BYTES) / 8) as u32
}

const _: () = assert!(
    units_of(SIZES_BYTES[5]) <= UNITS_MAX,
    "offsets have 13 bits"
);

/// Slots and units of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) slots: u32,
    pub(super) units: u32,
}

impl Size {
    /// A segment for its base and word only.
    pub(super) const HOLLOW: Self = Self { slots: 0, units: 0 };
}

/// A segment to be made for an entry that does not fit the tail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening<'a> {
    /// The names that the segment keeps.
    pub(super) names: &'a [Field<'a>],
    /// How the entry will be written there, if it is not boxed.
    pub(super) measure: Measure,
}

impl<'a> Opening<'a> {
    pub(super) fn new(fields: &'a [Field<'a>]) -> Self {
        if names_bytes(fields) <= NAMES_BYTES_MAX {
            Self {
                names: fields,
                measure: Measure::unnamed(fields),
            }
        } else {
            Self {
                names: &[],
                measure: Measure::named(fields),
            }
        }
    }

    fn needed(&self) -> u32 {
        if self.measure.bytes() > INLINE_BYTES_MAX {
            BOXED_UNITS
        } else {
            units_for(self.measure.bytes())
        }
    }

    /// A segment to follow a tail with this word, not open yet.
    ///
    /// A segment that was full is followed by one of the next size. One that ends early, because
    /// an id does not fit it, is followed by one that would have been large enough: ids that jump,
    /// or come once in hours, do not waste memory.
    pub(super) fn segment_after<'g>(&self, tail: Segment<'_>, word: Word) -> Segment<'g> {
        if cfg!(loom) {
            let units = units_of(SIZES_BYTES[0]);
            return Segment::alloc(Size { slots: 3, units }, self.names);
        }
        let needed = self.needed();
        let (written, used) = (word.slots(), word.used());
        let is_full = written == tail.slots_max() || used + needed > tail.units();
        let wanted = if is_full { tail.units() + 1 } else { used };
        let mean = (used - tail.slots_max()).checked_div(written).unwrap_or(0);
        let names = units_for(names_bytes(self.names));
        let size = size_of_data(wanted, names, needed, mean.max(needed));
        Segment::alloc(size, self.names)
    }

    /// Whether the entry fits a segment that was made for it at another moment.
    pub(super) fn fits(&self, segment: Segment<'_>) -> bool {
        segment.word().used() + self.needed() <= segment.units()
    }
}

/// A size of about `wanted` units, whose slots and bytes run out together.
fn size_of_data(wanted: u32, names: u32, needed: u32, mean: u32) -> Size {
    let least = 1 + names + needed;
    // What all slots that a segment can have would take. A little more is no waste.
    let most = (names + SLOTS_MAX * (1 + mean)) / 16 * 17;
    let sizes = SIZES_BYTES.map(units_of);
    let fitting = |&&units: &&u32| units >= wanted.max(least);
    let units = *sizes.iter().find(fitting).unwrap_or(&sizes[5]);
    let smaller = sizes.iter().rev().find(|&&size| size <= most.min(units));
    let units = *smaller.filter(|&&size| size >= least).unwrap_or(&units);
    let room = units - names;
    let slots = (room / (1 + mean)).clamp(1, SLOTS_MAX.min(room - needed));
    Size { slots, units }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_fits() {
        for wanted in [0, 1, 13, 57, 5000, UNITS_MAX] {
            for names in [0, 1, 32] {
                for needed in [1, 2, 9, 128] {
                    for mean in [needed, 2 * needed, 1] {
                        let size = size_of_data(wanted, names, needed, mean);
                        assert!((1..=SLOTS_MAX).contains(&size.slots), "{size:?}");
                        assert!(size.slots + names + needed <= size.units, "{size:?}");
                        assert!(size.units <= UNITS_MAX, "{size:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_segment_of_64_byte_values_wastes_little() {
        let size = size_of_data(UNITS_MAX, 1, 9, 9);
        let bytes = f64::from(size.units * 8 + 64) / f64::from(size.slots);
        assert!(bytes <= 80.5, "{bytes} bytes per entry");
    }
}

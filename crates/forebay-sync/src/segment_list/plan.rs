//! How large the next segment is.

use super::segment::{Segment, table_units};
use super::word::{SLOTS_MAX, UNITS_MAX};

/// The sizes of segments in bytes, header included. A list takes the next one when it proves busy
/// or long.
const SIZES_BYTES: [usize; 7] = if cfg!(loom) {
    [64; 7]
} else {
    [
        512,
        1024,
        2048,
        4096,
        8192,
        SPARE_BYTES_MIN,
        crate::pool::SEGMENT_BYTES,
    ]
};

/// Segments of at least this size stay with a list for reuse.
const SPARE_BYTES_MIN: usize = if cfg!(loom) { 64 } else { 16 * 1024 };

/// Units of data of a segment of that size.
const fn units_of(bytes: usize) -> u32 {
    let header = if cfg!(loom) {
        32
    } else {
        size_of::<super::segment::Header>()
    };
    ((bytes - header) / 8) as u32
}

const _: () = assert!(
    units_of(SIZES_BYTES[6]) <= UNITS_MAX,
    "offsets have 13 bits"
);

/// The same in units.
pub(super) const SPARE_UNITS_MIN: u32 = units_of(SPARE_BYTES_MIN);

/// A segment to be made: its units, and the size of the messages that it is laid out for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    units: u32,
    mean_units: u32,
}

impl Plan {
    /// The segment that follows a tail of `units` units, of which `used` were used for `written`
    /// messages, in a list of `len` messages.
    ///
    /// A list starts small. It grows while there is a backlog, and, up to 16 KiB, when it
    /// is [hot](super::pace): a short busy queue keeps to segments that fit the first-level cache.
    pub(super) fn after(units: u32, written: u32, used: u32, len: u64, is_hot: bool) -> Self {
        let step = SIZES_BYTES
            .iter()
            .position(|&bytes| units_of(bytes) > units);
        let grown = step.map_or(units_of(SIZES_BYTES[6]), |step| units_of(SIZES_BYTES[step]));
        let has_backlog = len * 2 >= u64::from(written);
        let may_heat = is_hot && units < SPARE_UNITS_MIN;
        let keeps = !has_backlog && !may_heat && units >= units_of(SIZES_BYTES[0]);
        Self {
            units: if keeps { units } else { grown },
            mean_units: used.checked_div(written).unwrap_or(0),
        }
    }

    /// The same for a segment that is there already.
    pub(super) fn resized(self, units: u32) -> Self {
        Self { units, ..self }
    }

    /// Slots for a segment of `units` units, so that slots and bytes run out together.
    fn slots_for(units: u32, mean_units: u32) -> u32 {
        if cfg!(loom) {
            return 2;
        }
        // A slot is half a unit.
        (units * 2 / (2 * mean_units + 1)).clamp(1, SLOTS_MAX)
    }

    /// Slots and units of the segment, which has room for `slots` slots and `needed` units at
    /// least.
    pub(super) fn size(self, slots: u32, needed: u32) -> (u32, u32) {
        let mean = self.mean_units.max(needed.checked_div(slots).unwrap_or(0));
        let least = table_units(slots) + needed;
        let units = if least <= self.units {
            self.units
        } else {
            let step = SIZES_BYTES.iter().find(|&&bytes| units_of(bytes) >= least);
            step.map_or(UNITS_MAX, |&bytes| units_of(bytes))
        };
        let mut table = Self::slots_for(units, mean).max(slots);
        while table > slots && table_units(table) + needed > units {
            table -= 1;
        }
        (table, units)
    }

    pub(super) fn alloc(self, slots: u32, needed: u32) -> Segment {
        let (slots, units) = self.size(slots, needed);
        Segment::alloc(slots, units)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_fits() {
        for units in [10, 60, 508, 2044, 8188] {
            for (slots, needed) in [
                (1, 0),
                (1, 1),
                (1, 8),
                (1, 128),
                (16, 2048),
                (1000, 3000),
                (1023, 7000),
            ] {
                for mean in [0, 1, 8, 100] {
                    let (table, units) = Plan {
                        units,
                        mean_units: mean,
                    }
                    .size(slots, needed);
                    assert!(
                        table >= slots && table <= SLOTS_MAX,
                        "{table} slots for {slots}"
                    );
                    assert!(
                        table_units(table) + needed <= units,
                        "{table} slots, {needed} of {units} units"
                    );
                    assert!(units <= UNITS_MAX, "{units} units");
                }
            }
        }
    }

    #[test]
    fn a_segment_of_64_byte_messages_wastes_little() {
        let (slots, units) = Plan {
            units: 8188,
            mean_units: 8,
        }
        .size(1, 8);
        let bytes = f64::from(units * 8 + 32) / f64::from(slots);
        assert!(bytes <= 68.5, "{bytes} bytes per message");
    }

    #[test]
    fn grows_with_a_backlog_and_stays_without() {
        let after = |units, written, len| Plan::after(units, written, units, len, false).units;
        assert_eq!(after(10, 1, 1), 60);
        assert_eq!(after(60, 7, 3), 60);
        assert_eq!(after(60, 7, 4), 124);
        assert_eq!(after(508, 59, 59), 1020);
        assert_eq!(after(2044, 236, 3), 2044);
        assert_eq!(after(2044, 236, 236), 8188);
        assert_eq!(after(8188, 900, 1_000_000), 8188);
    }

    #[test]
    fn grows_to_16_kib_when_hot() {
        let after = |units| Plan::after(units, 50, units, 0, true).units;
        assert_eq!([after(60), after(1020), after(2044)], [124, 2044, 2044]);
    }
}

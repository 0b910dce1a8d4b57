//! What a record says of its entry: in its own 8 bytes where possible, in a side table where not.
//!
//! | field of the record | meaning | fits |
//! |---|---|---|
//! | `delivered` | milliseconds since the base of the group | 24 days on each side of the first delivery |
//! | `consumer` | index of the consumer, or [`NOBODY`] | the first 65,534 consumers |
//! | `count` | deliveries; 255 means [`COUNT_MAX`] | up to 254, and XNACK FATAL |
//!
//! When time outruns the base, the base follows: once in 24 days every record is written anew.

use std::collections::HashMap;

use super::arrays::Arrays;
use super::record::{ASIDE, COUNT_MAX, ConsumerIndex, LIVE, Link, NOBODY, Pending, Record};

/// The consumer stands in the side table.
const ELSEWHERE: u16 = NOBODY - 1;
/// The count is [`COUNT_MAX`].
const FATAL: u8 = u8::MAX;
/// Where the time of a first delivery is in the range that fits.
const MIDDLE_MS: i64 = 1 << 31;

/// The fields of a record that say what is pending.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    pub(super) delivered: u32,
    pub(super) consumer: u16,
    pub(super) count: u8,
    /// [`LIVE`], and [`ASIDE`] if need be.
    pub(super) flags: u8,
}

impl Code {
    /// The record between two neighbours.
    #[inline]
    pub(super) const fn record(self, prev: Link, next: Link) -> Record {
        Record {
            prev,
            next,
            delivered: self.delivered,
            consumer: self.consumer,
            count: self.count,
            flags: self.flags,
        }
    }
}

/// Writes and reads values.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    base_ms: i64,
    aside: HashMap<Link, Pending, ahash::RandomState>,
}

impl Values {
    /// Chooses the base for a group without pending entries.
    pub(super) fn start(&mut self, now_ms: i64) {
        debug_assert!(self.aside.is_empty(), "there is nothing to keep aside");
        self.base_ms = now_ms.saturating_sub(MIDDLE_MS);
    }

    /// Whether the base has to follow before this time fits.
    #[inline]
    pub(super) fn is_outrun_by(&self, ms: i64) -> bool {
        ms.saturating_sub(self.base_ms) > i64::from(u32::MAX)
    }

    /// Moves the base and writes every record anew.
    pub(super) fn rebase(&mut self, now_ms: i64, arrays: &mut Arrays) {
        let mut moved = Self::default();
        moved.start(now_ms);
        arrays.each_mut(|link, record| {
            let code = moved.write(link, &self.read(link, record));
            record.delivered = code.delivered;
            record.consumer = code.consumer;
            record.count = code.count;
            record.flags = record.flags & !ASIDE | code.flags;
        });
        *self = moved;
    }

    /// The values in the record's own fields, if they fit.
    #[inline]
    pub(super) fn fit(&self, pending: &Pending) -> Option<Code> {
        let consumer = match pending.consumer {
            None => NOBODY,
            Some(ConsumerIndex(index)) => u16::try_from(index)
                .ok()
                .filter(|&index| index < ELSEWHERE)?,
        };
        let delivered = if pending.consumer.is_none() {
            0
        } else {
            u32::try_from(pending.delivered_ms.checked_sub(self.base_ms)?).ok()?
        };
        let count = if pending.count == COUNT_MAX {
            FATAL
        } else {
            u8::try_from(pending.count)
                .ok()
                .filter(|&count| count != FATAL)?
        };
        Some(Code {
            delivered,
            consumer,
            count,
            flags: LIVE,
        })
    }

    /// What to write into a record that has no values in the side table.
    #[inline]
    pub(super) fn write(&mut self, link: Link, pending: &Pending) -> Code {
        debug_assert!(pending.count <= COUNT_MAX, "{pending:?}");
        debug_assert!(
            pending.consumer.is_some() || pending.delivered_ms == 0,
            "{pending:?}"
        );
        if let Some(code) = self.fit(pending) {
            return code;
        }
        self.aside.insert(link, *pending);
        Code {
            delivered: 0,
            consumer: if pending.consumer.is_some() {
                ELSEWHERE
            } else {
                NOBODY
            },
            count: 0,
            flags: LIVE | ASIDE,
        }
    }

    /// What a record says.
    #[inline]
    pub(super) fn read(&self, link: Link, record: &Record) -> Pending {
        debug_assert!(record.is_live(), "{link:?} is not pending");
        if record.flags & ASIDE != 0 {
            return self.aside[&link];
        }
        Pending {
            consumer: record
                .is_owned()
                .then(|| ConsumerIndex(u32::from(record.consumer))),
            delivered_ms: if record.is_owned() {
                self.base_ms + i64::from(record.delivered)
            } else {
                0
            },
            count: if record.count == FATAL {
                COUNT_MAX
            } else {
                u64::from(record.count)
            },
        }
    }

    /// Whose a record is.
    #[inline]
    pub(super) fn consumer(&self, link: Link, record: &Record) -> Option<ConsumerIndex> {
        if record.flags & ASIDE != 0 {
            return self.aside[&link].consumer;
        }
        record
            .is_owned()
            .then(|| ConsumerIndex(u32::from(record.consumer)))
    }

    /// Drops what is in the side table for a record with these flags.
    #[inline]
    pub(super) fn forget(&mut self, link: Link, flags: u8) {
        if flags & ASIDE != 0 {
            let was_there = self.aside.remove(&link).is_some();
            debug_assert!(was_there, "{link:?} has values aside");
        }
    }

    /// How many values did not fit.
    #[cfg(test)]
    pub(super) fn aside_len(&self) -> usize {
        self.aside.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(consumer: u32, delivered_ms: i64, count: u64) -> Pending {
        Pending {
            consumer: Some(ConsumerIndex(consumer)),
            delivered_ms,
            count,
        }
    }

    fn written(values: &mut Values, pending: &Pending) -> (Record, Link) {
        let link = Link::new(3, 4);
        let code = values.write(link, pending);
        (code.record(Link::NONE, Link::NONE), link)
    }

    #[test]
    fn what_is_written_is_read() {
        let now_ms = 1_700_000_000_000;
        let day_ms = 86_400_000;
        let inside = [
            pending(0, now_ms, 1),
            pending(65_533, now_ms + 24 * day_ms, 254),
            pending(7, now_ms - 24 * day_ms, COUNT_MAX),
            pending(7, now_ms, 0),
        ];
        let outside = [
            pending(65_534, now_ms, 1),
            pending(u32::MAX, now_ms, 1),
            pending(0, now_ms - 25 * day_ms, 1),
            pending(0, i64::MIN, 1),
            pending(0, i64::MAX, 1),
            pending(0, now_ms, 255),
            pending(0, now_ms, COUNT_MAX - 1),
        ];
        let released = |count| Pending {
            consumer: None,
            delivered_ms: 0,
            count,
        };
        let mut values = Values::default();
        values.start(now_ms);
        let all = inside
            .iter()
            .map(|pending| (*pending, false))
            .chain(outside.iter().map(|pending| (*pending, true)))
            .chain([
                (released(0), false),
                (released(254), false),
                (released(COUNT_MAX), false),
                (released(255), true),
            ]);
        for (pending, is_aside) in all {
            let (record, link) = written(&mut values, &pending);
            assert_eq!(values.aside_len(), usize::from(is_aside), "{pending:?}");
            assert_eq!(values.read(link, &record), pending);
            assert_eq!(record.is_owned(), pending.consumer.is_some());
            values.forget(link, record.flags);
            assert_eq!(values.aside_len(), 0);
        }
    }

    #[test]
    fn the_future_outruns_the_base_and_the_past_does_not() {
        let mut values = Values::default();
        values.start(0);
        assert!(!values.is_outrun_by(MIDDLE_MS - 1));
        assert!(values.is_outrun_by(MIDDLE_MS));
        assert!(values.is_outrun_by(i64::MAX));
        assert!(!values.is_outrun_by(i64::MIN));
    }
}

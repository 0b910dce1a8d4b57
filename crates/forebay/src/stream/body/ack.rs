//! XACK and XNACK.

use std::sync::Arc;

use forebay_sync::stream_log::Snapshot;
use smallvec::SmallVec;

use super::body::{Detour, StreamBody};
use super::deliver::Stop;
use super::frozen::FrozenStream;
use super::groups::SharedGroup;
use super::ids::{log_id, place_of};
use crate::stream::group::{self, NackOptions, Place};
use crate::stream::{NackMode, StreamId, XnackOptions};

type Places = SmallVec<[Place; 32]>;

impl StreamBody {
    /// XACK: how many entries were pending. The group is `hint`, if it still is one.
    pub(crate) fn ack(
        &self,
        name: &[u8],
        hint: Option<&Arc<SharedGroup>>,
        ids: &[StreamId],
    ) -> Result<u64, Detour> {
        let reader = self.log.pin();
        // Mostly all are in the log, and then the group is locked for less long.
        let before = reader.without_waiting().snapshot().ok();
        let mut places = Places::new();
        if let Some(before) = &before {
            find(before, ids, &mut places);
        }
        self.with_group(&reader, name, hint, |log, group| {
            let is_found = places.len() == ids.len() && !group.has_retired();
            if is_found && before.as_ref().is_some_and(Snapshot::is_fixed) {
                return Ok(group.ack_places(&places));
            }
            places.clear();
            if group.has_retired() {
                places.extend(ids.iter().filter_map(|&id| group.locate(id, log)));
            } else {
                find(log, ids, &mut places);
            }
            // What is pending and was not found may be in a segment that is on its way out.
            if places.len() < ids.len() && !log.is_fixed() {
                return Err(Stop::Again);
            }
            Ok(group.ack_places(&places))
        })
    }
}

/// Adds the places of those of these ids that are in the log.
#[inline]
fn find(log: &Snapshot<'_>, ids: &[StreamId], places: &mut Places) {
    let mut finder = log.finder();
    for &id in ids {
        places.extend(finder.place_of(log_id(id)).map(place_of));
    }
}

impl FrozenStream<'_> {
    /// XACK: how many entries were pending. `None` when there is no such group.
    pub(crate) fn ack(&self, name: &[u8], ids: &[StreamId]) -> Option<u64> {
        let acked = self.with_group(name, |log, group| group.ack_all(ids.iter().copied(), log))?;
        if acked > 0 {
            self.write_acked(name, ids);
        }
        Some(acked)
    }

    /// XNACK: how many entries were given back. `None` when there is no such group.
    pub(crate) fn nack(
        &self,
        name: &[u8],
        mode: NackMode,
        ids: &[StreamId],
        options: &XnackOptions,
    ) -> Option<u64> {
        let given = NackOptions {
            mode: match mode {
                NackMode::Silent => group::NackMode::Silent,
                NackMode::Fail => group::NackMode::Fail,
                NackMode::Fatal => group::NackMode::Fatal,
            },
            count: options.retrycount,
            force: options.force,
        };
        let nacked = self.with_group(name, |log, group| {
            group.nack(ids.iter().copied(), &given, log)
        })?;
        if nacked > 0 {
            self.write_nacked(name, mode, ids, options);
        }
        Some(nacked)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::thread;

    use super::*;
    use crate::stream::body::{Budget, GroupRead};
    use crate::stream::{GroupReadFrom, GroupStart, NewId, Trim, XaddOptions, XreadgroupOptions};

    const ENTRIES: u64 = 3;

    fn ids(ms: u64) -> Vec<StreamId> {
        (0..ENTRIES).map(|seq| StreamId::new(ms, seq)).collect()
    }

    fn fill(stream: &mut FrozenStream<'_>, ms: u64) {
        for id in ids(ms) {
            let options = XaddOptions {
                id: NewId::Exactly(id),
                ..XaddOptions::default()
            };
            stream.add(&options, &[(b"n", b"x")], 0).unwrap();
        }
    }

    /// Makes a group to which everything is delivered.
    fn deliver(stream: &mut FrozenStream<'_>) {
        stream
            .create_group(b"g", GroupStart::BEGINNING, None)
            .unwrap();
        let options = XreadgroupOptions::default();
        let read = GroupRead {
            consumer: b"c",
            from: GroupReadFrom::New,
            options: &options,
            now_ms: 0,
        };
        let mut budget = Budget::of_group_read(&options);
        let delivered = stream.deliver(b"g", &read, &mut budget).unwrap();
        assert_eq!(delivered.len() as u64, ENTRIES);
    }

    /// A stream with these entries, all of them pending.
    fn body(ms: u64) -> StreamBody {
        let body = StreamBody::new();
        let mut frozen = body.freeze();
        fill(&mut frozen, ms);
        deliver(&mut frozen);
        frozen.set_attended(false);
        drop(frozen);
        body
    }

    /// Acknowledges all entries of a stream that has been changed after they were looked for, and
    /// before the group was locked. Returns how many were pending, and how many still are.
    fn ack_against(change: impl FnOnce(&mut FrozenStream<'_>)) -> (u64, u64) {
        let body = body(1);
        let group = body.find_group(b"g").unwrap();
        let acked = thread::scope(|scope| {
            let locked = group.lock();
            let acker = scope.spawn(|| body.ack(b"g", Some(&group), &ids(1)));
            // It comes to the lock, and waits; if not, the test proves less, and does not fail.
            thread::sleep(Duration::from_millis(50));
            let mut frozen = body.freeze();
            drop(locked);
            change(&mut frozen);
            drop(frozen);
            acker.join().unwrap().unwrap()
        });
        let left = body.freeze().pending_summary(b"g").unwrap().count;
        (acked, left)
    }

    #[test]
    fn places_that_were_found_before_another_stream_came() {
        // The same segment and the same slots.
        let other = body(2);
        let contents = other.freeze().take_contents();
        let found = ack_against(|stream| {
            drop(stream.take_contents());
            stream.put_contents(contents);
        });
        assert_eq!(found, (0, ENTRIES));
    }

    #[test]
    fn places_that_were_found_before_the_stream_was_made_anew() {
        let found = ack_against(|stream| {
            drop(stream.take_contents());
            fill(stream, 2);
            deliver(stream);
        });
        assert_eq!(found, (0, ENTRIES));
    }

    #[test]
    fn places_that_were_found_before_the_entries_went() {
        let trimmed = ack_against(|stream| {
            assert_eq!(stream.trim(&Trim::maxlen(0)), ENTRIES);
            fill(stream, 2);
        });
        assert_eq!(trimmed, (ENTRIES, 0), "pending nevertheless");
        let deleted = ack_against(|stream| {
            assert_eq!(stream.delete_all(&ids(1)), ENTRIES);
        });
        assert_eq!(deleted, (ENTRIES, 0), "pending nevertheless");
    }

    #[test]
    fn places_that_were_found_before_the_group_was_made_anew() {
        let found = ack_against(|stream| {
            drop(stream.destroy_group(b"g"));
            deliver(stream);
        });
        assert_eq!(found, (ENTRIES, 0), "of the group of that name");
    }
}

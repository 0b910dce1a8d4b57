//! What is going to happen at a known time.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use forebay_sync::WaiterHandle;

use super::worker::Sweep;
use crate::blocking::{Call, Reply};
use crate::engine::Core;
use crate::object::Object;

/// What is going to happen, soonest first. Every note is removed when its reason goes, so none is
/// ever stale.
#[derive(Default)]
pub(super) struct Timers {
    /// Keys by the time at which they have to be looked at, for they expire or somebody who waits
    /// can claim entries of theirs. One object has one note at most.
    looks: BTreeMap<(i64, usize), Arc<Object>>,
    /// Futures by the time at which they give up.
    deadlines: BTreeMap<(Instant, u64), WaiterHandle<Reply>>,
    last_id: u64,
    pub(super) sweep: Sweep,
}

/// The note of a future's timeout.
pub(crate) struct DeadlineId {
    shard: usize,
    at: (Instant, u64),
}

impl Timers {
    /// Returns whether it is the next.
    pub(super) fn add_look(&mut self, object: &Arc<Object>, at_ms: i64) -> bool {
        let at = (at_ms, object.address());
        self.looks.insert(at, Arc::clone(object));
        self.looks
            .first_key_value()
            .is_some_and(|(first, _)| *first == at)
    }

    pub(super) fn remove_look(&mut self, object: &Arc<Object>, at_ms: i64) {
        self.looks.remove(&(at_ms, object.address()));
    }

    /// Keys that are due, at most `max`. Their notes stay: whoever clears a list removes its note.
    pub(super) fn due_looks(&self, now_ms: i64, max: usize) -> Vec<Arc<Object>> {
        self.looks
            .iter()
            .take_while(|((at_ms, _), _)| *at_ms <= now_ms)
            .take(max)
            .map(|(_, object)| Arc::clone(object))
            .collect()
    }

    /// Futures whose time is over, at most `max`; their notes are removed.
    pub(super) fn take_due_deadlines(
        &mut self,
        now: Instant,
        max: usize,
    ) -> Vec<WaiterHandle<Reply>> {
        let mut due = Vec::new();
        while due.len() < max
            && let Some(first) = self.deadlines.first_entry()
            && first.key().0 <= now
        {
            due.push(first.remove());
        }
        due
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.looks.is_empty() && self.deadlines.is_empty()
    }

    /// How long nothing is going to happen.
    pub(super) fn rest(&self, now_ms: i64, now: Instant) -> Option<Duration> {
        let look = self.looks.first_key_value().map(|((at_ms, _), _)| {
            Duration::from_millis(at_ms.saturating_sub(now_ms).max(0).unsigned_abs())
        });
        let deadline = self
            .deadlines
            .first_key_value()
            .map(|((at, _), _)| at.saturating_duration_since(now));
        look.into_iter().chain(deadline).min()
    }
}

impl Core {
    /// Has the call's waiter told when `limit` is over. `None` when that is beyond all time.
    pub(crate) fn add_deadline(&self, call: &Call, limit: Duration) -> Option<DeadlineId> {
        let at = self.clock().instant().checked_add(limit)?;
        // Any shard would do.
        let shard = self.shard_index(self.keyspace().hash(call.keys.first()?.key()));
        let (at, is_next) = {
            let mut timers = self.shards[shard].timers();
            timers.last_id += 1;
            let at = (at, timers.last_id);
            timers.deadlines.insert(at, call.waiter.clone());
            (
                at,
                timers
                    .deadlines
                    .first_key_value()
                    .is_some_and(|(first, _)| *first == at),
            )
        };
        if is_next {
            self.shards[shard].wake();
        }
        Some(DeadlineId { shard, at })
    }

    pub(crate) fn remove_deadline(&self, id: &DeadlineId) {
        self.shards[id.shard].timers().deadlines.remove(&id.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_in_order_of_time() {
        let mut timers = Timers::default();
        let (late, soon) = (Object::new(b"late"), Object::new(b"soon"));
        assert!(timers.add_look(&late, 20));
        assert!(timers.add_look(&soon, 10));
        assert!(timers.due_looks(9, 10).is_empty());
        assert_eq!(timers.due_looks(20, 10).len(), 2);
        assert!(Arc::ptr_eq(&timers.due_looks(20, 1)[0], &soon));
        timers.remove_look(&soon, 10);
        assert!(Arc::ptr_eq(&timers.due_looks(20, 10)[0], &late));
    }
}

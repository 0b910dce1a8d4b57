//! Looking at all of a group, and making one anew from that.

use super::consumer::Consumer;
use super::group::Group;
use super::place::{Ids, Place};
use super::record::Pending;
use crate::stream::id::StreamId;

/// What is known of a pending entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PendingState<'a> {
    /// `None` after XNACK.
    pub(crate) consumer: Option<&'a [u8]>,
    pub(crate) delivered_ms: i64,
    pub(crate) count: u64,
}

impl Group {
    /// Calls `f` with every consumer, by name.
    pub(crate) fn each_consumer(&self, mut f: impl FnMut(&Consumer)) {
        for (_, consumer) in self.consumers.sorted() {
            f(consumer);
        }
    }

    /// Calls `f` with every pending entry, in the order in which they can be taken over: its id,
    /// whether it is still in the log, and how it is pending.
    pub(crate) fn each_pending(
        &self,
        log: &impl Ids,
        mut f: impl FnMut(StreamId, bool, &PendingState<'_>),
    ) {
        let mut next = self.pending.oldest();
        while let Some(link) = next {
            let pending = self.pending.get(link);
            let consumer = pending.consumer.and_then(|index| self.consumers.get(index));
            let state = PendingState {
                consumer: consumer.map(|consumer| &*consumer.name),
                delivered_ms: pending.delivered_ms,
                count: pending.count,
            };
            f(self.id_of(link, log), self.is_live(link, log), &state);
            next = self.pending.after(link);
        }
    }

    /// Adds a consumer, of which there is none of that name.
    pub(crate) fn restore_consumer(&mut self, name: &[u8], seen_ms: i64, active_ms: Option<i64>) {
        if self.consumers.find(name).is_none() {
            let index = self.consumers.add(name, seen_ms);
            if let Some(active_ms) = active_ms {
                self.consumers.served(index, active_ms);
            }
        }
    }

    /// Makes an entry pending that is not; whether that was possible. To be called in the order of
    /// [`each_pending`](Self::each_pending), when the consumers are there.
    pub(crate) fn restore_pending(&mut self, place: Place, state: &PendingState<'_>) -> bool {
        let consumer = match state.consumer {
            None => None,
            Some(name) => match self.consumers.find(name) {
                Some(index) => Some(index),
                None => return false,
            },
        };
        if self.pending.find(place).is_some() {
            return false;
        }
        let pending = Pending {
            consumer,
            delivered_ms: state.delivered_ms,
            count: state.count,
        };
        self.pending.insert(place, &pending).is_some()
    }
}

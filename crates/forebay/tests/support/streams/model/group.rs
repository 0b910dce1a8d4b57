//! A consumer group: who has what.

use alloc::collections::BTreeMap;
use core::ops::RangeInclusive;

use bytes::Bytes;
use forebay::StreamId;
use forebay::stream::{
    DELIVERIES_MAX, NackMode, PendingEntry, PendingSummary, XnackOptions, XpendingOptions,
};

use super::stream::Stream;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Group {
    pub(super) last_id: StreamId,
    pub(super) entries_read: Option<u64>,
    pub(super) consumers: BTreeMap<Bytes, Consumer>,
    pub(super) pending: BTreeMap<StreamId, Pending>,
    /// How many times something was delivered or given back, which puts them into an order.
    pub(super) steps: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Consumer {
    pub(super) seen_ms: i64,
    pub(super) active_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pending {
    /// None when it was given back.
    pub(super) consumer: Option<Bytes>,
    pub(super) delivered_ms: i64,
    pub(super) deliveries: u64,
    pub(super) step: u64,
}

impl Pending {
    /// None when it was given back.
    pub(super) fn idle_ms(&self, now_ms: i64) -> Option<u64> {
        (self.consumer.is_some()).then(|| (now_ms - self.delivered_ms).max(0).unsigned_abs())
    }

    /// What was given back is idle enough for everybody.
    pub(super) fn is_idle(&self, now_ms: i64, min_idle_ms: u64) -> bool {
        self.idle_ms(now_ms)
            .is_none_or(|idle_ms| idle_ms >= min_idle_ms)
    }
}

impl Group {
    pub(super) fn see(&mut self, consumer: &Bytes, now_ms: i64) {
        self.consumers.entry(consumer.clone()).or_default().seen_ms = now_ms;
    }

    /// The consumer, which there is, got something.
    pub(super) fn activate(&mut self, consumer: &Bytes, now_ms: i64) {
        let consumer = self.consumers.get_mut(consumer);
        consumer.expect("it has been seen").active_ms = Some(now_ms);
    }

    pub(super) fn put(
        &mut self,
        id: StreamId,
        consumer: Option<&Bytes>,
        delivered_ms: i64,
        deliveries: u64,
    ) {
        self.steps += 1;
        let pending = Pending {
            consumer: consumer.cloned(),
            delivered_ms,
            deliveries: deliveries.min(DELIVERIES_MAX),
            step: self.steps,
        };
        self.pending.insert(id, pending);
    }

    /// Returns how many entries were pending for it.
    pub(super) fn dismiss(&mut self, consumer: &Bytes) -> u64 {
        self.consumers.remove(consumer);
        let before = self.pending.len();
        self.pending
            .retain(|_, pending| pending.consumer.as_ref() != Some(consumer));
        (before - self.pending.len()) as u64
    }

    pub(super) fn pending_of<'a>(
        &'a self,
        consumer: &'a Bytes,
    ) -> impl Iterator<Item = (StreamId, &'a Pending)> {
        self.pending
            .iter()
            .filter(move |(_, pending)| pending.consumer.as_ref() == Some(consumer))
            .map(|(&id, pending)| (id, pending))
    }

    /// Whether it was given back.
    pub(super) fn xnack(
        &mut self,
        stream: &Stream,
        id: StreamId,
        mode: NackMode,
        options: XnackOptions,
    ) -> bool {
        let before = match self.pending.get(&id) {
            Some(pending) => pending.deliveries,
            None if options.force && stream.entries.contains_key(&id) => 0,
            None => return false,
        };
        let deliveries = options.retrycount.unwrap_or(mode.deliveries(before));
        self.put(id, None, 0, deliveries);
        true
    }

    pub(super) fn summary(&self) -> PendingSummary {
        let ids = || self.pending.keys().copied();
        PendingSummary {
            count: self.pending.len() as u64,
            range: ids().next().zip(ids().next_back()),
            consumers: self
                .consumers
                .keys()
                .map(|name| (name.clone(), self.pending_of(name).count() as u64))
                .filter(|&(_, count)| count > 0)
                .collect(),
        }
    }

    pub(super) fn rows(
        &self,
        now_ms: i64,
        ids: RangeInclusive<StreamId>,
        options: &XpendingOptions,
    ) -> Vec<PendingEntry> {
        self.pending
            .iter()
            .filter(|(id, _)| ids.contains(id))
            .filter(|(_, pending)| {
                options.consumer.is_none() || pending.consumer == options.consumer
            })
            .filter(|(_, pending)| pending.is_idle(now_ms, options.min_idle_ms))
            .take(usize::try_from(options.count).unwrap_or(usize::MAX))
            .map(|(&id, pending)| PendingEntry {
                id,
                consumer: pending.consumer.clone(),
                idle_ms: pending.idle_ms(now_ms),
                deliveries: pending.deliveries,
            })
            .collect()
    }
}

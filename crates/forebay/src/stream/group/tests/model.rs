//! The plain model of a group: records in a map, an order of time in a row, a set for each
//! consumer.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{COUNT_MAX, ClaimOptions, DeliveredAt, Ids, NackMode, NackOptions};
use super::log::TestLog;
use crate::stream::id::StreamId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) consumer: Option<u8>,
    pub(super) delivered_ms: i64,
    pub(super) count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Consumer {
    pub(super) held: BTreeSet<StreamId>,
    pub(super) seen_ms: i64,
    pub(super) active_ms: Option<i64>,
}

/// What a group must behave like.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) last_delivered: StreamId,
    pub(super) entries: BTreeMap<StreamId, Entry>,
    pub(super) consumers: BTreeMap<u8, Consumer>,
    released: Vec<StreamId>,
    /// Times never fall.
    delivered: Vec<StreamId>,
}

impl Model {
    pub(super) fn new(last_delivered: StreamId) -> Self {
        Self {
            last_delivered,
            entries: BTreeMap::new(),
            consumers: BTreeMap::new(),
            released: Vec::new(),
            delivered: Vec::new(),
        }
    }

    /// All in the order of taking over.
    pub(super) fn order(&self) -> Vec<StreamId> {
        [&self.released[..], &self.delivered].concat()
    }

    pub(super) fn see(&mut self, name: u8, now_ms: i64) {
        let new = Consumer {
            held: BTreeSet::new(),
            seen_ms: 0,
            active_ms: None,
        };
        self.consumers.entry(name).or_insert(new).seen_ms = now_ms;
    }

    fn served(&mut self, name: u8, now_ms: i64) {
        self.consumers.get_mut(&name).unwrap().active_ms = Some(now_ms);
    }

    fn put(&mut self, id: StreamId, entry: Entry) {
        self.remove(id);
        if let Some(name) = entry.consumer {
            self.consumers.get_mut(&name).unwrap().held.insert(id);
            let at = self
                .delivered
                .iter()
                .position(|other| self.entries[other].delivered_ms > entry.delivered_ms)
                .unwrap_or(self.delivered.len());
            self.delivered.insert(at, id);
        } else {
            self.released.push(id);
        }
        self.entries.insert(id, entry);
    }

    pub(super) fn remove(&mut self, id: StreamId) -> bool {
        let Some(entry) = self.entries.remove(&id) else {
            return false;
        };
        self.released.retain(|&other| other != id);
        self.delivered.retain(|&other| other != id);
        if let Some(name) = entry.consumer {
            assert!(self.consumers.get_mut(&name).unwrap().held.remove(&id));
        }
        true
    }

    pub(super) fn deliver(&mut self, name: u8, ids: &[StreamId], now_ms: i64) {
        for &id in ids {
            self.last_delivered = self.last_delivered.max(id);
            let entry = Entry {
                consumer: Some(name),
                delivered_ms: now_ms,
                count: 1,
            };
            self.put(id, entry);
            self.served(name, now_ms);
        }
    }

    fn again(&mut self, id: StreamId, name: u8, now_ms: i64) {
        let entry = Entry {
            consumer: Some(name),
            delivered_ms: now_ms,
            count: (self.entries[&id].count + 1).min(COUNT_MAX),
        };
        self.put(id, entry);
    }

    pub(super) fn history(
        &mut self,
        name: u8,
        from: StreamId,
        count: usize,
        now_ms: i64,
        log: &TestLog,
    ) -> Vec<StreamId> {
        let held = self.consumers[&name].held.range(from..);
        let given: Vec<_> = held.take(count).copied().collect();
        for &id in &given {
            if log.is_live(log.place_ever(id)) {
                self.again(id, name, now_ms);
            }
        }
        given
    }

    fn is_due(&self, id: StreamId, min_idle_ms: i64, now_ms: i64) -> bool {
        let entry = &self.entries[&id];
        entry.consumer.is_none() || min_idle_ms <= 0 || now_ms - entry.delivered_ms >= min_idle_ms
    }

    pub(super) fn claim(
        &mut self,
        name: u8,
        ids: &[StreamId],
        options: &ClaimOptions,
        now_ms: i64,
        log: &TestLog,
    ) -> (Vec<StreamId>, Vec<StreamId>) {
        let (mut claimed, mut deleted) = (Vec::new(), Vec::new());
        if let Some(last_id) = options.last_id {
            self.last_delivered = self.last_delivered.max(last_id);
        }
        for &id in ids {
            if !is_live(id, log) {
                if self.remove(id) {
                    deleted.push(id);
                }
                continue;
            }
            let before = match self.entries.get(&id) {
                Some(entry) if self.is_due(id, options.min_idle_ms, now_ms) => entry.count,
                None if options.force => 1,
                _ => continue,
            };
            let delivered_ms = match options.delivered_at {
                DeliveredAt::Now => now_ms,
                DeliveredAt::Idle(idle_ms) => now_ms - idle_ms,
                DeliveredAt::Time(ms) => ms,
            };
            let count = match options.count {
                Some(count) => count,
                None if options.just_id => before,
                None => before + 1,
            };
            let entry = Entry {
                consumer: Some(name),
                delivered_ms: if delivered_ms < 0 || delivered_ms > now_ms {
                    now_ms
                } else {
                    delivered_ms
                },
                count: count.min(COUNT_MAX),
            };
            self.put(id, entry);
            self.served(name, now_ms);
            claimed.push(id);
        }
        (claimed, deleted)
    }

    pub(super) fn autoclaim(
        &mut self,
        name: u8,
        from: StreamId,
        count: u64,
        min_idle_ms: i64,
        now_ms: i64,
        log: &TestLog,
    ) -> (Option<StreamId>, Vec<StreamId>, Vec<StreamId>) {
        let (mut claimed, mut deleted) = (Vec::new(), Vec::new());
        let ids: Vec<_> = self.entries.range(from..).map(|(id, _)| *id).collect();
        for (looked_at, &id) in (0..).zip(&ids) {
            let found = (claimed.len() + deleted.len()) as u64;
            if looked_at == count * 10 || found == count {
                return (Some(id), claimed, deleted);
            }
            if !is_live(id, log) {
                self.remove(id);
                deleted.push(id);
            } else if self.is_due(id, min_idle_ms, now_ms) {
                self.again(id, name, now_ms);
                self.served(name, now_ms);
                claimed.push(id);
            }
        }
        (None, claimed, deleted)
    }

    pub(super) fn claim_idle(
        &mut self,
        name: u8,
        count: usize,
        min_idle_ms: i64,
        now_ms: i64,
        log: &TestLog,
    ) -> (Vec<StreamId>, Vec<StreamId>) {
        let (mut claimed, mut deleted) = (Vec::new(), Vec::new());
        for id in self.order() {
            if !self.is_due(id, min_idle_ms, now_ms) {
                break;
            }
            if !is_live(id, log) {
                self.remove(id);
                deleted.push(id);
                continue;
            }
            self.again(id, name, now_ms);
            self.served(name, now_ms);
            claimed.push(id);
            if claimed.len() == count {
                break;
            }
        }
        (claimed, deleted)
    }

    pub(super) fn nack(&mut self, ids: &[StreamId], options: &NackOptions, log: &TestLog) -> u64 {
        let mut released = 0;
        for &id in ids {
            let before = match self.entries.get(&id) {
                Some(entry) => entry.count,
                None if options.force && is_live(id, log) => 0,
                None => continue,
            };
            let by_mode = match options.mode {
                NackMode::Silent => before.saturating_sub(1),
                NackMode::Fail => before,
                NackMode::Fatal => COUNT_MAX,
            };
            let entry = Entry {
                consumer: None,
                delivered_ms: 0,
                count: options.count.unwrap_or(by_mode).min(COUNT_MAX),
            };
            self.put(id, entry);
            released += 1;
        }
        released
    }

    pub(super) fn delete_consumer(&mut self, name: u8) -> u64 {
        let held = self.consumers.get(&name).map(|consumer| &consumer.held);
        let held = held.cloned().unwrap_or_default();
        for &id in &held {
            self.remove(id);
        }
        self.consumers.remove(&name);
        held.len() as u64
    }
}

fn is_live(id: StreamId, log: &TestLog) -> bool {
    log.locate(id).is_some_and(|place| log.is_live(place))
}

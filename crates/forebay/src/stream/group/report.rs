//! What XPENDING and XINFO tell of a group.

use std::sync::Arc;

use super::arrays::Walk;
use super::group::Group;
use super::place::Ids;
use super::record::{ConsumerIndex, Pending};
use crate::stream::id::StreamId;

/// XPENDING without a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingSummary {
    pub(crate) len: u64,
    /// The lowest and the greatest id. `None` when nothing is pending.
    pub(crate) bounds: Option<(StreamId, StreamId)>,
    /// Who has how many, by name; who has none is not there.
    pub(crate) consumers: Vec<(Arc<[u8]>, u64)>,
}

/// What XPENDING with a range asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PendingQuery<'a> {
    /// Both ends are included.
    pub(crate) from: StreamId,
    pub(crate) to: StreamId,
    pub(crate) count: u64,
    /// Only what this one has.
    pub(crate) consumer: Option<&'a [u8]>,
    /// Only what was idle for so long, or what nobody has.
    pub(crate) min_idle_ms: i64,
}

/// A row of XPENDING.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingRow {
    pub(crate) id: StreamId,
    /// `None` when nobody has it.
    pub(crate) consumer: Option<Arc<[u8]>>,
    pub(crate) pending: Pending,
}

/// A row of XINFO CONSUMERS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConsumerFigures {
    pub(crate) name: Arc<[u8]>,
    pub(crate) pending: u64,
    pub(crate) seen_ms: i64,
    pub(crate) active_ms: Option<i64>,
}

impl ConsumerFigures {
    /// Milliseconds since its last attempt.
    pub(crate) fn idle_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_sub(self.seen_ms).max(0)
    }

    /// Milliseconds since its last success. `None` if there was none.
    pub(crate) fn inactive_ms(&self, now_ms: i64) -> Option<i64> {
        self.active_ms
            .map(|active_ms| now_ms.saturating_sub(active_ms).max(0))
    }
}

impl Group {
    /// XPENDING without a range. O(consumers).
    pub(crate) fn summary(&self, log: &impl Ids) -> PendingSummary {
        let ends = self.pending.first().zip(self.pending.last());
        let sorted = self.consumers.sorted().into_iter();
        let counts = sorted.map(|(index, consumer)| {
            let held = self.pending.held(index);
            (Arc::clone(&consumer.name), held)
        });
        PendingSummary {
            len: self.pending.len(),
            bounds: ends.map(|(first, last)| (self.id_of(first, log), self.id_of(last, log))),
            consumers: counts.filter(|(_, held)| *held > 0).collect(),
        }
    }

    /// XPENDING with a range, and the pending entries of XINFO STREAM FULL. O(pending entries in
    /// the range).
    pub(crate) fn pending_rows(
        &self,
        query: &PendingQuery<'_>,
        now_ms: i64,
        log: &impl Ids,
    ) -> Vec<PendingRow> {
        let mut rows = Vec::new();
        let consumer = query.consumer.map(|name| self.consumers.find(name));
        if consumer == Some(None) {
            return rows;
        }
        let consumer: Option<ConsumerIndex> = consumer.flatten();
        let mut left = consumer.map_or(self.pending.len(), |index| self.pending.held(index));
        let Some(from) = self.seek(query.from, log) else {
            return rows;
        };
        let mut walk = Walk::new(from, consumer.map(|index| index.0));
        while left > 0
            && (rows.len() as u64) < query.count
            && let Some(link) = self.pending.step(&mut walk)
        {
            let pending = self.pending.get(link);
            if consumer.is_some() && pending.consumer != consumer {
                continue;
            }
            left -= 1;
            if !pending.is_idle_for(query.min_idle_ms, now_ms) {
                continue;
            }
            let id = self.id_of(link, log);
            if id > query.to {
                break;
            }
            rows.push(PendingRow {
                id,
                consumer: pending.consumer.and_then(|index| self.name(index)),
                pending,
            });
        }
        rows
    }

    /// XINFO CONSUMERS, by name. O(n log n).
    pub(crate) fn consumer_figures(&self) -> Vec<ConsumerFigures> {
        let sorted = self.consumers.sorted().into_iter();
        let figures = sorted.map(|(index, consumer)| ConsumerFigures {
            name: Arc::clone(&consumer.name),
            pending: self.pending.held(index),
            seen_ms: consumer.seen_ms,
            active_ms: consumer.active_ms,
        });
        figures.collect()
    }

    /// How many consumers there are.
    pub(crate) fn consumers_len(&self) -> usize {
        self.consumers.len()
    }

    fn name(&self, index: ConsumerIndex) -> Option<Arc<[u8]>> {
        self.consumers
            .get(index)
            .map(|consumer| Arc::clone(&consumer.name))
    }
}

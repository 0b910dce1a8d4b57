//! What a group does, sentence by sentence, and random commands against a plain model.

mod claim;
mod deliver;
mod extremes;
mod idle;
mod log;
mod model;
mod random;
mod release;
mod report;
mod segments;

use core::ops::ControlFlow;

use super::{
    ClaimOptions, Claimed, ConsumerIndex, Group, Historic, Pending, PendingQuery, PendingRow, Place,
};
use crate::stream::id::StreamId;
use log::TestLog;

/// Where time starts in the tests.
const START_MS: i64 = 1_700_000_000_000;

const ZERO: StreamId = id(0);
const MAX: StreamId = StreamId {
    ms: u64::MAX,
    seq: u64::MAX,
};

const fn id(ms: u64) -> StreamId {
    StreamId { ms, seq: 0 }
}

/// A log with a group that has read nothing, and a clock.
struct Fixture {
    log: TestLog,
    group: Group,
    now_ms: i64,
}

impl Fixture {
    /// Entries 1-0, 2-0, ... in segments of so many.
    fn new(entries: u64, segment_len: u16) -> Self {
        let mut log = TestLog::new(segment_len);
        for ms in 1..=entries {
            log.add(id(ms));
        }
        Self {
            group: Group::new(ZERO, Some(0), &log.figures()),
            log,
            now_ms: START_MS,
        }
    }

    fn consumer(&mut self, name: &str) -> ConsumerIndex {
        self.group.consumer(name.as_bytes(), self.now_ms)
    }

    /// XREADGROUP with `>`: what was delivered.
    fn read(&mut self, name: &str, count: usize) -> Vec<u64> {
        let consumer = self.consumer(name);
        let new = self.log.after(self.group.cursor().last_delivered, count);
        let figures = self.log.figures();
        let entries = new.iter().copied();
        let delivered = self.group.deliver(consumer, self.now_ms, entries, &figures);
        assert_eq!(delivered, new.len() as u64);
        self.group.check();
        new.iter().map(|(id, _)| id.ms).collect()
    }

    /// XREADGROUP with an id: ids, and whether they are there.
    fn history(&mut self, name: &str, from: u64, count: usize) -> Vec<(u64, bool)> {
        let consumer = self.consumer(name);
        let mut given = Vec::new();
        let give = |historic: Historic| {
            given.push((historic.id.ms, historic.is_live));
            go_on(given.len() < count)
        };
        self.group
            .history(consumer, id(from), self.now_ms, &self.log, give);
        self.group.check();
        given
    }

    /// XCLAIM: what was claimed, and what was dropped.
    fn claim(&mut self, name: &str, ids: &[u64], options: &ClaimOptions) -> (Vec<u64>, Vec<u64>) {
        let consumer = self.consumer(name);
        let ids = ids.iter().map(|&ms| id(ms));
        let mut claimed = Vec::new();
        let take = |id: StreamId, _| claimed.push(id.ms);
        let deleted = self
            .group
            .claim(consumer, ids, options, self.now_ms, &self.log, take);
        self.group.check();
        (claimed, deleted.iter().map(|id| id.ms).collect())
    }

    /// XAUTOCLAIM: where to go on, what was claimed, and what was dropped.
    fn autoclaim(
        &mut self,
        name: &str,
        from: u64,
        count: u64,
        min_idle_ms: i64,
    ) -> (Option<u64>, Vec<u64>, Vec<u64>) {
        let consumer = self.consumer(name);
        let mut claimed = Vec::new();
        let result = self.group.autoclaim(
            consumer,
            id(from),
            count,
            min_idle_ms,
            false,
            self.now_ms,
            &self.log,
            |id, _| claimed.push(id.ms),
        );
        self.group.check();
        let deleted = result.deleted.iter().map(|id| id.ms).collect();
        (result.next.map(|id| id.ms), claimed, deleted)
    }

    /// XREADGROUP with CLAIM, the part that claims: what was claimed, and what was dropped.
    fn claim_idle(
        &mut self,
        name: &str,
        min_idle_ms: i64,
        count: usize,
    ) -> (Vec<Claimed>, Vec<u64>) {
        let consumer = self.consumer(name);
        let mut claimed = Vec::new();
        let give = |each| {
            claimed.push(each);
            go_on(claimed.len() < count)
        };
        let deleted = self
            .group
            .claim_idle(consumer, min_idle_ms, self.now_ms, &self.log, give);
        self.group.check();
        (claimed, deleted.iter().map(|id| id.ms).collect())
    }

    fn ack(&mut self, ms: u64) -> bool {
        let was_pending = self.group.ack(id(ms), &self.log);
        self.group.check();
        was_pending
    }

    fn rows(&self) -> Vec<PendingRow> {
        let query = PendingQuery {
            from: ZERO,
            to: MAX,
            count: u64::MAX,
            consumer: None,
            min_idle_ms: 0,
        };
        self.group.pending_rows(&query, self.now_ms, &self.log)
    }

    /// What is pending: id, consumer, milliseconds after the start, count.
    fn pending(&self) -> Vec<(u64, String, i64, u64)> {
        let rows = self.rows().into_iter();
        rows.map(|row| {
            let name = row.consumer.as_deref().unwrap_or_default();
            (
                row.id.ms,
                String::from_utf8(name.to_vec()).unwrap(),
                row.pending.delivered_ms - START_MS,
                row.pending.count,
            )
        })
        .collect()
    }

    /// The ids of what is pending, in the order of taking over.
    fn order(&self) -> Vec<u64> {
        let order = self.group.check().into_iter();
        order.map(|(place, _)| self.log.id_ever(place).ms).collect()
    }

    fn place(&self, ms: u64) -> Place {
        self.log.place_ever(id(ms))
    }

    /// A segment goes, as it does when its last entry was deleted or trimmed.
    fn drop_segment(&mut self, segment: u64) {
        let ids = self.log.drop_segment(segment);
        self.group.retire(segment, |slot| ids[usize::from(slot)]);
        self.group.check();
    }
}

impl Group {
    /// Panics when something does not fit together, and returns all in the order of taking over.
    fn check(&self) -> Vec<(Place, Pending)> {
        let order = self.pending.check();
        for (_, pending) in &order {
            let consumer = pending.consumer;
            assert!(consumer.is_none_or(|index| self.consumers.get(index).is_some()));
        }
        order
    }
}

fn go_on(yes: bool) -> ControlFlow<()> {
    if yes {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}

/// A row of [`Fixture::pending`].
fn row(ms: u64, name: &str, after_ms: i64, count: u64) -> (u64, String, i64, u64) {
    (ms, name.to_owned(), after_ms, count)
}

/// The same for an entry that nobody has.
fn nobody(ms: u64, count: u64) -> (u64, String, i64, u64) {
    (ms, String::new(), -START_MS, count)
}

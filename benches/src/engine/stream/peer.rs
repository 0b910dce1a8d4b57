//! A peer inside this process: somebody's log of entries, with [groups](super::group) beside it.

use forebay::{Clock, StreamId};

use crate::engine::Named;
use crate::engine::stream::copies::Copies;
use crate::engine::stream::group::{Consumer, Group};
use crate::engine::stream::{self, Session};

/// Entries by id, which any number of threads use at once. A visitor is called under the lock, if
/// there is one.
pub trait Log: Send + Sync + 'static {
    /// The name in every report.
    const NAME: &'static str;
    /// Whether there is a lock.
    const LOCKS: bool;

    /// An empty log.
    fn new() -> Self;

    /// Adds an entry.
    fn add(&self, message: &[u8]);

    /// Adds an entry and removes some at the old end when there are clearly more than `maxlen`.
    fn add_bounded(&self, message: &[u8], maxlen: u64);

    /// Shows the first entries of a range.
    fn visit(&self, from: StreamId, to: StreamId, count: usize, visit: impl FnMut(StreamId, &[u8]));

    /// Shows the last entries of a range, the last one first.
    fn visit_back(
        &self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    );

    /// Shows those of these entries that are there.
    fn visit_each(&self, ids: &[StreamId], visit: impl FnMut(StreamId, &[u8]));

    /// How many entries there are.
    fn length(&self) -> u64;
}

/// The time as Forebay reads it, so that nobody pays more for it.
#[inline]
#[must_use]
pub fn now_ms() -> u64 {
    Clock::system().unix_ms().unsigned_abs()
}

/// The id after `last`, at this time.
#[inline]
#[must_use]
pub fn next_id(last: StreamId, now_ms: u64) -> StreamId {
    if now_ms > last.ms {
        StreamId::new(now_ms, 0)
    } else {
        // No clock comes near the last id there is.
        last.next().unwrap_or(StreamId::MAX)
    }
}

/// A log with groups.
#[derive(Debug)]
pub struct Peer<L> {
    log: L,
    groups: Vec<Group>,
}

impl<L: Log> Named for Peer<L> {
    const NAME: &'static str = L::NAME;
}

impl<L: Log> stream::Stream for Peer<L> {
    type Session<'a> = Reader<'a, L>;
    type Member<'a> = Consumer<'a, L>;

    fn new(groups: usize) -> Self {
        Self {
            log: L::new(),
            groups: (0..groups).map(|_| Group::default()).collect(),
        }
    }

    fn session(&self) -> Reader<'_, L> {
        Reader {
            log: &self.log,
            copies: Copies::default(),
        }
    }

    fn member(&self, group: usize, consumer: usize) -> Consumer<'_, L> {
        Consumer::new(&self.log, &self.groups[group], consumer)
    }
}

/// One thread that reads and adds.
#[derive(Debug)]
pub struct Reader<'a, L> {
    log: &'a L,
    copies: Copies,
}

impl<L: Log> Session for Reader<'_, L> {
    #[inline]
    fn add(&mut self, message: &[u8]) {
        self.log.add(message);
    }

    #[inline]
    fn add_bounded(&mut self, message: &[u8], maxlen: u64) {
        self.log.add_bounded(message, maxlen);
    }

    #[inline]
    fn read(&mut self, after: StreamId, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        if let Some(from) = after.next() {
            self.range(from, StreamId::MAX, count, visit);
        }
    }

    #[inline]
    fn range(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    ) {
        if L::LOCKS {
            self.copies.clear();
            let copy = |id, message: &[u8]| self.copies.push(id, message);
            self.log.visit(from, to, count, copy);
            self.copies.show(visit);
        } else {
            self.log.visit(from, to, count, visit);
        }
    }

    #[inline]
    fn range_back(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    ) {
        if L::LOCKS {
            self.copies.clear();
            let copy = |id, message: &[u8]| self.copies.push(id, message);
            self.log.visit_back(from, to, count, copy);
            self.copies.show(visit);
        } else {
            self.log.visit_back(from, to, count, visit);
        }
    }

    fn length(&mut self) -> u64 {
        self.log.length()
    }
}

//! `Mutex<BTreeMap>`: the stream that everybody writes first.
//!
//! The mutex is `parking_lot`'s, which spins before it sleeps. Entries are made before it is locked
//! and freed after it is unlocked.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::time::Duration;

use forebay::StreamId;
use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

use crate::engine::stream::FIELD;
use crate::engine::stream::fields::{boxed, first_value};
use crate::engine::stream::peer::{Log, Peer, next_id, now_ms};
use crate::engine::{AsyncQueue, BlockingQueue, Named};

/// As many entries are removed at once as Redis removes with `~`.
const TRIMMED_AT_ONCE: u64 = 100;

const NAME: &str = "mutex-btreemap";

/// The map with groups.
pub type Stream = Peer<MutexBTreeMap>;

/// Entries by id.
#[derive(Debug, Default)]
pub struct Entries {
    last: StreamId,
    by_id: BTreeMap<StreamId, Box<[u8]>>,
}

impl Entries {
    /// Adds an entry.
    #[inline]
    pub fn add(&mut self, now_ms: u64, fields: Box<[u8]>) {
        self.last = next_id(self.last, now_ms);
        self.by_id.insert(self.last, fields);
    }

    /// Shows the first entry after an id, and returns its id.
    pub fn first_after(&self, id: StreamId, visit: impl FnOnce(&[u8])) -> Option<StreamId> {
        let (&id, fields) = self.by_id.range(id.next()?..).next()?;
        visit(first_value(fields));
        Some(id)
    }
}

/// A sorted map behind a lock.
#[derive(Debug, Default)]
pub struct MutexBTreeMap(Mutex<Entries>);

impl Log for MutexBTreeMap {
    const NAME: &'static str = NAME;
    const LOCKS: bool = true;

    fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn add(&self, message: &[u8]) {
        let (fields, now_ms) = (boxed(FIELD, message), now_ms());
        self.0.lock().add(now_ms, fields);
    }

    #[inline]
    fn add_bounded(&self, message: &[u8], maxlen: u64) {
        let (fields, now_ms) = (boxed(FIELD, message), now_ms());
        let mut trimmed = Vec::new();
        let mut entries = self.0.lock();
        entries.add(now_ms, fields);
        let excess = (entries.by_id.len() as u64).saturating_sub(maxlen);
        if excess >= TRIMMED_AT_ONCE {
            trimmed.extend((0..excess).map_while(|_| entries.by_id.pop_first()));
        }
        drop(entries);
        drop(trimmed);
    }

    #[inline]
    fn visit(
        &self,
        from: StreamId,
        to: StreamId,
        count: usize,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        let entries = self.0.lock();
        for (&id, fields) in entries.by_id.range(from..=to).take(count) {
            visit(id, first_value(fields));
        }
    }

    #[inline]
    fn visit_back(
        &self,
        from: StreamId,
        to: StreamId,
        count: usize,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        let entries = self.0.lock();
        for (&id, fields) in entries.by_id.range(from..=to).rev().take(count) {
            visit(id, first_value(fields));
        }
    }

    fn visit_each(&self, ids: &[StreamId], mut visit: impl FnMut(StreamId, &[u8])) {
        let entries = self.0.lock();
        for &id in ids {
            if let Some(fields) = entries.by_id.get(&id) {
                visit(id, first_value(fields));
            }
        }
    }

    fn length(&self) -> u64 {
        self.0.lock().by_id.len() as u64
    }
}

/// The map between tasks, with a `tokio::sync::Notify`.
#[derive(Debug)]
pub struct Notifying;

/// What both ends have.
#[derive(Debug, Default)]
pub struct Shared {
    entries: Mutex<Entries>,
    added: Notify,
}

impl Shared {
    /// Shows the entry after `seen`, if there is one.
    fn next<R>(
        &self,
        seen: &mut StreamId,
        read: &mut Option<impl FnOnce(&[u8]) -> R>,
    ) -> Option<R> {
        let mut result = None;
        let show = |message: &[u8]| result = read.take().map(|read| read(message));
        *seen = self.entries.lock().first_after(*seen, show)?;
        result
    }
}

impl Named for Notifying {
    const NAME: &'static str = NAME;
}

impl AsyncQueue for Notifying {
    type Sender = Arc<Shared>;
    type Receiver = (Arc<Shared>, StreamId);

    fn open() -> (Self::Sender, Self::Receiver) {
        let shared = Arc::<Shared>::default();
        (Arc::clone(&shared), (shared, StreamId::MIN))
    }

    #[inline]
    fn send(shared: &Self::Sender, message: &[u8]) {
        let (fields, now_ms) = (boxed(FIELD, message), now_ms());
        shared.entries.lock().add(now_ms, fields);
        shared.added.notify_one();
    }

    async fn receive<R>(
        (shared, seen): &mut Self::Receiver,
        read: impl FnOnce(&[u8]) -> R + Send,
    ) -> R {
        let mut read = Some(read);
        loop {
            if let Some(result) = shared.next(seen, &mut read) {
                return result;
            }
            shared.added.notified().await;
        }
    }
}

/// The map with a condition variable, and where its one reader is.
#[derive(Debug, Default)]
pub struct Blocking {
    entries: Mutex<(Entries, StreamId)>,
    added: Condvar,
}

impl Named for Blocking {
    const NAME: &'static str = NAME;
}

impl BlockingQueue for Blocking {
    fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        let (fields, now_ms) = (boxed(FIELD, message), now_ms());
        self.entries.lock().0.add(now_ms, fields);
        self.added.notify_one();
    }

    #[inline]
    #[expect(
        clippy::expect_used,
        reason = "without a limit it waits until there is one"
    )]
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        self.wait_for(Duration::MAX, read).expect("an entry")
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let mut locked = self.entries.lock();
        let nothing_new = |(entries, seen): &mut (Entries, StreamId)| *seen == entries.last;
        self.added.wait_while_for(&mut locked, nothing_new, limit);
        let (entries, seen) = &mut *locked;
        let mut result = None;
        let id = entries.first_after(*seen, |message| result = Some(read(message)))?;
        *seen = id;
        result
    }
}

//! `crossbeam_skiplist::SkipMap`: a sorted map without locks.
//!
//! An id is drawn before its entry is in the map, so with several producers a reader can be shown
//! an entry and miss an earlier one that comes later. Workloads that read while several threads add
//! would lose entries.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crossbeam_skiplist::SkipMap;
use forebay::StreamId;

use crate::engine::stream::FIELD;
use crate::engine::stream::fields::{boxed, first_value};
use crate::engine::stream::peer::{Log, Peer, now_ms};

/// The last id given out is one word: milliseconds, then so many bits of the sequence number.
const SEQ_BITS: u32 = 20;
const TRIMMED_AT_ONCE: usize = 100;

/// The map with groups.
pub type Stream = Peer<SkipList>;

/// A skip list and the last id.
#[derive(Debug, Default)]
pub struct SkipList {
    last: AtomicU64,
    by_id: SkipMap<StreamId, Box<[u8]>>,
}

impl SkipList {
    #[inline]
    fn next_id(&self) -> StreamId {
        let now = now_ms() << SEQ_BITS;
        // Relaxed: the map hands the entries over, the word only has to be different each time.
        let before = self
            .last
            .fetch_update(Relaxed, Relaxed, |last| Some(now.max(last + 1)));
        let word = before.map_or(now, |last| now.max(last + 1));
        StreamId::new(word >> SEQ_BITS, word & ((1 << SEQ_BITS) - 1))
    }
}

impl Log for SkipList {
    const NAME: &'static str = "crossbeam-skiplist";
    const LOCKS: bool = false;

    fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn add(&self, message: &[u8]) {
        let fields = boxed(FIELD, message);
        self.by_id.insert(self.next_id(), fields);
    }

    #[inline]
    fn add_bounded(&self, message: &[u8], maxlen: u64) {
        self.add(message);
        let maxlen = usize::try_from(maxlen).unwrap_or(usize::MAX);
        let excess = self.by_id.len().saturating_sub(maxlen);
        if excess >= TRIMMED_AT_ONCE {
            for _ in 0..excess {
                self.by_id.pop_front();
            }
        }
    }

    #[inline]
    fn visit(
        &self,
        from: StreamId,
        to: StreamId,
        count: usize,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        for entry in self.by_id.range(from..=to).take(count) {
            visit(*entry.key(), first_value(entry.value()));
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
        for entry in self.by_id.range(from..=to).rev().take(count) {
            visit(*entry.key(), first_value(entry.value()));
        }
    }

    fn visit_each(&self, ids: &[StreamId], mut visit: impl FnMut(StreamId, &[u8])) {
        for &id in ids {
            if let Some(entry) = self.by_id.get(&id) {
                visit(id, first_value(entry.value()));
            }
        }
    }

    fn length(&self) -> u64 {
        self.by_id.len() as u64
    }
}

//! A mutex around arena segments like those of Forebay's streams: bytes appended to large chunks,
//! and an index of them.
//!
//! It allocates once for some hundred entries. What a stream without a lock has to beat is this.

use alloc::collections::VecDeque;

use forebay::StreamId;
use parking_lot::Mutex;

use crate::engine::stream::FIELD;
use crate::engine::stream::fields::{append, bytes_of, first_value};
use crate::engine::stream::peer::{Log, Peer, next_id, now_ms};

const SEGMENT_BYTES: usize = 64 << 10;
const SEGMENT_SLOTS: usize = 1024;

/// The arena with groups.
pub type Stream = Peer<MutexArena>;

/// Segments behind a lock.
#[derive(Debug, Default)]
pub struct MutexArena(Mutex<Segments>);

#[derive(Debug, Default)]
struct Segments {
    last: StreamId,
    length: usize,
    chain: VecDeque<Segment>,
}

/// Entries with rising ids; never empty.
#[derive(Debug)]
struct Segment {
    slots: Vec<Slot>,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    id: StreamId,
    end: usize,
}

impl Segment {
    fn new(bytes: usize) -> Self {
        Self {
            slots: Vec::with_capacity(SEGMENT_SLOTS),
            bytes: Vec::with_capacity(bytes.max(SEGMENT_BYTES)),
        }
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.slots.len() < SEGMENT_SLOTS && self.bytes.len() + bytes <= self.bytes.capacity()
    }

    fn last_id(&self) -> StreamId {
        self.slots.last().map_or(StreamId::MIN, |slot| slot.id)
    }

    fn first_id(&self) -> StreamId {
        self.slots.first().map_or(StreamId::MIN, |slot| slot.id)
    }

    #[inline]
    fn message(&self, index: usize) -> &[u8] {
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.slots[before].end);
        first_value(&self.bytes[start..self.slots[index].end])
    }
}

impl Segments {
    #[inline]
    fn add(&mut self, now_ms: u64, message: &[u8]) {
        let id = next_id(self.last, now_ms);
        let bytes = bytes_of(FIELD, message);
        if !self.chain.back().is_some_and(|last| last.has_room(bytes)) {
            self.chain.push_back(Segment::new(bytes));
        }
        if let Some(segment) = self.chain.back_mut() {
            append(&mut segment.bytes, FIELD, message);
            let end = segment.bytes.len();
            segment.slots.push(Slot { id, end });
            self.last = id;
            self.length += 1;
        }
    }

    /// Removes the oldest segments as long as `maxlen` entries remain.
    fn trim(&mut self, maxlen: u64, trimmed: &mut Vec<Segment>) {
        while let Some(first) = self.chain.front() {
            let rest = self.length - first.slots.len();
            if (rest as u64) < maxlen {
                return;
            }
            self.length = rest;
            trimmed.extend(self.chain.pop_front());
        }
    }
}

impl Log for MutexArena {
    const NAME: &'static str = "mutex-arena";
    const LOCKS: bool = true;

    fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn add(&self, message: &[u8]) {
        let now_ms = now_ms();
        self.0.lock().add(now_ms, message);
    }

    #[inline]
    fn add_bounded(&self, message: &[u8], maxlen: u64) {
        let now_ms = now_ms();
        let mut trimmed = Vec::new();
        let mut segments = self.0.lock();
        segments.add(now_ms, message);
        segments.trim(maxlen, &mut trimmed);
        drop(segments);
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
        let all = self.0.lock();
        let first = all.chain.partition_point(|one| one.last_id() < from);
        let mut left = count;
        for segment in all.chain.range(first..) {
            let start = segment.slots.partition_point(|slot| slot.id < from);
            for (index, slot) in segment.slots.iter().enumerate().skip(start) {
                if left == 0 || slot.id > to {
                    return;
                }
                visit(slot.id, segment.message(index));
                left -= 1;
            }
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
        let all = self.0.lock();
        let end = all.chain.partition_point(|one| one.first_id() <= to);
        let mut left = count;
        for segment in all.chain.range(..end).rev() {
            let end = segment.slots.partition_point(|slot| slot.id <= to);
            for (index, slot) in segment.slots.iter().enumerate().take(end).rev() {
                if left == 0 || slot.id < from {
                    return;
                }
                visit(slot.id, segment.message(index));
                left -= 1;
            }
        }
    }

    fn visit_each(&self, ids: &[StreamId], mut visit: impl FnMut(StreamId, &[u8])) {
        let all = self.0.lock();
        for &id in ids {
            let place = all.chain.partition_point(|one| one.last_id() < id);
            if let Some(segment) = all.chain.get(place)
                && let Ok(index) = segment.slots.binary_search_by_key(&id, |slot| slot.id)
            {
                visit(id, segment.message(index));
            }
        }
    }

    fn length(&self) -> u64 {
        self.0.lock().length as u64
    }
}

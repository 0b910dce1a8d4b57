//! Queues by key that make their messages up: each thread has back what it pushed, in order.

use core::cell::Cell;

use super::NAME;
use crate::engine::{Key, KeyedQueues, Named};
use crate::key::Name;
use crate::message::{Header, PAYLOAD_BYTES_MIN};

thread_local! {
    /// The last message that this thread pushed, and how many it has popped.
    static THREAD: Cell<(Header, u64)> = const { Cell::new((Header::new(0, 0), u64::MAX)) };
}

/// All queues at once: a run's threads are new ones, so that nothing is left of an earlier run.
#[derive(Debug)]
pub struct Keyed;

impl Named for Keyed {
    const NAME: &'static str = NAME;
}

impl KeyedQueues for Keyed {
    fn new(_: &[Name]) -> Self {
        Self
    }

    #[inline]
    fn push(&self, key: Key<'_>, message: &[u8]) {
        let header = Header::read(core::hint::black_box(message));
        core::hint::black_box(key.index);
        let popped = THREAD.get().1;
        let popped = if popped == u64::MAX { 0 } else { popped };
        THREAD.set((header, popped));
    }

    #[inline]
    fn pop<R>(&self, key: Key<'_>, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        core::hint::black_box(key.index);
        let (last, popped) = THREAD.get();
        if popped == u64::MAX || popped > last.sequence() {
            return None;
        }
        THREAD.set((last, popped + 1));
        let mut message = [0; PAYLOAD_BYTES_MIN];
        Header::new(last.producer(), popped).write(&mut message);
        Some(read(core::hint::black_box(&message)))
    }
}

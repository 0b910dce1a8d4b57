//! `concurrent_queue::ConcurrentQueue`, unbounded.

use concurrent_queue::ConcurrentQueue;

use crate::engine::{self, Named};

/// The queue of the smol family.
#[derive(Debug)]
pub struct Queue(ConcurrentQueue<Box<[u8]>>);

impl Named for Queue {
    const NAME: &'static str = "concurrent-queue";
}

impl engine::Queue for Queue {
    fn new() -> Self {
        Self(ConcurrentQueue::unbounded())
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        let pushed = self.0.push(message.into());
        debug_assert!(
            pushed.is_ok(),
            "an unbounded queue that nobody closes is never full"
        );
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.0.pop().ok().map(|message| read(&message))
    }
}

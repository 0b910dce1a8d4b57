//! `crossbeam_queue::SegQueue`.

use crate::engine::{Named, Queue};

/// Linked blocks of 31 slots, lock-free, unbounded.
#[derive(Debug)]
pub struct SegQueue(crossbeam_queue::SegQueue<Box<[u8]>>);

impl Named for SegQueue {
    const NAME: &'static str = "crossbeam-segqueue";
}

impl Queue for SegQueue {
    fn new() -> Self {
        Self(crossbeam_queue::SegQueue::new())
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        self.0.push(message.into());
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.0.pop().map(|message| read(&message))
    }
}

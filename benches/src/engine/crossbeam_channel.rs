//! `crossbeam_channel::unbounded`.

use core::time::Duration;

use crossbeam_channel::{Receiver, Sender};

use crate::engine::{BlockingQueue, Named, Queue};

/// Both ends of an unbounded channel.
#[derive(Debug)]
pub struct Channel {
    sender: Sender<Box<[u8]>>,
    receiver: Receiver<Box<[u8]>>,
}

impl Channel {
    fn open() -> Self {
        let (sender, receiver) = crossbeam_channel::unbounded();
        Self { sender, receiver }
    }

    #[inline]
    fn send(&self, message: &[u8]) {
        let sent = self.sender.send(message.into());
        debug_assert!(sent.is_ok(), "the receiver is alive");
    }
}

impl Named for Channel {
    const NAME: &'static str = "crossbeam-channel";
}

impl Queue for Channel {
    fn new() -> Self {
        Self::open()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        self.send(message);
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.receiver.try_recv().ok().map(|message| read(&message))
    }
}

impl BlockingQueue for Channel {
    fn new() -> Self {
        Self::open()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        self.send(message);
    }

    #[inline]
    #[expect(clippy::expect_used, reason = "this value holds a sender")]
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        read(&self.receiver.recv().expect("the sender is alive"))
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.receiver
            .recv_timeout(limit)
            .ok()
            .map(|message| read(&message))
    }
}

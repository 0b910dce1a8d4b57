//! `flume::unbounded`.

use core::time::Duration;

use flume::{Receiver, Sender};

use crate::engine::{BlockingQueue, Named, Queue};

/// Both ends of an unbounded channel.
#[derive(Debug)]
pub struct Channel {
    sender: Sender<Box<[u8]>>,
    receiver: Receiver<Box<[u8]>>,
}

impl Named for Channel {
    const NAME: &'static str = "flume";
}

impl Queue for Channel {
    fn new() -> Self {
        let (sender, receiver) = flume::unbounded();
        Self { sender, receiver }
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        let sent = self.sender.send(message.into());
        debug_assert!(sent.is_ok(), "the receiver is alive");
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.receiver.try_recv().ok().map(|message| read(&message))
    }
}

impl BlockingQueue for Channel {
    fn new() -> Self {
        <Self as Queue>::new()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        Queue::push(self, message);
    }

    #[inline]
    #[expect(clippy::expect_used, reason = "this value holds a sender")]
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        read(&self.receiver.recv().expect("the sender is alive"))
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let message = self.receiver.recv_timeout(limit).ok();
        message.map(|message| read(&message))
    }
}

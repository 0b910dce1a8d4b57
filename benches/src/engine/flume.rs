//! `flume::unbounded`.

use flume::{Receiver, Sender};

use crate::engine::{Named, Queue};

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

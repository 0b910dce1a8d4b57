//! `kanal::unbounded`.

use kanal::{Receiver, Sender};

use crate::engine::{Named, Queue};

/// Both ends of an unbounded channel.
#[derive(Debug)]
pub struct Channel {
    sender: Sender<Box<[u8]>>,
    receiver: Receiver<Box<[u8]>>,
}

impl Named for Channel {
    const NAME: &'static str = "kanal";
}

impl Queue for Channel {
    fn new() -> Self {
        let (sender, receiver) = kanal::unbounded();
        Self { sender, receiver }
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        let sent = self.sender.send(message.into());
        debug_assert!(sent.is_ok(), "the receiver is alive");
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.receiver
            .try_recv()
            .ok()
            .flatten()
            .map(|message| read(&message))
    }
}

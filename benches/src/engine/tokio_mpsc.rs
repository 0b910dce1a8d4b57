//! `tokio::sync::mpsc::unbounded_channel`.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::engine::{AsyncQueue, Named};

/// The channel between tasks; several producers, one consumer.
#[derive(Debug)]
pub struct Channel;

impl Named for Channel {
    const NAME: &'static str = "tokio-mpsc";
}

impl AsyncQueue for Channel {
    type Sender = UnboundedSender<Box<[u8]>>;
    type Receiver = UnboundedReceiver<Box<[u8]>>;

    fn open() -> (Self::Sender, Self::Receiver) {
        unbounded_channel()
    }

    #[inline]
    fn send(sender: &Self::Sender, message: &[u8]) {
        let sent = sender.send(message.into());
        debug_assert!(sent.is_ok(), "the receiver is alive");
    }

    #[expect(clippy::expect_used, reason = "the sender outlives the last receive")]
    async fn receive<R>(receiver: &mut Self::Receiver, read: impl FnOnce(&[u8]) -> R + Send) -> R {
        read(&receiver.recv().await.expect("the sender is alive"))
    }
}

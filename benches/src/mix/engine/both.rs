//! A list and a stream at once: key 0 is the list, key 1 the stream. Consumers with even numbers
//! work on the list, the others on the stream.

use core::time::Duration;

use super::{Receiver, Sender, Setup, Target};
use crate::engine::Named;
use crate::fault::Fault;

/// A producer's messages go to the one and the other in turn.
pub const KEYS: u64 = 2;

/// Both of them.
#[derive(Debug)]
pub struct Both<L, S> {
    list: L,
    stream: S,
}

/// A producer.
#[derive(Debug)]
pub struct Producer<'a, L: Target, S: Target> {
    list: L::Sender<'a>,
    stream: S::Sender<'a>,
}

/// A consumer of one of them.
#[derive(Debug)]
pub enum Consumer<L, S> {
    /// Of the list.
    List(L),
    /// Of the stream.
    Stream(S),
}

impl<L: Target, S: Target> Named for Both<L, S> {
    const NAME: &'static str = L::NAME;
    const VARIANT: Option<&'static str> = L::VARIANT;
}

impl<L: Target, S: Target> Target for Both<L, S> {
    type Sender<'a> = Producer<'a, L, S>;
    type Receiver<'a> = Consumer<L::Receiver<'a>, S::Receiver<'a>>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        Ok(Self {
            list: L::open(setup)?,
            stream: S::open(setup)?,
        })
    }

    fn sender(&self) -> Producer<'_, L, S> {
        Producer {
            list: self.list.sender(),
            stream: self.stream.sender(),
        }
    }

    fn receiver(&self, group: usize, member: usize) -> Self::Receiver<'_> {
        if member.is_multiple_of(2) {
            Consumer::List(self.list.receiver(group, member))
        } else {
            Consumer::Stream(self.stream.receiver(group, member))
        }
    }

    fn conclude(&self, sent: &[u64]) -> Result<(), Fault> {
        let of =
            |key: u64| -> Vec<u64> { sent.iter().map(|sent| (sent + 1 - key) / KEYS).collect() };
        self.list.conclude(&of(0))?;
        self.stream.conclude(&of(1))
    }
}

impl<L: Target, S: Target> Sender for Producer<'_, L, S> {
    #[inline]
    fn send(&mut self, key: usize, message: &[u8]) {
        if key == 0 {
            self.list.send(0, message);
        } else {
            self.stream.send(0, message);
        }
    }
}

impl<L: Receiver, S: Receiver> Receiver for Consumer<L, S> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        match self {
            Self::List(list) => list.receive(limit, visit),
            Self::Stream(stream) => stream.receive(limit, |_, message| visit(1, message)),
        }
    }

    #[inline]
    fn finish(&mut self) -> bool {
        match self {
            Self::List(list) => list.finish(),
            Self::Stream(stream) => stream.finish(),
        }
    }

    fn die(&mut self) {
        match self {
            Self::List(list) => list.die(),
            Self::Stream(stream) => stream.die(),
        }
    }

    fn is_settled(&mut self) -> bool {
        match self {
            Self::List(list) => list.is_settled(),
            Self::Stream(stream) => stream.is_settled(),
        }
    }
}

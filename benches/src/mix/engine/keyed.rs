//! Many queues of a peer, and one that says which of them have something.
//!
//! A consumer cannot block on ten thousand queues. So a producer that has pushed a message also
//! pushes its key to a queue of keys, on which consumers block: as many keys wait there as
//! messages, and who takes a key finds a message under it.

use core::time::Duration;

use super::{Receiver, Sender, Setup, Target, emptied};
use crate::engine::{BlockingQueue, Key, KeyedQueues, Named};
use crate::fault::Fault;
use crate::key::{Name, names};

/// The queues.
#[derive(Debug)]
pub struct Keyed<K, B> {
    queues: K,
    ready: B,
    names: Vec<Name>,
}

/// One thread's way to them.
#[derive(Debug)]
pub struct End<'a, K, B>(&'a Keyed<K, B>);

impl<K: KeyedQueues, B: BlockingQueue> Named for Keyed<K, B> {
    const NAME: &'static str = K::NAME;
    const VARIANT: Option<&'static str> = K::VARIANT;
}

impl<K: KeyedQueues, B: BlockingQueue> Target for Keyed<K, B> {
    type Sender<'a> = End<'a, K, B>;
    type Receiver<'a> = End<'a, K, B>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        let names = names(setup.keys);
        Ok(Self {
            queues: K::new(&names),
            ready: B::new(),
            names,
        })
    }

    fn sender(&self) -> End<'_, K, B> {
        End(self)
    }

    fn receiver(&self, _: usize, _: usize) -> End<'_, K, B> {
        End(self)
    }

    fn conclude(&self, _: &[u64]) -> Result<(), Fault> {
        let ready = self.ready.wait_for(Duration::from_millis(1), |_| ());
        let left = (0..).zip(&self.names).filter(|(index, name)| {
            let key = Key {
                index: *index,
                name: *name,
            };
            self.queues.pop(key, |_| ()).is_some()
        });
        emptied(u64::from(ready.is_some()) + left.count() as u64)
    }
}

/// A key's number as a message.
#[inline]
pub(super) fn token(key: usize) -> [u8; 4] {
    u32::try_from(key).unwrap_or(u32::MAX).to_le_bytes()
}

/// The key's number in such a message.
#[inline]
pub(super) fn key_of(token: &[u8]) -> usize {
    token
        .first_chunk()
        .map_or(usize::MAX, |token| u32::from_le_bytes(*token) as usize)
}

impl<K: KeyedQueues, B: BlockingQueue> Sender for End<'_, K, B> {
    #[inline]
    fn send(&mut self, key: usize, message: &[u8]) {
        let Keyed {
            queues,
            ready,
            names,
        } = self.0;
        queues.push(
            Key {
                index: key,
                name: &names[key],
            },
            message,
        );
        ready.push(&token(key));
    }
}

impl<K: KeyedQueues, B: BlockingQueue> Receiver for End<'_, K, B> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        let Keyed {
            queues,
            ready,
            names,
        } = self.0;
        if let Some(key) = ready.wait_for(limit, key_of) {
            // What is not there is found missing in the end.
            let _ = queues.pop(
                Key {
                    index: key,
                    name: &names[key],
                },
                |each| visit(key, each),
            );
        }
    }
}

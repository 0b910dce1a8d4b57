//! `DashMap` of `crossbeam_queue::SegQueue`.

use ahash::RandomState;
use crossbeam_queue::SegQueue;
use dashmap::DashMap;

use crate::engine::{Key, KeyedQueues, Named};
use crate::key::Name;

type Messages = SegQueue<Box<[u8]>>;

/// Queues by name, each used under the map's read lock. One that has run empty stays in the map.
#[derive(Debug)]
pub struct Map(DashMap<Box<[u8]>, Messages, RandomState>);

impl Named for Map {
    const NAME: &'static str = "dashmap-segqueue";
}

impl KeyedQueues for Map {
    fn new(_: &[Name]) -> Self {
        Self(DashMap::default())
    }

    #[inline]
    fn push(&self, key: Key<'_>, message: &[u8]) {
        let message = message.into();
        if let Some(queue) = self.0.get(key.name) {
            queue.push(message);
        } else {
            self.0.entry(key.name.into()).or_default().push(message);
        }
    }

    #[inline]
    fn pop<R>(&self, key: Key<'_>, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let message = self.0.get(key.name)?.pop();
        message.map(|message| read(&message))
    }
}

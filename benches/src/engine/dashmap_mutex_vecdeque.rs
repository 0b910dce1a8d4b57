//! `DashMap` of `VecDeque`, with the map's own lock as the mutex of each queue.
//!
//! A second mutex inside the value would only slow this peer down: `get_mut` already locks the
//! entry for one thread.

use alloc::collections::VecDeque;

use ahash::RandomState;
use dashmap::DashMap;

use crate::engine::{Key, KeyedQueues, Named};
use crate::key::Name;

type Messages = VecDeque<Box<[u8]>>;

/// Queues by name. A queue that has run empty stays in the map.
#[derive(Debug)]
pub struct Map(DashMap<Box<[u8]>, Messages, RandomState>);

impl Named for Map {
    const NAME: &'static str = "dashmap-mutex-vecdeque";
}

impl KeyedQueues for Map {
    fn new(_: &[Name]) -> Self {
        Self(DashMap::default())
    }

    #[inline]
    fn push(&self, key: Key<'_>, message: &[u8]) {
        let message = message.into();
        if let Some(mut queue) = self.0.get_mut(key.name) {
            queue.push_back(message);
        } else {
            self.0
                .entry(key.name.into())
                .or_default()
                .push_back(message);
        }
    }

    #[inline]
    fn pop<R>(&self, key: Key<'_>, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        // The entry is unlocked before the message is read and freed.
        let message = self.0.get_mut(key.name)?.pop_front();
        message.map(|message| read(&message))
    }
}

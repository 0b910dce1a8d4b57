//! `DashMap` of `BTreeMap`, with the map's own lock as the mutex of each stream.

use ahash::RandomState;
use dashmap::DashMap;
use forebay::StreamId;

use crate::engine::stream::fields::boxed;
use crate::engine::stream::mutex_btreemap::Entries;
use crate::engine::stream::peer::now_ms;
use crate::engine::stream::{FIELD, KeyedStreams};
use crate::engine::{Key, Named};

/// Streams by name.
#[derive(Debug)]
pub struct Map(DashMap<Box<[u8]>, Entries, RandomState>);

impl Named for Map {
    const NAME: &'static str = "dashmap-mutex-btreemap";
}

impl KeyedStreams for Map {
    fn new() -> Self {
        Self(DashMap::default())
    }

    #[inline]
    fn add(&self, key: Key<'_>, message: &[u8]) {
        let (fields, now_ms) = (boxed(FIELD, message), now_ms());
        if let Some(mut stream) = self.0.get_mut(key.name) {
            stream.add(now_ms, fields);
        } else {
            let mut stream = self.0.entry(key.name.into()).or_default();
            stream.add(now_ms, fields);
        }
    }

    #[inline]
    fn first(&self, key: Key<'_>, visit: impl FnMut(&[u8])) {
        if let Some(stream) = self.0.get(key.name) {
            stream.first_after(StreamId::MIN, visit);
        }
    }
}

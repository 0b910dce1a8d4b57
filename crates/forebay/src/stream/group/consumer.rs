//! The consumers of a group: names, and when they were here.

use std::collections::HashMap;
use std::sync::Arc;

use super::record::ConsumerIndex;

/// So many names are compared sooner than one is hashed.
const SCANNED_MAX: usize = 4;

/// One consumer.
#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    pub(crate) name: Arc<[u8]>,
    /// Its last attempt to read or claim.
    pub(crate) seen_ms: i64,
    /// Its last attempt that gave it something. `None` if none did.
    pub(crate) active_ms: Option<i64>,
}

/// All consumers, by index and by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Consumers {
    by_index: Vec<Option<Consumer>>,
    vacant: Vec<u32>,
    by_name: HashMap<Arc<[u8]>, ConsumerIndex, ahash::RandomState>,
}

impl Consumers {
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    #[inline]
    pub(super) fn find(&self, name: &[u8]) -> Option<ConsumerIndex> {
        if self.by_index.len() > SCANNED_MAX {
            return self.by_name.get(name).copied();
        }
        let is_it = |consumer: &Option<Consumer>| {
            consumer
                .as_ref()
                .is_some_and(|consumer| *consumer.name == *name)
        };
        let index = self.by_index.iter().position(is_it)?;
        u32::try_from(index).ok().map(ConsumerIndex)
    }

    /// Makes a consumer. There must be none of that name.
    pub(super) fn add(&mut self, name: &[u8], now_ms: i64) -> ConsumerIndex {
        let name: Arc<[u8]> = name.into();
        let consumer = Some(Consumer {
            name: Arc::clone(&name),
            seen_ms: now_ms,
            active_ms: None,
        });
        let index = if let Some(index) = self.vacant.pop() {
            self.by_index[index as usize] = consumer;
            index
        } else {
            self.by_index.push(consumer);
            u32::try_from(self.by_index.len() - 1).unwrap_or(u32::MAX)
        };
        let index = ConsumerIndex(index);
        let old = self.by_name.insert(name, index);
        debug_assert!(old.is_none(), "consumer {index:?} replaces {old:?}");
        index
    }

    /// Removes a consumer, whose index may be used again.
    pub(super) fn remove(&mut self, index: ConsumerIndex) {
        if let Some(consumer) = self.by_index[index.0 as usize].take() {
            self.by_name.remove(&consumer.name);
            self.vacant.push(index.0);
        }
    }

    pub(super) fn get(&self, index: ConsumerIndex) -> Option<&Consumer> {
        self.by_index.get(index.0 as usize)?.as_ref()
    }

    #[inline]
    pub(super) fn saw(&mut self, index: ConsumerIndex, now_ms: i64) {
        if let Some(Some(consumer)) = self.by_index.get_mut(index.0 as usize) {
            consumer.seen_ms = now_ms;
        }
    }

    #[inline]
    pub(super) fn served(&mut self, index: ConsumerIndex, now_ms: i64) {
        if let Some(Some(consumer)) = self.by_index.get_mut(index.0 as usize) {
            consumer.active_ms = Some(now_ms);
        }
    }

    /// All of them, by name. O(n log n).
    pub(super) fn sorted(&self) -> Vec<(ConsumerIndex, &Consumer)> {
        let indexed = (0..).zip(&self.by_index);
        let there = indexed
            .filter_map(|(index, consumer)| Some((ConsumerIndex(index), consumer.as_ref()?)));
        let mut all: Vec<_> = there.collect();
        all.sort_unstable_by(|(_, a), (_, b)| a.name.cmp(&b.name));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consumers_are_listed_by_name() {
        let mut consumers = Consumers::default();
        for name in ["b", "c", "a"] {
            consumers.add(name.as_bytes(), 1);
        }
        let names = |consumers: &Consumers| {
            let sorted = consumers.sorted();
            let names = sorted.iter().map(|(_, consumer)| consumer.name.to_vec());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(&consumers), [b"a", b"b", b"c"]);
        consumers.remove(consumers.find(b"b").unwrap());
        assert_eq!(names(&consumers), [b"a", b"c"]);
        assert_eq!(consumers.find(b"b"), None);
    }

    #[test]
    fn an_index_is_used_again() {
        let mut consumers = Consumers::default();
        let first = consumers.add(b"first", 1);
        consumers.add(b"second", 2);
        consumers.remove(first);
        assert_eq!(consumers.add(b"third", 3), first);
        assert_eq!(consumers.len(), 2);
        assert_eq!(consumers.get(first).unwrap().seen_ms, 3);
    }

    #[test]
    fn an_attempt_is_not_a_success() {
        let mut consumers = Consumers::default();
        let index = consumers.add(b"c", 1);
        consumers.saw(index, 5);
        let consumer = consumers.get(index).unwrap();
        assert_eq!((consumer.seen_ms, consumer.active_ms), (5, None));
        consumers.served(index, 6);
        assert_eq!(consumers.get(index).unwrap().active_ms, Some(6));
    }
}

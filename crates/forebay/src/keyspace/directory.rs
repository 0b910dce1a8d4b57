//! From keys to objects: one slice of the keyspace.

use core::borrow::Borrow;
use core::hash::{Hash, Hasher};
use std::sync::Arc;

use ahash::RandomState;
use dashmap::DashMap;

use crate::object::Object;

/// Locks inside one slice. There are many slices, so few are enough.
const LOCKS: usize = 4;

/// What the keyspace asks of a map from keys to objects. Calls of the same directory may run at the
/// same time. No method waits for a list, and closures that are passed must not either: a thread
/// that has lists frozen may be waiting for the directory's lock.
pub(crate) trait Directory {
    /// The object of `key`.
    fn find(&self, key: &[u8]) -> Option<Arc<Object>>;

    /// Adds `object` unless its key has one; returns the key's object, and whether it is the new one.
    fn insert(&self, object: Arc<Object>) -> (Arc<Object>, bool);

    /// Removes `object` when nobody holds it but the directory and the caller, and `is_husk` agrees.
    /// Nobody can get hold of it meanwhile.
    fn remove(&self, object: &Arc<Object>, is_husk: impl FnOnce(&Object) -> bool) -> bool;

    /// Calls `f` with every object. What is added or removed meanwhile may be missed.
    fn for_each(&self, f: impl FnMut(&Arc<Object>));
}

/// A [`Directory`] over a [`DashMap`]. The key is not stored twice: a bucket is one pointer.
pub(crate) struct DashDirectory(DashMap<Entry, (), RandomState>);

impl DashDirectory {
    pub(crate) fn new(hasher: RandomState) -> Self {
        Self(DashMap::with_hasher_and_shard_amount(hasher, LOCKS))
    }
}

impl Directory for DashDirectory {
    fn find(&self, key: &[u8]) -> Option<Arc<Object>> {
        self.0.get(key).map(|found| Arc::clone(&found.key().0))
    }

    fn insert(&self, object: Arc<Object>) -> (Arc<Object>, bool) {
        let entry = Entry(Arc::clone(&object));
        let present = Arc::clone(&self.0.entry(entry).or_insert(()).key().0);
        let is_new = Arc::ptr_eq(&present, &object);
        (present, is_new)
    }

    fn remove(&self, object: &Arc<Object>, is_husk: impl FnOnce(&Object) -> bool) -> bool {
        let is_unused = |entry: &Entry, (): &()| {
            Arc::ptr_eq(&entry.0, object) && Arc::strong_count(object) == 2 && is_husk(object)
        };
        self.0.remove_if(object.key(), is_unused).is_some()
    }

    fn for_each(&self, mut f: impl FnMut(&Arc<Object>)) {
        for entry in &self.0 {
            f(&entry.key().0);
        }
    }
}

/// An object, found by its key.
struct Entry(Arc<Object>);

impl Borrow<[u8]> for Entry {
    fn borrow(&self) -> &[u8] {
        self.0.key()
    }
}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key().hash(state);
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.0.key() == other.0.key()
    }
}

impl Eq for Entry {}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> DashDirectory {
        DashDirectory::new(RandomState::new())
    }

    #[test]
    fn one_object_for_each_key() {
        let directory = directory();
        assert!(directory.find(b"mq").is_none());
        let (first, is_new) = directory.insert(Object::new(b"mq"));
        assert!(is_new);
        let (second, is_new) = directory.insert(Object::new(b"mq"));
        assert!(!is_new);
        assert!(Arc::ptr_eq(&first, &second));
        assert!(Arc::ptr_eq(&first, &directory.find(b"mq").unwrap()));
    }

    #[test]
    fn only_unused_objects_are_removed() {
        let directory = directory();
        let (object, _) = directory.insert(Object::new(b"mq"));
        let held = Arc::clone(&object);
        assert!(!directory.remove(&object, |_| true), "somebody holds it");
        drop(held);
        assert!(!directory.remove(&object, |_| false), "it is no husk");
        assert!(directory.remove(&object, |_| true));
        assert!(directory.find(b"mq").is_none());
        let (_successor, is_new) = directory.insert(Object::new(b"mq"));
        assert!(is_new);
        assert!(
            !directory.remove(&object, |_| true),
            "the key has another object by now"
        );
    }

    #[test]
    fn every_object_is_visited() {
        let directory = directory();
        for key in 0..100_u8 {
            directory.insert(Object::new(&[key]));
        }
        let mut keys = Vec::new();
        directory.for_each(|object| keys.push(object.key()[0]));
        keys.sort_unstable();
        assert_eq!(keys, (0..100).collect::<Vec<u8>>());
    }
}

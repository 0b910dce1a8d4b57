//! From keys to objects: one slice of the keyspace.

use core::borrow::Borrow;
use core::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use dashmap::DashMap;
use forebay_sync::loom::Ordering::Acquire;
use forebay_sync::loom::fence;

use crate::object::Object;

/// Locks inside one slice. There are many slices, so few are enough.
const LOCKS: usize = 4;
/// A directory gives memory back when it has so many places, and so many times more than objects.
const SLACK_MIN: usize = 256;
const SLACK_RATIO: usize = 8;

/// What the keyspace asks of a map from keys, hashed already, to objects. Calls of the same
/// directory may run at the same time. No method waits for a list, and closures that are passed
/// must not either: a thread that has lists frozen may be waiting for the directory's lock.
pub(crate) trait Directory {
    /// The object of `key`.
    fn find(&self, hash: u64, key: &[u8]) -> Option<Arc<Object>>;

    /// Adds `object` unless its key has one; returns the key's object, and whether it is the new
    /// one.
    fn insert(&self, hash: u64, object: Arc<Object>) -> (Arc<Object>, bool);

    /// Removes `object` when nobody holds it but the directory and the caller, and `is_husk`
    /// agrees. Nobody can get hold of it meanwhile.
    fn remove(
        &self,
        hash: u64,
        object: &Arc<Object>,
        is_husk: impl FnOnce(&Object) -> bool,
    ) -> bool;

    /// Gives memory back when the directory has become much smaller than it was.
    fn shrink(&self);

    /// Calls `f` with the hash of every key and its object. What is added or removed meanwhile may
    /// be missed.
    fn for_each(&self, f: impl FnMut(u64, &Arc<Object>));
}

/// A [`Directory`] over a [`DashMap`].
///
/// The key is not stored twice, but its hash is: growing and scanning then need not look at the
/// objects, each of which is a miss in a large keyspace.
pub(crate) struct DashDirectory(DashMap<Entry, (), BuildHasherDefault<Hashed>>);

impl DashDirectory {
    pub(crate) fn new() -> Self {
        Self(DashMap::with_hasher_and_shard_amount(
            BuildHasherDefault::default(),
            LOCKS,
        ))
    }
}

impl Directory for DashDirectory {
    fn find(&self, hash: u64, key: &[u8]) -> Option<Arc<Object>> {
        let wanted: &dyn Keyed = &Wanted { hash, key };
        self.0
            .get(wanted)
            .map(|found| Arc::clone(&found.key().object))
    }

    fn insert(&self, hash: u64, object: Arc<Object>) -> (Arc<Object>, bool) {
        let entry = Entry {
            hash,
            object: Arc::clone(&object),
        };
        let present = Arc::clone(&self.0.entry(entry).or_insert(()).key().object);
        let is_new = Arc::ptr_eq(&present, &object);
        (present, is_new)
    }

    fn remove(
        &self,
        hash: u64,
        object: &Arc<Object>,
        is_husk: impl FnOnce(&Object) -> bool,
    ) -> bool {
        let is_unused = |entry: &Entry, (): &()| {
            if !Arc::ptr_eq(&entry.object, object) || Arc::strong_count(object) != 2 {
                return false;
            }
            // Acquire fence: the count is read relaxed. What its last holder did to the list before
            // it let go is seen; pairs with the release in the drop of its `Arc`.
            fence(Acquire);
            is_husk(object)
        };
        let wanted: &dyn Keyed = &Wanted {
            hash,
            key: object.key(),
        };
        self.0.remove_if(wanted, is_unused).is_some()
    }

    fn shrink(&self) {
        if self.0.capacity() > SLACK_MIN + SLACK_RATIO * self.0.len() {
            self.0.shrink_to_fit();
        }
    }

    fn for_each(&self, mut f: impl FnMut(u64, &Arc<Object>)) {
        for entry in &self.0 {
            f(entry.key().hash, &entry.key().object);
        }
    }
}

/// An object, found by its key.
struct Entry {
    hash: u64,
    object: Arc<Object>,
}

/// A key that is looked for.
struct Wanted<'a> {
    hash: u64,
    key: &'a [u8],
}

/// What [`Entry`] and [`Wanted`] have in common: a map finds the one by the other.
trait Keyed {
    fn hash(&self) -> u64;
    fn key(&self) -> &[u8];
}

impl Keyed for Entry {
    fn hash(&self) -> u64 {
        self.hash
    }

    fn key(&self) -> &[u8] {
        self.object.key()
    }
}

impl Keyed for Wanted<'_> {
    fn hash(&self) -> u64 {
        self.hash
    }

    fn key(&self) -> &[u8] {
        self.key
    }
}

impl Hash for dyn Keyed + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(Keyed::hash(self));
    }
}

impl PartialEq for dyn Keyed + '_ {
    fn eq(&self, other: &Self) -> bool {
        Keyed::hash(self) == Keyed::hash(other) && self.key() == other.key()
    }
}

impl Eq for dyn Keyed + '_ {}

impl<'a> Borrow<dyn Keyed + 'a> for Entry {
    fn borrow(&self) -> &(dyn Keyed + 'a) {
        self
    }
}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.object.key() == other.object.key()
    }
}

impl Eq for Entry {}

/// Hands on a hash that is one already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, _: &[u8]) {
        unreachable!("entries are hashed by their hash")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_for_each_key() {
        let directory = DashDirectory::new();
        assert!(directory.find(1, b"mq").is_none());
        let (first, is_new) = directory.insert(1, Object::new(b"mq"));
        assert!(is_new);
        let (second, is_new) = directory.insert(1, Object::new(b"mq"));
        assert!(!is_new);
        assert!(Arc::ptr_eq(&first, &second));
        assert!(Arc::ptr_eq(&first, &directory.find(1, b"mq").unwrap()));
    }

    #[test]
    fn equal_hashes_are_not_equal_keys() {
        let directory = DashDirectory::new();
        directory.insert(1, Object::new(b"a"));
        let (_, is_new) = directory.insert(1, Object::new(b"b"));
        assert!(is_new);
        assert_eq!(directory.find(1, b"a").unwrap().key(), b"a");
        assert_eq!(directory.find(1, b"b").unwrap().key(), b"b");
    }

    #[test]
    fn only_unused_objects_are_removed() {
        let directory = DashDirectory::new();
        let (object, _) = directory.insert(1, Object::new(b"mq"));
        let held = Arc::clone(&object);
        assert!(!directory.remove(1, &object, |_| true), "somebody holds it");
        drop(held);
        assert!(!directory.remove(1, &object, |_| false), "it is no husk");
        assert!(directory.remove(1, &object, |_| true));
        assert!(directory.find(1, b"mq").is_none());
        let (_successor, is_new) = directory.insert(1, Object::new(b"mq"));
        assert!(is_new);
        assert!(
            !directory.remove(1, &object, |_| true),
            "the key has another object by now"
        );
    }

    #[test]
    fn a_directory_shrinks_when_it_is_much_too_large() {
        let directory = DashDirectory::new();
        let insert = |hash: u64| {
            directory
                .insert(hash << 40, Object::new(&hash.to_le_bytes()))
                .0
        };
        for hash in 0..10_000 {
            drop(insert(hash));
        }
        let full = directory.0.capacity();
        directory.shrink();
        assert_eq!(directory.0.capacity(), full);
        for hash in 100..10_000 {
            assert!(directory.remove(hash << 40, &insert(hash), |_| true));
        }
        directory.shrink();
        assert!(directory.0.capacity() < full / 8);
        assert!((0..100_u64).all(|hash| directory.find(hash << 40, &hash.to_le_bytes()).is_some()));
    }

    #[test]
    fn every_object_is_visited() {
        let directory = DashDirectory::new();
        for key in 0..100_u8 {
            directory.insert(u64::from(key) << 50, Object::new(&[key]));
        }
        let mut keys = Vec::new();
        directory.for_each(|hash, object| {
            assert_eq!(hash >> 50, u64::from(object.key()[0]));
            keys.push(object.key()[0]);
        });
        keys.sort_unstable();
        assert_eq!(keys, (0..100).collect::<Vec<u8>>());
    }
}

//! The keyspace: which object belongs to which key.
//!
//! ```text
//! key -> hash -> this thread's recent keys -> object                            (no lock)
//!            \-> slice -> directory        -> object, remembered by the thread  (a shared lock)
//! ```
//!
//! There are [`SLICES`] slices, each a directory of its own, so that what walks the keyspace (SCAN,
//! KEYS, the search for husks) goes through small pieces. **Nothing is frozen, no user's closure is
//! called, and nobody waits while a directory's lock is held**: a thread with frozen lists may be
//! about to take that lock. Whoever walks collects objects first, and looks at them afterwards.

mod cache;
mod directory;
mod scan;
mod sweep;

use std::sync::{Arc, Mutex, PoisonError};

use ahash::RandomState;

pub(crate) use self::scan::Cursor;
pub(crate) use self::sweep::Swept;

use self::directory::{DashDirectory, Directory};
use crate::object::Object;

/// Pieces of the keyspace; a power of two.
pub(crate) const SLICES: usize = 64;

/// Which object belongs to which key.
pub(crate) struct Keyspace {
    /// Tells engines apart in a thread's recent keys.
    engine: u64,
    hasher: RandomState,
    slices: Box<[DashDirectory]>,
    /// Makes the object of a key.
    make: fn(&[u8]) -> Arc<Object>,
}

impl Keyspace {
    pub(crate) fn new(make: fn(&[u8]) -> Arc<Object>) -> Self {
        Self {
            make,
            engine: next_engine(),
            hasher: RandomState::new(),
            slices: (0..SLICES).map(|_| DashDirectory::new()).collect(),
        }
    }

    #[inline]
    pub(crate) fn hash(&self, key: &[u8]) -> u64 {
        self.hasher.hash_one(key)
    }

    /// The slice of a key with this hash.
    pub(crate) fn slice_of(hash: u64) -> usize {
        Cursor::of(hash).slice()
    }

    /// Any number.
    pub(crate) fn random() -> u64 {
        RandomState::new().hash_one(0)
    }

    /// Calls `f` with the object of `key` if this thread remembers it; else gives `f` back.
    #[inline]
    pub(crate) fn recall<R, F>(&self, hash: u64, key: &[u8], f: F) -> Result<R, F>
    where
        F: FnOnce(&Arc<Object>) -> R,
    {
        cache::with(self.engine, hash, key, f)
    }

    /// The object of `key`.
    pub(crate) fn find(&self, hash: u64, key: &[u8]) -> Option<Arc<Object>> {
        let object = self.slices[Self::slice_of(hash)].find(hash, key)?;
        cache::note(self.engine, hash, &object);
        Some(object)
    }

    /// The object of `key`, and whether it had to be made.
    pub(crate) fn find_or_insert(&self, hash: u64, key: &[u8]) -> (Arc<Object>, bool) {
        match self.find(hash, key) {
            Some(object) => (object, false),
            None => self.slices[Self::slice_of(hash)].insert(hash, (self.make)(key)),
        }
    }

    /// The objects of one slice that `choose` picks.
    pub(crate) fn collect(
        &self,
        slice: usize,
        mut choose: impl FnMut(&Arc<Object>) -> bool,
    ) -> Vec<Arc<Object>> {
        let mut chosen = Vec::new();
        self.slices[slice].for_each(|_, object| {
            if choose(object) {
                chosen.push(Arc::clone(object));
            }
        });
        chosen
    }
}

fn next_engine() -> u64 {
    static LAST: Mutex<u64> = Mutex::new(0);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    *last += 1;
    *last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_made_once() {
        let keyspace = Keyspace::new(Object::new);
        let hash = keyspace.hash(b"mq");
        assert!(keyspace.find(hash, b"mq").is_none());
        let (object, is_new) = keyspace.find_or_insert(hash, b"mq");
        assert!(is_new);
        let (again, is_new) = keyspace.find_or_insert(hash, b"mq");
        assert!(!is_new);
        assert!(Arc::ptr_eq(&object, &again));
    }

    #[test]
    fn threads_remember() {
        let keyspace = Keyspace::new(Object::new);
        let hash = keyspace.hash(b"mq");
        keyspace.find_or_insert(hash, b"mq");
        for _ in 0..2 {
            keyspace.find(hash, b"mq");
        }
        assert!(
            keyspace
                .recall(hash, b"mq", |object| object.key().len())
                .is_ok()
        );
        let other = Keyspace::new(Object::new);
        assert!(
            other.recall(hash, b"mq", |_| ()).is_err(),
            "each engine for itself"
        );
    }

    #[test]
    fn keys_spread_over_the_slices() {
        let keyspace = Keyspace::new(Object::new);
        let mut used = [false; SLICES];
        for key in 0..2_000_u32 {
            used[Keyspace::slice_of(keyspace.hash(&key.to_le_bytes()))] = true;
        }
        assert!(used.iter().all(|&used| used));
    }
}

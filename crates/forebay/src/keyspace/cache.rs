//! Each thread's memory of the keys it used last.
//!
//! A lookup in the directory takes a lock, and a lock that two threads share costs more than the
//! push behind it. So each thread remembers a few objects. An object belongs to its key for as long
//! as anybody holds it, therefore what is remembered is never stale; a remembered husk is the
//! price.
//!
//! A hash leads to a set of two places. Hashes stand apart from objects, so that a miss reads one
//! pair of words. A key takes a place at its second miss in a row in its set: keys that are used
//! once do not push out others.

use core::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::object::Object;

/// Sets of places; a power of two.
const SETS: usize = 64;
/// Places in a set.
const WAYS: usize = 2;
const PLACES: usize = SETS * WAYS;
const _: () = assert!(
    SETS.is_power_of_two(),
    "a hash is mapped to a set by its low bits"
);

thread_local! {
    static RECENT: Recent = const { Recent::new() };
}

struct Recent {
    hashes: [Cell<u64>; PLACES],
    /// The hash that missed last in each set.
    candidates: [Cell<u64>; SETS],
    /// Which place of each set is to be taken next.
    next: [Cell<bool>; SETS],
    objects: [RefCell<Option<Remembered>>; PLACES],
}

struct Remembered {
    /// A thread may use several engines.
    engine: u64,
    object: Arc<Object>,
}

impl Recent {
    const fn new() -> Self {
        Self {
            hashes: [const { Cell::new(0) }; PLACES],
            candidates: [const { Cell::new(0) }; SETS],
            next: [const { Cell::new(false) }; SETS],
            objects: [const { RefCell::new(None) }; PLACES],
        }
    }
}

#[inline]
fn set(hash: u64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low bits are all it needs"
    )]
    let low = hash as usize;
    low % SETS
}

impl Recent {
    /// The place where an object with this hash is remembered.
    #[inline]
    fn place(&self, hash: u64) -> Option<usize> {
        let first = set(hash) * WAYS;
        (first..first + WAYS).find(|&place| self.hashes[place].get() == hash)
    }
}

/// Whether two keys are the same. Keys are short: a call would cost more than the comparison.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    fn ends<const N: usize>(key: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        key.first_chunk().zip(key.last_chunk())
    }
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        4..8 => ends::<4>(one) == ends::<4>(other),
        8..=16 => ends::<8>(one) == ends::<8>(other),
        _ => one == other,
    }
}

/// Calls `f` with the object of `key` when this thread remembers it; else gives `f` back.
///
/// `f` may come back here: what it is called with stays remembered at least until it returns.
#[inline]
pub(super) fn with<R, F>(engine: u64, hash: u64, key: &[u8], f: F) -> Result<R, F>
where
    F: FnOnce(&Arc<Object>) -> R,
{
    let mut f = Some(f);
    // A thread that is ending has no memory any more.
    let result = RECENT.try_with(|recent| {
        let place = recent.place(hash)?;
        let remembered = recent.objects[place].try_borrow().ok()?;
        let remembered = remembered.as_ref()?;
        if remembered.engine != engine || !is_same(remembered.object.key(), key) {
            return None;
        }
        f.take().map(|f| f(&remembered.object))
    });
    match (result, f) {
        (Ok(Some(result)), _) => Ok(result),
        (_, Some(f)) => Err(f),
        (_, None) => unreachable!("what was called has returned"),
    }
}

/// Tells this thread that it used `object`.
#[cold]
pub(super) fn note(engine: u64, hash: u64, object: &Arc<Object>) {
    // Errors: the thread is ending.
    let _ = RECENT.try_with(|recent| {
        let set = set(hash);
        if recent.candidates[set].replace(hash) != hash {
            return;
        }
        // The same hash of another engine or key is replaced where it is.
        let place = recent.place(hash).unwrap_or_else(|| {
            let second = recent.next[set].get();
            recent.next[set].set(!second);
            set * WAYS + usize::from(second)
        });
        // In use by a caller further up on this thread: then it stays.
        let Ok(mut remembered) = recent.objects[place].try_borrow_mut() else {
            return;
        };
        recent.hashes[place].set(hash);
        let before = remembered.replace(Remembered {
            engine,
            object: Arc::clone(object),
        });
        // Dropping an object may be work; the place is free before.
        drop(remembered);
        drop(before);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recall(engine: u64, hash: u64, key: &[u8]) -> Option<Arc<Object>> {
        with(engine, hash, key, Arc::clone).ok()
    }

    #[test]
    fn second_use_in_a_row_is_remembered() {
        let object = Object::new(b"mq");
        note(1, 77, &object);
        assert!(recall(1, 77, b"mq").is_none());
        note(1, 77, &object);
        assert!(Arc::ptr_eq(&recall(1, 77, b"mq").unwrap(), &object));
    }

    #[test]
    fn keys_and_engines_are_told_apart() {
        let object = Object::new(b"mq");
        note(2, 78, &object);
        note(2, 78, &object);
        assert!(recall(2, 78, b"mq").is_some());
        assert!(recall(2, 78, b"other").is_none(), "the hash is not the key");
        assert!(recall(3, 78, b"mq").is_none(), "another engine");
        assert!(recall(2, 79, b"mq").is_none(), "another hash");
    }

    /// The hash of the `way`-th key of a set.
    fn hash_in(set: u64, way: u64) -> u64 {
        set + way * SETS as u64
    }

    #[test]
    fn one_use_pushes_nothing_out() {
        let object = Object::new(b"mq");
        let is_remembered = |way| recall(4, hash_in(16, way), b"mq").is_some();
        for way in [0, 0, 1, 1, 2] {
            note(4, hash_in(16, way), &object);
        }
        assert_eq!([0, 1, 2].map(is_remembered), [true, true, false]);
        note(4, hash_in(16, 2), &object);
        assert_eq!([0, 1, 2].map(is_remembered), [false, true, true]);
    }

    #[test]
    fn a_place_in_use_is_left_alone() {
        let object = Object::new(b"mq");
        let first = hash_in(17, 0);
        for way in [0, 0, 1, 1] {
            note(5, hash_in(17, way), &object);
        }
        let result = with(5, first, b"mq", |object| {
            for way in [2, 2, 3, 3] {
                note(5, hash_in(17, way), object);
            }
            with(5, first, b"mq", |again| Arc::ptr_eq(object, again)).ok()
        });
        assert_eq!(result.ok().flatten(), Some(true));
    }

    #[test]
    fn keys_are_compared_to_the_last_byte() {
        for len in 0..40 {
            let key: Vec<u8> = (0..len).collect();
            assert!(is_same(&key, &key.clone()), "{len} bytes");
            assert!(!is_same(&key, &[&key[..], &[0]].concat()), "one more");
            for at in 0..usize::from(len) {
                let mut other = key.clone();
                other[at] ^= 1;
                assert!(!is_same(&key, &other), "byte {at} of {len}");
            }
        }
    }
}

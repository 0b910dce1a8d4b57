//! Each thread's memory of the keys it used last.
//!
//! A lookup in the directory takes a lock, and a lock that two threads share costs more than the
//! push behind it. So each thread remembers a few objects. An object belongs to its key for as long
//! as anybody holds it, therefore what is remembered is never stale; a remembered husk is the price.
//!
//! The table is direct-mapped. Hashes stand apart from objects, so that a miss reads one word. A key
//! takes a place at its second miss in a row there: keys that are used once do not push out others.

use core::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::object::Object;

/// Places; a power of two.
const PLACES: usize = 128;
const _: () = assert!(
    PLACES.is_power_of_two(),
    "a hash is mapped to a place by its low bits"
);

thread_local! {
    static RECENT: Recent = const { Recent::new() };
}

struct Recent {
    hashes: [Cell<u64>; PLACES],
    /// The hash that missed last.
    candidates: [Cell<u64>; PLACES],
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
            candidates: [const { Cell::new(0) }; PLACES],
            objects: [const { RefCell::new(None) }; PLACES],
        }
    }
}

#[inline]
fn place(hash: u64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low bits are all it needs"
    )]
    let low = hash as usize;
    low % PLACES
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
        let place = place(hash);
        if recent.hashes[place].get() != hash {
            return None;
        }
        let remembered = recent.objects[place].try_borrow().ok()?;
        let remembered = remembered.as_ref()?;
        if remembered.engine != engine || remembered.object.key() != key {
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
        let place = place(hash);
        if recent.candidates[place].replace(hash) != hash {
            return;
        }
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

    #[test]
    fn one_use_pushes_nothing_out() {
        let (first, second) = (Object::new(b"first"), Object::new(b"second"));
        let other_hash = 80 + PLACES as u64;
        for _ in 0..2 {
            note(4, 80, &first);
        }
        note(4, other_hash, &second);
        assert!(recall(4, 80, b"first").is_some());
        note(4, other_hash, &second);
        assert!(recall(4, 80, b"first").is_none());
        assert!(recall(4, other_hash, b"second").is_some());
    }

    #[test]
    fn a_place_in_use_is_left_alone() {
        let (first, second) = (Object::new(b"first"), Object::new(b"second"));
        let other_hash = 81 + PLACES as u64;
        for _ in 0..2 {
            note(5, 81, &first);
        }
        let result = with(5, 81, b"first", |object| {
            for _ in 0..2 {
                note(5, other_hash, &second);
            }
            with(5, 81, b"first", |again| Arc::ptr_eq(object, again)).ok()
        });
        assert_eq!(result.ok().flatten(), Some(true));
    }
}

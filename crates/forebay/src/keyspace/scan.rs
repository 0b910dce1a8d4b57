//! The order in which SCAN goes through the keyspace.
//!
//! A key's [position](Cursor) is its hash with the bits turned, and a slice holds one run of
//! positions, so the positions of all keys are one order. A scan goes through it from 0 upwards and
//! remembers nothing but the next position. A key that exists during a whole scan is at its place
//! when the scan comes by, however many others come and go: it is returned, and only once.

use std::sync::Arc;

use super::directory::Directory;
use super::{Keyspace, SLICES};
use crate::object::Object;

/// A call goes through a slice once; it returns at least this fraction of it, so that a whole scan
/// goes through each slice at most so many times.
const PASSES_MAX: usize = 16;

/// A place in the order of all keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cursor(pub(crate) u64);

impl Cursor {
    /// The position of a key with this hash. The bits that tell the slice come from the middle of
    /// the hash: the maps inside a slice use the others and need them to differ.
    pub(crate) const fn of(hash: u64) -> Self {
        Self(hash.rotate_left(32))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "smaller than the number of slices"
    )]
    pub(crate) const fn slice(self) -> usize {
        (self.0 >> (u64::BITS - SLICES.trailing_zeros())) as usize
    }

    /// The last position of the slice.
    const fn end_of_slice(self) -> Self {
        Self(self.0 | (u64::MAX >> SLICES.trailing_zeros()))
    }
}

impl Keyspace {
    /// The objects at `from` and behind it inside one slice, about `count`; and where to go on,
    /// `Cursor(0)` at the end of the keyspace.
    pub(crate) fn scan(&self, from: Cursor, count: usize) -> (Vec<Arc<Object>>, Cursor) {
        let slice = &self.slices[from.slice()];
        let mut ahead = Vec::new();
        let mut len = 0;
        slice.for_each(|hash, _| {
            len += 1;
            if Cursor::of(hash) >= from {
                ahead.push(Cursor::of(hash));
            }
        });
        let count = count.max(len / PASSES_MAX).max(1);
        let last = if ahead.len() <= count {
            // What has come in between is found too.
            from.end_of_slice()
        } else {
            *ahead.select_nth_unstable(count - 1).1
        };
        let mut found = Vec::with_capacity(count.min(ahead.len()));
        slice.for_each(|hash, object| {
            if (from..=last).contains(&Cursor::of(hash)) {
                found.push(Arc::clone(object));
            }
        });
        // Behind the last position of all is the first one, where a scan ends.
        (found, Cursor(last.0.wrapping_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn filled(keys: u32) -> Keyspace {
        let keyspace = Keyspace::new(Object::new);
        for key in 0..keys {
            let key = key.to_le_bytes();
            keyspace.find_or_insert(keyspace.hash(&key), &key);
        }
        keyspace
    }

    fn scan_all(keyspace: &Keyspace, count: usize, mut between: impl FnMut()) -> Vec<Vec<u8>> {
        let mut keys = Vec::new();
        let mut cursor = Cursor(0);
        loop {
            let (found, next) = keyspace.scan(cursor, count);
            keys.extend(found.iter().map(|object| object.key().to_vec()));
            if next.0 == 0 {
                return keys;
            }
            assert!(next > cursor, "a scan goes forward");
            cursor = next;
            between();
        }
    }

    #[test]
    fn every_key_once() {
        for count in [1, 10, 1_000_000] {
            let keyspace = filled(5_000);
            let keys = scan_all(&keyspace, count, || ());
            assert_eq!(keys.len(), 5_000, "count {count}");
            let distinct: BTreeSet<Vec<u8>> = keys.into_iter().collect();
            assert_eq!(distinct.len(), 5_000, "count {count}");
        }
    }

    #[test]
    fn nothing_is_missed_while_others_come() {
        let keyspace = filled(1_000);
        let mut fresh = 1_000_000_u32;
        let keys: BTreeSet<Vec<u8>> = scan_all(&keyspace, 3, || {
            for _ in 0..20 {
                fresh += 1;
                let key = fresh.to_le_bytes();
                keyspace.find_or_insert(keyspace.hash(&key), &key);
            }
        })
        .into_iter()
        .collect();
        for key in 0..1_000_u32 {
            assert!(keys.contains(key.to_le_bytes().as_slice()), "{key}");
        }
    }

    #[test]
    fn slices_are_runs_of_positions() {
        assert_eq!(Cursor(0).slice(), 0);
        assert_eq!(Cursor(u64::MAX).slice(), SLICES - 1);
        assert_eq!(Cursor(0).end_of_slice().slice(), 0);
        assert_eq!(Cursor(Cursor(0).end_of_slice().0 + 1).slice(), 1);
        assert_eq!(Cursor(u64::MAX - 1).end_of_slice(), Cursor(u64::MAX));
    }
}

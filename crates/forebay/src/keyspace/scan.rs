//! The order in which SCAN goes through the keyspace.
//!
//! A key's [position](Cursor) is its hash with the bits turned, and a slice holds one run of
//! positions, so the positions of all keys are one order. A scan goes through it from 0 upwards and
//! remembers nothing but the next position. A key that exists during a whole scan is at its place
//! when the scan comes by, however many others come and go: it is returned, and only once.

use std::collections::BinaryHeap;
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

    /// The first position of a slice; that behind the last slice is where a scan begins.
    const fn start_of(slice: usize) -> Self {
        Self(((slice % SLICES) as u64) << (u64::BITS - SLICES.trailing_zeros()))
    }
}

impl Keyspace {
    /// The keys at `from` and behind it inside one slice: about `count` of those that `choose`
    /// picks; and where to go on, `Cursor(0)` at the end of the keyspace.
    pub(crate) fn scan(
        &self,
        from: Cursor,
        count: usize,
        mut choose: impl FnMut(&Arc<Object>) -> bool,
    ) -> (Vec<Arc<Object>>, Cursor) {
        let slice = from.slice();
        let mut ahead = Vec::new();
        let mut len = 0;
        self.slices[slice].for_each(|object| {
            len += 1;
            let position = Cursor::of(self.hash(object.key()));
            if position >= from && choose(object) {
                ahead.push((position, Arc::clone(object)));
            }
        });
        let count = count.max(len / PASSES_MAX).max(1);
        let next = match smallest(&ahead, count) {
            Some(last) if last.0 < u64::MAX => Cursor(last.0 + 1),
            _ => Cursor::start_of(slice + 1),
        };
        if next.slice() == slice && next.0 != 0 {
            ahead.retain(|(position, _)| *position < next);
        }
        (ahead.into_iter().map(|(_, object)| object).collect(), next)
    }
}

/// The `count`th smallest position, when there are more than `count`.
fn smallest(ahead: &[(Cursor, Arc<Object>)], count: usize) -> Option<Cursor> {
    if ahead.len() <= count {
        return None;
    }
    let mut heap = BinaryHeap::with_capacity(count + 1);
    for (position, _) in ahead {
        heap.push(*position);
        if heap.len() > count {
            heap.pop();
        }
    }
    heap.pop()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn filled(keys: u32) -> Keyspace {
        let keyspace = Keyspace::new();
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
            let (found, next) = keyspace.scan(cursor, count, |_| true);
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
        assert_eq!(Cursor::start_of(1).slice(), 1);
        assert_eq!(Cursor::start_of(SLICES), Cursor(0));
    }
}

//! Dropping the husks: objects of keys that do not exist and that nobody holds.

use std::sync::Arc;

use super::Keyspace;
use super::directory::Directory;

/// What a sweep of one slice found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    /// Objects that were looked at.
    pub(crate) seen: usize,
    /// Husks that were dropped.
    pub(crate) dropped: usize,
}

impl Keyspace {
    /// Drops the husks of one slice. Writers of the directory wait for one removal at most.
    pub(crate) fn sweep(&self, slice: usize) -> Swept {
        let mut seen = 0;
        let candidates = self.collect(slice, |object| {
            seen += 1;
            Arc::strong_count(object) == 1
        });
        let is_husk = |object: &Arc<_>| {
            self.slices[slice].remove(object, |object| {
                object.list.is_empty() && !object.list.is_attended()
            })
        };
        let dropped = candidates
            .into_iter()
            .filter(|object| object.list.is_empty() && is_husk(object))
            .count();
        Swept { seen, dropped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forebay_sync::Side;

    #[test]
    fn only_husks_are_dropped() {
        let keyspace = Keyspace::new();
        let add = |key: &[u8]| keyspace.find_or_insert(keyspace.hash(key), key).0;
        let sweep = || {
            (0..super::super::SLICES)
                .map(|slice| keyspace.sweep(slice))
                .fold(Swept::default(), |sum, swept| Swept {
                    seen: sum.seen + swept.seen,
                    dropped: sum.dropped + swept.dropped,
                })
        };
        let held = add(b"held");
        add(b"full").list.push(Side::Left, b"a").unwrap();
        for husk in 0..10_u8 {
            add(&[husk]);
        }
        assert_eq!(
            sweep(),
            Swept {
                seen: 12,
                dropped: 10
            }
        );
        drop(held);
        assert_eq!(
            sweep(),
            Swept {
                seen: 2,
                dropped: 1
            }
        );
        assert!(keyspace.find(keyspace.hash(b"full"), b"full").is_some());
    }
}

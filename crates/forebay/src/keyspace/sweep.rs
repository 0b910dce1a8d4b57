//! Dropping the husks: objects of keys that do not exist and that nobody holds.

use super::Keyspace;
use super::directory::Directory;
use crate::journal::Logged;
use crate::object::Object;

/// What a sweep of one slice found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    /// Objects that were looked at.
    pub(crate) seen: usize,
    /// Husks that were dropped.
    pub(crate) dropped: usize,
}

impl Keyspace {
    /// Drops the husks of one slice; empty lists that somebody holds give back the memory that they
    /// do not need. Writers of the directory wait for one removal at most.
    ///
    /// Objects that the journal knows are attended for good; `note` is called with what it knows of
    /// one that may go.
    pub(crate) fn sweep(&self, slice: usize, note: impl Fn(&Logged)) -> Swept {
        let directory = &self.slices[slice];
        let is_husk = |object: &Object| {
            object.list.is_empty() && (!object.list.is_attended() || object.is_noted())
        };
        let mut swept = Swept::default();
        for object in self.collect(slice, |_| true) {
            swept.seen += 1;
            // Whoever sweeps has deadlines to keep, and waits for no transaction.
            if !object.list.is_idle() {
                continue;
            }
            if object.is_vacant() {
                note_vacant(&object, &note);
            }
            if directory.remove(self.hash(object.key()), &object, is_husk) {
                swept.dropped += 1;
                continue;
            }
            if let Some(mut list) = object.list.try_freeze_empty() {
                list.release_memory();
            }
        }
        if swept.dropped > 0 {
            directory.shrink();
        }
        swept
    }
}

/// Tells the journal of an object that may go, if nobody is about to use it.
fn note_vacant(object: &Object, note: impl Fn(&Logged)) {
    if let Some(list) = object.list.try_freeze_empty()
        && object.is_vacant()
        && let Some(logged) = list
            .extra()
            .as_ref()
            .and_then(|watch| watch.logged.as_ref())
    {
        note(logged);
        object.set_noted();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forebay_sync::Side;

    #[test]
    fn only_husks_are_dropped() {
        let keyspace = Keyspace::new(Object::new);
        let add = |key: &[u8]| keyspace.find_or_insert(keyspace.hash(key), key).0;
        let sweep = || {
            (0..super::super::SLICES)
                .map(|slice| keyspace.sweep(slice, |_| ()))
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

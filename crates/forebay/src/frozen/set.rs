//! Several keys in exclusive mode.

use core::mem;
use std::sync::Arc;

use forebay_sync::SegmentList;
use smallvec::SmallVec;

use super::FrozenKey;
use forebay_wal::Ticket;

use crate::blocking::{self, Left, Served, Waiters, Wakes};
use crate::command::keys::Dropped;
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::object::Object;

/// Keys that are frozen together. Dropping it serves waiters, lets go, and wakes.
pub(crate) struct FrozenSet<'a> {
    core: &'a Core,
    /// In the order of their addresses.
    members: SmallVec<[FrozenKey<'a>; 2]>,
    /// Indexes of members that may have changed, in the order in which they did.
    changed: SmallVec<[usize; 4]>,
    served: Served,
    wakes: Wakes,
    /// Bytes of the keys that one operation may name.
    key_bytes: usize,
    /// What was due, to be dropped at the very end.
    dropped: Dropped,
}

impl<'a> FrozenSet<'a> {
    /// Freezes `objects`; one that is named twice is frozen once.
    pub(crate) fn new(
        core: &'a Core,
        objects: impl IntoIterator<Item = &'a Arc<Object>>,
    ) -> Result<Self> {
        core.give_way();
        let mut objects: SmallVec<[&Arc<Object>; 4]> = objects.into_iter().collect();
        let mut wakes = Wakes::new();
        loop {
            let mut set = Self::freeze(core, &mut objects)?;
            set.wakes.append(&mut wakes);
            if set.members.iter().all(|key| key.watched().is_none()) {
                return Ok(set);
            }
            // Rule 3. Usually there is nothing to do. Who adds entries serves before letting go;
            // but entries that somebody has left can be claimed as time passes.
            for at in 0..set.members.len() {
                let key = &set.members[at];
                let waiters = key.watched().map(|watch| &watch.waiters);
                if !key.object().holds_stream() || waiters.is_some_and(Waiters::has_claimers) {
                    set.has_changed(at);
                }
            }
            let left = set.serve();
            if left.is_empty() {
                return Ok(set);
            }
            wakes = set.release().0;
            blocking::serve_left(core, left, &mut wakes);
        }
    }

    /// As [`FrozenSet::new`], but without rule 3.
    pub(crate) fn freeze(
        core: &'a Core,
        objects: &mut SmallVec<[&'a Arc<Object>; 4]>,
    ) -> Result<Self> {
        objects.sort_unstable_by_key(|object| object.address());
        objects.dedup_by_key(|object| object.address());
        SegmentList::give_way(objects.iter().map(|object| &object.list));
        let mut set = Self {
            core,
            members: objects
                .iter()
                .map(|&object| FrozenKey::with_list(core, object, object.list.freeze_at_once()))
                .collect(),
            changed: SmallVec::new(),
            served: Served::default(),
            key_bytes: 0,
            wakes: Wakes::new(),
            dropped: Dropped::new(),
        };
        // Looked at in exclusive mode: `close` goes through all keys after it has raised the flag.
        if core.is_closed() {
            return Err(Error::Closed);
        }
        if core.is_logged() {
            let longest = set.members.iter().map(|key| key.object().key().len()).max();
            set.key_bytes = longest.unwrap_or(0).saturating_mul(2);
        }
        for at in 0..set.members.len() {
            if core.delete_if_due(&mut set.members[at], &mut set.dropped)? {
                set.has_changed(at);
            }
        }
        Ok(set)
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// The place of an object that the set was made with.
    pub(crate) fn position(&self, object: &Arc<Object>) -> usize {
        let found = position(&self.members, object);
        debug_assert!(found.is_some(), "the set was made with this object");
        found.unwrap_or(0)
    }

    pub(crate) fn object(&self, at: usize) -> &'a Arc<Object> {
        self.members[at].object()
    }

    #[inline]
    pub(crate) fn key(&self, at: usize) -> &FrozenKey<'a> {
        &self.members[at]
    }

    #[inline]
    pub(crate) fn key_mut(&mut self, at: usize) -> &mut FrozenKey<'a> {
        &mut self.members[at]
    }

    /// All keys, in the order of their addresses.
    pub(crate) fn keys(&self) -> &[FrozenKey<'a>] {
        &self.members
    }

    /// Two of the keys; no second one when both are one key.
    pub(crate) fn pair_mut(
        &mut self,
        source: usize,
        destination: usize,
    ) -> (&mut FrozenKey<'a>, Option<&mut FrozenKey<'a>>) {
        pair_mut(&mut self.members, source, destination)
    }

    /// Says that a key may have got something that somebody waits for, or have lost what they read
    /// from: its waiters are served when the set is dropped.
    #[inline]
    pub(crate) fn has_changed(&mut self, at: usize) {
        let key = &mut self.members[at];
        // Noted in the key, for a call may have thousands of keys.
        if key.watched().is_some() && !key.note_changed(true) {
            self.changed.push(at);
        }
    }

    /// Serves the waiters of the keys that have changed, as far as the frozen keys go.
    fn serve(&mut self) -> Left {
        let changed = mem::take(&mut self.changed);
        for &at in &changed {
            self.members[at].note_changed(false);
        }
        blocking::serve(self.core, &mut self.members, changed, &mut self.served)
    }

    /// Makes room in the journal for an operation, before anything is done.
    #[inline]
    pub(crate) fn admit(&self, cost: Cost) -> Result<()> {
        match self.core.journal() {
            Some(journal) if !cost.is_none() => journal.admit(cost, self.key_bytes),
            _ => Ok(()),
        }
    }

    /// Puts a key whose contents are about to be carried to another one into the checkpoint that is
    /// being taken, if one is: see [the journal](crate::journal).
    pub(crate) fn keep_for_checkpoint(&mut self, at: usize) {
        if let Some(journal) = self.core.journal() {
            journal.keep_for_checkpoint(&mut self.members[at]);
        }
    }

    /// Lets go of everything. What is returned must be woken after that.
    fn release(&mut self) -> (Wakes, Result<Ticket>) {
        for key in &mut self.members {
            self.core.settle(key);
        }
        let committed = self.core.commit(&mut self.members);
        self.served.deliver(&committed, &mut self.wakes);
        self.members.clear();
        (mem::take(&mut self.wakes), committed)
    }

    /// What [`finish`](Self::finish) does, for a caller that has more to do before it wakes anybody.
    pub(crate) fn let_go(mut self) -> (Left, Wakes, Result<Ticket>) {
        let left = self.serve();
        let (wakes, committed) = self.release();
        (left, wakes, committed)
    }

    /// Does what dropping does, and says whether it is in the journal.
    pub(crate) fn finish(self) -> Result<()> {
        let core = self.core;
        let (left, mut wakes, committed) = self.let_go();
        blocking::serve_left(core, left, &mut wakes);
        committed.map(drop)
    }
}

impl Drop for FrozenSet<'_> {
    fn drop(&mut self) {
        let left = self.serve();
        let (mut wakes, _) = self.release();
        blocking::serve_left(self.core, left, &mut wakes);
    }
}

/// The place of `object` among frozen keys.
pub(crate) fn position(members: &[FrozenKey<'_>], object: &Arc<Object>) -> Option<usize> {
    members
        .binary_search_by_key(&object.address(), |key| key.object().address())
        .ok()
}

/// Two of the keys; no second one when both are one key.
pub(crate) fn pair_mut<'s, 'a>(
    members: &'s mut [FrozenKey<'a>],
    source: usize,
    destination: usize,
) -> (&'s mut FrozenKey<'a>, Option<&'s mut FrozenKey<'a>>) {
    if source == destination {
        return (&mut members[source], None);
    }
    let middle = source.max(destination);
    let (before, from_middle) = members.split_at_mut(middle);
    if source < destination {
        (&mut before[source], Some(&mut from_middle[0]))
    } else {
        (&mut from_middle[0], Some(&mut before[destination]))
    }
}

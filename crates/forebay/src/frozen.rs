//! Exclusive mode: one list, or several at once.
//!
//! Pushes and pops of lists that need no [attention](crate::object::Attention) have their fast paths
//! in `forebay-sync`. Everything else happens here, under these rules:
//!
//! 1. **Order.** Several lists are frozen in the order of their addresses, all that a step needs at
//!    once. A thread that has lists frozen freezes no others, takes no lock of the directory, calls
//!    no user's closure (but a transaction's), and wakes nobody (but a worker, when an expiry is the
//!    next thing to happen). It may take the lock of a shard's timers, whose owner waits for nothing.
//! 2. **Nothing due.** What a command sees of a list never includes a key that should have expired.
//! 3. **Nobody overtaken.** What a command sees never includes elements that a waiter is entitled
//!    to. Who finds such elements, because another thread has pushed them and is about to serve a
//!    blocked move, serves first: it never waits for that thread.
//! 4. **Everybody served.** When lists that have grown are let go, their waiters have been served,
//!    or are served before the command returns if that takes lists that were not frozen.
//! 5. **Attention** is there exactly while a list has an expiry or waiters.

use core::mem;
use std::sync::Arc;

use forebay_sync::SegmentList;
use smallvec::SmallVec;

use crate::blocking::{self, Left, Wakes};
use crate::command::keys::Dropped;
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::object::{FrozenList, Object, Watch};

impl Core {
    /// Calls `f` with the frozen list. Nothing is changed.
    pub(crate) fn read<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&FrozenList<'_>) -> R,
    ) -> Result<R> {
        self.edit(object, |list| f(list))
    }

    /// Calls `f` with the frozen list, which it may change, and serves who waits for its elements.
    #[inline]
    pub(crate) fn edit<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        // Before the list, and so dropped after it.
        let mut dropped = Dropped::new();
        let mut list = object.list.freeze();
        if self.is_closed() {
            return Err(Error::Closed);
        }
        if let Some(watch) = list.extra() {
            if !watch.waiters.is_empty() {
                drop(list);
                return self.edit_awaited(object, f);
            }
            self.delete_if_due(&mut list, &mut dropped);
        }
        let result = f(&mut list);
        if list.extra().is_some() {
            self.settle(object, &mut list);
        }
        Ok(result)
    }

    #[cold]
    fn edit_awaited<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        let mut set = FrozenSet::new(self, [object])?;
        let result = f(set.list_mut(0));
        set.has_grown(0);
        Ok(result)
    }

    /// Calls `f` with two lists, frozen together, of which the second may grow.
    #[inline]
    pub(crate) fn edit_pair<R>(
        &self,
        source: &Arc<Object>,
        destination: &Arc<Object>,
        f: impl FnOnce(&mut FrozenList<'_>, &mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        debug_assert!(!Arc::ptr_eq(source, destination), "a list is frozen once");
        let is_in_order = source.address() < destination.address();
        let (first, second) = if is_in_order {
            (source, destination)
        } else {
            (destination, source)
        };
        SegmentList::give_way([&first.list, &second.list]);
        let (mut first, mut second) = (first.list.freeze_at_once(), second.list.freeze_at_once());
        if first.extra().is_some() || second.extra().is_some() || self.is_closed() {
            drop((first, second));
            return self.edit_attended_pair(source, destination, f);
        }
        let (source, destination) = if is_in_order {
            (&mut first, &mut second)
        } else {
            (&mut second, &mut first)
        };
        Ok(f(source, destination))
    }

    #[cold]
    fn edit_attended_pair<R>(
        &self,
        source: &Arc<Object>,
        destination: &Arc<Object>,
        f: impl FnOnce(&mut FrozenList<'_>, &mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        let mut set = FrozenSet::new(self, [source, destination])?;
        let (source, destination) = (set.position(source), set.position(destination));
        let (from, Some(to)) = pair_mut(&mut set.members, source, destination) else {
            unreachable!("the lists are different ones")
        };
        let result = f(from, to);
        // Who waits at the destination may move it back.
        forget_expiry_if_empty(from);
        set.has_grown(destination);
        Ok(result)
    }
}

/// Lists that are frozen together. Dropping it serves waiters, lets go, and wakes.
pub(crate) struct FrozenSet<'a> {
    core: &'a Core,
    /// In the order of their addresses.
    members: SmallVec<[Member<'a>; 2]>,
    /// Indexes of members that may have grown, in the order in which they did.
    grown: SmallVec<[usize; 4]>,
    wakes: Wakes,
    /// Elements that were due, to be dropped at the very end.
    dropped: Dropped,
}

/// One of the frozen lists.
pub(crate) struct Member<'a> {
    pub(crate) object: &'a Arc<Object>,
    pub(crate) list: FrozenList<'a>,
}

impl<'a> FrozenSet<'a> {
    /// Freezes the lists of `objects`; one that is named twice is frozen once.
    pub(crate) fn new(
        core: &'a Core,
        objects: impl IntoIterator<Item = &'a Arc<Object>>,
    ) -> Result<Self> {
        let mut objects: SmallVec<[&Arc<Object>; 4]> = objects.into_iter().collect();
        let mut wakes = Wakes::new();
        loop {
            let mut set = Self::freeze(core, &mut objects)?;
            set.wakes.append(&mut wakes);
            if set
                .members
                .iter()
                .all(|member| member.list.extra().is_none())
            {
                return Ok(set);
            }
            // Rule 3. Usually there is nothing to do.
            set.grown.extend(0..set.members.len());
            let left = set.serve();
            if left.is_empty() {
                return Ok(set);
            }
            wakes = set.release();
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
                .map(|&object| Member {
                    object,
                    list: object.list.freeze_at_once(),
                })
                .collect(),
            grown: SmallVec::new(),
            wakes: Wakes::new(),
            dropped: Dropped::new(),
        };
        // Looked at in exclusive mode: `close` goes through all lists after it has raised the flag.
        if core.is_closed() {
            return Err(Error::Closed);
        }
        for member in &mut set.members {
            core.delete_if_due(&mut member.list, &mut set.dropped);
        }
        Ok(set)
    }

    /// How many lists there are.
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
        self.members[at].object
    }

    #[inline]
    pub(crate) fn list(&self, at: usize) -> &FrozenList<'a> {
        &self.members[at].list
    }

    #[inline]
    pub(crate) fn list_mut(&mut self, at: usize) -> &mut FrozenList<'a> {
        &mut self.members[at].list
    }

    /// Two of the lists; no second one when both are one list.
    pub(crate) fn pair_mut(
        &mut self,
        source: usize,
        destination: usize,
    ) -> (&mut FrozenList<'a>, Option<&mut FrozenList<'a>>) {
        pair_mut(&mut self.members, source, destination)
    }

    /// All lists.
    pub(crate) fn lists_mut(&mut self) -> impl Iterator<Item = &mut FrozenList<'a>> {
        self.members.iter_mut().map(|member| &mut member.list)
    }

    /// Says that a list may have got elements: its waiters are served when the set is dropped.
    #[inline]
    pub(crate) fn has_grown(&mut self, at: usize) {
        if self.members[at].list.extra().is_some() && !self.grown.contains(&at) {
            self.grown.push(at);
        }
    }

    /// Serves the waiters of the lists that have grown, as far as the frozen lists go.
    fn serve(&mut self) -> Left {
        blocking::serve(
            &mut self.members,
            mem::take(&mut self.grown),
            &mut self.wakes,
        )
    }

    /// Lets go of everything. What is returned must be woken after that.
    fn release(&mut self) -> Wakes {
        for member in &mut self.members {
            self.core.settle(member.object, &mut member.list);
        }
        self.members.clear();
        mem::take(&mut self.wakes)
    }

    /// What dropping does, for a caller that has more to do before it wakes anybody.
    pub(crate) fn finish(mut self) -> (Left, Wakes) {
        let left = self.serve();
        (left, self.release())
    }
}

impl Drop for FrozenSet<'_> {
    fn drop(&mut self) {
        let left = self.serve();
        let mut wakes = self.release();
        blocking::serve_left(self.core, left, &mut wakes);
    }
}

/// The place of `object` among frozen lists.
pub(crate) fn position(members: &[Member<'_>], object: &Arc<Object>) -> Option<usize> {
    members
        .binary_search_by_key(&object.address(), |member| member.object.address())
        .ok()
}

/// Two of the lists; no second one when both are one list.
pub(crate) fn pair_mut<'s, 'a>(
    members: &'s mut [Member<'a>],
    source: usize,
    destination: usize,
) -> (&'s mut FrozenList<'a>, Option<&'s mut FrozenList<'a>>) {
    if source == destination {
        return (&mut members[source].list, None);
    }
    let middle = source.max(destination);
    let (before, from_middle) = members.split_at_mut(middle);
    if source < destination {
        (&mut before[source].list, Some(&mut from_middle[0].list))
    } else {
        (
            &mut from_middle[0].list,
            Some(&mut before[destination].list),
        )
    }
}

/// The attention of a list that begins to need some.
pub(crate) fn watch<'a>(list: &'a mut FrozenList<'_>) -> &'a mut Watch {
    list.set_attended(true);
    list.extra_mut().get_or_insert_default()
}

/// A key without elements does not exist, and what does not exist has no expiry. To be called where
/// elements have left a list that may get others before it is let go.
pub(crate) fn forget_expiry_if_empty(list: &mut FrozenList<'_>) {
    if list.is_empty()
        && let Some(watch) = list.extra_mut()
    {
        watch.expire_at_ms = None;
    }
}

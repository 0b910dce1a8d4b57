//! Steps on one key, and on two lists.

use core::slice;
use std::sync::Arc;

use forebay_sync::SegmentList;

use super::{FrozenKey, FrozenList, FrozenSet};
use crate::command::keys::Dropped;
use crate::command::movement::Route;
use crate::engine::Access;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::body::FrozenStream;

/// These methods wait, with nothing frozen any more, until what they have done and seen is as
/// durable as the caller wants it.
impl Access {
    /// Calls `f` with the frozen list. Nothing is changed.
    pub(crate) fn read<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&FrozenList<'_>) -> R,
    ) -> Result<R> {
        if !self.is_logged() {
            let list = object.list.freeze();
            if !list.is_attended() && !self.is_closed() {
                return Ok(f(&FrozenList::new(list, None)));
            }
        }
        let read = |key: &mut FrozenKey<'_>| key.list().map(f);
        self.edit_frozen(object, |_| Cost::NONE, read)?
    }

    /// Calls `f` with the frozen list, which it may change, and serves who waits for its elements.
    #[inline]
    pub(crate) fn edit<R>(
        &self,
        object: &Arc<Object>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        self.edit_costing(object, |_| cost, f)
    }

    /// The same, when what it costs depends on the list.
    #[inline]
    pub(crate) fn edit_costing<R>(
        &self,
        object: &Arc<Object>,
        cost: impl Fn(&FrozenList<'_>) -> Cost,
        f: impl FnOnce(&mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        // In an engine with a journal every key is attended.
        if !self.is_logged() {
            let list = object.list.freeze();
            if !list.is_attended() && !self.is_closed() {
                return Ok(f(&mut FrozenList::new(list, None)));
            }
        }
        self.edit_attended(object, cost, f)
    }

    #[inline(never)]
    fn edit_attended<R>(
        &self,
        object: &Arc<Object>,
        cost: impl Fn(&FrozenList<'_>) -> Cost,
        f: impl FnOnce(&mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        self.give_way();
        let cost = |key: &FrozenKey<'_>| cost(key.bare_list());
        self.edit_frozen(object, cost, |key| key.list_mut().map(f))?
    }

    /// Calls `f` with the frozen stream, which it may change, and serves who waits for its entries.
    /// `None` when there is no such key.
    pub(crate) fn edit_stream<R>(
        &self,
        object: &Arc<Object>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenStream<'_>) -> R,
    ) -> Result<Option<R>> {
        self.edit_key(object, cost, |key| Ok(key.stream_mut()?.map(f)))?
    }

    /// Calls `f` with the frozen stream, an empty one when there is no such key; see
    /// [`FrozenKey::make_stream`].
    pub(crate) fn make_stream<R>(
        &self,
        object: &Arc<Object>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenStream<'_>) -> Result<R>,
    ) -> Result<R> {
        self.edit_key(object, cost, |key| key.make_stream(f))?
    }

    /// Calls `f` with the frozen key, which it may change, and serves who waits.
    pub(crate) fn edit_key<R>(
        &self,
        object: &Arc<Object>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenKey<'_>) -> R,
    ) -> Result<R> {
        self.give_way();
        self.edit_frozen(object, |_| cost, f)
    }

    /// A key in exclusive mode is large, and is made where it stays: hence the inlining.
    #[inline]
    fn edit_frozen<R>(
        &self,
        object: &Arc<Object>,
        cost: impl Fn(&FrozenKey<'_>) -> Cost,
        f: impl FnOnce(&mut FrozenKey<'_>) -> R,
    ) -> Result<R> {
        if self.is_closed() {
            return Err(Error::Closed);
        }
        let list = object.list.freeze();
        let watch = list.extra().as_ref();
        if watch.is_some_and(|watch| !watch.waiters.is_empty()) {
            drop(list);
            return self.edit_awaited(object, cost, f);
        }
        // Before the key, and so dropped after it.
        let mut dropped = Dropped::new();
        let mut key = FrozenKey::with_list(self, object, list);
        let admitted = self.admit_step(&mut key, &mut dropped, &cost);
        let result = match admitted {
            Ok(cost) => Ok((f(&mut key), cost)),
            Err(error) => Err((error, f)),
        };
        self.settle(&mut key);
        let committed = self.commit(slice::from_mut(&mut key));
        drop(key);
        let (result, cost) = match result {
            Ok(done) => done,
            Err((error, f)) => {
                if self.is_long_enough_after(&error) {
                    return self.edit_awaited(object, cost, f);
                }
                return Err(error);
            }
        };
        self.wait_after(cost, committed.map(drop))?;
        Ok(result)
    }

    fn admit_step(
        &self,
        key: &mut FrozenKey<'_>,
        dropped: &mut Dropped,
        cost: &impl Fn(&FrozenKey<'_>) -> Cost,
    ) -> Result<Cost> {
        self.delete_if_due(key, dropped)?;
        let cost = cost(key);
        self.admit(cost, key.object())?;
        Ok(cost)
    }

    /// Waits as the level says, for a step that was committed or not. What has changed nothing does
    /// not mind that the log has failed.
    fn wait_after(&self, cost: Cost, committed: Result<()>) -> Result<()> {
        if cost.is_none() {
            return self.wait_to_read();
        }
        committed?;
        self.wait()
    }

    #[cold]
    fn edit_awaited<R>(
        &self,
        object: &Arc<Object>,
        cost: impl Fn(&FrozenKey<'_>) -> Cost,
        f: impl FnOnce(&mut FrozenKey<'_>) -> R,
    ) -> Result<R> {
        let mut set = FrozenSet::new(self, [object])?;
        let mut cost_now = cost(set.key(0));
        if let Err(error) = set.admit(cost_now) {
            drop(set);
            if !self.is_long_enough_after(&error) {
                return Err(error);
            }
            set = FrozenSet::new(self, [object])?;
            cost_now = cost(set.key(0));
            set.admit(cost_now)?;
        }
        let result = f(set.key_mut(0));
        set.has_changed(0);
        let finished = set.finish();
        self.wait_after(cost_now, finished)?;
        Ok(result)
    }

    /// Calls `f` with two lists, frozen together, between which elements move by this route. It
    /// does nothing when the first one is empty.
    #[inline]
    pub(crate) fn edit_pair<R>(
        &self,
        source: &Arc<Object>,
        destination: &Arc<Object>,
        route: Route,
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
        let (first, second) = (first.list.freeze_at_once(), second.list.freeze_at_once());
        if first.is_attended() || second.is_attended() || self.is_closed() {
            drop((first, second));
            return self.edit_attended_pair(source, destination, route, f);
        }
        let (mut first, mut second) = (FrozenList::new(first, None), FrozenList::new(second, None));
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
        route: Route,
        f: impl FnOnce(&mut FrozenList<'_>, &mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        let objects = [source, destination];
        let mut set = FrozenSet::new(self, objects)?;
        if self.is_logged()
            && let Err(error) = set.admit(route.cost(set.key(set.position(source)).bare_list()))
        {
            drop(set);
            if !self.is_long_enough_after(&error) {
                return Err(error);
            }
            set = FrozenSet::new(self, objects)?;
            set.admit(route.cost(set.key(set.position(source)).bare_list()))?;
        }
        let (source, destination) = (set.position(source), set.position(destination));
        let (from, Some(to)) = set.pair_mut(source, destination) else {
            unreachable!("the lists are different ones")
        };
        if !from.list()?.is_empty() {
            // What is moved from nowhere does not go anywhere.
            to.list()?;
        }
        let result = f(from.bare_list_mut(), to.bare_list_mut());
        // Who waits at the destination may move it back.
        from.forget_expiry_if_gone();
        set.has_changed(destination);
        set.finish()?;
        self.wait()?;
        Ok(result)
    }
}

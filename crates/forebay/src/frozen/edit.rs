//! Steps on one key, and on two lists.

use std::sync::Arc;

use forebay_sync::SegmentList;

use super::{FrozenKey, FrozenSet};
use crate::command::keys::Dropped;
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::object::{FrozenList, Object};
use crate::stream::body::FrozenStream;

impl Core {
    /// Calls `f` with the frozen list. Nothing is changed.
    pub(crate) fn read<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&FrozenList<'_>) -> R,
    ) -> Result<R> {
        let list = object.list.freeze();
        if list.is_attended() || self.is_closed() {
            return self.edit_frozen(object, list, |key| key.list().map(f))?;
        }
        Ok(f(&list))
    }

    /// Calls `f` with the frozen list, which it may change, and serves who waits for its elements.
    #[inline]
    pub(crate) fn edit<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        let mut list = object.list.freeze();
        if list.is_attended() || self.is_closed() {
            return self.edit_attended(object, list, f);
        }
        Ok(f(&mut list))
    }

    #[cold]
    fn edit_attended<R>(
        &self,
        object: &Arc<Object>,
        list: FrozenList<'_>,
        f: impl FnOnce(&mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        self.edit_frozen(object, list, |key| key.list_mut().map(f))?
    }

    /// Calls `f` with the frozen stream, which it may change, and serves who waits for its entries.
    /// `None` when there is no such key.
    pub(crate) fn edit_stream<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&mut FrozenStream<'_>) -> R,
    ) -> Result<Option<R>> {
        self.edit_key(object, |key| Ok(key.stream_mut()?.map(f)))?
    }

    /// Calls `f` with the frozen stream, an empty one when there is no such key; see
    /// [`FrozenKey::make_stream`].
    pub(crate) fn make_stream<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&mut FrozenStream<'_>) -> Result<R>,
    ) -> Result<R> {
        self.edit_key(object, |key| key.make_stream(f))?
    }

    /// Calls `f` with the frozen key, which it may change, and serves who waits.
    pub(crate) fn edit_key<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&mut FrozenKey<'_>) -> R,
    ) -> Result<R> {
        self.edit_frozen(object, object.list.freeze(), f)
    }

    fn edit_frozen<R>(
        &self,
        object: &Arc<Object>,
        list: FrozenList<'_>,
        f: impl FnOnce(&mut FrozenKey<'_>) -> R,
    ) -> Result<R> {
        if self.is_closed() {
            return Err(Error::Closed);
        }
        let watch = list.extra().as_ref();
        if watch.is_some_and(|watch| !watch.waiters.is_empty()) {
            drop(list);
            return self.edit_awaited(object, f);
        }
        // Before the key, and so dropped after it.
        let mut dropped = Dropped::new();
        let mut key = FrozenKey::with_list(object, list);
        self.delete_if_due(&mut key, &mut dropped);
        let result = f(&mut key);
        self.settle(&mut key);
        Ok(result)
    }

    #[cold]
    fn edit_awaited<R>(
        &self,
        object: &Arc<Object>,
        f: impl FnOnce(&mut FrozenKey<'_>) -> R,
    ) -> Result<R> {
        let mut set = FrozenSet::new(self, [object])?;
        let result = f(set.key_mut(0));
        set.has_changed(0);
        Ok(result)
    }

    /// Calls `f` with two lists, frozen together, of which the second may grow. It does nothing
    /// when the first one is empty.
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
        if first.is_attended() || second.is_attended() || self.is_closed() {
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
        Ok(result)
    }
}

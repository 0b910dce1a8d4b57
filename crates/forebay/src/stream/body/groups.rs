//! The groups of a stream by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard, RwLock};
use smallvec::SmallVec;

use crate::stream::group::Group;

/// A group as all threads share it.
#[derive(Debug)]
pub(crate) struct SharedGroup(Mutex<Membership>);

/// The state of a group, as long as it belongs to the stream.
#[derive(Debug)]
pub(super) struct Membership(Option<Group>);

impl SharedGroup {
    fn new(group: Group) -> Self {
        Self(Mutex::new(Membership(Some(group))))
    }

    /// The state of the group, locked. `None` when the group is gone: it was destroyed, or its
    /// stream was deleted or renamed.
    #[inline]
    pub(super) fn lock(&self) -> Option<LockedGroup<'_>> {
        let group = self.0.lock();
        MutexGuard::try_map(group, |membership| membership.0.as_mut()).ok()
    }

    /// Takes the state out; from here on the group is gone.
    fn take(&self) -> Option<Group> {
        self.0.lock().0.take()
    }
}

/// The state of a group, locked.
pub(super) type LockedGroup<'a> = parking_lot::MappedMutexGuard<'a, Group>;

/// The groups of a stream. Made and destroyed while the log is frozen; looked up at any time.
///
/// The lock of the map is only held for that, and to lock groups while the log is frozen.
#[derive(Debug, Default)]
pub(super) struct Groups(RwLock<BTreeMap<Box<[u8]>, Arc<SharedGroup>>>);

impl Groups {
    pub(super) fn find(&self, name: &[u8]) -> Option<Arc<SharedGroup>> {
        self.0.read().get(name).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.0.read().len()
    }

    /// Adds a group. There must be none of that name, and the log is frozen.
    pub(super) fn insert(&self, name: &[u8], group: Group) {
        let group = Arc::new(SharedGroup::new(group));
        self.0.write().insert(name.into(), group);
    }

    /// Removes a group. The log is frozen.
    pub(super) fn remove(&self, name: &[u8]) -> Option<Group> {
        let group = self.0.write().remove(name)?;
        group.take()
    }

    /// Calls `f` with every group and its name, in the order of names, one after the other. The log
    /// is frozen.
    pub(super) fn for_each(&self, mut f: impl FnMut(&[u8], &mut Group)) {
        for (name, group) in &*self.0.read() {
            if let Some(mut group) = group.lock() {
                f(name, &mut group);
            }
        }
    }

    /// Calls `f` with all groups, locked. The log is frozen.
    pub(super) fn with_all<R>(&self, f: impl FnOnce(&mut [LockedGroup<'_>]) -> R) -> R {
        let groups = self.0.read();
        let locked = groups.values().filter_map(|group| group.lock());
        f(&mut locked.collect::<SmallVec<[_; 4]>>())
    }

    /// Calls `f` with one group. The log is frozen.
    pub(super) fn with<R>(&self, name: &[u8], f: impl FnOnce(&mut Group) -> R) -> Option<R> {
        let groups = self.0.read();
        let mut group = groups.get(name)?.lock()?;
        Some(f(&mut group))
    }

    /// Takes all groups out. The log is frozen.
    pub(super) fn take(&self) -> Vec<(Box<[u8]>, Group)> {
        let groups = core::mem::take(&mut *self.0.write());
        let taken = groups
            .into_iter()
            .filter_map(|(name, group)| Some((name, group.take()?)));
        taken.collect()
    }

    /// Puts groups in. There were none, and the log is frozen.
    pub(super) fn put(&self, groups: Vec<(Box<[u8]>, Group)>) {
        let shared = |(name, group)| (name, Arc::new(SharedGroup::new(group)));
        *self.0.write() = groups.into_iter().map(shared).collect();
    }
}

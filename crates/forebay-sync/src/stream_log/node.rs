//! A node of the index: 64 places in a row.

use core::cell::Cell;
use core::ptr;

use alloc::boxed::Box;

use super::id::Id;
use super::segment::{Header, Link};
use crate::loom::Ordering::{Acquire, Relaxed, Release};
use crate::loom::{AtomicPtr, AtomicU32, OwnedAtomic, UnsafeCell};
use crate::teeth::{Site, ord};

const BITS: u32 = if cfg!(loom) { 1 } else { 6 };
const PLACES: usize = 1 << BITS;

/// A node, as the tree and the garbage know it.
pub(super) type NodeLink = *mut Node;

pub(super) struct Node {
    /// 0: the places hold segments.
    pub(super) level: u32,
    /// The least number that belongs here.
    pub(super) first: u64,
    /// One past the last place that was ever used.
    end: AtomicU32,
    /// Places in use. Exclusive mode only.
    pub(super) live: Cell<u32>,
    /// The first id of each place below `end`; of a place that was passed over, an id between its
    /// neighbours'.
    ids: [UnsafeCell<Id>; PLACES],
    /// Segments or nodes.
    pub(super) places: [AtomicPtr<Header>; PLACES],
    #[cfg(loom)]
    model: super::model::Tracked,
}

impl Node {
    pub(super) fn new(level: u32, number: u64) -> Box<Self> {
        let node = Box::new(Self {
            level,
            first: number & !low_bits(level + 1),
            end: AtomicU32::new(0),
            live: Cell::new(0),
            ids: core::array::from_fn(|_| UnsafeCell::new(Id::MIN)),
            places: core::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            #[cfg(loom)]
            model: super::model::Tracked::new(0, 0),
        });
        #[cfg(loom)]
        node.model.opened();
        node
    }

    /// Whether this is the node of its level where `number` belongs.
    pub(super) const fn covers(&self, number: u64) -> bool {
        self.first == number & !low_bits(self.level + 1)
    }

    pub(super) const fn place_of(&self, number: u64) -> usize {
        (number - self.first) as usize >> (BITS * self.level)
    }

    pub(super) fn id(&self, place: usize) -> Id {
        // SAFETY: written before `end` went past the place, and never again.
        self.ids[place].with(|id| unsafe { *id })
    }

    /// Fills a place behind all others.
    pub(super) fn push(&self, place: usize, id: Id, link: Link) {
        // Relaxed: written in exclusive mode only.
        let end = self.end.load(Relaxed) as usize;
        debug_assert!(place >= end, "the tree grows at the right");
        for skipped in &self.ids[end..=place] {
            // SAFETY: readers look below `end` only, and we are alone.
            skipped.with_mut(|at| unsafe { *at = id });
        }
        // Relaxed: "grow" publishes it.
        self.places[place].store(link, Relaxed);
        self.live.set(self.live.get() + 1);
        // "Grow". Release: the place, and the segment or nodes in it; pairs with `end`.
        let order = ord(Site::StreamIndexGrow, Release);
        self.end.store_owned(place as u32 + 1, order);
    }

    #[inline]
    pub(super) fn end(&self) -> usize {
        // Acquire: the places below; pairs with "grow" in `push`.
        self.end.load(ord(Site::StreamIndexRead, Acquire)) as usize
    }

    /// How many nodes this and those below are. Exclusive mode only.
    pub(super) fn count(&self) -> u64 {
        let below = |place: usize| {
            let link = self.place(place);
            // SAFETY: a place of a node above level 0 holds a node, which only exclusive mode
            // takes out.
            let below = (self.level > 0 && !link.is_null()).then(|| unsafe { node(link.cast()) });
            below.map_or(0, Self::count)
        };
        1 + (0..self.end()).map(below).sum::<u64>()
    }

    /// What is in a place below `end`, if anything still is.
    #[inline]
    pub(super) fn place(&self, place: usize) -> Link {
        // Relaxed: `end` has acquired it, and since then it was emptied at most.
        self.places[place].load(Relaxed)
    }
}

/// The numbers below one place of a node of level `level`.
const fn low_bits(level: u32) -> u64 {
    match 1_u64.checked_shl(BITS * level) {
        Some(span) => span - 1,
        None => u64::MAX,
    }
}

/// # Safety
///
/// `link` is a node that is there during `'g`.
#[inline]
pub(super) unsafe fn node<'g>(link: NodeLink) -> &'g Node {
    // SAFETY: the same contract; what changes in a node are atomics, or belongs to exclusive mode.
    let node = unsafe { &*link };
    #[cfg(loom)]
    node.model.looked_at();
    node
}

/// Frees one node.
///
/// # Safety
///
/// Nobody can reach it any more.
pub(super) unsafe fn free_node(link: NodeLink) {
    #[cfg(loom)]
    {
        /// # Safety
        ///
        /// A node that was buried, when the execution is over.
        unsafe fn forget_buried(link: ptr::NonNull<u8>) {
            // SAFETY: made by `Box::into_raw`, freed once.
            drop(unsafe { Box::from_raw(link.cast::<Node>().as_ptr()) });
        }
        // SAFETY: made by `Box::into_raw`, so not null.
        let at = unsafe { ptr::NonNull::new_unchecked(link.cast()) };
        // SAFETY: not freed yet.
        let model = &unsafe { node(link) }.model;
        super::model::bury(at, forget_buried, model);
    }
    #[cfg(not(loom))]
    // SAFETY: made by `Box::into_raw`, freed once, by the contract.
    drop(unsafe { Box::from_raw(link) });
}

/// Frees a tree, without the segments in it.
///
/// # Safety
///
/// Null, or nobody can reach it any more.
pub(super) unsafe fn free_tree(root: NodeLink) {
    if root.is_null() {
        return;
    }
    // SAFETY: ours alone.
    let top = unsafe { node(root) };
    if top.level > 0 {
        for place in &top.places {
            // SAFETY: as above: what is below is ours as well. Relaxed: nobody changes it.
            unsafe { free_tree(place.load(Relaxed).cast()) };
        }
    }
    // SAFETY: as above; what is below is freed.
    unsafe { free_node(root) };
}

impl core::fmt::Debug for Node {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Node")
            .field("level", &self.level)
            .field("first", &self.first)
            .field("live", &self.live.get())
            .finish_non_exhaustive()
    }
}

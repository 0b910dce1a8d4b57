//! From an id, or from the number of a segment, to the segment: a radix tree over the numbers.
//!
//! A node has 64 places, for segments or for nodes below. What was added last is the rightmost: the
//! tree grows at the right, if need be with a new root over the old one, and loses places, and
//! nodes without places, anywhere. The one writer is in exclusive mode; readers run at any time
//! under a guard. Each place has the first id of what is in it, which stays when that is gone, so
//! that a search by id is a binary search in each node on the way.

use core::cell::Cell;
use core::ptr;

use alloc::boxed::Box;

use super::garbage::Garbage;
use super::id::Id;
use super::segment::{Header, Link, Segment};
use crate::loom::Ordering::{Acquire, Relaxed, Release};
use crate::loom::{AtomicPtr, AtomicU32, OwnedAtomic, UnsafeCell};
use crate::teeth::{Site, ord};

const BITS: u32 = if cfg!(loom) { 1 } else { 6 };
const PLACES: usize = 1 << BITS;

/// Segments of a log from which on it has an index; below, the way along the links is short.
pub(super) const SEGMENTS_MIN: u64 = if cfg!(loom) { 2 } else { 8 };

/// A node, as the tree and the garbage know it.
pub(super) type NodeLink = *mut Node;

pub(super) struct Node {
    /// 0: the places hold segments.
    level: u32,
    /// The least number that belongs here.
    first: u64,
    /// One past the last place that was ever used.
    end: AtomicU32,
    /// Places in use. Exclusive mode only.
    live: Cell<u32>,
    /// The first id of each place below `end`; of a place that was passed over, an id between its
    /// neighbours'.
    ids: [UnsafeCell<Id>; PLACES],
    /// Segments or nodes.
    places: [AtomicPtr<Header>; PLACES],
    #[cfg(loom)]
    model: super::model::Tracked,
}

impl Node {
    fn new(level: u32, number: u64) -> Box<Self> {
        Box::new(Self {
            level,
            first: number & !low_bits(level + 1),
            end: AtomicU32::new(0),
            live: Cell::new(0),
            ids: core::array::from_fn(|_| UnsafeCell::new(Id::MIN)),
            places: core::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            #[cfg(loom)]
            model: super::model::Tracked::new(0, 0),
        })
    }

    /// Whether this is the node of its level where `number` belongs.
    const fn covers(&self, number: u64) -> bool {
        self.first == number & !low_bits(self.level + 1)
    }

    const fn place_of(&self, number: u64) -> usize {
        (number - self.first) as usize >> (BITS * self.level)
    }

    fn id(&self, place: usize) -> Id {
        // SAFETY: written before `end` went past the place, and never again.
        self.ids[place].with(|id| unsafe { *id })
    }

    /// Fills a place behind all others.
    fn push(&self, place: usize, id: Id, link: Link) {
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
    fn end(&self) -> usize {
        // Acquire: the places below; pairs with "grow" in `push`.
        self.end.load(ord(Site::StreamIndexRead, Acquire)) as usize
    }

    /// How many nodes this and those below are. Exclusive mode only.
    fn count(&self) -> u64 {
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
    fn place(&self, place: usize) -> Link {
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
unsafe fn node<'g>(link: NodeLink) -> &'g Node {
    // SAFETY: the same contract; what changes in a node are atomics, or belongs to exclusive mode.
    let node = unsafe { &*link };
    #[cfg(loom)]
    node.model.assert_alive();
    node
}

/// The place of a log where its index hangs.
#[derive(Debug)]
pub(super) struct Index(AtomicPtr<Node>);

impl Index {
    pub(super) fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// The tree as it is now; null when there is none. For a reader's search.
    #[inline]
    pub(super) fn root(&self) -> NodeLink {
        // Acquire: the node; pairs with "root" in `set_root`.
        self.0.load(ord(Site::StreamRootRead, Acquire))
    }

    pub(super) fn set_root(&self, root: NodeLink) {
        // "Root". Release: the node and those below; pairs with `root`.
        self.0.store_owned(root, ord(Site::StreamRoot, Release));
    }

    pub(super) fn load_mut(&mut self) -> NodeLink {
        self.0.load_mut()
    }

    /// The root, in exclusive mode.
    fn own_root<'a>(&'a self) -> Option<&'a Node> {
        // Relaxed: written in exclusive mode only.
        let root = self.0.load(Relaxed);
        // SAFETY: linked in, and only exclusive mode takes it out.
        (!root.is_null()).then(|| unsafe { node::<'a>(root) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.own_root().is_none()
    }

    /// How many nodes there are. Exclusive mode only.
    pub(super) fn nodes(&self) -> u64 {
        self.own_root().map_or(0, Node::count)
    }

    /// Adds the newest segment. Exclusive mode only.
    pub(super) fn push(&self, segment: Segment<'_>) {
        let header = segment.header();
        let (number, id) = (header.number, header.base);
        let Some(mut top) = self.own_root() else {
            let leaf = Node::new(0, number);
            leaf.push(leaf.place_of(number), id, segment.as_link());
            return self.set_root(Box::into_raw(leaf));
        };
        while !top.covers(number) {
            let root = Node::new(top.level + 1, top.first);
            // Relaxed: as in `own_root`.
            let below = self.0.load(Relaxed).cast::<Header>();
            root.push(root.place_of(top.first), Id::MIN, below);
            let root = Box::into_raw(root);
            self.set_root(root);
            // SAFETY: just made, and linked in.
            top = unsafe { node(root) };
        }
        while top.level > 0 {
            let place = top.place_of(number);
            let below = top.place(place);
            if below.is_null() {
                return top.push(place, id, branch(top.level - 1, segment));
            }
            // SAFETY: a place of a node above level 0 holds a node, which only exclusive mode
            // takes out.
            top = unsafe { node(below.cast()) };
        }
        top.push(top.place_of(number), id, segment.as_link());
    }

    /// Takes a segment out, if it is in. The nodes that go with it become garbage. Exclusive mode
    /// only.
    pub(super) fn remove(&self, number: u64, garbage: &mut Garbage) {
        let Some(root) = self.own_root() else {
            return;
        };
        if root.covers(number) {
            remove_below(root, number, garbage);
        }
        self.shrink(garbage);
    }

    /// A root with one node below gives way to it, and a single segment needs no index.
    fn shrink(&self, garbage: &mut Garbage) {
        while let Some(root) = self.own_root()
            && root.live.get() < 2
        {
            // Relaxed: as in `own_root`.
            garbage.push_node(self.0.load(Relaxed));
            let mut below = root.places.iter().map(|place| place.load(Relaxed));
            let only = below.find(|link| root.level > 0 && !link.is_null());
            self.set_root(only.unwrap_or(ptr::null_mut()).cast());
        }
    }

    /// Takes the whole tree away. Exclusive mode only.
    pub(super) fn take(&self) -> NodeLink {
        // Relaxed: as in `own_root`.
        let root = self.0.load(Relaxed);
        if !root.is_null() {
            self.set_root(ptr::null_mut());
        }
        root
    }
}

/// A path of new nodes with one segment at its end.
fn branch(level: u32, segment: Segment<'_>) -> Link {
    let header = segment.header();
    let node = Node::new(level, header.number);
    let below = if level == 0 {
        segment.as_link()
    } else {
        branch(level - 1, segment)
    };
    node.push(node.place_of(header.number), header.base, below);
    Box::into_raw(node).cast()
}

fn remove_below(top: &Node, number: u64, garbage: &mut Garbage) {
    let place = top.place_of(number);
    let link = top.place(place);
    if link.is_null() {
        return;
    }
    if top.level > 0 {
        // SAFETY: as in `push`.
        let below = unsafe { node(link.cast()) };
        remove_below(below, number, garbage);
        if below.live.get() > 0 {
            return;
        }
        garbage.push_node(link.cast());
    }
    // Release: that the log is frozen; pairs with the fence in `StreamLog::is_unchanged`.
    let order = ord(Site::StreamIndexRemove, Release);
    top.places[place].store_owned(ptr::null_mut(), order);
    top.live.set(top.live.get() - 1);
}

/// The last segment in the tree whose first id is not above `id`.
///
/// While others remove segments it may be one further to the front, or none; what is added
/// meanwhile may be found.
///
/// # Safety
///
/// `root` is null, or was the root of an index since the guard behind `'g` was made.
pub(super) unsafe fn find_id<'g>(root: NodeLink, id: Id) -> Option<Segment<'g>> {
    if root.is_null() {
        return None;
    }
    // SAFETY: there during the guard: nodes are retired after they were taken out.
    let top = unsafe { node::<'g>(root) };
    let (mut low, mut high) = (0, top.end());
    while low < high {
        let middle = low.midpoint(high);
        if top.id(middle) <= id {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for place in (0..low).rev() {
        let link = top.place(place);
        if link.is_null() {
            continue;
        }
        let found = if top.level == 0 {
            // SAFETY: there during the guard, as above.
            Some(unsafe { Segment::from_link(link) })
        } else {
            // SAFETY: a node in a node that is there is there as long.
            unsafe { find_id(link.cast(), id) }
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The segment with this number, if it is in the tree.
///
/// # Safety
///
/// As [`find_id`].
pub(super) unsafe fn find_number<'g>(mut root: NodeLink, number: u64) -> Option<Segment<'g>> {
    while !root.is_null() {
        // SAFETY: there during the guard, as in `find_id`.
        let top = unsafe { node::<'g>(root) };
        if !top.covers(number) {
            return None;
        }
        let place = top.place_of(number);
        if place >= top.end() {
            return None;
        }
        let link = top.place(place);
        if top.level == 0 {
            // SAFETY: there during the guard, as above.
            return (!link.is_null()).then(|| unsafe { Segment::from_link(link) });
        }
        root = link.cast();
    }
    None
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

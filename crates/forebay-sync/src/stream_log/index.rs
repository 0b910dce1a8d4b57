//! From an id, or from the number of a segment, to the segment: a radix tree over the numbers.
//!
//! A node has 64 places, for segments or for nodes below. What was added last is the rightmost: the
//! tree grows at the right, if need be with a new root over the old one, and loses places, and
//! nodes without places, anywhere. The one writer is in exclusive mode; readers run at any time
//! under a guard. Each place has the first id of what is in it, which stays when that is gone, so
//! that a search by id is a binary search in each node on the way.

use core::ptr;

use alloc::boxed::Box;

use super::garbage::Garbage;
use super::id::Id;
use super::node::{Node, NodeLink, node};
use super::segment::{Header, Link, Segment};
use crate::loom::Ordering::{Relaxed, Release};
use crate::loom::{AtomicPtr, OwnedAtomic};
use crate::teeth::{Site, ord};

/// Segments of a log from which on it has an index; below, the way along the links is short.
pub(super) const SEGMENTS_MIN: u64 = if cfg!(loom) { 2 } else { 8 };

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
        // Relaxed: nobody follows it before the fence in `StreamLog::is_unchanged`; or in exclusive
        // mode.
        self.0.load(Relaxed)
    }

    pub(super) fn set_root(&self, root: NodeLink) {
        // "Root". Release: the node and those below; pairs with the fence in
        // `StreamLog::is_unchanged`, which follows the load in `root`.
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

    /// Makes a tree of these segments, which are in order. Exclusive mode only.
    ///
    /// Readers see it when it is complete: who finds no segment in a tree where it should be takes
    /// it for gone.
    pub(super) fn build<'a>(&'a self, segments: impl Iterator<Item = Segment<'a>>) {
        debug_assert!(self.is_empty(), "there is none yet");
        let mut tree = Self::new();
        for segment in segments {
            tree.push(segment);
        }
        self.set_root(tree.load_mut());
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

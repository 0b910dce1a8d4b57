//! What exclusive mode took out of a log, to be freed when nobody reads it any more.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::node::{NodeLink, free_node, free_tree};
use super::reclaim::{Guard, Reclaim};
use super::segment::{Link, Segment};

/// Memory that no new reader can reach, in the order in which it was taken out.
#[derive(Debug)]
pub(super) struct Garbage {
    segments: Vec<Link>,
    nodes: Vec<NodeLink>,
    boxes: Vec<*mut [u8]>,
    /// Whole indexes.
    trees: Vec<NodeLink>,
}

impl Garbage {
    pub(super) const fn new() -> Self {
        Self {
            segments: Vec::new(),
            nodes: Vec::new(),
            boxes: Vec::new(),
            trees: Vec::new(),
        }
    }

    pub(super) fn push_segment(&mut self, segment: Segment<'_>) {
        self.segments.push(segment.as_link());
    }

    /// All segments from this one to the tail.
    pub(super) fn push_chain(&mut self, head: Segment<'_>) {
        let mut at = Some(head);
        while let Some(segment) = at {
            at = segment.next();
            self.push_segment(segment);
        }
    }

    pub(super) fn push_node(&mut self, node: NodeLink) {
        self.nodes.push(node);
    }

    /// Null, or the root of a whole index.
    pub(super) fn push_tree(&mut self, root: NodeLink) {
        if !root.is_null() {
            self.trees.push(root);
        }
    }

    pub(super) fn push_box(&mut self, entry: *mut [u8]) {
        self.boxes.push(entry);
    }

    pub(super) fn segments(&self) -> &[Link] {
        &self.segments
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
            && self.nodes.is_empty()
            && self.boxes.is_empty()
            && self.trees.is_empty()
    }

    /// Frees everything when the guards of now are gone.
    ///
    /// # Safety
    ///
    /// No guard that is made from now on can reach any of it, and it is owned by the caller.
    #[cold]
    pub(super) unsafe fn retire(self, guard: &Guard) {
        let free = move || {
            // SAFETY: the guards that could reach it are gone.
            unsafe { self.free() };
        };
        // SAFETY: the same contract.
        unsafe { guard.retire(free) };
        guard.hurry();
    }

    /// # Safety
    ///
    /// Nobody can reach any of it, and it is owned by the caller.
    unsafe fn free(self) {
        for link in self.segments {
            // SAFETY: not freed yet.
            let segment = unsafe { Segment::from_link(link) };
            // SAFETY: ours alone, and those who had claimed its slots have gone.
            unsafe { segment.free() };
        }
        for node in self.nodes {
            // SAFETY: ours alone.
            unsafe { free_node(node) };
        }
        for root in self.trees {
            // SAFETY: ours alone.
            unsafe { free_tree(root) };
        }
        for entry in self.boxes {
            // SAFETY: made by `Box::into_raw`, and the slot says that the segment owns it no more.
            drop(unsafe { Box::from_raw(entry) });
        }
    }
}

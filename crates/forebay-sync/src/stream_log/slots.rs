//! The table of slots of a segment: publishing, reading, marking, searching.

use super::segment::Segment;
use super::word::{Key, Slot};
use crate::backoff::Backoff;
use crate::loom::Ordering::{Acquire, Release};
use crate::loom::{AtomicU64, OwnedAtomic};
use crate::teeth::{Site, ord};

impl<'g> Segment<'g> {
    /// The table of slots.
    #[inline]
    pub(super) fn slots(self) -> &'g [AtomicU64] {
        #[cfg(not(loom))]
        {
            let slots = self.slots_max() as usize;
            // SAFETY: initialized in `alloc`, aligned to 8, there during `'g`, and only used as
            // atomics since.
            unsafe { core::slice::from_raw_parts(self.data().cast::<AtomicU64>(), slots) }
        }
        #[cfg(loom)]
        &self.header().model.slots
    }

    /// Waits until the claimed slot `index` is published, and reads it.
    #[inline]
    pub(super) fn published(self, index: u32) -> Slot {
        let word = &self.slots()[index as usize];
        // Acquire: the bytes of the entry, and the state of the log when it was deleted; pairs with
        // "publish slot" in `StreamLog::add` and "delete" in `StreamExclusive`.
        let slot = Slot(word.load(ord(Site::StreamSlotRead, Acquire)));
        if slot.is_full() {
            slot
        } else {
            Self::wait_published(word)
        }
    }

    #[cold]
    fn wait_published(word: &AtomicU64) -> Slot {
        let mut backoff = Backoff::new();
        loop {
            backoff.snooze();
            // Acquire: as in `published`.
            let slot = Slot(word.load(ord(Site::StreamSlotRead, Acquire)));
            if slot.is_full() {
                return slot;
            }
        }
    }

    /// "Publish slot": from here on the entry can be read.
    #[inline]
    pub(super) fn publish(self, index: u32, slot: Slot) {
        // Release: the bytes of the entry; pairs with "read slot" in `published`.
        let order = ord(Site::StreamSlotPublish, Release);
        self.slots()[index as usize].store(slot.0, order);
    }

    /// Changes the flags of a published slot, in exclusive mode.
    pub(super) fn mark(self, index: u32, slot: Slot) {
        // Release: that the log is frozen, and the count of deletions; pairs with "read slot" in
        // `published`.
        let order = ord(Site::StreamDelete, Release);
        self.slots()[index as usize].store_owned(slot.0, order);
    }

    /// The first of the slots below `end` whose key is not below `key`.
    pub(super) fn lower_bound(self, key: Key, end: u32) -> u32 {
        if key == Key::BASE {
            return 0;
        }
        if key == Key::END {
            return end;
        }
        let (mut low, mut high) = (0, end);
        while low < high {
            let middle = low.midpoint(high);
            if self.published(middle).key() < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

//! Claimed slots on their way out of the list.

use alloc::vec::Vec;

use bytes::Bytes;

use super::Side;
use super::list::SegmentList;
use super::segment::Segment;
use super::slot::Slot;
use crate::loom::Ordering::Release;
use crate::teeth::{Site, ord};

/// Slots that one pop has claimed at the head. Until they are settled the segment stays alive (I5).
///
/// Dropped before all of them are consumed, which only a panic does, it puts the rest back where it
/// came from.
pub(super) struct Taken<'a, X> {
    list: &'a SegmentList<X>,
    segment: Segment,
    next: u32,
    end: u32,
    side: Side,
}

impl<'a, X> Taken<'a, X> {
    /// # Safety
    ///
    /// The caller has claimed `slots` slots from `first` in `segment`, for this value alone.
    #[inline]
    pub(super) unsafe fn new(
        list: &'a SegmentList<X>,
        segment: Segment,
        first: u32,
        slots: u32,
        side: Side,
    ) -> Self {
        Self {
            list,
            segment,
            next: first,
            end: first + slots,
            side,
        }
    }

    /// The next message's slot, once its pusher has published it.
    #[inline]
    fn published(&self) -> Slot {
        debug_assert!(self.next < self.end, "a claimed slot is left");
        // SAFETY: claimed by us, and a push has claimed it before.
        unsafe { self.segment.published(self.next) }
    }

    /// "Settle slot": we are done with the bytes of the next slot.
    #[inline]
    fn settle(&mut self) {
        // SAFETY: claimed by us, so the segment is alive.
        let word = unsafe { self.segment.slot(self.next) };
        self.next += 1;
        // Release: our reads of the bytes come before their reuse; pairs with "check settled" in
        // `Segment::is_settled`.
        word.store(Slot::SETTLED.0, ord(Site::SlotSettle, Release));
    }

    /// Calls `f` with the next message and settles its slot.
    #[inline]
    fn consume_next<R>(&mut self, f: impl FnOnce(&[u8]) -> R) -> R {
        let slot = self.published();
        // SAFETY: published, claimed by us, and not settled before `f` has returned.
        let result = f(unsafe { self.segment.message(slot) });
        if slot.is_boxed() {
            // SAFETY: ours, and nobody reads it any more.
            drop(unsafe { self.segment.take_boxed(slot) });
        }
        self.settle();
        result
    }

    /// Consumes the only message.
    #[inline]
    pub(super) fn consume_one<R>(mut self, f: impl FnOnce(&[u8]) -> R) -> R {
        self.consume_next(f)
    }

    /// Consumes all messages and returns how many there were.
    pub(super) fn consume(mut self, mut f: impl FnMut(&[u8])) -> usize {
        let count = self.end - self.next;
        while self.next < self.end {
            self.consume_next(&mut f);
        }
        count as usize
    }

    /// Takes the only message out.
    #[inline]
    pub(super) fn into_bytes(mut self) -> Bytes {
        let slot = self.published();
        let message = if slot.is_boxed() {
            // SAFETY: published, claimed by us, and nobody reads it any more.
            Bytes::from(unsafe { self.segment.take_boxed(slot) })
        } else {
            // SAFETY: published, claimed by us, and not yet settled.
            Bytes::copy_from_slice(unsafe { self.segment.message(slot) })
        };
        self.settle();
        message
    }

    #[cold]
    fn put_back(&mut self) {
        let slots: Vec<u32> = (self.next..self.end).rev().collect();
        let mut alone = self.list.freeze();
        for index in slots {
            // SAFETY: claimed by us, and a push has claimed it before.
            let slot = unsafe { self.segment.published(index) };
            // SAFETY: published, claimed by us, not settled before the last use.
            let message = unsafe { self.segment.message(slot) };
            alone.push(self.side, message);
            if slot.is_boxed() {
                // SAFETY: ours, and nobody reads it any more.
                drop(unsafe { self.segment.take_boxed(slot) });
            }
        }
        drop(alone);
        while self.next < self.end {
            self.settle();
        }
    }
}

impl<X> Drop for Taken<'_, X> {
    #[inline]
    fn drop(&mut self) {
        if self.next < self.end {
            self.put_back();
        }
    }
}

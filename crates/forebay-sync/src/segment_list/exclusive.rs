//! Exclusive mode: one thread works on the list alone.

use alloc::boxed::Box;
use core::fmt;

use bytes::Bytes;

use super::Side;
use super::list::{Room, SegmentList};
use super::plan::{Plan, SPARE_UNITS_MIN};
use super::segment::{Header, INLINE_SLOTS, Link, NONE, Payload, Segment, table_units};
use super::slot::Slot;
use super::word::{Ends, Word};
use crate::loom::Ordering::{Relaxed, Release};
use crate::loom::OwnedAtomic;
use crate::teeth::{Site, ord, skips};

/// What only exclusive mode reaches.
#[derive(Debug)]
pub(super) struct Alone<X> {
    pub(super) extra: X,
    /// A settled segment to be used next, or `NONE`.
    spare: Link,
    /// Drained segments, linked by `next`, in which somebody still has a claim.
    limbo: Link,
}

impl<X: Default> Default for Alone<X> {
    fn default() -> Self {
        Self {
            extra: X::default(),
            spare: NONE,
            limbo: NONE,
        }
    }
}

/// A list in exclusive mode; dropping it ends the mode.
///
/// Made by [`SegmentList::freeze`]. Its operations are plain sequential code. Whatever they do
/// becomes visible to others in one step, when the guard is dropped. Do not run code of strangers
/// while a list is frozen: all its other users wait.
///
/// ```
/// use forebay_sync::{SegmentList, Side};
///
/// let list: SegmentList<()> = SegmentList::new();
/// let mut alone = list.freeze();
/// alone.push(Side::Right, b"first");
/// alone.push(Side::Right, b"third");
/// alone.insert(1, b"second");
/// assert_eq!(alone.get(1), Some(&b"second"[..]));
/// drop(alone);
/// assert_eq!(list.len(), 3);
/// ```
pub struct Exclusive<'a, X> {
    pub(super) list: &'a SegmentList<X>,
    /// The word that was frozen.
    word: Word,
    pub(super) head: Segment,
    pub(super) tail: Segment,
    pub(super) len: u64,
    push_side: Side,
    attended: bool,
    /// Whether anything beside `lo`, `hi` and `used` may have changed.
    pub(super) moved: bool,
    /// A segment that was made before the list was frozen, or `NONE`.
    reserve: Link,
    /// Segments to be freed when the mode has ended, linked by `next`.
    garbage: Link,
}

impl<'a, X> Exclusive<'a, X> {
    /// # Safety
    ///
    /// The caller has set the frozen bit of `word` in the list's word.
    #[inline]
    pub(super) unsafe fn begin(list: &'a SegmentList<X>, word: Word) -> Self {
        // Relaxed: "freeze" has acquired what the last exclusive section wrote.
        let (head, tail) = (list.head.load(Relaxed), list.tail.load(Relaxed));
        // SAFETY: the ends of a list are alive, and we are alone (I3).
        let head = unsafe { list.resolve(head) };
        // SAFETY: as above.
        let tail = unsafe { list.resolve(tail) };
        // Relaxed: as above.
        let carry = list.carry.load(Relaxed);
        let this = Self {
            list,
            word,
            head,
            tail,
            len: carry
                .wrapping_add(u64::from(word.hi()))
                .wrapping_sub(u64::from(word.lo())),
            push_side: word.push_side(),
            attended: word.is_attended(),
            moved: false,
            reserve: NONE,
            garbage: NONE,
        };
        #[cfg(loom)]
        this.touch();
        header_of(head).lo.set(word.lo() as u16);
        header_of(tail).hi.set(word.hi() as u16);
        header_of(tail).used.set(word.used() as u16);
        this
    }

    /// Tells loom that this thread writes what exclusive mode protects.
    #[cfg(loom)]
    fn touch(&self) {
        self.list.alone.with_mut(|_| ());
    }

    /// The segment behind a link of this list's chain.
    #[inline]
    pub(super) fn resolve(&self, link: Link) -> Segment {
        debug_assert!(link != NONE, "a neighbour is there");
        // SAFETY: links of the chain lead to live segments; we are alone (I3).
        unsafe { self.list.resolve(link) }
    }

    pub(super) fn set_reserve(&mut self, segment: Segment) {
        debug_assert!(self.reserve == NONE, "one segment is enough");
        self.reserve = segment.as_link();
    }

    /// The owner's data.
    #[must_use]
    pub fn extra(&self) -> &X {
        // SAFETY: we are alone (I3), and `self` is borrowed.
        self.list.alone.with(|alone| unsafe { &(*alone).extra })
    }

    /// The owner's data.
    #[must_use]
    pub fn extra_mut(&mut self) -> &mut X {
        &mut self.alone().extra
    }

    fn alone(&mut self) -> &mut Alone<X> {
        // SAFETY: we are alone (I3), and `self` is borrowed mutably.
        self.list.alone.with_mut(|alone| unsafe { &mut *alone })
    }

    /// Whether the fast paths are closed to all, see [`Attended`](super::Attended).
    #[inline]
    #[must_use]
    pub fn is_attended(&self) -> bool {
        self.attended
    }

    /// Closes the fast paths to all from the end of this exclusive mode on, or opens them.
    #[inline]
    pub fn set_attended(&mut self, attended: bool) {
        self.attended = attended;
    }

    /// How many messages there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no message.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The side of the tail. An empty list takes the side of its next push.
    #[inline]
    #[must_use]
    pub fn push_side(&self) -> Side {
        self.push_side
    }

    pub(super) fn set_push_side(&mut self, side: Side) {
        self.push_side = side;
    }

    /// Adds `message` at `side`. O(1) and the copy.
    #[inline]
    pub fn push(&mut self, side: Side, message: &[u8]) {
        self.push_payload(side, Payload::new(message));
    }

    /// Adds an owned message at `side`, without a copy when it is longer than 1 KiB.
    pub fn push_boxed(&mut self, side: Side, message: Box<[u8]>) {
        if message.len() > super::slot::INLINE_BYTES_MAX {
            self.push_payload(side, Payload::Boxed(message));
        } else {
            self.push(side, &message);
        }
    }

    pub(super) fn push_payload(&mut self, side: Side, payload: Payload<'_>) {
        if self.len == 0 {
            self.push_side = side;
        }
        if side == self.push_side {
            self.push_tail(payload);
        } else {
            self.push_head(payload);
        }
        self.len += 1;
    }

    fn push_tail(&mut self, payload: Payload<'_>) {
        let units = payload.units();
        if !header_of(self.tail).has_room(1, units) {
            self.make_room(units);
        }
        let (segment, header) = (self.tail, header_of(self.tail));
        let (index, offset) = (header.hi.get(), header.used.get());
        header.hi.set(index + 1);
        header.used.set(offset + units as u16);
        // SAFETY: `has_room` has said that slot and units are free, and we are alone.
        unsafe { write_slot(segment, index, offset, payload) };
    }

    fn push_head(&mut self, payload: Payload<'_>) {
        let units = payload.units();
        if !has_room_before(self.head, units) {
            let front = self.obtain(header_of(self.head).mean_units(), units);
            // SAFETY: just obtained.
            unsafe { front.turn_round() };
            let header = header_of(front);
            header.next.set(self.list.link_to(self.head));
            header_of(self.head).prev.set(self.list.link_to(front));
            self.head = front;
            self.moved = true;
        }
        let (segment, header) = (self.head, header_of(self.head));
        let (index, offset) = (header.lo.get() - 1, header.used.get());
        header.lo.set(index);
        header.used.set(offset + units as u16);
        // SAFETY: `has_room_before` has said that slot and units are free, or the segment is new;
        // we are alone.
        unsafe { write_slot(segment, index, offset, payload) };
    }

    /// Makes room for a message of `units` units in the tail segment: from its start again when
    /// little or nothing is left in it, else with a new one.
    fn make_room(&mut self, units: u32) {
        self.drop_drained_ends();
        let header = header_of(self.tail);
        let size = u32::from(header.units);
        let used = u32::from(header.used.get()) - table_units(u32::from(header.slots.get()));
        let is_small = size < SPARE_UNITS_MIN;
        let is_hot = is_small && header.lap();
        let plan = Plan::after(size, u32::from(header.hi.get()), used, self.len, is_hot);
        if !is_hot {
            let may_start_over = header.is_drained() && table_units(1) + units <= size;
            // SAFETY: drained, and we are alone.
            if may_start_over && unsafe { self.tail.is_settled() } {
                let (slots, _) = plan.resized(size).size(1, units);
                // SAFETY: drained and settled, and we are alone; the table fits.
                unsafe { self.tail.relayout(slots) };
                self.moved = true;
                return;
            }
            if is_small && self.head == self.tail && self.compact(plan, units) {
                return;
            }
        }
        let next = self.obtain_planned(plan, units);
        header_of(next).inherit_laps(header);
        header_of(next).prev.set(self.list.link_to(self.tail));
        header_of(self.tail).next.set(self.list.link_to(next));
        self.tail = next;
        self.moved = true;
        self.drop_drained_head();
    }

    /// An empty segment with room for a message of `units` units, like the ones the list has.
    pub(super) fn obtain(&mut self, mean_units: Option<u32>, units: u32) -> Segment {
        let written = u32::from(mean_units.is_some());
        let sibling = u32::from(header_of(self.head).units);
        let plan = Plan::after(
            sibling,
            written,
            mean_units.unwrap_or(units),
            self.len,
            false,
        );
        self.obtain_planned(plan, units)
    }

    fn obtain_planned(&mut self, plan: Plan, units: u32) -> Segment {
        let (slots, data_units) = plan.size(1, units);
        let reserve = core::mem::replace(&mut self.reserve, NONE);
        if reserve != NONE {
            // SAFETY: ours since `set_reserve`, and alive.
            let segment = unsafe { Segment::from_link(reserve) };
            if header_of(segment).has_room(1, units) {
                return segment;
            }
            self.reserve = reserve;
        }
        let spare = self.alone().spare;
        if spare != NONE {
            // SAFETY: kept alive by the list.
            let segment = unsafe { Segment::from_link(spare) };
            if u32::from(header_of(segment).units) >= data_units {
                self.alone().spare = NONE;
                let (slots, _) = plan
                    .resized(u32::from(header_of(segment).units))
                    .size(1, units);
                // SAFETY: a spare segment is empty and settled, and we are alone.
                unsafe { segment.relayout(slots) };
                return segment;
            }
        }
        Segment::alloc(slots, data_units)
    }

    /// Takes the message at `side`. `None` when the list is empty. A boxed message moves out
    /// without a copy.
    pub fn pop(&mut self, side: Side) -> Option<Bytes> {
        let (segment, index) = self.end(side)?;
        // SAFETY: a live slot was claimed by a push.
        let slot = unsafe { segment.published(index) };
        let message = if slot.is_boxed() {
            // SAFETY: live until `settle_end`, and nobody reads it any more.
            Bytes::from(unsafe { segment.take_boxed(slot) })
        } else {
            // SAFETY: live until `settle_end`.
            Bytes::copy_from_slice(unsafe { segment.message(slot) })
        };
        self.settle_end(segment, index, slot);
        Some(message)
    }

    /// Takes the message at `side` and calls `f` with its bytes. `None` when the list is empty.
    pub(super) fn take_with<R>(&mut self, side: Side, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let (segment, index) = self.end(side)?;
        // SAFETY: a live slot was claimed by a push.
        let slot = unsafe { segment.published(index) };
        // SAFETY: live until `settle_end`.
        let result = f(unsafe { segment.message(slot) });
        if slot.is_boxed() {
            // SAFETY: live until `settle_end`, and nobody reads it any more.
            drop(unsafe { segment.take_boxed(slot) });
        }
        self.settle_end(segment, index, slot);
        Some(result)
    }

    /// The message at `side`. `None` when the list is empty.
    pub(super) fn peek(&mut self, side: Side) -> Option<&[u8]> {
        let (segment, index) = self.end(side)?;
        // SAFETY: a live slot was claimed by a push.
        let slot = unsafe { segment.published(index) };
        // SAFETY: live for as long as `self` is borrowed.
        Some(unsafe { segment.message(slot) })
    }

    /// Drops the message at `side`.
    pub(super) fn discard(&mut self, side: Side) {
        self.take_with(side, |_| ());
    }

    /// Moves the message at `from` to `to` of another list and returns a copy of it. `None` when
    /// this list is empty.
    ///
    /// To move a message within one list, pop and push it.
    pub fn move_to<Y>(
        &mut self,
        from: Side,
        target: &mut Exclusive<'_, Y>,
        to: Side,
    ) -> Option<Bytes> {
        let (segment, index) = self.end(from)?;
        // SAFETY: a live slot was claimed by a push.
        let slot = unsafe { segment.published(index) };
        // SAFETY: live until `settle_end`.
        let copy = Bytes::copy_from_slice(unsafe { segment.message(slot) });
        if slot.is_boxed() {
            // SAFETY: live until `settle_end`, and nobody reads it any more.
            target.push_payload(to, Payload::Boxed(unsafe { segment.take_boxed(slot) }));
        } else {
            target.push_payload(to, Payload::Inline(&copy));
        }
        self.settle_end(segment, index, slot);
        Some(copy)
    }

    /// Segment and slot of the message at `side`.
    fn end(&mut self, side: Side) -> Option<(Segment, u32)> {
        if self.len == 0 {
            return None;
        }
        self.drop_drained_ends();
        Some(if side == self.push_side {
            (self.tail, u32::from(header_of(self.tail).hi.get()) - 1)
        } else {
            (self.head, u32::from(header_of(self.head).lo.get()))
        })
    }

    /// Gives up the slot at one of the ends, whose message is gone.
    fn settle_end(&mut self, segment: Segment, index: u32, slot: Slot) {
        let header = header_of(segment);
        let rest = if index == u32::from(header.lo.get()) && segment == self.head {
            header.lo.set(header.lo.get() + 1);
            Slot::SETTLED
        } else {
            header.hi.set(index as u16);
            header.give_back(slot);
            Slot::EMPTY
        };
        // SAFETY: nobody has a claim on a live slot, and we are alone.
        unsafe { segment.set_slot(index, rest) };
        self.len -= 1;
    }

    /// Unlinks the segments at the ends that have no message left, but for one (I2).
    pub(super) fn drop_drained_ends(&mut self) {
        self.drop_drained_head();
        while self.head != self.tail && header_of(self.tail).is_drained() {
            let drained = self.tail;
            self.tail = self.resolve(header_of(drained).prev.get());
            header_of(self.tail).next.set(NONE);
            self.retire(drained);
        }
    }

    fn drop_drained_head(&mut self) {
        while self.head != self.tail && header_of(self.head).is_drained() {
            let drained = self.head;
            self.head = self.resolve(header_of(drained).next.get());
            header_of(self.head).prev.set(NONE);
            self.retire(drained);
        }
    }

    /// Takes leave of a drained segment that is in the chain no more.
    pub(super) fn retire(&mut self, segment: Segment) {
        self.moved = true;
        self.sort_limbo();
        if segment == self.list.inline_segment() {
            header_of(segment).prev.set(NONE);
            header_of(segment).next.set(NONE);
        } else {
            self.keep_or_wait(segment);
        }
    }

    /// Frees or keeps a drained segment, once nobody has a claim in it.
    fn keep_or_wait(&mut self, segment: Segment) {
        // SAFETY: drained, and we are alone.
        if unsafe { segment.is_settled() } {
            self.keep_or_free(segment);
        } else {
            let limbo = self.alone().limbo;
            header_of(segment).next.set(limbo);
            self.alone().limbo = segment.as_link();
        }
    }

    /// Looks again at the segments in which somebody had a claim.
    fn sort_limbo(&mut self) {
        let mut link = core::mem::replace(&mut self.alone().limbo, NONE);
        while link != NONE {
            // SAFETY: kept alive by the list.
            let segment = unsafe { Segment::from_link(link) };
            link = header_of(segment).next.get();
            self.keep_or_wait(segment);
        }
    }

    /// Keeps the larger of the settled segment and the spare one.
    fn keep_or_free(&mut self, segment: Segment) {
        let units = header_of(segment).units;
        if u32::from(units) < SPARE_UNITS_MIN {
            return self.free_later(segment);
        }
        let spare = self.alone().spare;
        if spare != NONE {
            // SAFETY: kept alive by the list.
            let spare = unsafe { Segment::from_link(spare) };
            if units <= header_of(spare).units {
                return self.free_later(segment);
            }
            self.free_later(spare);
        }
        self.alone().spare = segment.as_link();
    }

    fn free_later(&mut self, segment: Segment) {
        header_of(segment).next.set(self.garbage);
        self.garbage = segment.as_link();
    }

    /// Gives back the memory that the list does not need now; an empty list keeps none of its own.
    ///
    /// Segments in which somebody still reads a message stay until the next call.
    pub fn release_memory(&mut self) {
        super::orphans::free_settled();
        self.drop_drained_ends();
        self.sort_limbo();
        self.free_spare();
        let inline = self.list.inline_segment();
        // SAFETY: alive as long as the list; drained when it is not in the chain, which is one
        // other segment; and we are alone.
        if self.len == 0 && self.tail != inline && unsafe { inline.is_settled() } {
            let last = self.tail;
            // SAFETY: as above.
            unsafe { inline.relayout(INLINE_SLOTS) };
            header_of(inline).laps.set(0);
            self.head = inline;
            self.tail = inline;
            self.retire(last);
            self.free_spare();
        }
    }

    /// The list is going away: gives all memory back, and what is still being read to the orphans.
    pub(super) fn release_all(&mut self) {
        self.clear();
        self.release_memory();
        let mut link = core::mem::replace(&mut self.alone().limbo, NONE);
        while link != NONE {
            // SAFETY: kept alive by the list until now.
            let segment = unsafe { Segment::from_link(link) };
            link = header_of(segment).next.get();
            super::orphans::adopt(segment);
        }
    }

    fn free_spare(&mut self) {
        let spare = core::mem::replace(&mut self.alone().spare, NONE);
        if spare != NONE {
            // SAFETY: kept alive by the list until now.
            self.free_later(unsafe { Segment::from_link(spare) });
        }
    }

    /// The word that others are to see, and the fields beside it.
    fn publish(&mut self) {
        if self.moved || self.word.is_apart() {
            self.drop_drained_ends();
        }
        let head = header_of(self.head);
        let tail = header_of(self.tail);
        let apart = self.head != self.tail;
        let mut renumbered = false;
        if self.moved || apart || self.word.is_apart() {
            let list = self.list;
            let has_spare = self.alone().spare != NONE;
            let room = Room::new(
                u32::from(tail.slots.get()),
                u32::from(tail.units),
                has_spare,
            );
            let in_tail = u64::from(tail.hi.get()).wrapping_sub(u64::from(head.lo.get()));
            let carry = self.len.wrapping_sub(in_tail);
            let fresh = (
                list.link_to(self.head),
                list.link_to(self.tail),
                room.0,
                if apart { u32::from(head.hi.get()) } else { 0 },
                carry,
            );
            // Relaxed: written by exclusive mode only.
            let stale = (
                list.head.load(Relaxed),
                list.tail.load(Relaxed),
                list.room.load(Relaxed),
                list.limit.load(Relaxed),
                list.carry.load(Relaxed),
            );
            if fresh != stale {
                renumbered = !skips(Site::Generation);
                // Relaxed: "unfreeze" publishes these; who reads them too early fails to claim
                // (I1).
                list.head.store(fresh.0, Relaxed);
                list.tail.store(fresh.1, Relaxed);
                list.room.store(fresh.2, Relaxed);
                list.limit.store(fresh.3, Relaxed);
                // Release: "set carry": brings the frozen word along; pairs with the fence in
                // `SegmentList::len`.
                list.carry.store(fresh.4, ord(Site::CarryStore, Release));
            }
        }
        let word = self.word.published(Ends {
            lo: u32::from(head.lo.get()),
            hi: u32::from(tail.hi.get()),
            used: u32::from(tail.used.get()),
            apart,
            attended: self.attended,
            push_side: self.push_side,
            renumbered,
        });
        #[cfg(loom)]
        self.touch();
        // Release: "unfreeze": all that exclusive mode wrote; pairs with "load word", "claim" and
        // "freeze" in `SegmentList`.
        self.list
            .word
            .store_owned(word.0, ord(Site::Unfreeze, Release));
    }
}

/// The header of a segment, for code in exclusive mode.
#[inline]
pub(super) fn header_of<'a>(segment: Segment) -> &'a Header {
    // SAFETY: the segments that exclusive mode handles belong to its list and are alive until it
    // ends; it is alone (I3).
    unsafe { segment.header() }
}

/// Whether a message of `units` units fits in front of the segment's first live slot.
pub(super) fn has_room_before(segment: Segment, units: u32) -> bool {
    let header = header_of(segment);
    let lo = header.lo.get();
    lo > 0
        && u32::from(header.used.get()) + units <= u32::from(header.units)
        // SAFETY: slots below `lo` are in the table.
        && (skips(Site::SlotBeforeSettled) || unsafe { segment.is_slot_settled(u32::from(lo) - 1) })
}

/// Writes a message and its slot. Unfreezing publishes them.
///
/// # Safety
///
/// The caller is in exclusive mode; the slot and the message's units at `offset` are free.
pub(super) unsafe fn write_slot(segment: Segment, index: u16, offset: u16, payload: Payload<'_>) {
    // SAFETY: the same contract.
    let slot = unsafe { segment.write(u32::from(offset), payload) };
    // SAFETY: the same contract.
    unsafe { segment.set_slot(u32::from(index), slot) };
}

impl<X> Drop for Exclusive<'_, X> {
    #[inline]
    fn drop(&mut self) {
        self.publish();
        if self.reserve != NONE {
            // SAFETY: made for this guard, and not used.
            let reserve = unsafe { Segment::from_link(self.reserve) };
            // SAFETY: as above.
            unsafe { reserve.free() };
        }
        let mut link = self.garbage;
        while link != NONE {
            // SAFETY: unlinked, settled, and ours alone.
            let segment = unsafe { Segment::from_link(link) };
            // SAFETY: as above.
            link = unsafe { segment.header() }.next.get();
            // SAFETY: as above; its messages have been taken.
            unsafe { segment.free() };
        }
    }
}

impl<X> fmt::Debug for Exclusive<'_, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive")
            .field("len", &self.len)
            .field("push_side", &self.push_side)
            .field("attended", &self.attended)
            .finish_non_exhaustive()
    }
}

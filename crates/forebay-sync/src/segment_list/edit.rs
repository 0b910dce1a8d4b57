//! Changing a frozen list in the middle.
//!
//! Messages stay where they are; what moves is the words of their slots, and only within one
//! segment. A segment that has no room is cut in two and the new message goes between the parts.

use super::Side;
use super::exclusive::{Exclusive, has_room_before, header_of, write_slot};
use super::iter::Place;
use super::segment::{NONE, Payload, Segment};
use super::slot::{BOXED_UNITS, Slot};

impl<X> Exclusive<'_, X> {
    /// Replaces the message with this index from the left, and says whether there was one. O(1 +
    /// number of segments) and the copy.
    #[must_use]
    pub fn set(&mut self, index: u64, message: &[u8]) -> bool {
        let Some(Place {
            segment,
            slot: position,
        }) = self.place(index)
        else {
            return false;
        };
        // SAFETY: a live slot was claimed by a push.
        let old = unsafe { segment.published(position) };
        let header = header_of(segment);
        let mut payload = Payload::new(message);
        let fits_behind =
            |units: u32| u32::from(header.used.get()) + units <= u32::from(header.units);
        if payload.units() > old.units()
            && !fits_behind(payload.units())
            && old.units() >= BOXED_UNITS
        {
            payload = Payload::Boxed(message.into());
        }
        if old.is_boxed() {
            // SAFETY: live, and nobody reads it any more.
            drop(unsafe { segment.take_boxed(old) });
        }
        let units = payload.units();
        if units <= old.units() {
            // SAFETY: the old message's units are ours: it is live, so nobody has a claim on it.
            let slot = unsafe { segment.write(old.offset(), payload) };
            // SAFETY: a live slot, and we are alone.
            unsafe { segment.set_slot(position, slot) };
        } else if fits_behind(units) {
            let offset = header.used.get();
            header.used.set(offset + units as u16);
            // SAFETY: a live slot, and free units; we are alone.
            unsafe { write_slot(segment, position as u16, offset, payload) };
        } else {
            // Only a message of one unit at most has no place for a box.
            self.remove_at(
                Place {
                    segment,
                    slot: position,
                },
                Slot::EMPTY,
            );
            self.insert(index, message);
        }
        true
    }

    /// Adds `message` so that it has this index from the left. An index beyond the end adds at the
    /// right end.
    ///
    /// O(number of segments), and the slots of one segment.
    pub fn insert(&mut self, index: u64, message: &[u8]) {
        if index == 0 {
            return self.push(Side::Left, message);
        }
        let Some(place) = self.place(index) else {
            return self.push(Side::Right, message);
        };
        // Seen from the head, the new message comes before its right neighbour, or behind it.
        let before = match self.push_side() {
            Side::Right => place.slot,
            Side::Left => place.slot + 1,
        };
        self.insert_in(place.segment, before, Payload::new(message));
    }

    /// Adds a message in front of the slot `position`, which may be one past the last.
    fn insert_in(&mut self, segment: Segment, position: u32, payload: Payload<'_>) {
        let header = header_of(segment);
        let units = payload.units();
        let (lo, hi) = (u32::from(header.lo.get()), u32::from(header.hi.get()));
        let offset = header.used.get();
        let free_slot = if header.has_room(1, units) {
            for index in (position..hi).rev() {
                shift(segment, index, index + 1);
            }
            header.hi.set(hi as u16 + 1);
            position
        } else if has_room_before(segment, units) {
            for index in lo..position {
                shift(segment, index, index - 1);
            }
            header.lo.set(lo as u16 - 1);
            position - 1
        } else {
            return self.insert_between(segment, position, payload);
        };
        header.used.set(offset + units as u16);
        // SAFETY: the shifting has made the slot free, and there is room for the units; we are
        // alone.
        unsafe { write_slot(segment, free_slot as u16, offset, payload) };
        self.len += 1;
    }

    /// As `insert_in`, with a segment of its own for the message and one for what was behind it.
    fn insert_between(&mut self, segment: Segment, position: u32, payload: Payload<'_>) {
        let header = header_of(segment);
        let hi = u32::from(header.hi.get());
        if position < hi {
            let rest_units = u32::from(header.units);
            let rest = Segment::alloc(u32::from(header.slots.get()).max(hi - position), rest_units);
            self.link_behind(segment, rest);
            for index in position..hi {
                carry_over(segment, index, rest);
            }
            header.hi.set(position as u16);
        }
        let own = self.obtain(header.mean_units(), payload.units());
        self.link_behind(segment, own);
        let header = header_of(own);
        let offset = header.used.get();
        header.hi.set(1);
        header.used.set(offset + payload.units() as u16);
        // SAFETY: a fresh segment has the slot and the units free; we are alone.
        unsafe { write_slot(own, 0, offset, payload) };
        self.len += 1;
        self.unlink_if_drained(segment);
    }

    /// Puts `new` into the chain, behind `segment` as seen from the head.
    fn link_behind(&mut self, segment: Segment, new: Segment) {
        self.moved = true;
        let next = header_of(segment).next.get();
        header_of(new).prev.set(self.list.link_to(segment));
        header_of(new).next.set(next);
        header_of(segment).next.set(self.list.link_to(new));
        if next == NONE {
            self.tail = new;
        } else {
            header_of(self.resolve(next))
                .prev
                .set(self.list.link_to(new));
        }
    }

    fn unlink_if_drained(&mut self, segment: Segment) {
        if !header_of(segment).is_drained() {
            return;
        }
        let (prev, next) = (header_of(segment).prev.get(), header_of(segment).next.get());
        if prev == NONE || next == NONE {
            return self.drop_drained_ends();
        }
        header_of(self.resolve(prev)).next.set(next);
        header_of(self.resolve(next)).prev.set(prev);
        self.retire(segment);
    }

    /// Removes the message with this index from the left, and says whether there was one. O(number
    /// of segments), and the slots of one.
    #[must_use]
    pub fn remove(&mut self, index: u64) -> bool {
        let Some(place) = self.place(index) else {
            return false;
        };
        self.remove_live(place);
        true
    }

    fn remove_live(&mut self, place: Place) {
        // SAFETY: a live slot was claimed by a push.
        let slot = unsafe { place.segment.published(place.slot) };
        if slot.is_boxed() {
            // SAFETY: live, and nobody reads it any more.
            drop(unsafe { place.segment.take_boxed(slot) });
        }
        self.remove_at(place, slot);
    }

    /// Closes the gap of a message whose box, if it had one, is gone. Gives back its units, if
    /// `slot` says which.
    fn remove_at(&mut self, place: Place, slot: Slot) {
        let Place {
            segment,
            slot: position,
        } = place;
        let header = header_of(segment);
        let (lo, hi) = (u32::from(header.lo.get()), u32::from(header.hi.get()));
        let (freed, rest) = if position - lo < hi - 1 - position {
            for index in (lo..position).rev() {
                shift(segment, index, index + 1);
            }
            header.lo.set(lo as u16 + 1);
            (lo, Slot::SETTLED)
        } else {
            for index in position + 1..hi {
                shift(segment, index, index - 1);
            }
            header.hi.set(hi as u16 - 1);
            (hi - 1, Slot::EMPTY)
        };
        if slot.is_full() {
            header.give_back(slot);
        }
        // SAFETY: its word has been moved on, nobody has a claim on it, and we are alone.
        unsafe { segment.set_slot(freed, rest) };
        self.len -= 1;
        self.unlink_if_drained(segment);
    }

    /// Removes the first `limit` messages, counted from the side `from`, for which `is_match` says
    /// yes; returns how many there were.
    ///
    /// O(n), and for every message removed the slots of one segment.
    pub fn remove_matching(
        &mut self,
        from: Side,
        limit: u64,
        mut is_match: impl FnMut(&[u8]) -> bool,
    ) -> u64 {
        let mut removed = 0;
        // The usual case, in a backup list: it is at the end where the search begins.
        while removed < limit && self.peek(from).is_some_and(&mut is_match) {
            self.discard(from);
            removed += 1;
        }
        let mut passed = 1;
        while removed < limit && passed < self.len {
            let left_over = self.len - passed;
            let hit = {
                let (start, end) = match from {
                    Side::Left => (passed, self.len),
                    Side::Right => (0, left_over),
                };
                let mut messages = self.range(start, end);
                match from {
                    Side::Left => messages.position(&mut is_match),
                    Side::Right => messages.rev().position(&mut is_match),
                }
            };
            let Some(skipped) = hit else { break };
            passed += skipped as u64;
            let index = match from {
                Side::Left => passed,
                Side::Right => self.len - 1 - passed,
            };
            if let Some(place) = self.place(index) {
                self.remove_live(place);
                removed += 1;
            }
        }
        removed
    }

    /// Keeps the messages with indexes from `start` up to, not including, `end`, and drops the
    /// others. O(number dropped).
    pub fn truncate_to(&mut self, start: u64, end: u64) {
        let end = end.min(self.len);
        if start >= end {
            return self.clear();
        }
        for _ in end..self.len {
            self.discard(Side::Right);
        }
        for _ in 0..start {
            self.discard(Side::Left);
        }
    }

    /// Drops all messages, here and now. To drop them when the list is free again, see
    /// [`Exclusive::take_all`].
    pub fn clear(&mut self) {
        while self.len > 0 {
            let side = self.push_side().opposite();
            self.discard(side);
        }
    }
}

/// Moves the word of a live slot to a free neighbour.
fn shift(segment: Segment, from: u32, to: u32) {
    // SAFETY: a live slot was claimed by a push. Waiting for its publication also ends its pusher's
    // interest in the slot.
    let slot = unsafe { segment.published(from) };
    // SAFETY: free, or just moved on; we are alone.
    unsafe { segment.set_slot(to, slot) };
}

/// Moves the live message in `index` to the end of `target`, which has room for it.
pub(super) fn carry_over(segment: Segment, index: u32, target: Segment) {
    // SAFETY: a live slot was claimed by a push.
    let slot = unsafe { segment.published(index) };
    let payload = if slot.is_boxed() {
        // SAFETY: live, and not read any more.
        Payload::Boxed(unsafe { segment.take_boxed(slot) })
    } else {
        // SAFETY: live, and its bytes are not touched before they have been copied.
        Payload::Inline(unsafe { segment.message(slot) })
    };
    let header = header_of(target);
    let (end, offset) = (header.hi.get(), header.used.get());
    header.hi.set(end + 1);
    header.used.set(offset + payload.units() as u16);
    // SAFETY: the caller says that there is room; we are alone.
    unsafe { write_slot(target, end, offset, payload) };
    // SAFETY: the message is gone, nobody has a claim on a live slot, and we are alone.
    unsafe { segment.set_slot(index, Slot::EMPTY) };
}

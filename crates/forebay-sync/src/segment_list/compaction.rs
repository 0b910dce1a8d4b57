//! A short list stays in the small segment that it has: what is left in it moves to its start.

use core::mem::MaybeUninit;

use super::exclusive::{Exclusive, header_of};
use super::plan::Plan;
use super::segment::table_units;
use super::slot::Slot;

/// Units that are moved at most.
const UNITS_MAX: usize = 64;
/// Messages that are moved at most.
const MESSAGES_MAX: usize = 32;

impl<X> Exclusive<'_, X> {
    /// Moves the live messages of the only segment to its start and makes room for another one of
    /// `units` units. Says whether that was possible, and worth it: at least half of what was
    /// written must be gone, so that a message is moved once on average.
    pub(super) fn compact(&mut self, plan: Plan, units: u32) -> bool {
        debug_assert!(self.head == self.tail, "one segment");
        let (segment, header) = (self.tail, header_of(self.tail));
        let (lo, hi) = (u32::from(header.lo.get()), u32::from(header.hi.get()));
        let live = hi - lo;
        // SAFETY: the slots below `lo` are drained ones, and we are alone.
        let is_free = live * 2 <= hi && unsafe { segment.is_settled() };
        if !is_free || live as usize > MESSAGES_MAX {
            return false;
        }
        let mut slots = [Slot::EMPTY; MESSAGES_MAX];
        let mut moved = 0;
        for (index, slot) in (lo..hi).zip(&mut slots) {
            // A pusher that is still copying is not waited for: it may be asleep.
            // SAFETY: a live slot is in the table.
            match unsafe { segment.if_published(index) } {
                Some(published) => *slot = published,
                None => return false,
            }
            moved += slot.units();
        }
        let needed = moved + units;
        let (table, fits) = plan.resized(u32::from(header.units)).size(live + 1, needed);
        if moved as usize > UNITS_MAX
            || moved * 2 > u32::from(header.used.get())
            || fits != u32::from(header.units)
            || needed > fits - table_units(table)
        {
            return false;
        }

        let slots = &mut slots[..live as usize];
        let mut bytes = [const { MaybeUninit::uninit() }; UNITS_MAX];
        let mut at = 0;
        for slot in &*slots {
            let to = &mut bytes[at..at + slot.units() as usize];
            // SAFETY: live and published; no pop has a claim on it, because we are alone.
            unsafe { segment.copy_out(*slot, to) };
            at += to.len();
        }
        // SAFETY: no slot has a claim, and all messages have been copied out; the table fits.
        unsafe { segment.relayout(table) };
        let (mut offset, mut at) = (table_units(table), 0);
        for (index, slot) in (0..).zip(slots) {
            let from = &bytes[at..at + slot.units() as usize];
            // SAFETY: the units are free since the segment was laid out anew, and we are alone.
            unsafe { segment.copy_in(offset, from) };
            // SAFETY: a new slot, and we are alone.
            unsafe { segment.set_slot(index, slot.moved_to(offset)) };
            offset += slot.units();
            at += from.len();
        }
        header.hi.set(live as u16);
        header.used.set(offset as u16);
        self.moved = true;
        true
    }
}

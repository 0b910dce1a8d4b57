//! A log as it was at one moment: from which entry on, and up to which one.
//!
//! A view is taken under a guard or in exclusive mode, and says what to read: the segments from
//! `head` to `tail`, of the first the slots from `first` on, of the last those below `end`. What is
//! added later lies behind its end. What is trimmed later stays readable: segments keep their
//! links when they are taken out. What is deleted later is missed, so a reader checks afterwards
//! that nothing was (`Reader::read`).

use super::entry::{EntryRef, Place};
use super::id::Id;
use super::index::{find_id, find_number};
use super::node::NodeLink;
use super::range::{Ascending, Descending};
use super::segment::Segment;
use super::state::{Counters, State};
use super::word::{Key, Word};

#[derive(Clone, Copy, Debug)]
pub(super) struct View<'g> {
    pub(super) head: Segment<'g>,
    pub(super) first: u32,
    pub(super) tail: Segment<'g>,
    /// Of the tail: how far it goes.
    pub(super) word: Word,
    /// Of the tail, or later: the index may have grown.
    pub(super) root: NodeLink,
    pub(super) edits: u64,
    pub(super) deletions: u64,
}

impl<'g> View<'g> {
    /// The same view, for a time that the caller knows better.
    ///
    /// # Safety
    ///
    /// A guard that is there during `'h` was made before this view was taken.
    pub(super) unsafe fn during<'h>(self) -> View<'h> {
        View {
            // SAFETY: the same contract.
            head: unsafe { self.head.during() },
            // SAFETY: as above.
            tail: unsafe { self.tail.during() },
            ..self
        }
    }

    fn is_behind(&self, segment: Segment<'g>) -> bool {
        segment.header().number > self.tail.header().number
    }

    /// The slots of a segment that are in the view.
    #[inline]
    pub(super) fn span(&self, segment: Segment<'g>) -> (u32, u32) {
        let first = if segment == self.head { self.first } else { 0 };
        let end = if segment == self.tail {
            self.word.slots()
        } else {
            debug_assert!(segment.word().is_frozen(), "it is sealed (I2)");
            segment.word().slots()
        };
        (first, end)
    }

    /// The segment behind one of the view, if the view has one.
    #[inline]
    pub(super) fn next(&self, segment: Segment<'g>) -> Option<Segment<'g>> {
        if segment == self.tail {
            return None;
        }
        segment.next().filter(|&next| !self.is_behind(next))
    }

    /// The segment in front of one of the view, if the view has one.
    #[inline]
    pub(super) fn prev(&self, segment: Segment<'g>) -> Option<Segment<'g>> {
        let is_in_front = segment.header().number <= self.head.header().number;
        // SAFETY: the head of the view, which is behind the guard, lies further to the front.
        (!is_in_front).then(|| unsafe { segment.prev() })
    }

    /// The last segment that may hold `id`; the head when all ids are greater.
    fn seek(&self, id: Id) -> Segment<'g> {
        if self.head == self.tail || id < self.head.header().base {
            return self.head;
        }
        let mut at = if self.root.is_null() {
            self.seek_back(id)
        } else {
            // SAFETY: the root was read under the guard behind `'g`.
            let found = unsafe { find_id(self.root, id) };
            match found {
                Some(found) if self.is_behind(found) => self.tail,
                Some(found) if found.header().number > self.head.header().number => found,
                _ => self.head,
            }
        };
        // The index does not know the segments any more that were trimmed meanwhile; the way along
        // the links does.
        while let Some(next) = self.next(at)
            && !next.is_hollow()
            && next.header().base <= id
        {
            at = next;
        }
        at
    }

    fn seek_back(&self, id: Id) -> Segment<'g> {
        let mut at = self.tail;
        while (at.is_hollow() || at.header().base > id)
            && let Some(prev) = self.prev(at)
        {
            at = prev;
        }
        at
    }

    /// The entries with ids from `from` to `to`, both included, in ascending order.
    pub(super) fn ascending(&self, from: Id, to: Id) -> Ascending<'g> {
        let segment = self.seek(from);
        let (first, end) = self.span(segment);
        let key = Key::lower(segment.header().base, from);
        let slot = segment.lower_bound(key, end).max(first);
        self.ascending_from(segment, slot, to)
    }

    /// The same from a place in the view on.
    fn ascending_from(&self, segment: Segment<'g>, slot: u32, to: Id) -> Ascending<'g> {
        Ascending {
            view: *self,
            segment,
            slot,
            end: self.span(segment).1,
            below: above(segment, to),
            to,
        }
    }

    /// The entries behind `after`, whose place may be `place`.
    pub(super) fn ascending_after(&self, after: Id, place: Option<Place>) -> Ascending<'g> {
        if let Some(place) = place
            && let Some((segment, slot)) = self.resolve(place)
            && segment.published(slot).key().id(segment.header().base) == after
        {
            return self.ascending_from(segment, slot + 1, Id::MAX);
        }
        match after.next() {
            Some(from) => self.ascending(from, Id::MAX),
            None => self.ascending_from(self.tail, self.word.slots(), Id::MAX),
        }
    }

    /// The entries with ids from `from` down to `to`, both included, in descending order.
    pub(super) fn descending(&self, from: Id, to: Id) -> Descending<'g> {
        let segment = self.seek(from);
        let (first, end) = self.span(segment);
        Descending {
            view: *self,
            segment,
            first,
            slot: segment.lower_bound(above(segment, from), end),
            from: Key::lower(segment.header().base, to),
            to,
        }
    }

    pub(super) fn first(&self) -> Option<EntryRef<'g>> {
        self.ascending_from(self.head, self.first, Id::MAX).next()
    }

    /// The id of the first entry: mostly that of the slot where the view begins.
    #[inline]
    fn first_id(&self) -> Option<Id> {
        if self.first < self.span(self.head).1 {
            let slot = self.head.published(self.first);
            if !slot.is_deleted() {
                return Some(slot.key().id(self.head.header().base));
            }
        }
        self.first().map(|entry| entry.id())
    }

    pub(super) fn last(&self) -> Option<EntryRef<'g>> {
        self.descending(Id::MAX, Id::MIN).next()
    }

    pub(super) fn get(&self, id: Id) -> Option<EntryRef<'g>> {
        self.ascending(id, id).next()
    }

    /// The entry at a place, if it is live.
    pub(super) fn at(&self, place: Place) -> Option<EntryRef<'g>> {
        self.at_slot(self.segment(place.segment)?, place.slot)
    }

    /// The same, of a segment of the view.
    pub(super) fn at_slot(&self, segment: Segment<'g>, slot: u16) -> Option<EntryRef<'g>> {
        let index = self.used(segment, slot)?;
        let slot = segment.published(index);
        // SAFETY: just read; not deleted when the view was taken, or the reader will notice.
        (!slot.is_deleted()).then(|| unsafe { EntryRef::new(segment, index, slot) })
    }

    /// Segment and slot of a place, if it is in the view.
    pub(super) fn resolve(&self, place: Place) -> Option<(Segment<'g>, u32)> {
        let segment = self.segment(place.segment)?;
        Some((segment, self.used(segment, place.slot)?))
    }

    fn used(&self, segment: Segment<'g>, slot: u16) -> Option<u32> {
        let (first, end) = self.span(segment);
        let slot = u32::from(slot);
        (first..end).contains(&slot).then_some(slot)
    }

    /// The id of a slot, its entry deleted, trimmed or live.
    pub(super) fn name(&self, segment: Segment<'g>, slot: u16) -> Option<Id> {
        let slot = u32::from(slot);
        let is_used = slot < self.span(segment).1;
        is_used.then(|| segment.published(slot).key().id(segment.header().base))
    }

    /// Place and id of the first entry with this id or a greater one, deleted, trimmed or live, in
    /// the segments of the view.
    pub(super) fn seek_named(&self, id: Id) -> Option<(Place, Id)> {
        let (segment, slot, _) = self.seek_slot(id)?;
        let header = segment.header();
        let place = Place {
            segment: header.number,
            slot: slot as u16,
        };
        Some((place, segment.published(slot).key().id(header.base)))
    }

    /// The same: segment and slot, and one past the last slot there.
    pub(super) fn seek_slot(&self, id: Id) -> Option<(Segment<'g>, u32, u32)> {
        let mut segment = self.seek(id);
        let mut end = self.span(segment).1;
        let mut slot = segment.lower_bound(Key::lower(segment.header().base, id), end);
        while slot == end {
            segment = self.next(segment)?;
            (slot, end) = (0, self.span(segment).1);
        }
        Some((segment, slot, end))
    }

    /// The segment with this number, if it is in the view.
    pub(super) fn segment(&self, number: u64) -> Option<Segment<'g>> {
        if number < self.head.header().number || number > self.tail.header().number {
            return None;
        }
        if self.root.is_null() {
            let mut at = self.tail;
            while at.header().number > number
                && let Some(prev) = self.prev(at)
            {
                at = prev;
            }
            (at.header().number == number).then_some(at)
        } else if number == self.tail.header().number {
            Some(self.tail)
        } else {
            // SAFETY: the root was read under the guard behind `'g`.
            unsafe { find_number(self.root, number) }
        }
    }

    /// The last id that was given out, or set.
    pub(super) fn last_id(&self) -> Id {
        self.word.last().id(self.tail.header().base)
    }

    /// The ordinal of the next entry.
    pub(super) fn ordinal(&self) -> u64 {
        self.tail.header().ordinal + u64::from(self.word.slots())
    }

    pub(super) fn state(&self, counters: Counters) -> State {
        State {
            len: self.ordinal() - counters.removed,
            first_id: self.first_id(),
            last_id: self.last_id(),
            entries_added: self.ordinal().wrapping_add(counters.offset),
            max_deleted_id: counters.max_deleted_id,
        }
    }
}

/// The least key that is above `id`.
pub(super) fn above(segment: Segment<'_>, id: Id) -> Key {
    match id.next() {
        Some(next) => Key::lower(segment.header().base, next),
        None => Key::END,
    }
}

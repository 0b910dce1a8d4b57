//! The pending entries of a group: found by place, in the order of places, and in that of time.

use super::arrays::{Arrays, Walk};
use super::order::Order;
use super::place::Place;
use super::record::{ConsumerIndex, LIVE, Link, Pending};
use super::values::Values;
use crate::stream::id::StreamId;

/// What was delivered and not acknowledged.
///
/// The record of an entry is found from its place without a search, once the array of its segment
/// is known; that of the last operation is remembered. Adding, changing and removing a record are
/// O(1), and O(log segments) when the segment is another than the last time.
#[derive(Clone, Debug, Default)]
pub(super) struct PendingTable {
    arrays: Arrays,
    values: Values,
    order: Order,
    /// Entries of each consumer.
    held: Vec<u64>,
    len: u64,
    released: u64,
}

impl PendingTable {
    #[inline]
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// Entries that nobody has, because of XNACK.
    pub(super) const fn released(&self) -> u64 {
        self.released
    }

    /// Entries of a consumer.
    pub(super) fn held(&self, consumer: ConsumerIndex) -> u64 {
        self.held.get(consumer.0 as usize).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn find(&self, place: Place) -> Option<Link> {
        self.arrays.find_record(place)
    }

    /// The same, and the next search in this segment is short.
    #[inline]
    pub(super) fn find_mut(&mut self, place: Place) -> Option<Link> {
        self.arrays.find_record_mut(place)
    }

    #[inline]
    pub(super) fn get(&self, link: Link) -> Pending {
        self.values.read(link, self.arrays.record(link))
    }

    #[inline]
    pub(super) fn place(&self, link: Link) -> Place {
        self.arrays.place(link)
    }

    /// The lowest place.
    pub(super) fn first(&self) -> Option<Link> {
        self.arrays.first()
    }

    /// The highest place.
    pub(super) fn last(&self) -> Option<Link> {
        self.arrays.last()
    }

    /// The first to be taken over.
    #[inline]
    pub(super) fn oldest(&self) -> Option<Link> {
        self.order.first()
    }

    /// The next to be taken over.
    #[inline]
    pub(super) fn after(&self, link: Link) -> Option<Link> {
        self.order.after(link, &self.arrays)
    }

    /// The next step of a walk.
    #[inline]
    pub(super) fn step(&self, walk: &mut Walk) -> Option<Link> {
        walk.next(&self.arrays)
    }

    /// The id of an entry whose segment is gone.
    pub(super) fn retired_id(&self, link: Link) -> Option<StreamId> {
        self.arrays.retired_id(link)
    }

    /// Whether the segment of an entry is gone.
    pub(super) fn is_retired(&self, link: Link) -> bool {
        self.arrays.is_retired(link)
    }

    /// Whether the segment of any entry is gone.
    #[inline]
    pub(super) fn has_retired(&self) -> bool {
        self.arrays.has_retired()
    }

    /// The first place with this id or a greater one in segments that are gone.
    pub(super) fn seek_retired(&self, id: StreamId) -> Option<Place> {
        self.arrays.seek_retired(id)
    }

    /// Keeps the ids of a segment that is going.
    pub(super) fn retire(&mut self, segment: u64, id_of: impl Fn(u16) -> StreamId) {
        self.arrays.retire(segment, id_of);
    }

    /// Records entries as delivered for the first time; those that are pending already change
    /// hands. Calls `done` for each, and returns how many there were: fewer than given when there
    /// is no room, see [`ARRAYS_MAX`](super::record::ARRAYS_MAX).
    #[inline]
    pub(super) fn deliver(
        &mut self,
        consumer: ConsumerIndex,
        now_ms: i64,
        entries: impl Iterator<Item = (StreamId, Place)>,
        mut done: impl FnMut(StreamId, Place),
    ) -> u64 {
        let pending = Pending {
            consumer: Some(consumer),
            delivered_ms: now_ms,
            count: 1,
        };
        self.prepare(&pending);
        // Nothing in the loop is delivered at a later time.
        let code = self
            .values
            .fit(&pending)
            .filter(|_| self.order.ends_before(now_ms));
        let mut entries = entries;
        let mut next = entries.next();
        let mut delivered = 0;
        while let Some((id, place)) = next {
            let Some(number) = self.arrays.open(place.segment) else {
                break;
            };
            let array = self.arrays.array_mut(number);
            array.note(consumer.0);
            let first = Link::new(number, place.slot);
            let first_place = place;
            let Some(code) = code.filter(|_| array.is_next(place.slot)) else {
                if array.contains(place.slot) {
                    self.change(first, &pending);
                } else {
                    self.add(first, &pending);
                }
                done(id, place);
                delivered += 1;
                next = entries.next();
                continue;
            };
            // Entries in a row are linked to each other as they are written.
            let mut last = first;
            let mut prev = self.order.tail();
            let mut len = 0;
            let run = core::iter::from_fn(|| {
                let (id, place) = next?;
                let link = Link::new(number, place.slot);
                if len > 0 && (place.segment != first_place.segment || link != last.following()) {
                    return None;
                }
                done(id, place);
                next = entries.next();
                len += 1;
                let record = code.record(prev, link.following());
                (prev, last) = (link, link);
                Some(record)
            });
            array.append(place.slot, run);
            array.record_mut(last.slot()).next = Link::NONE;
            self.order.append(first, last, now_ms, &mut self.arrays);
            self.count_in(Some(consumer), len);
            delivered += len;
        }
        delivered
    }

    /// Adds an entry that is not pending. `None` when there is no room, see
    /// [`ARRAYS_MAX`](super::record::ARRAYS_MAX).
    pub(super) fn insert(&mut self, place: Place, pending: &Pending) -> Option<Link> {
        let number = self.arrays.open(place.segment)?;
        if let Some(consumer) = pending.consumer {
            self.arrays.array_mut(number).note(consumer.0);
        }
        self.prepare(pending);
        let link = Link::new(number, place.slot);
        self.add(link, pending);
        Some(link)
    }

    /// Adds a record to an array that is there, and knows the consumer.
    fn add(&mut self, link: Link, pending: &Pending) {
        let (prev, next) = self.neighbours(pending);
        let record = self.values.write(link, pending).record(prev, next);
        let array = self.arrays.array_mut(link.array());
        array.insert(link.slot(), record);
        let is_owned = pending.consumer.is_some();
        self.order
            .link(link, prev, next, is_owned, &mut self.arrays);
        self.count_in(pending.consumer, 1);
    }

    /// Gives a pending entry other values, and puts it where its time belongs.
    #[inline]
    pub(super) fn change(&mut self, link: Link, pending: &Pending) {
        self.prepare(pending);
        self.take_out(link);
        let (prev, next) = self.neighbours(pending);
        let record = self.values.write(link, pending).record(prev, next);
        let array = self.arrays.array_mut(link.array());
        *array.record_mut(link.slot()) = record;
        if let Some(consumer) = pending.consumer {
            array.note(consumer.0);
        }
        let is_owned = pending.consumer.is_some();
        self.order
            .link(link, prev, next, is_owned, &mut self.arrays);
        self.count_in(pending.consumer, 1);
    }

    /// Removes an entry.
    #[inline]
    pub(super) fn remove(&mut self, link: Link) {
        self.take_out(link);
        self.arrays.remove(link);
    }

    /// Removes the entries at these places, and says how many there were.
    pub(super) fn remove_all(&mut self, places: &[Place]) -> u64 {
        let before = self.len;
        let mut left = places;
        while let Some(&place) = left.first() {
            let mut passed = 1;
            if let Some(link) = self.find_mut(place) {
                passed = self.remove_run(link, left);
                if passed == 0 {
                    self.remove(link);
                    passed = 1;
                }
            }
            left = &left[passed..];
        }
        before - self.len
    }

    /// Removes entries in a row, which were delivered so, at once. Returns how many of the places
    /// it is done with: 0 when the first is nothing for it.
    #[inline]
    fn remove_run(&mut self, first: Link, places: &[Place]) -> usize {
        let segment = places[0].segment;
        let array = self.arrays.array_mut(first.array());
        let Some((base, records)) = array.by_slot_mut() else {
            return 0;
        };
        let records = &mut records[usize::from(first.slot() - base)..];
        let (prev, consumer) = (records[0].prev, records[0].consumer);
        let (mut link, mut next) = (first, first);
        let mut len: u16 = 0;
        for (place, record) in places.iter().zip(records) {
            let follows = len == 0 || (place.segment == segment && next == link.following());
            if !follows
                || place.slot != next.slot()
                || record.flags != LIVE
                || record.consumer != consumer
                || !record.is_owned()
            {
                break;
            }
            record.flags = 0;
            (link, next) = (next, record.next);
            len += 1;
        }
        if len > 0 {
            array.removed(first.slot(), link.slot(), len);
            let order = &mut self.order;
            order.join(prev, next, true, &mut self.arrays, &self.values);
            self.arrays.tidy(first.array());
            let consumer = ConsumerIndex(u32::from(consumer));
            self.count_out(Some(consumer), u64::from(len));
        }
        usize::from(len)
    }

    /// Takes a record out of everything but its slot.
    #[inline]
    fn take_out(&mut self, link: Link) {
        let record = self.arrays.record(link);
        let consumer = self.values.consumer(link, record);
        let flags = record.flags;
        self.order.unlink(link, &mut self.arrays, &self.values);
        self.values.forget(link, flags);
        self.count_out(consumer, 1);
    }

    /// The neighbours that its time gives an entry.
    #[inline]
    fn neighbours(&mut self, pending: &Pending) -> (Link, Link) {
        if pending.consumer.is_some() {
            let ms = pending.delivered_ms;
            self.order.place_for(ms, &mut self.arrays, &self.values)
        } else {
            self.order.place_for_released()
        }
    }

    /// Chooses the base of times so that this one fits, unless it lies far back.
    #[inline]
    fn prepare(&mut self, pending: &Pending) {
        let ms = pending.delivered_ms;
        if pending.consumer.is_none() {
            // The time of what is released is not written down.
        } else if self.len == 0 {
            self.values.start(ms);
        } else if self.values.is_outrun_by(ms) {
            self.values.rebase(ms, &mut self.arrays);
        }
    }

    #[inline]
    fn count_in(&mut self, consumer: Option<ConsumerIndex>, entries: u64) {
        self.len += entries;
        match consumer {
            Some(ConsumerIndex(index)) => {
                let index = index as usize;
                if index >= self.held.len() {
                    self.held.resize(index + 1, 0);
                }
                self.held[index] += entries;
            }
            None => self.released += entries,
        }
    }

    #[inline]
    fn count_out(&mut self, consumer: Option<ConsumerIndex>, entries: u64) {
        self.len -= entries;
        match consumer {
            Some(ConsumerIndex(index)) => self.held[index as usize] -= entries,
            None => self.released -= entries,
        }
    }

    /// Panics when something does not fit together, and returns all in the order of taking over.
    #[cfg(test)]
    pub(super) fn check(&self) -> Vec<(Place, Pending)> {
        self.arrays.check();
        let order = self.order.check(&self.arrays, &self.values);
        let mut held = vec![0; self.held.len()];
        let mut released = 0;
        let mut places = Vec::new();
        let mut walk = Walk::new(Place::FIRST, None);
        while let Some(link) = self.step(&mut walk) {
            let place = self.place(link);
            assert_eq!(self.find(place), Some(link));
            match self.get(link).consumer {
                Some(consumer) => {
                    assert!(self.arrays.array(link.array()).may_hold(consumer.0));
                    held[consumer.0 as usize] += 1;
                }
                None => released += 1,
            }
            places.push(place);
        }
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert_eq!(places.len() as u64, self.len);
        assert_eq!(order.len(), places.len());
        assert_eq!(held, self.held);
        assert_eq!(released, self.released);
        assert_eq!(
            self.first().map(|link| self.place(link)),
            places.first().copied()
        );
        assert_eq!(
            self.last().map(|link| self.place(link)),
            places.last().copied()
        );
        let described = |&link: &Link| (self.place(link), self.get(link));
        order.iter().map(described).collect()
    }

    /// Values that did not fit into their records, and marks.
    #[cfg(test)]
    pub(super) fn extras(&self) -> (usize, usize) {
        (self.values.aside_len(), self.order.marks_len())
    }

    /// Bytes on the heap, but for the trees.
    #[cfg(test)]
    pub(super) fn heap_bytes(&self) -> usize {
        self.arrays.heap_bytes()
    }
}

//! The pending entries of one segment.
//!
//! While many slots are pending, records stand by slot, from the first that was ever needed: a slot
//! leads to its record without a search. When few are left of many, they stand close together
//! beside a sorted row of their slots, so that an entry that nobody acknowledges does not hold a
//! whole segment's worth of records.

use super::record::Record;
use super::retired::Retired;
use crate::stream::id::StreamId;

/// Records stand close together when fewer than one slot in so many is pending ...
const SPARSE_RATIO: usize = 8;
/// ... and by slot again when one in so many is.
const DENSE_RATIO: usize = 4;
/// Slots between the first and the last for which standing close together is worth it.
const SPARSE_SPAN_MIN: usize = 64;
/// Records that stand close together have room for fewer than so many times their number.
const SHRINK_RATIO: usize = 4;
/// Records of an array that is worth making smaller.
const COMPACT_MIN: usize = 256;
/// Records for which an array without pending entries keeps room.
const KEPT_MAX: usize = 128;

#[derive(Clone, Debug)]
enum Layout {
    /// `records[i]` is slot `base + i`.
    Dense { base: u16 },
    /// `records[i]` is slot `slots[i]`; the slots rise, and all are pending.
    Sparse { slots: Vec<u16> },
}

/// The records of one segment.
#[derive(Clone, Debug)]
pub(super) struct Array {
    pub(super) segment: u64,
    layout: Layout,
    records: Vec<Record>,
    live: u16,
    /// The first and the last pending slot, while there is one.
    first: u16,
    last: u16,
    /// Bit `i % 64` stands for consumer `i`: those that had an entry here.
    consumers: u64,
    /// The ids, when the segment itself is gone.
    retired: Option<Box<Retired>>,
}

impl Array {
    pub(super) fn new(segment: u64) -> Self {
        Self {
            segment,
            layout: Layout::Dense { base: 0 },
            records: Vec::new(),
            live: 0,
            first: 0,
            last: 0,
            consumers: 0,
            retired: None,
        }
    }

    /// The same array for another segment. It must be empty.
    pub(super) fn reuse(&mut self, segment: u64) {
        debug_assert!(self.is_empty(), "segment {}", self.segment);
        self.segment = segment;
        self.consumers = 0;
        self.retired = None;
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.live == 0
    }

    #[inline]
    pub(super) fn first(&self) -> Option<u16> {
        (!self.is_empty()).then_some(self.first)
    }

    #[inline]
    pub(super) fn last(&self) -> Option<u16> {
        (!self.is_empty()).then_some(self.last)
    }

    /// Whether it keeps so little memory that it may stay while it is empty.
    pub(super) fn is_small(&self) -> bool {
        self.records.capacity() <= KEPT_MAX
    }

    /// Whether the consumer may have entries here.
    #[inline]
    pub(super) const fn may_hold(&self, consumer: u32) -> bool {
        self.consumers & 1 << (consumer % u64::BITS) != 0
    }

    /// Notes that the consumer has an entry here.
    #[inline]
    pub(super) const fn note(&mut self, consumer: u32) {
        self.consumers |= 1 << (consumer % u64::BITS);
    }

    #[inline]
    fn index(&self, slot: u16) -> Option<usize> {
        match &self.layout {
            Layout::Dense { base } => slot.checked_sub(*base).map(usize::from),
            Layout::Sparse { slots } => slots.binary_search(&slot).ok(),
        }
    }

    /// Whether the slot is pending.
    #[inline]
    pub(super) fn contains(&self, slot: u16) -> bool {
        !self.is_empty()
            && self
                .index(slot)
                .and_then(|index| self.records.get(index))
                .is_some_and(Record::is_live)
    }

    /// The record of a pending slot.
    #[inline]
    pub(super) fn record(&self, slot: u16) -> &Record {
        let index = self.index(slot).unwrap_or(usize::MAX);
        &self.records[index]
    }

    /// The record of a pending slot.
    #[inline]
    pub(super) fn record_mut(&mut self, slot: u16) -> &mut Record {
        let index = self.index(slot).unwrap_or(usize::MAX);
        &mut self.records[index]
    }

    /// The first pending slot from this one on.
    #[inline]
    pub(super) fn at_or_after(&self, slot: u16) -> Option<u16> {
        if self.is_empty() || slot > self.last {
            return None;
        }
        if slot <= self.first {
            return Some(self.first);
        }
        match &self.layout {
            Layout::Dense { base } => {
                let mut found = slot;
                // The last one ends this.
                while !self.records[usize::from(found - base)].is_live() {
                    found += 1;
                }
                Some(found)
            }
            Layout::Sparse { slots } => {
                let index = slots.partition_point(|&candidate| candidate < slot);
                slots.get(index).copied()
            }
        }
    }

    /// The last pending slot before this one. There is one.
    fn before(&self, slot: u16) -> u16 {
        match &self.layout {
            Layout::Dense { base } => {
                let mut found = slot - 1;
                // The first one ends this.
                while !self.records[usize::from(found - base)].is_live() {
                    found -= 1;
                }
                found
            }
            Layout::Sparse { slots } => {
                let index = slots.partition_point(|&candidate| candidate < slot);
                slots[index - 1]
            }
        }
    }

    /// Whether a slot comes just behind all that were ever here, so that [`Self::append`] adds it.
    #[inline]
    pub(super) fn is_next(&self, slot: u16) -> bool {
        match self.layout {
            _ if self.is_empty() => true,
            Layout::Dense { base } => usize::from(slot) == usize::from(base) + self.records.len(),
            Layout::Sparse { .. } => false,
        }
    }

    /// Adds slots from the [next](Self::is_next) one on, as many as there are records.
    #[inline]
    pub(super) fn append(&mut self, slot: u16, records: impl Iterator<Item = Record>) {
        debug_assert!(self.is_next(slot), "slot {slot}");
        if self.is_empty() {
            self.layout = Layout::Dense { base: slot };
            self.records.clear();
            self.first = slot;
            self.last = slot;
        }
        debug_assert!(self.retired.is_none(), "nothing is added to what is gone");
        let before = self.records.len();
        for record in records {
            self.records.push(record);
        }
        // As many as fit into a segment.
        let added = u16::try_from(self.records.len() - before).unwrap_or(0);
        self.live += added;
        self.last = slot + added - 1;
    }

    /// The records by slot, and the slot of the first, if they stand by slot.
    #[inline]
    pub(super) fn by_slot_mut(&mut self) -> Option<(u16, &mut [Record])> {
        match self.layout {
            Layout::Dense { base } => Some((base, &mut self.records)),
            Layout::Sparse { .. } => None,
        }
    }

    /// Adds a slot that is not pending.
    pub(super) fn insert(&mut self, slot: u16, record: Record) {
        debug_assert!(!self.contains(slot), "slot {slot} is pending already");
        if self.is_next(slot) {
            return self.append(slot, core::iter::once(record));
        }
        let span = usize::from(self.last.max(slot) - self.first.min(slot)) + 1;
        let live = usize::from(self.live) + 1;
        match &self.layout {
            Layout::Dense { .. } if is_sparse(live, span) => self.make_sparse(),
            Layout::Sparse { .. } if live * DENSE_RATIO >= span => self.make_dense(),
            _ => {}
        }
        match &mut self.layout {
            Layout::Dense { base } => {
                if slot < *base {
                    let more = usize::from(*base - slot);
                    self.records
                        .splice(0..0, core::iter::repeat_n(Record::VACANT, more));
                    *base = slot;
                }
                let index = usize::from(slot - *base);
                if index >= self.records.len() {
                    self.records.resize(index + 1, Record::VACANT);
                }
                self.records[index] = record;
            }
            Layout::Sparse { slots } => {
                let index = slots.partition_point(|&other| other < slot);
                slots.insert(index, slot);
                self.records.insert(index, record);
            }
        }
        self.live += 1;
        self.first = self.first.min(slot);
        self.last = self.last.max(slot);
    }

    /// Removes a pending slot.
    #[inline]
    pub(super) fn remove(&mut self, slot: u16) {
        debug_assert!(self.contains(slot), "slot {slot} was pending");
        match &mut self.layout {
            // One byte: a store of all would keep the next load of one waiting.
            Layout::Dense { base } => self.records[usize::from(slot - *base)].flags = 0,
            Layout::Sparse { .. } => self.remove_sparse(slot),
        }
        self.removed(slot, slot, 1);
    }

    /// So many slots between these two, and they themselves, are not pending any more.
    #[inline]
    pub(super) fn removed(&mut self, first: u16, last: u16, slots: u16) {
        self.live -= slots;
        if self.is_empty() {
            return;
        }
        if first == self.first {
            self.first = self.first_after(last);
        } else if last == self.last {
            self.last = self.before(first);
        }
        if self.records.len() >= COMPACT_MIN
            && usize::from(self.live) * SPARSE_RATIO <= self.records.len()
        {
            self.compact();
        }
    }

    fn remove_sparse(&mut self, slot: u16) {
        let index = self.index(slot).unwrap_or(usize::MAX);
        if let Layout::Sparse { slots } = &mut self.layout {
            slots.remove(index);
            self.records.remove(index);
            if self.records.len() * SHRINK_RATIO <= self.records.capacity() {
                slots.shrink_to_fit();
                self.records.shrink_to_fit();
            }
        }
    }

    /// The first pending slot behind this one. There is one.
    #[inline]
    fn first_after(&self, slot: u16) -> u16 {
        match &self.layout {
            Layout::Dense { base } => {
                let mut found = slot + 1;
                // The last one ends this.
                while !self.records[usize::from(found - base)].is_live() {
                    found += 1;
                }
                found
            }
            Layout::Sparse { slots } => slots[0],
        }
    }

    /// Gives back the room behind the last record.
    pub(super) fn shrink(&mut self) {
        self.records.shrink_to_fit();
    }

    fn span(&self) -> usize {
        usize::from(self.last - self.first) + 1
    }

    /// Makes an array smaller in which few of many are left.
    #[cold]
    fn compact(&mut self) {
        if is_sparse(usize::from(self.live), self.span()) {
            self.make_sparse();
        } else if self.span() * 2 <= self.records.len() {
            self.make_dense();
        } else {
            return;
        }
        if let Some(mut retired) = self.retired.take() {
            retired.retain(|slot| self.contains(slot));
            self.retired = Some(retired);
        }
    }

    fn make_sparse(&mut self) {
        let Layout::Dense { base } = self.layout else {
            return;
        };
        let mut slots = Vec::with_capacity(usize::from(self.live));
        let mut records = Vec::with_capacity(usize::from(self.live));
        for slot in self.first..=self.last {
            let record = self.records[usize::from(slot - base)];
            if record.is_live() {
                slots.push(slot);
                records.push(record);
            }
        }
        self.layout = Layout::Sparse { slots };
        self.records = records;
    }

    fn make_dense(&mut self) {
        let mut records = vec![Record::VACANT; self.span()];
        let mut slot = self.first;
        loop {
            records[usize::from(slot - self.first)] = *self.record(slot);
            if slot == self.last {
                break;
            }
            slot = self.at_or_after(slot + 1).unwrap_or(self.last);
        }
        self.layout = Layout::Dense { base: self.first };
        self.records = records;
    }

    /// Keeps the ids of what is pending, for the segment is going.
    pub(super) fn retire(&mut self, id_of: impl Fn(u16) -> StreamId) -> StreamId {
        let mut retired = Retired::default();
        let mut next = self.first();
        while let Some(slot) = next {
            retired.push(slot, id_of(slot));
            next = self.at_or_after(slot + 1);
        }
        let key = retired.first();
        self.retired = Some(Box::new(retired));
        key
    }

    pub(super) fn retired(&self) -> Option<&Retired> {
        self.retired.as_deref()
    }

    /// Every record.
    pub(super) fn each_mut(&mut self, mut each: impl FnMut(u16, &mut Record)) {
        let mut next = self.first();
        while let Some(slot) = next {
            each(slot, self.record_mut(slot));
            next = self.at_or_after(slot + 1);
        }
    }

    /// Panics when something does not fit together.
    #[cfg(test)]
    pub(super) fn check(&self) {
        let live: Vec<u16> = (0..super::place::SLOTS_MAX)
            .filter(|&slot| self.contains(slot))
            .collect();
        assert_eq!(live.len(), usize::from(self.live), "{self:?}");
        assert_eq!(live.first().copied(), self.first(), "{self:?}");
        assert_eq!(live.last().copied(), self.last(), "{self:?}");
        if let Layout::Sparse { slots } = &self.layout {
            assert!(slots.is_sorted_by(|a, b| a < b), "{slots:?}");
            assert!(self.is_empty() || *slots == live, "{slots:?}");
            assert_eq!(slots.len(), self.records.len(), "{self:?}");
        }
        if let Some(retired) = &self.retired {
            assert!(
                live.iter().all(|&slot| retired.id(slot).is_some()),
                "{self:?}"
            );
        }
    }

    /// Bytes on the heap.
    #[cfg(test)]
    pub(super) fn heap_bytes(&self) -> usize {
        let slots = match &self.layout {
            Layout::Dense { .. } => 0,
            Layout::Sparse { slots } => slots.capacity() * size_of::<u16>(),
        };
        slots + self.records.capacity() * size_of::<Record>()
    }
}

/// Whether records had better stand close together.
const fn is_sparse(live: usize, span: usize) -> bool {
    span >= SPARSE_SPAN_MIN && live * SPARSE_RATIO <= span
}

#[cfg(test)]
mod tests {
    use super::super::record::{LIVE, Link};
    use super::*;

    fn record(number: u16) -> Record {
        Record {
            delivered: u32::from(number),
            flags: LIVE,
            prev: Link::NONE,
            ..Record::VACANT
        }
    }

    fn is_dense(array: &Array) -> bool {
        matches!(array.layout, Layout::Dense { .. })
    }

    fn of(slots: impl IntoIterator<Item = u16>) -> Array {
        let mut array = Array::new(0);
        for slot in slots {
            array.insert(slot, record(slot));
            array.check();
        }
        array
    }

    fn slots(array: &Array) -> Vec<u16> {
        let mut slots = Vec::new();
        let mut next = array.first();
        while let Some(slot) = next {
            assert_eq!(array.record(slot).delivered, u32::from(slot));
            slots.push(slot);
            next = array.at_or_after(slot + 1);
        }
        slots
    }

    #[test]
    fn slots_in_any_order() {
        let array = of([7, 8, 3, 12, 5, 1023, 0]);
        assert_eq!(slots(&array), [0, 3, 5, 7, 8, 12, 1023]);
        assert_eq!((array.first(), array.last()), (Some(0), Some(1023)));
        assert!(array.contains(12));
        assert!(!array.contains(11));
        assert!(!array.contains(1022));
    }

    #[test]
    fn few_of_many_stand_close_together() {
        let mut array = of(0..800);
        for slot in (0..800).filter(|slot| slot % 100 != 50) {
            array.remove(slot);
            array.check();
        }
        assert_eq!(slots(&array), [50, 150, 250, 350, 450, 550, 650, 750]);
        assert!(!is_dense(&array));
        assert!(array.heap_bytes() < 2000, "{}", array.heap_bytes());
        for slot in 400..600 {
            if !array.contains(slot) {
                array.insert(slot, record(slot));
            }
        }
        assert!(is_dense(&array));
        array.check();
    }

    #[test]
    fn what_is_acknowledged_in_order_gives_its_memory_back() {
        let mut array = of(0..1000);
        for slot in 0..900 {
            array.remove(slot);
        }
        array.check();
        assert_eq!(slots(&array), (900..1000).collect::<Vec<_>>());
        assert!(array.heap_bytes() <= 128 * 16, "{}", array.heap_bytes());
    }

    #[test]
    fn an_emptied_array_starts_anew() {
        let mut array = of([5, 6]);
        array.remove(5);
        array.remove(6);
        assert_eq!((array.first(), array.last()), (None, None));
        assert!(!array.contains(5));
        array.reuse(9);
        array.insert(2, record(2));
        array.check();
        assert_eq!(slots(&array), [2]);
    }

    #[test]
    fn an_array_remembers_who_may_be_in_it() {
        let mut array = of([1]);
        array.note(3);
        assert!(array.may_hold(3));
        assert!(array.may_hold(67), "a guess, not a promise");
        assert!(!array.may_hold(4));
    }
}

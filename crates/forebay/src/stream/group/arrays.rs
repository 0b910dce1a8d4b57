//! The arrays of a group: by segment, and by the number that links use.

use core::ops::Bound::{Excluded, Unbounded};
use std::collections::BTreeMap;

use super::array::Array;
use super::place::Place;
use super::record::{ARRAYS_MAX, Link, Record};
use crate::stream::id::StreamId;

/// One array for each segment with pending entries. Only the last one may be empty: it waits for
/// the next delivery, so that reading and acknowledging in turns allocates nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrays {
    /// By number. Those in `vacant` belong to no segment.
    slab: Vec<Array>,
    vacant: Vec<u32>,
    by_segment: BTreeMap<u64, u32>,
    /// Those whose segment is gone, by the first id that they kept.
    retired: BTreeMap<StreamId, u32>,
    /// The segment that was searched last, and its number.
    recent: Recent,
}

#[derive(Clone, Copy, Debug)]
struct Recent {
    segment: u64,
    number: u32,
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            segment: NO_SEGMENT,
            number: 0,
        }
    }
}

/// The segment of an array that is not in use.
const NO_SEGMENT: u64 = u64::MAX;

impl Arrays {
    /// The array of a segment.
    #[inline]
    pub(super) fn find(&self, segment: u64) -> Option<u32> {
        if self.recent.segment == segment {
            Some(self.recent.number)
        } else {
            self.by_segment.get(&segment).copied()
        }
    }

    /// The record at a place, if that is pending.
    #[inline]
    pub(super) fn find_record(&self, place: Place) -> Option<Link> {
        let number = self.find(place.segment)?;
        self.slab[number as usize]
            .contains(place.slot)
            .then(|| Link::new(number, place.slot))
    }

    /// The same, and the next search in this segment is short.
    #[inline]
    pub(super) fn find_record_mut(&mut self, place: Place) -> Option<Link> {
        let segment = place.segment;
        if self.recent.segment != segment {
            let number = *self.by_segment.get(&segment)?;
            self.recent = Recent { segment, number };
        }
        let number = self.recent.number;
        self.slab[number as usize]
            .contains(place.slot)
            .then(|| Link::new(number, place.slot))
    }

    /// The array of a segment, made if need be. `None` when there are [`ARRAYS_MAX`] already.
    pub(super) fn open(&mut self, segment: u64) -> Option<u32> {
        let number = match self.find(segment) {
            Some(number) => number,
            None => self.make(segment)?,
        };
        self.recent = Recent { segment, number };
        Some(number)
    }

    fn make(&mut self, segment: u64) -> Option<u32> {
        if let Some((&last, &number)) = self.by_segment.last_key_value() {
            let array = &mut self.slab[number as usize];
            if array.is_empty() {
                array.reuse(segment);
                self.by_segment.remove(&last);
                self.by_segment.insert(segment, number);
                self.recent = Recent::default();
                return Some(number);
            }
            // The log has gone on to another segment: no more will be added at this one's end.
            array.shrink();
        }
        let number = if let Some(number) = self.vacant.pop() {
            self.slab[number as usize].reuse(segment);
            number
        } else {
            let number = u32::try_from(self.slab.len()).ok()?;
            if self.slab.len() >= ARRAYS_MAX {
                return None;
            }
            self.slab.push(Array::new(segment));
            number
        };
        self.by_segment.insert(segment, number);
        Some(number)
    }

    #[inline]
    pub(super) fn array(&self, number: u32) -> &Array {
        &self.slab[number as usize]
    }

    #[inline]
    pub(super) fn array_mut(&mut self, number: u32) -> &mut Array {
        &mut self.slab[number as usize]
    }

    #[inline]
    pub(super) fn record(&self, link: Link) -> &Record {
        self.array(link.array()).record(link.slot())
    }

    #[inline]
    pub(super) fn record_mut(&mut self, link: Link) -> &mut Record {
        self.array_mut(link.array()).record_mut(link.slot())
    }

    #[inline]
    pub(super) fn place(&self, link: Link) -> Place {
        Place {
            segment: self.array(link.array()).segment,
            slot: link.slot(),
        }
    }

    /// Removes a record, and its array when that was the last one in it.
    #[inline]
    pub(super) fn remove(&mut self, link: Link) {
        self.array_mut(link.array()).remove(link.slot());
        self.tidy(link.array());
    }

    /// Removes an array of which nothing is left.
    #[inline]
    pub(super) fn tidy(&mut self, number: u32) {
        if self.array(number).is_empty() {
            self.emptied(number);
        }
    }

    fn emptied(&mut self, number: u32) {
        if self.by_segment.len() == 1 && self.slab.len() > 1 {
            // Nothing is pending any more, and there was a lot.
            *self = Self::default();
            return;
        }
        let array = self.array(number);
        let last = self.by_segment.last_key_value();
        let is_last = last.is_some_and(|(_, &last)| last == number);
        if !is_last || !array.is_small() || array.retired().is_some() {
            self.discard(number);
        }
    }

    fn discard(&mut self, number: u32) {
        let array = &mut self.slab[number as usize];
        self.by_segment.remove(&array.segment);
        if let Some(retired) = array.retired() {
            self.retired.remove(&retired.first());
        }
        *array = Array::new(NO_SEGMENT);
        self.recent = Recent::default();
        self.vacant.push(number);
    }

    /// The first place that is pending.
    pub(super) fn first(&self) -> Option<Link> {
        self.by_segment.values().find_map(|&number| {
            let slot = self.array(number).first()?;
            Some(Link::new(number, slot))
        })
    }

    /// The last place that is pending.
    pub(super) fn last(&self) -> Option<Link> {
        self.by_segment.values().rev().find_map(|&number| {
            let slot = self.array(number).last()?;
            Some(Link::new(number, slot))
        })
    }

    /// The segment is going: the ids of its pending entries are kept.
    pub(super) fn retire(&mut self, segment: u64, id_of: impl Fn(u16) -> StreamId) {
        let Some(number) = self.find(segment) else {
            return;
        };
        let array = &mut self.slab[number as usize];
        if array.is_empty() {
            self.discard(number);
        } else if array.retired().is_none() {
            let key = array.retire(id_of);
            self.retired.insert(key, number);
        }
    }

    /// The first place with this id or a greater one in segments that are gone.
    pub(super) fn seek_retired(&self, id: StreamId) -> Option<Place> {
        let before = self.retired.range(..=id).next_back();
        let behind = self.retired.range((Excluded(id), Unbounded)).next();
        before.into_iter().chain(behind).find_map(|(_, &number)| {
            let array = self.array(number);
            let slot = array.retired()?.seek(id)?;
            Some(Place {
                segment: array.segment,
                slot,
            })
        })
    }

    /// The id at a place whose segment is gone.
    pub(super) fn retired_id(&self, link: Link) -> Option<StreamId> {
        self.array(link.array()).retired()?.id(link.slot())
    }

    /// Whether the segment of any record is gone.
    #[inline]
    pub(super) fn has_retired(&self) -> bool {
        !self.retired.is_empty()
    }

    /// Whether the segment of a record is gone.
    pub(super) fn is_retired(&self, link: Link) -> bool {
        self.array(link.array()).retired().is_some()
    }

    /// Every record.
    pub(super) fn each_mut(&mut self, mut each: impl FnMut(Link, &mut Record)) {
        for (number, array) in (0..).zip(&mut self.slab) {
            array.each_mut(|slot, record| each(Link::new(number, slot), record));
        }
    }

    /// Panics when something does not fit together.
    #[cfg(test)]
    pub(super) fn check(&self) {
        let last = self.by_segment.last_key_value().map(|(_, &number)| number);
        for (&segment, &number) in &self.by_segment {
            let array = self.array(number);
            array.check();
            assert_eq!(array.segment, segment);
            assert!(
                !array.is_empty() || Some(number) == last,
                "segment {segment} is empty"
            );
            if let Some(retired) = array.retired() {
                assert_eq!(self.retired.get(&retired.first()), Some(&number));
            }
        }
        assert_eq!(self.by_segment.len() + self.vacant.len(), self.slab.len());
        let retired = self.slab.iter().filter(|array| array.retired().is_some());
        assert_eq!(retired.count(), self.retired.len());
        let Recent { segment, number } = self.recent;
        if segment != NO_SEGMENT {
            assert_eq!(self.by_segment.get(&segment), Some(&number));
        }
    }

    /// Bytes on the heap, but for the trees.
    #[cfg(test)]
    pub(super) fn heap_bytes(&self) -> usize {
        let arrays = self.slab.iter().map(Array::heap_bytes).sum::<usize>();
        arrays + self.slab.capacity() * size_of::<Array>()
    }
}

/// A walk over pending places, upwards. What it has passed may be removed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    at: Place,
    /// The array of `at.segment`, once it was found.
    number: Option<u32>,
    /// Arrays in which this consumer has nothing are skipped.
    consumer: Option<u32>,
}

impl Walk {
    /// From a place on. With a consumer, it may skip what others have, and need not.
    pub(super) const fn new(from: Place, consumer: Option<u32>) -> Self {
        Self {
            at: from,
            number: None,
            consumer,
        }
    }

    #[inline]
    pub(super) fn next(&mut self, arrays: &Arrays) -> Option<Link> {
        loop {
            if let Some(number) = self.number {
                // The array may be another segment's by now.
                if let Some(array) = arrays.slab.get(number as usize)
                    && array.segment == self.at.segment
                    && self
                        .consumer
                        .is_none_or(|consumer| array.may_hold(consumer))
                    && let Some(slot) = array.at_or_after(self.at.slot)
                {
                    self.at.slot = slot + 1;
                    return Some(Link::new(number, slot));
                }
                self.at = Place {
                    segment: self.at.segment.checked_add(1)?,
                    slot: 0,
                };
            }
            let (&segment, &number) = arrays.by_segment.range(self.at.segment..).next()?;
            if segment > self.at.segment {
                self.at = Place { segment, slot: 0 };
            }
            self.number = Some(number);
        }
    }
}

//! Reading a frozen list from left to right, or from right to left.

use core::iter::FusedIterator;

use super::Side;
use super::exclusive::{Exclusive, header_of};
use super::segment::Segment;

/// A place in the chain: a slot of a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) segment: Segment,
    pub(super) slot: u32,
}

impl<X> Exclusive<'_, X> {
    /// Where the message with this distance from the head is. The caller has checked that there is
    /// one.
    fn place_from_head(&self, mut distance: u64) -> Place {
        debug_assert!(distance < self.len, "message {distance} of {}", self.len);
        if distance < self.len / 2 {
            let mut segment = self.head;
            loop {
                let header = header_of(segment);
                if distance < header.live() {
                    let slot = u32::from(header.lo.get()) + distance as u32;
                    return Place { segment, slot };
                }
                distance -= header.live();
                segment = self.resolve(header.next.get());
            }
        }
        let mut distance = self.len - 1 - distance;
        let mut segment = self.tail;
        loop {
            let header = header_of(segment);
            if distance < header.live() {
                let slot = u32::from(header.hi.get()) - 1 - distance as u32;
                return Place { segment, slot };
            }
            distance -= header.live();
            segment = self.resolve(header.prev.get());
        }
    }

    /// Where the message with this index from the left is, if there is one.
    pub(super) fn place(&self, index: u64) -> Option<Place> {
        (index < self.len).then(|| self.place_from_head(self.distance(index)))
    }

    /// Distance from the head of the message with this index from the left.
    fn distance(&self, index: u64) -> u64 {
        match self.push_side() {
            Side::Right => index,
            Side::Left => self.len - 1 - index,
        }
    }

    /// The neighbour towards the tail. The caller has checked that there is one.
    fn towards_tail(&self, mut place: Place) -> Place {
        place.slot += 1;
        while place.slot >= u32::from(header_of(place.segment).hi.get()) {
            place.segment = self.resolve(header_of(place.segment).next.get());
            place.slot = u32::from(header_of(place.segment).lo.get());
        }
        place
    }

    /// The neighbour towards the head. The caller has checked that there is one.
    fn towards_head(&self, mut place: Place) -> Place {
        while place.slot == u32::from(header_of(place.segment).lo.get()) {
            place.segment = self.resolve(header_of(place.segment).prev.get());
            place.slot = u32::from(header_of(place.segment).hi.get());
        }
        place.slot -= 1;
        place
    }

    /// The neighbour on the right. The caller has checked that there is one.
    pub(super) fn right_of(&self, place: Place) -> Place {
        match self.push_side() {
            Side::Right => self.towards_tail(place),
            Side::Left => self.towards_head(place),
        }
    }

    /// The neighbour on the left. The caller has checked that there is one.
    pub(super) fn left_of(&self, place: Place) -> Place {
        match self.push_side() {
            Side::Right => self.towards_head(place),
            Side::Left => self.towards_tail(place),
        }
    }

    /// The bytes at a place.
    #[expect(
        clippy::unused_self,
        reason = "the borrow is what keeps the message there"
    )]
    pub(super) fn message_at(&self, place: Place) -> &[u8] {
        // SAFETY: a live slot was claimed by a push.
        let slot = unsafe { place.segment.published(place.slot) };
        // SAFETY: live as long as `self` is borrowed: only `&mut self` changes or removes messages.
        unsafe { place.segment.message(slot) }
    }

    /// The message with this index from the left. O(1 + number of segments).
    #[must_use]
    pub fn get(&self, index: u64) -> Option<&[u8]> {
        self.place(index).map(|place| self.message_at(place))
    }

    /// All messages, from left to right.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, X> {
        self.range(0, self.len)
    }

    /// The messages with indexes from `start` up to, not including, `end`, from left to right. What
    /// is beyond the end is left out.
    #[must_use]
    pub fn range(&self, start: u64, end: u64) -> Iter<'_, X> {
        let end = end.min(self.len);
        let remaining = end.saturating_sub(start);
        Iter {
            list: self,
            remaining,
            front: if remaining == 0 {
                None
            } else {
                self.place(start)
            },
            back: if remaining == 0 {
                None
            } else {
                self.place(end - 1)
            },
        }
    }
}

impl<'g, X> IntoIterator for &'g Exclusive<'_, X> {
    type Item = &'g [u8];
    type IntoIter = Iter<'g, X>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Messages of a frozen list; made by [`Exclusive::iter`] and [`Exclusive::range`].
#[derive(Debug)]
pub struct Iter<'g, X> {
    list: &'g Exclusive<'g, X>,
    remaining: u64,
    front: Option<Place>,
    back: Option<Place>,
}

impl<'g, X> Iterator for Iter<'g, X> {
    type Item = &'g [u8];

    fn next(&mut self) -> Option<Self::Item> {
        if self.remaining == 0 {
            return None;
        }
        let place = self.front?;
        self.remaining -= 1;
        self.front = (self.remaining > 0).then(|| self.list.right_of(place));
        Some(self.list.message_at(place))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = usize::try_from(self.remaining).unwrap_or(usize::MAX);
        (len, Some(len))
    }
}

impl<X> DoubleEndedIterator for Iter<'_, X> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.remaining == 0 {
            return None;
        }
        let place = self.back?;
        self.remaining -= 1;
        self.back = (self.remaining > 0).then(|| self.list.left_of(place));
        Some(self.list.message_at(place))
    }
}

impl<X> ExactSizeIterator for Iter<'_, X> {}
impl<X> FusedIterator for Iter<'_, X> {}

//! Pending entries in the order in which they may be taken over.
//!
//! First what XNACK released, in the order in which it was; then what was delivered, longest ago
//! first, and among equal times in the order of delivery. Both are chains through the records.
//!
//! A delivery goes to the end of its chain. Only XCLAIM with IDLE or TIME, or a clock that went
//! back, puts a record elsewhere. The search for its place goes backwards from a *mark*: a record
//! that an earlier search passed and that can be found by its time. A time has one mark at most. A
//! search leaves a mark at every [`STRIDE`] steps and where it ended, so that no stretch of the
//! chain is walked twice: a search costs some [`STRIDE`] steps, in the mean over many of them.

use core::ops::Bound::{Excluded, Unbounded};
use std::collections::BTreeMap;

use super::arrays::Arrays;
use super::record::{Link, MARKED};
use super::values::Values;

/// Steps of a search after which it leaves a mark.
const STRIDE: u32 = 64;

#[derive(Clone, Copy, Debug)]
struct Chain {
    head: Link,
    tail: Link,
}

impl Chain {
    const EMPTY: Self = Self {
        head: Link::NONE,
        tail: Link::NONE,
    };
}

/// The two chains.
#[derive(Clone, Debug)]
pub(super) struct Order {
    released: Chain,
    delivered: Chain,
    /// The time of the last delivery; the least of all when there is none.
    delivered_ms: i64,
    marks: BTreeMap<i64, Link>,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            released: Chain::EMPTY,
            delivered: Chain::EMPTY,
            delivered_ms: i64::MIN,
            marks: BTreeMap::new(),
        }
    }
}

impl Order {
    /// The first to be taken over.
    #[inline]
    pub(super) fn first(&self) -> Option<Link> {
        self.released.head.some().or(self.delivered.head.some())
    }

    /// The next one.
    #[inline]
    pub(super) fn after(&self, link: Link, arrays: &Arrays) -> Option<Link> {
        let record = arrays.record(link);
        let next = record.next.some();
        if record.is_owned() {
            next
        } else {
            next.or(self.delivered.head.some())
        }
    }

    /// The neighbours of a record that is delivered at this time.
    #[inline]
    pub(super) fn place_for(
        &mut self,
        ms: i64,
        arrays: &mut Arrays,
        values: &Values,
    ) -> (Link, Link) {
        if self.ends_before(ms) {
            self.delivered_ms = ms;
            return (self.delivered.tail, Link::NONE);
        }
        let next = self.search(ms, arrays, values);
        (arrays.record(next).prev, next)
    }

    /// The neighbours of a record that is released.
    pub(super) const fn place_for_released(&self) -> (Link, Link) {
        (self.released.tail, Link::NONE)
    }

    /// Whether nothing was delivered after this time.
    #[inline]
    pub(super) const fn ends_before(&self, ms: i64) -> bool {
        self.delivered_ms <= ms
    }

    /// The record delivered last.
    #[inline]
    pub(super) const fn tail(&self) -> Link {
        self.delivered.tail
    }

    /// The first record with a greater time; there is one.
    #[cold]
    fn search(&mut self, ms: i64, arrays: &mut Arrays, values: &Values) -> Link {
        let mark = self.marks.range((Excluded(ms), Unbounded)).next();
        let mut at = mark.map_or(self.delivered.tail, |(_, &link)| link);
        let mut steps = 0;
        while let Some(prev) = arrays.record(at).prev.some()
            && time(prev, arrays, values) > ms
        {
            at = prev;
            steps += 1;
            if steps % STRIDE == 0 {
                self.mark(at, arrays, values);
            }
        }
        if steps > STRIDE {
            self.mark(at, arrays, values);
        }
        at
    }

    /// Makes a record the mark of its time.
    fn mark(&mut self, link: Link, arrays: &mut Arrays, values: &Values) {
        let ms = time(link, arrays, values);
        if let Some(old) = self.marks.insert(ms, link) {
            arrays.record_mut(old).flags &= !MARKED;
        }
        arrays.record_mut(link).flags |= MARKED;
    }

    /// Makes a new record known to its neighbours.
    #[inline]
    pub(super) fn link(
        &mut self,
        link: Link,
        prev: Link,
        next: Link,
        is_owned: bool,
        arrays: &mut Arrays,
    ) {
        let chain = self.chain(is_owned);
        if prev.is_none() {
            chain.head = link;
        } else {
            arrays.record_mut(prev).next = link;
        }
        if next.is_none() {
            chain.tail = link;
        } else {
            arrays.record_mut(next).prev = link;
        }
    }

    /// The same for deliveries that go to the end, and are linked among each other.
    #[inline]
    pub(super) fn append(&mut self, first: Link, last: Link, ms: i64, arrays: &mut Arrays) {
        let tail = self.delivered.tail;
        if tail.is_none() {
            self.delivered.head = first;
        } else {
            arrays.record_mut(tail).next = first;
        }
        self.delivered.tail = last;
        self.delivered_ms = ms;
    }

    /// Takes a record out of its chain.
    #[inline]
    pub(super) fn unlink(&mut self, link: Link, arrays: &mut Arrays, values: &Values) {
        let record = arrays.record(link);
        // Field by field: a load of all would wait for the store to one.
        let (prev, next) = (record.prev, record.next);
        let is_owned = record.is_owned();
        if record.flags & MARKED != 0 {
            self.unmark(link, next, arrays, values);
        }
        self.join(prev, next, is_owned, arrays, values);
    }

    /// Makes neighbours of two records, for what was between them is gone.
    #[inline]
    pub(super) fn join(
        &mut self,
        prev: Link,
        next: Link,
        is_owned: bool,
        arrays: &mut Arrays,
        values: &Values,
    ) {
        let chain = self.chain(is_owned);
        if prev.is_none() {
            chain.head = next;
        } else {
            arrays.record_mut(prev).next = next;
        }
        if next.is_none() {
            chain.tail = prev;
            if is_owned {
                self.delivered_ms = prev
                    .some()
                    .map_or(i64::MIN, |prev| time(prev, arrays, values));
            }
        } else {
            arrays.record_mut(next).prev = prev;
        }
    }

    /// The mark moves on, if the next record has the same time.
    #[cold]
    fn unmark(&mut self, link: Link, next: Link, arrays: &mut Arrays, values: &Values) {
        arrays.record_mut(link).flags &= !MARKED;
        let ms = time(link, arrays, values);
        match next.some() {
            Some(next) if time(next, arrays, values) == ms => {
                self.marks.insert(ms, next);
                arrays.record_mut(next).flags |= MARKED;
            }
            _ => {
                self.marks.remove(&ms);
            }
        }
    }

    #[inline]
    const fn chain(&mut self, is_owned: bool) -> &mut Chain {
        if is_owned {
            &mut self.delivered
        } else {
            &mut self.released
        }
    }

    /// Panics when something does not fit together, and returns the order.
    #[cfg(test)]
    pub(super) fn check(&self, arrays: &Arrays, values: &Values) -> Vec<Link> {
        let mut order = Vec::new();
        for (chain, is_owned) in [(self.released, false), (self.delivered, true)] {
            let mut prev = Link::NONE;
            let mut at = chain.head;
            while let Some(link) = at.some() {
                let record = arrays.record(link);
                assert!(record.is_live(), "{link:?}");
                assert_eq!(record.is_owned(), is_owned, "{link:?}");
                assert_eq!(record.prev, prev, "{link:?}");
                if is_owned && !prev.is_none() {
                    let ms = time(link, arrays, values);
                    assert!(time(prev, arrays, values) <= ms, "{link:?}");
                }
                let is_mark = is_owned && {
                    let ms = time(link, arrays, values);
                    self.marks.get(&ms) == Some(&link)
                };
                assert_eq!(record.flags & MARKED != 0, is_mark, "{link:?}");
                order.push(link);
                (prev, at) = (link, record.next);
            }
            assert_eq!(prev, chain.tail);
            if is_owned {
                let last_ms = prev.some().map(|tail| time(tail, arrays, values));
                assert_eq!(last_ms.unwrap_or(i64::MIN), self.delivered_ms);
            }
        }
        for (&ms, &link) in &self.marks {
            assert!(arrays.record(link).is_live(), "{link:?}");
            assert_eq!(time(link, arrays, values), ms, "{link:?}");
        }
        order
    }

    /// How many marks there are.
    #[cfg(test)]
    pub(super) fn marks_len(&self) -> usize {
        self.marks.len()
    }
}

#[inline]
fn time(link: Link, arrays: &Arrays, values: &Values) -> i64 {
    values.read(link, arrays.record(link)).delivered_ms
}

//! What the owner of a log does to its entries in exclusive mode: read, delete, trim.

use super::entry::{EntryRef, Place};
use super::exclusive::StreamExclusive;
use super::id::Id;
use super::segment::Segment;
use super::snapshot::Snapshot;
use super::state::State;
use super::word::Slot;
use crate::loom::Ordering::Relaxed;

impl<'a, X> StreamExclusive<'a, X> {
    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.view().ordinal() - self.counters.removed
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The counters.
    #[must_use]
    pub fn state(&self) -> State {
        self.view().state(self.counters)
    }

    /// The log as it is now, with what this exclusive mode has done.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<'_> {
        Snapshot::new(self.view(), self.counters, self.log)
    }

    /// How many segments have entries.
    #[must_use]
    pub fn segments(&self) -> u64 {
        // SAFETY: we are alone (I3), and `self` is borrowed.
        self.log.alone.with(|alone| unsafe { (*alone).segments })
    }

    /// How many nodes the index of the segments has. O(nodes).
    #[must_use]
    pub fn index_nodes(&self) -> u64 {
        self.log.index.nodes()
    }

    /// The first entry.
    #[must_use]
    pub fn first(&self) -> Option<EntryRef<'_>> {
        self.view().first()
    }

    /// The last entry.
    #[must_use]
    pub fn last(&self) -> Option<EntryRef<'_>> {
        self.view().last()
    }

    /// The entry with this id. O(log n).
    #[must_use]
    pub fn get(&self, id: Id) -> Option<EntryRef<'_>> {
        self.view().get(id)
    }

    /// The entry at this place, unless it was deleted or trimmed.
    #[must_use]
    pub fn at(&self, place: Place) -> Option<EntryRef<'_>> {
        self.view().at(place)
    }

    /// The entries with ids from `from` to `to`, both included, in ascending order. O(log n) and
    /// what is taken.
    pub fn range(&self, from: Id, to: Id) -> impl Iterator<Item = EntryRef<'_>> {
        self.view().ascending(from, to)
    }

    /// The entries with ids from `from` down to `to`, both included, in descending order. O(log n)
    /// and what is taken.
    pub fn range_back(&self, from: Id, to: Id) -> impl Iterator<Item = EntryRef<'_>> {
        self.view().descending(from, to)
    }

    /// The entries with ids above `id`, in ascending order, found without a search when `place` is
    /// that of `id`. What is taken, and O(log n) otherwise.
    pub fn after(&self, id: Id, place: Option<Place>) -> impl Iterator<Item = EntryRef<'_>> {
        self.view().ascending_after(id, place)
    }

    /// All entries, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = EntryRef<'_>> {
        self.range(Id::MIN, Id::MAX)
    }

    /// Deletes the entry at this place. `false` when it is not there. O(log of the number of
    /// segments), and for the first entry the way to the next one.
    pub fn delete(&mut self, place: Place) -> bool {
        let Some((segment, index)) = self.view().resolve(place) else {
            return false;
        };
        // SAFETY: our guard keeps it, and it is not handed out.
        let segment: Segment<'a> = unsafe { segment.during() };
        let slot = segment.published(index);
        if slot.is_deleted() {
            return false;
        }
        self.delete_begins();
        self.bury(segment, index, slot.deleted());
        self.counters.removed += 1;
        let id = slot.key().id(segment.header().base);
        self.counters.max_deleted_id = self.counters.max_deleted_id.max(id);
        let dead = segment.header().dead.get() + 1;
        segment.header().dead.set(dead);
        if segment != self.tail && u32::from(dead) == segment.word().slots() {
            self.take_out(segment);
        } else if segment == self.head && index == self.first {
            self.skip_dead();
        }
        true
    }

    /// Marks a slot, and takes its box away.
    fn bury(&mut self, segment: Segment<'a>, index: u32, slot: Slot) {
        if slot.owns_box() {
            segment.mark(index, slot.unboxed());
            // SAFETY: read as published, and boxed.
            self.garbage.push_box(unsafe { segment.boxed(slot) });
        } else {
            segment.mark(index, slot);
        }
    }

    /// Drops the first `count` entries, or all there are, and returns how many that were. O(number
    /// of segments that go), and of entries in the one that stays.
    ///
    /// This is not deleting: the greatest deleted id stays.
    pub fn trim(&mut self, count: u64) -> u64 {
        let mut left = count;
        while left > 0 && !self.is_empty() {
            let segment = self.head;
            let is_tail = segment == self.tail;
            let word = if is_tail { self.word } else { segment.word() };
            let dead = &segment.header().dead;
            let live = word.slots() - u32::from(dead.get());
            if left < u64::from(live) {
                left = self.trim_head(left, word.slots());
                break;
            }
            left -= u64::from(live);
            self.edit();
            self.counters.removed += u64::from(live);
            dead.set(word.slots() as u16);
            if is_tail {
                self.unbox(self.first, word.slots());
                self.first = word.slots();
            } else {
                self.take_out(segment);
            }
        }
        count - left
    }

    /// Drops `count` of the entries of the head, which has more, and returns 0: what is left.
    fn trim_head(&mut self, count: u64, end: u32) -> u64 {
        self.edit();
        let from = self.first;
        let mut left = count;
        while left > 0 && self.first < end {
            // Relaxed: marked in exclusive mode only; a slot that is not published yet is live.
            let slot = Slot(self.head.slots()[self.first as usize].load(Relaxed));
            self.first += 1;
            if !slot.is_deleted() {
                left -= 1;
                let dead = &self.head.header().dead;
                dead.set(dead.get() + 1);
            }
        }
        self.counters.removed += count - left;
        self.unbox(from, self.first);
        self.skip_dead();
        left
    }

    /// Takes the boxes of trimmed entries away.
    fn unbox(&mut self, from: u32, to: u32) {
        for index in from..to {
            let slot = self.head.published(index);
            if slot.owns_box() {
                self.bury(self.head, index, slot);
            }
        }
    }

    /// The segments that this exclusive mode has taken out of the log so far. Their places lead
    /// nowhere any more.
    ///
    /// For owners who keep notes about places: ask before the guard is dropped.
    ///
    /// ```
    /// use forebay_sync::stream_log::{Id, NewId, StreamLog};
    ///
    /// let log: StreamLog<()> = StreamLog::new();
    /// let mut alone = log.freeze();
    /// for ms in 1..=1000 {
    ///     alone.add(NewId::Exact(Id::new(ms, 0)), &[(b"n", b"x")])?;
    /// }
    /// alone.trim(990);
    /// for segment in alone.leaving() {
    ///     for (slot, id) in segment.ids() {
    ///         assert!(id < Id::new(991, 0), "{}, {slot}", segment.number());
    ///     }
    /// }
    /// # Ok::<(), forebay_sync::stream_log::IdError>(())
    /// ```
    pub fn leaving(&self) -> impl Iterator<Item = LeavingSegment<'_>> {
        // SAFETY: our guard keeps what we took out.
        let segments = self
            .garbage
            .segments()
            .iter()
            .map(|&link| unsafe { Segment::from_link(link) });
        segments
            .filter(|segment| !segment.is_hollow())
            .map(LeavingSegment)
    }
}

/// A segment on its way out of a log.
#[derive(Clone, Copy, Debug)]
pub struct LeavingSegment<'g>(Segment<'g>);

impl<'g> LeavingSegment<'g> {
    /// Its number, the first part of its places.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0.header().number
    }

    /// Slot and id of every entry that was ever in it, deleted and trimmed ones included, in
    /// ascending order.
    pub fn ids(&self) -> impl Iterator<Item = (u16, Id)> + use<'g> {
        let segment = self.0;
        (0..segment.word().slots()).map(move |index| {
            let slot = segment.published(index);
            (index as u16, slot.key().id(segment.header().base))
        })
    }

    /// The id at this slot, if there was an entry.
    #[must_use]
    pub fn id(&self, slot: u16) -> Option<Id> {
        let is_used = u32::from(slot) < self.0.word().slots();
        is_used.then(|| self.0.published(slot.into()).key().id(self.0.header().base))
    }
}

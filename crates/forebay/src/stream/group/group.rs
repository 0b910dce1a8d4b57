//! A consumer group as a whole, and what XGROUP does to it.

use super::arrays::Walk;
#[cfg(test)]
use super::consumer::Consumer;
use super::consumer::Consumers;
use super::cursor::{Cursor, LogFigures};
use super::pending::PendingTable;
use super::place::{Ids, Place};
use super::record::{ConsumerIndex, Link};
use crate::stream::id::StreamId;

/// The state of a consumer group.
///
/// A clone is the group of a copy of the log, as long as that copy has the same segments under the
/// same numbers, with the slots of deleted entries.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(super) cursor: Cursor,
    pub(super) consumers: Consumers,
    pub(super) pending: PendingTable,
}

impl Group {
    /// XGROUP CREATE: a group that has been delivered everything up to an id.
    pub(crate) fn new(
        last_delivered: StreamId,
        entries_read: Option<u64>,
        figures: &LogFigures,
    ) -> Self {
        Self {
            cursor: Cursor::new(last_delivered, entries_read, figures),
            consumers: Consumers::default(),
            pending: PendingTable::default(),
        }
    }

    /// How far the group has read.
    pub(crate) const fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// XGROUP SETID. What is pending stays pending.
    pub(crate) fn set_id(
        &mut self,
        last_delivered: StreamId,
        entries_read: Option<u64>,
        figures: &LogFigures,
    ) {
        self.cursor = Cursor::new(last_delivered, entries_read, figures);
    }

    /// XSETID has set the number of entries ever added: no group has read more.
    pub(crate) fn limit_entries_read(&mut self, entries_added: u64) {
        if let Some(read) = &mut self.cursor.entries_read {
            *read = entries_added.min(*read);
        }
    }

    /// A consumer that is about to read or claim: made if need be, and seen.
    pub(crate) fn consumer(&mut self, name: &[u8], now_ms: i64) -> ConsumerIndex {
        match self.consumers.find(name) {
            Some(consumer) => {
                self.consumers.saw(consumer, now_ms);
                consumer
            }
            None => self.consumers.add(name, now_ms),
        }
    }

    /// XGROUP CREATECONSUMER: whether it is new.
    pub(crate) fn create_consumer(&mut self, name: &[u8], now_ms: i64) -> bool {
        let is_new = self.consumers.find(name).is_none();
        if is_new {
            self.consumers.add(name, now_ms);
        }
        is_new
    }

    /// XGROUP DELCONSUMER: how many of its entries are pending no more. They will not be delivered
    /// again. O(pending entries of the group) at worst.
    pub(crate) fn delete_consumer(&mut self, name: &[u8]) -> u64 {
        let Some(consumer) = self.consumers.find(name) else {
            return 0;
        };
        let held = self.pending.held(consumer);
        let mut walk = Walk::new(Place::FIRST, Some(consumer.0));
        while self.pending.held(consumer) > 0
            && let Some(link) = self.pending.step(&mut walk)
        {
            if self.pending.get(link).consumer == Some(consumer) {
                self.pending.remove(link);
            }
        }
        self.consumers.remove(consumer);
        held
    }

    /// A consumer by name.
    #[cfg(test)]
    pub(crate) fn find_consumer(&self, name: &[u8]) -> Option<&Consumer> {
        self.consumers.get(self.consumers.find(name)?)
    }

    /// How many entries are pending.
    pub(crate) const fn pending_len(&self) -> u64 {
        self.pending.len()
    }

    /// How many of these nobody has, because of XNACK.
    pub(crate) const fn nacked_len(&self) -> u64 {
        self.pending.released()
    }

    /// Whether the group has yet to be done with an entry: it is ahead, or pending.
    pub(crate) fn is_referenced(&self, id: StreamId, place: Place) -> bool {
        id > self.cursor.last_delivered || self.pending.find(place).is_some()
    }

    /// Whether a segment that is going has to be [retired](Self::retire) first.
    pub(crate) fn has_pending_in(&self, segment: u64) -> bool {
        let from = Place { segment, slot: 0 };
        let next = self.pending.step(&mut Walk::new(from, None));
        next.is_some_and(|link| self.pending.place(link).segment == segment)
    }

    /// A segment of the log is going, and takes along the ids of the entries that were in it: the
    /// group keeps those of pending ones.
    pub(crate) fn retire(&mut self, segment: u64, id_of: impl Fn(u16) -> StreamId) {
        self.pending.retire(segment, id_of);
    }

    /// Where an entry is, or was if it is pending.
    #[inline]
    pub(crate) fn locate(&self, id: StreamId, log: &impl Ids) -> Option<Place> {
        let in_log = log.locate(id);
        if in_log.is_some_and(|place| !self.has_retired() || self.pending.find(place).is_some()) {
            return in_log;
        }
        self.locate_retired(id).or(in_log)
    }

    /// Whether entries are pending whose segments are gone: XSETID may have gone back since, and
    /// others have their ids.
    #[inline]
    pub(crate) fn has_retired(&self) -> bool {
        self.pending.has_retired()
    }

    /// Where an entry was that is pending, and whose segment is gone.
    #[cold]
    fn locate_retired(&self, id: StreamId) -> Option<Place> {
        let place = self.pending.seek_retired(id)?;
        let link = self.pending.find(place)?;
        (self.pending.retired_id(link)? == id).then_some(place)
    }

    /// The first place that can be that of this id or a greater one. `None` when there is none.
    pub(super) fn seek(&self, id: StreamId, log: &impl Ids) -> Option<Place> {
        let in_log = log.seek(id).into_iter();
        in_log.chain(self.pending.seek_retired(id)).min()
    }

    /// The id of a pending entry.
    pub(super) fn id_of(&self, link: Link, log: &impl Ids) -> StreamId {
        let kept = self.pending.retired_id(link);
        let id = kept.or_else(|| log.id(self.pending.place(link)));
        debug_assert!(id.is_some(), "a segment went without being retired");
        id.unwrap_or(StreamId { ms: 0, seq: 0 })
    }

    /// Whether a pending entry is still in the log.
    pub(super) fn is_live(&self, link: Link, log: &impl Ids) -> bool {
        !self.pending.is_retired(link) && log.is_live(self.pending.place(link))
    }
}

//! A log that knows only ids.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Ids, LogFigures, Place};
use super::ZERO;
use crate::stream::id::StreamId;

/// Segments of a fixed number of slots.
#[derive(Clone, Debug)]
pub(super) struct TestLog {
    segment_len: u16,
    /// All that were ever added.
    ids: BTreeMap<StreamId, Place>,
    places: BTreeMap<Place, StreamId>,
    live: BTreeSet<StreamId>,
    /// Segments that are gone.
    gone: BTreeSet<u64>,
    max_deleted: StreamId,
}

impl TestLog {
    pub(super) fn new(segment_len: u16) -> Self {
        Self {
            segment_len,
            ids: BTreeMap::new(),
            places: BTreeMap::new(),
            live: BTreeSet::new(),
            gone: BTreeSet::new(),
            max_deleted: ZERO,
        }
    }

    pub(super) fn add(&mut self, id: StreamId) -> Place {
        let place = match self.places.last_key_value() {
            None => Place::FIRST,
            Some((last, last_id)) => {
                assert!(*last_id < id, "ids rise");
                let is_full = last.slot + 1 == self.segment_len;
                if is_full || self.gone.contains(&last.segment) {
                    Place {
                        segment: last.segment + 1,
                        slot: 0,
                    }
                } else {
                    Place {
                        slot: last.slot + 1,
                        ..*last
                    }
                }
            }
        };
        self.ids.insert(id, place);
        self.places.insert(place, id);
        self.live.insert(id);
        place
    }

    /// XDEL. The segment stays, see [`Self::is_empty`].
    pub(super) fn delete(&mut self, id: StreamId) -> bool {
        let was_live = self.live.remove(&id);
        if was_live {
            self.max_deleted = self.max_deleted.max(id);
        }
        was_live
    }

    /// Whether nothing in a segment is live any more, so that it has to go.
    pub(super) fn is_empty(&self, segment: u64) -> bool {
        let mut slots = self.slots(segment);
        slots.all(|(_, id)| !self.live.contains(id))
    }

    /// A segment goes with all that is in it. Returns the ids of its slots.
    pub(super) fn drop_segment(&mut self, segment: u64) -> Vec<StreamId> {
        let ids: Vec<_> = self.slots(segment).map(|(_, id)| *id).collect();
        for id in &ids {
            self.live.remove(id);
        }
        self.gone.insert(segment);
        ids
    }

    fn slots(&self, segment: u64) -> impl Iterator<Item = (&Place, &StreamId)> {
        let first = Place { segment, slot: 0 };
        let last = Place {
            segment,
            slot: u16::MAX,
        };
        self.places.range(first..=last)
    }

    /// Live entries behind an id.
    pub(super) fn after(&self, id: StreamId, count: usize) -> Vec<(StreamId, Place)> {
        let behind = self.live.iter().filter(|&&live| live > id);
        behind
            .take(count)
            .map(|&live| (live, self.ids[&live]))
            .collect()
    }

    pub(super) fn last_id(&self) -> StreamId {
        self.ids.last_key_value().map_or(ZERO, |(id, _)| *id)
    }

    pub(super) fn figures(&self) -> LogFigures {
        LogFigures {
            len: self.live.len() as u64,
            entries_added: self.ids.len() as u64,
            first: self.live.first().copied().unwrap_or(ZERO),
            last: self.last_id(),
            max_deleted: self.max_deleted,
        }
    }

    /// The id that is or was at a place.
    pub(super) fn id_ever(&self, place: Place) -> StreamId {
        self.places[&place]
    }

    /// The place where an id is or was.
    pub(super) fn place_ever(&self, id: StreamId) -> Place {
        self.ids[&id]
    }
}

impl Ids for TestLog {
    fn seek(&self, id: StreamId) -> Option<Place> {
        let mut there = self
            .ids
            .range(id..)
            .filter(|(_, place)| !self.gone.contains(&place.segment));
        there.next().map(|(_, place)| *place)
    }

    fn id(&self, place: Place) -> Option<StreamId> {
        if self.gone.contains(&place.segment) {
            return None;
        }
        self.places.get(&place).copied()
    }

    fn is_live(&self, place: Place) -> bool {
        self.id(place).is_some_and(|id| self.live.contains(&id))
    }
}

//! Ids and places, here and in the log; and how a group asks the log.

use forebay_sync::stream_log::{self, Id, Snapshot, State};

use crate::stream::group::{Ids, LogFigures, Place};
use crate::stream::id::StreamId;

#[inline]
pub(super) const fn id_of(id: Id) -> StreamId {
    StreamId::new(id.ms, id.seq)
}

#[inline]
pub(super) const fn log_id(id: StreamId) -> Id {
    Id::new(id.ms, id.seq)
}

#[inline]
pub(super) const fn place_of(place: stream_log::Place) -> Place {
    let stream_log::Place { segment, slot } = place;
    Place { segment, slot }
}

#[inline]
pub(super) const fn log_place(place: Place) -> stream_log::Place {
    let Place { segment, slot } = place;
    stream_log::Place { segment, slot }
}

/// What a group needs to know of its log.
pub(super) fn figures(state: &State) -> LogFigures {
    LogFigures {
        len: state.len,
        entries_added: state.entries_added,
        first: state.first_id.map(id_of).unwrap_or_default(),
        last: id_of(state.last_id),
        max_deleted: id_of(state.max_deleted_id),
    }
}

impl Ids for Snapshot<'_> {
    fn seek(&self, id: StreamId) -> Option<Place> {
        Snapshot::seek(self, log_id(id)).map(place_of)
    }

    fn id(&self, place: Place) -> Option<StreamId> {
        self.id_at(log_place(place)).map(id_of)
    }

    fn is_live(&self, place: Place) -> bool {
        Snapshot::is_live(self, log_place(place))
    }

    fn locate(&self, id: StreamId) -> Option<Place> {
        Snapshot::place_of(self, log_id(id)).map(place_of)
    }
}

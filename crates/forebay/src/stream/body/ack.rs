//! XACK and XNACK.

use std::sync::Arc;

use forebay_sync::stream_log::Snapshot;
use smallvec::SmallVec;

use super::body::{Detour, StreamBody};
use super::deliver::Stop;
use super::frozen::FrozenStream;
use super::groups::SharedGroup;
use super::ids::{log_id, place_of};
use crate::stream::group::{self, NackOptions, Place};
use crate::stream::{NackMode, StreamId, XnackOptions};

type Places = SmallVec<[Place; 32]>;

impl StreamBody {
    /// XACK: how many entries were pending. The group is `hint`, if it still is one.
    pub(crate) fn ack(
        &self,
        name: &[u8],
        hint: Option<&Arc<SharedGroup>>,
        ids: &[StreamId],
    ) -> Result<u64, Detour> {
        let reader = self.log.pin();
        // Mostly all are in the log, and then the group is locked for less long.
        let before = reader.without_waiting().snapshot().ok();
        let mut places = Places::new();
        if let Some(before) = &before {
            find(before, ids, &mut places);
        }
        self.with_group(&reader, name, hint, |log, group| {
            let is_found = places.len() == ids.len() && !group.has_retired();
            if is_found && before.as_ref().is_some_and(Snapshot::is_fixed) {
                return Ok(group.ack_places(&places));
            }
            places.clear();
            if group.has_retired() {
                places.extend(ids.iter().filter_map(|&id| group.locate(id, log)));
            } else {
                find(log, ids, &mut places);
            }
            // What is pending and was not found may be in a segment that is on its way out.
            if places.len() < ids.len() && !log.is_fixed() {
                return Err(Stop::Again);
            }
            Ok(group.ack_places(&places))
        })
    }
}

/// Adds the places of those of these ids that are in the log.
#[inline]
fn find(log: &Snapshot<'_>, ids: &[StreamId], places: &mut Places) {
    let mut finder = log.finder();
    for &id in ids {
        places.extend(finder.place_of(log_id(id)).map(place_of));
    }
}

impl FrozenStream<'_> {
    /// XACK: how many entries were pending. `None` when there is no such group.
    pub(crate) fn ack(&self, name: &[u8], ids: &[StreamId]) -> Option<u64> {
        self.with_group(name, |log, group| group.ack_all(ids.iter().copied(), log))
    }

    /// XNACK: how many entries were given back. `None` when there is no such group.
    pub(crate) fn nack(
        &self,
        name: &[u8],
        mode: NackMode,
        ids: &[StreamId],
        options: &XnackOptions,
    ) -> Option<u64> {
        let options = NackOptions {
            mode: match mode {
                NackMode::Silent => group::NackMode::Silent,
                NackMode::Fail => group::NackMode::Fail,
                NackMode::Fatal => group::NackMode::Fatal,
            },
            count: options.retrycount,
            force: options.force,
        };
        self.with_group(name, |log, group| {
            group.nack(ids.iter().copied(), &options, log)
        })
    }
}

//! XACK and XNACK.

use std::sync::Arc;

use smallvec::SmallVec;

use super::body::{Detour, StreamBody};
use super::deliver::Stop;
use super::frozen::FrozenStream;
use super::groups::SharedGroup;
use super::ids::{log_id, place_of};
use crate::stream::group::{self, NackOptions, Place};
use crate::stream::{NackMode, StreamId, XnackOptions};

impl StreamBody {
    /// XACK: how many entries were pending. The group is `hint`, if it still is one.
    pub(crate) fn ack(
        &self,
        name: &[u8],
        hint: Option<&Arc<SharedGroup>>,
        ids: &[StreamId],
    ) -> Result<u64, Detour> {
        let reader = self.log.pin();
        self.with_group(&reader, name, hint, |log, group| {
            let mut finder = log.finder();
            let mut places: SmallVec<[Place; 32]> = SmallVec::with_capacity(ids.len());
            for &id in ids {
                let place = finder.place_of(log_id(id)).map(place_of);
                places.extend(place.or_else(|| group.locate_retired(id)));
            }
            // What is pending and was not found may be in a segment that is on its way out.
            if places.len() < ids.len() && !log.is_fixed() {
                return Err(Stop::Again);
            }
            Ok(group.ack_places(&places))
        })
    }
}

impl FrozenStream<'_> {
    /// XACK: how many entries were pending. `None` when there is no such group.
    pub(crate) fn ack(&self, name: &[u8], ids: &[StreamId]) -> Option<u64> {
        let acked = self.with_group(name, |log, group| group.ack_all(ids.iter().copied(), log))?;
        if acked > 0 {
            self.write_acked(name, ids);
        }
        Some(acked)
    }

    /// XNACK: how many entries were given back. `None` when there is no such group.
    pub(crate) fn nack(
        &self,
        name: &[u8],
        mode: NackMode,
        ids: &[StreamId],
        options: &XnackOptions,
    ) -> Option<u64> {
        let given = NackOptions {
            mode: match mode {
                NackMode::Silent => group::NackMode::Silent,
                NackMode::Fail => group::NackMode::Fail,
                NackMode::Fatal => group::NackMode::Fatal,
            },
            count: options.retrycount,
            force: options.force,
        };
        let nacked = self.with_group(name, |log, group| {
            group.nack(ids.iter().copied(), &given, log)
        })?;
        if nacked > 0 {
            self.write_nacked(name, mode, ids, options);
        }
        Some(nacked)
    }
}

//! XCLAIM and XAUTOCLAIM.

use forebay_sync::stream_log::Snapshot;

use super::deliver::clamped;
use super::entries::copies;
use super::frozen::FrozenStream;
use super::ids::log_place;
use super::read::Found;
use crate::stream::group::{ClaimOptions, DeliveredAt, Place};
use crate::stream::{AutoClaimed, ClaimTime, Entry, StreamId, XautoclaimOptions, XclaimOptions};

/// Who claims what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claimer<'a> {
    pub(crate) group: &'a [u8],
    pub(crate) consumer: &'a [u8],
    pub(crate) min_idle_ms: u64,
    /// JUSTID.
    pub(crate) just_id: bool,
    pub(crate) now_ms: i64,
}

/// What was claimed: ids, and where the entries are.
type Taken = (Vec<StreamId>, Vec<Place>);

impl FrozenStream<'_> {
    /// XCLAIM of entries. `None` when there is no such group.
    pub(crate) fn claim(
        &self,
        claimer: &Claimer<'_>,
        ids: &[StreamId],
        options: &XclaimOptions,
    ) -> Option<Vec<Entry>> {
        let (_, places) = self.claim_places(claimer, ids, options)?;
        Some(copy(&self.snapshot(), &places))
    }

    /// The same, but only their ids, and they do not count as delivered once more.
    pub(crate) fn claim_ids(
        &self,
        claimer: &Claimer<'_>,
        ids: &[StreamId],
        options: &XclaimOptions,
    ) -> Option<Vec<StreamId>> {
        Some(self.claim_places(claimer, ids, options)?.0)
    }

    fn claim_places(
        &self,
        claimer: &Claimer<'_>,
        ids: &[StreamId],
        options: &XclaimOptions,
    ) -> Option<Taken> {
        let options = ClaimOptions {
            min_idle_ms: clamped(claimer.min_idle_ms),
            delivered_at: match options.delivered {
                ClaimTime::Now => DeliveredAt::Now,
                ClaimTime::Idle(ms) => DeliveredAt::Idle(clamped(ms)),
                ClaimTime::At(ms) => DeliveredAt::Time(ms),
            },
            count: options.retrycount,
            force: options.force,
            just_id: claimer.just_id,
            last_id: options.lastid,
        };
        let (mut taken, mut places) = Taken::default();
        self.with_group(claimer.group, |log, group| {
            let consumer = group.consumer(claimer.consumer, claimer.now_ms);
            let ids = ids.iter().copied();
            group.claim(consumer, ids, &options, claimer.now_ms, log, |id, place| {
                taken.push(id);
                places.push(place);
            });
        })?;
        Some((taken, places))
    }

    /// XAUTOCLAIM of entries. `None` when there is no such group.
    pub(crate) fn autoclaim(
        &self,
        claimer: &Claimer<'_>,
        start: StreamId,
        options: XautoclaimOptions,
    ) -> Option<AutoClaimed<Entry>> {
        let (step, places) = self.autoclaim_places(claimer, start, options)?;
        Some(AutoClaimed {
            cursor: step.cursor,
            claimed: copy(&self.snapshot(), &places),
            deleted: step.deleted,
        })
    }

    /// The same, but only their ids, and they do not count as delivered once more.
    pub(crate) fn autoclaim_ids(
        &self,
        claimer: &Claimer<'_>,
        start: StreamId,
        options: XautoclaimOptions,
    ) -> Option<AutoClaimed<StreamId>> {
        Some(self.autoclaim_places(claimer, start, options)?.0)
    }

    fn autoclaim_places(
        &self,
        claimer: &Claimer<'_>,
        start: StreamId,
        options: XautoclaimOptions,
    ) -> Option<(AutoClaimed<StreamId>, Vec<Place>)> {
        let (mut claimed, mut places) = Taken::default();
        let step = self.with_group(claimer.group, |log, group| {
            let consumer = group.consumer(claimer.consumer, claimer.now_ms);
            group.autoclaim(
                consumer,
                start,
                options.count,
                clamped(claimer.min_idle_ms),
                claimer.just_id,
                claimer.now_ms,
                log,
                |id, place| {
                    claimed.push(id);
                    places.push(place);
                },
            )
        })?;
        let step = AutoClaimed {
            cursor: step.next.unwrap_or_default(),
            claimed,
            deleted: step.deleted,
        };
        Some((step, places))
    }
}

/// Copies of the entries at these places, which are all there.
fn copy(log: &Snapshot<'_>, places: &[Place]) -> Vec<Entry> {
    let found = places
        .iter()
        .filter_map(|&place| log.at(log_place(place)))
        .collect::<Found<'_>>();
    debug_assert_eq!(found.len(), places.len(), "only what is there is claimed");
    copies(&found)
}

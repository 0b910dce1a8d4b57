//! Ending what is pending, or giving it back: XACK, XACKDEL's part, DELREF, XNACK.

use core::slice;

use super::group::Group;
use super::place::{Ids, Place};
use super::record::{COUNT_MAX, Pending};
use crate::stream::id::StreamId;

/// What XNACK makes of the count of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NackMode {
    /// The delivery does not count.
    Silent,
    /// It does.
    Fail,
    /// It was the last that makes sense: the count becomes [`COUNT_MAX`].
    Fatal,
}

/// The options of XNACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NackOptions {
    pub(crate) mode: NackMode,
    /// RETRYCOUNT, instead of what the mode says.
    pub(crate) count: Option<u64>,
    /// FORCE: also what is in the log and not pending.
    pub(crate) force: bool,
}

/// Entries that XACK looks up before it removes them: those in a row go at once.
const BATCH: usize = 64;

impl Group {
    /// XACK of one entry, and what XACKDEL and DELREF do to a group: it is pending no more, whether
    /// it is still in the log or not. Returns whether it was.
    #[inline]
    pub(crate) fn ack(&mut self, id: StreamId, log: &impl Ids) -> bool {
        self.locate(id, log).is_some_and(|place| self.ack_at(place))
    }

    /// XACK: how many of these were pending.
    pub(crate) fn ack_all(
        &mut self,
        ids: impl IntoIterator<Item = StreamId>,
        log: &impl Ids,
    ) -> u64 {
        let mut places = [Place::FIRST; BATCH];
        let mut len = 0;
        let mut acked = 0;
        for id in ids {
            if let Some(place) = self.locate(id, log) {
                places[len] = place;
                len += 1;
                if len == BATCH {
                    acked += self.pending.remove_all(&places);
                    len = 0;
                }
            }
        }
        acked + self.pending.remove_all(&places[..len])
    }

    /// The same as [`Self::ack`] for an entry whose place is known.
    #[inline]
    pub(crate) fn ack_at(&mut self, place: Place) -> bool {
        self.pending.remove_all(slice::from_ref(&place)) > 0
    }

    /// The same as [`Self::ack_all`] for entries whose places are known.
    #[inline]
    pub(crate) fn ack_places(&mut self, places: &[Place]) -> u64 {
        self.pending.remove_all(places)
    }

    /// XNACK: nobody has these entries any more, and they are the next to be claimed, in this order
    /// behind what was released before. Returns how many were released.
    ///
    /// It does not matter whether the entry is still in the log, unless it is not pending.
    pub(crate) fn nack(
        &mut self,
        ids: impl IntoIterator<Item = StreamId>,
        options: &NackOptions,
        log: &impl Ids,
    ) -> u64 {
        let mut released = 0;
        for id in ids {
            let Some(place) = self.locate(id, log) else {
                continue;
            };
            let link = self.pending.find_mut(place);
            let before = match link {
                Some(link) => self.pending.get(link).count,
                None if options.force && log.is_live(place) => 0,
                None => continue,
            };
            let by_mode = match options.mode {
                NackMode::Silent => before.saturating_sub(1),
                NackMode::Fail => before,
                NackMode::Fatal => COUNT_MAX,
            };
            let pending = Pending {
                consumer: None,
                delivered_ms: 0,
                count: options.count.unwrap_or(by_mode).min(COUNT_MAX),
            };
            match link {
                Some(link) => self.pending.change(link, &pending),
                None if self.pending.insert(place, &pending).is_none() => continue,
                None => {}
            }
            released += 1;
        }
        released
    }
}

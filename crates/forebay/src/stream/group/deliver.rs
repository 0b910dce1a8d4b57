//! XREADGROUP: new entries, and the history of a consumer.

use core::ops::ControlFlow;

use super::arrays::Walk;
use super::cursor::LogFigures;
use super::group::Group;
use super::place::{Ids, Place};
use super::record::{COUNT_MAX, ConsumerIndex, Pending};
use crate::stream::id::StreamId;

/// An entry that a consumer was given before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Historic {
    pub(crate) id: StreamId,
    pub(crate) place: Place,
    /// Whether the entry is still in the log. If not, the consumer is told only its id.
    pub(crate) is_live: bool,
}

impl Group {
    /// XREADGROUP with `>`: entries behind the cursor, in their order, are the consumer's now.
    ///
    /// An entry that is pending, because XGROUP SETID went back, changes hands as if it were new.
    /// Returns how many entries were delivered: all of them, unless entries of four million
    /// segments are pending; the cursor is then before the first that was not.
    #[inline]
    pub(crate) fn deliver(
        &mut self,
        consumer: ConsumerIndex,
        now_ms: i64,
        entries: impl IntoIterator<Item = (StreamId, Place)>,
        figures: &LogFigures,
    ) -> u64 {
        let cursor = &mut self.cursor;
        let mut is_counting = cursor.is_counting(figures);
        let mut counted = 0;
        let mut last = None;
        let done = |id, place| {
            if is_counting {
                counted += 1;
                last = Some((id, place));
            } else {
                cursor.advance(id, place, figures);
                is_counting = cursor.is_counting(figures);
            }
        };
        let entries = entries.into_iter();
        let delivered = self.pending.deliver(consumer, now_ms, entries, done);
        if let Some((id, place)) = last {
            self.cursor.advance_counting(counted, id, place);
        }
        if delivered > 0 {
            self.consumers.served(consumer, now_ms);
        }
        delivered
    }

    /// XREADGROUP with `>` and NOACK: only the cursor moves.
    pub(crate) fn deliver_noack(
        &mut self,
        entries: impl IntoIterator<Item = (StreamId, Place)>,
        figures: &LogFigures,
    ) {
        for (id, place) in entries {
            self.cursor.advance(id, place, figures);
        }
    }

    /// XREADGROUP with an id: what the consumer has, from an id on (this one included), as far as
    /// `give` goes on. Each is delivered once more, but what was deleted meanwhile. O(pending
    /// entries of the group behind the id) at worst.
    pub(crate) fn history(
        &mut self,
        consumer: ConsumerIndex,
        from: StreamId,
        now_ms: i64,
        log: &impl Ids,
        mut give: impl FnMut(Historic) -> ControlFlow<()>,
    ) {
        let mut left = self.pending.held(consumer);
        let Some(from) = self.seek(from, log) else {
            return;
        };
        let mut walk = Walk::new(from, Some(consumer.0));
        while left > 0
            && let Some(link) = self.pending.step(&mut walk)
        {
            let pending = self.pending.get(link);
            if pending.consumer != Some(consumer) {
                continue;
            }
            left -= 1;
            let is_live = self.is_live(link, log);
            if is_live {
                let again = Pending {
                    delivered_ms: now_ms,
                    count: (pending.count + 1).min(COUNT_MAX),
                    ..pending
                };
                self.pending.change(link, &again);
            }
            let historic = Historic {
                id: self.id_of(link, log),
                place: self.pending.place(link),
                is_live,
            };
            if give(historic).is_break() {
                break;
            }
        }
    }
}

//! Taking over what others have: XCLAIM, XAUTOCLAIM, and XREADGROUP with CLAIM.

use core::ops::ControlFlow;

use super::arrays::Walk;
use super::group::Group;
use super::place::{Ids, Place};
use super::record::{COUNT_MAX, ConsumerIndex, Link, Pending};
use crate::stream::id::StreamId;

/// When a claimed entry is said to have been delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DeliveredAt {
    #[default]
    Now,
    /// IDLE: so many milliseconds ago.
    Idle(i64),
    /// TIME: at this Unix time in milliseconds.
    Time(i64),
}

impl DeliveredAt {
    /// What is in the future, or before 1970, is now.
    fn ms(self, now_ms: i64) -> i64 {
        let ms = match self {
            Self::Now => now_ms,
            Self::Idle(idle_ms) => now_ms.saturating_sub(idle_ms),
            Self::Time(ms) => ms,
        };
        if (0..=now_ms).contains(&ms) {
            ms
        } else {
            now_ms
        }
    }
}

/// The options of XCLAIM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClaimOptions {
    /// Only what was idle for so long, or what nobody has.
    pub(crate) min_idle_ms: i64,
    pub(crate) delivered_at: DeliveredAt,
    /// RETRYCOUNT.
    pub(crate) count: Option<u64>,
    /// FORCE: also what is in the log and not pending.
    pub(crate) force: bool,
    /// JUSTID: the count stays.
    pub(crate) just_id: bool,
    /// LASTID: the cursor is there at least.
    pub(crate) last_id: Option<StreamId>,
}

/// What XAUTOCLAIM leaves for the next call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AutoClaimed {
    /// Where to go on. `None` at the end.
    pub(crate) next: Option<StreamId>,
    /// What was pending and is no longer in the log; it is not pending any more.
    pub(crate) deleted: Vec<StreamId>,
}

/// An entry taken over by XREADGROUP with CLAIM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claimed {
    pub(crate) id: StreamId,
    pub(crate) place: Place,
    /// How it was pending before.
    pub(crate) before: Pending,
}

/// Pending entries that XAUTOCLAIM looks at for each one that it may return.
const LOOKED_AT_RATIO: u64 = 10;

impl Group {
    /// XCLAIM: calls `claimed` for each entry that is the consumer's now. Returns the ids of those
    /// that were pending and are no longer in the log; they are not pending any more.
    pub(crate) fn claim(
        &mut self,
        consumer: ConsumerIndex,
        ids: impl IntoIterator<Item = StreamId>,
        options: &ClaimOptions,
        now_ms: i64,
        log: &impl Ids,
        mut claimed: impl FnMut(StreamId, Place),
    ) -> Vec<StreamId> {
        if let Some(last_id) = options.last_id {
            self.cursor.raise(last_id);
        }
        let delivered_ms = options.delivered_at.ms(now_ms);
        let mut deleted = Vec::new();
        for id in ids {
            let Some(place) = self.locate(id, log) else {
                continue;
            };
            let link = self.pending.find_mut(place);
            if let Some(link) = link
                && !self.is_live(link, log)
            {
                self.pending.remove(link);
                deleted.push(id);
                continue;
            }
            // What FORCE makes was delivered once.
            let (before, is_due) = match link {
                Some(link) => {
                    let pending = self.pending.get(link);
                    (
                        pending.count,
                        pending.is_idle_for(options.min_idle_ms, now_ms),
                    )
                }
                None => (1, options.force && log.is_live(place)),
            };
            if !is_due {
                continue;
            }
            let count = options
                .count
                .unwrap_or_else(|| before.saturating_add(u64::from(!options.just_id)));
            let pending = Pending {
                consumer: Some(consumer),
                delivered_ms,
                count: count.min(COUNT_MAX),
            };
            match link {
                Some(link) => self.pending.change(link, &pending),
                None if self.pending.insert(place, &pending).is_none() => continue,
                None => {}
            }
            self.consumers.served(consumer, now_ms);
            claimed(id, place);
        }
        deleted
    }

    /// XAUTOCLAIM: looks at pending entries in the order of ids, from one on (this one included),
    /// and calls `claimed` for each that is the consumer's now. What was deleted counts too.
    ///
    /// At most `count` entries, of at most ten times as many that are looked at.
    #[expect(clippy::too_many_arguments, reason = "the command has so many")]
    pub(crate) fn autoclaim(
        &mut self,
        consumer: ConsumerIndex,
        from: StreamId,
        count: u64,
        min_idle_ms: i64,
        just_id: bool,
        now_ms: i64,
        log: &impl Ids,
        mut claimed: impl FnMut(StreamId, Place),
    ) -> AutoClaimed {
        let mut result = AutoClaimed::default();
        let Some(from) = self.seek(from, log) else {
            return result;
        };
        let mut left = count;
        let mut looks = count.saturating_mul(LOOKED_AT_RATIO);
        let mut walk = Walk::new(from, None);
        while let Some(link) = self.pending.step(&mut walk) {
            let id = self.id_of(link, log);
            if left == 0 || looks == 0 {
                result.next = Some(id);
                break;
            }
            looks -= 1;
            if !self.is_live(link, log) {
                self.pending.remove(link);
                result.deleted.push(id);
                left -= 1;
                continue;
            }
            let before = self.pending.get(link);
            if before.is_idle_for(min_idle_ms, now_ms) {
                self.take_over(link, &before, consumer, now_ms, u64::from(!just_id));
                claimed(id, self.pending.place(link));
                left -= 1;
            }
        }
        result
    }

    /// XREADGROUP with CLAIM: takes over what nobody has, in the order of its release, then what
    /// was idle for long enough, longest first, as far as `give` goes on. Returns the ids of those
    /// that are no longer in the log; they are not pending any more.
    pub(crate) fn claim_idle(
        &mut self,
        consumer: ConsumerIndex,
        min_idle_ms: i64,
        now_ms: i64,
        log: &impl Ids,
        mut give: impl FnMut(Claimed) -> ControlFlow<()>,
    ) -> Vec<StreamId> {
        let mut deleted = Vec::new();
        // What is taken over goes behind the rest, side by side: those are passed over.
        let mut taken: Option<(Link, Link)> = None;
        let mut next = self.pending.oldest();
        while let Some(link) = next {
            if let Some((first, last)) = taken
                && first == link
            {
                next = self.pending.after(last);
                continue;
            }
            let before = self.pending.get(link);
            if !before.is_idle_for(min_idle_ms, now_ms) {
                break;
            }
            next = self.pending.after(link);
            let id = self.id_of(link, log);
            if !self.is_live(link, log) {
                self.pending.remove(link);
                deleted.push(id);
                continue;
            }
            self.take_over(link, &before, consumer, now_ms, 1);
            taken = Some((taken.map_or(link, |(first, _)| first), link));
            let place = self.pending.place(link);
            if give(Claimed { id, place, before }).is_break() {
                break;
            }
        }
        deleted
    }

    /// Whether there is an entry to be [claimed](Self::claim_idle) that is still in the log. Those
    /// that are not, and stand before it, are not pending any more.
    pub(crate) fn has_idle(&mut self, min_idle_ms: i64, now_ms: i64, log: &impl Ids) -> bool {
        while let Some(link) = self.pending.oldest() {
            if !self.pending.get(link).is_idle_for(min_idle_ms, now_ms) {
                return false;
            }
            if self.is_live(link, log) {
                return true;
            }
            self.pending.remove(link);
        }
        false
    }

    /// When the next entry is idle for long enough to be [claimed](Self::claim_idle). `i64::MIN`
    /// when it is already, whatever the clock says, `None` when nothing is pending.
    pub(crate) fn claimable_at_ms(&self, min_idle_ms: i64) -> Option<i64> {
        let pending = self.pending.get(self.pending.oldest()?);
        Some(match pending.consumer {
            Some(_) if min_idle_ms > 0 => pending.delivered_ms.saturating_add(min_idle_ms),
            _ => i64::MIN,
        })
    }

    fn take_over(
        &mut self,
        link: Link,
        before: &Pending,
        consumer: ConsumerIndex,
        now_ms: i64,
        deliveries: u64,
    ) {
        let pending = Pending {
            consumer: Some(consumer),
            delivered_ms: now_ms,
            count: (before.count + deliveries).min(COUNT_MAX),
        };
        self.pending.change(link, &pending);
        self.consumers.served(consumer, now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bogus_time_is_now() {
        let now_ms = 1000;
        for (delivered_at, ms) in [
            (DeliveredAt::Now, 1000),
            (DeliveredAt::Idle(0), 1000),
            (DeliveredAt::Idle(400), 600),
            (DeliveredAt::Idle(1000), 0),
            (DeliveredAt::Idle(1001), 1000),
            (DeliveredAt::Idle(-1), 1000),
            (DeliveredAt::Idle(i64::MIN), 1000),
            (DeliveredAt::Time(7), 7),
            (DeliveredAt::Time(1000), 1000),
            (DeliveredAt::Time(1001), 1000),
            (DeliveredAt::Time(-1), 1000),
            (DeliveredAt::Time(i64::MIN), 1000),
        ] {
            assert_eq!(delivered_at.ms(now_ms), ms, "{delivered_at:?}");
        }
    }
}

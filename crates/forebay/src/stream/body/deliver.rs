//! XREADGROUP.

use core::ops::ControlFlow;
use std::sync::Arc;

use forebay_sync::stream_log::{EntryRef, Reader, Snapshot};
use smallvec::SmallVec;

use super::body::{Alone, Detour, StreamBody};
use super::budget::Budget;
use super::entries::Copier;
use super::frozen::FrozenStream;
use super::groups::SharedGroup;
use super::ids::{figures, id_of, log_id, log_place, place_of};
use super::read::{Found as NewFound, take};
use crate::stream::group::{Claimed, ConsumerIndex, Group, Historic};
use crate::stream::{Delivered, GroupReadFrom, StreamId, XreadgroupOptions};

/// What a consumer reads of one stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupRead<'a> {
    pub(crate) consumer: &'a [u8],
    pub(crate) from: GroupReadFrom,
    /// But for BLOCK and the limits, which are the caller's business.
    pub(crate) options: &'a XreadgroupOptions,
    pub(crate) now_ms: i64,
}

/// What a group could not do at once. It has changed nothing that matters.
pub(super) enum Stop {
    /// The log has changed meanwhile.
    Again,
    /// The log has to be frozen.
    Freeze,
}

/// An entry that is delivered, before it is copied.
#[derive(Clone, Copy)]
struct Found<'g> {
    id: StreamId,
    entry: Option<EntryRef<'g>>,
    idle_ms: Option<u64>,
    deliveries: u64,
}

type AllFound<'g> = SmallVec<[Found<'g>; 8]>;

impl<'g> Found<'g> {
    #[inline]
    fn new(entry: EntryRef<'g>) -> Self {
        Self {
            id: id_of(entry.id()),
            entry: Some(entry),
            idle_ms: Some(0),
            deliveries: 0,
        }
    }
}

impl StreamBody {
    /// XREADGROUP of new entries. The group is `hint`, if it still is one; otherwise it is looked
    /// up.
    pub(crate) fn deliver(
        &self,
        name: &[u8],
        hint: Option<&Arc<SharedGroup>>,
        read: &GroupRead<'_>,
        budget: &mut Budget,
    ) -> Result<Vec<Delivered>, Detour> {
        let delivered = |found: &[EntryRef<'_>]| copy(found.iter().map(|&entry| Found::new(entry)));
        self.deliver_with(name, hint, read, budget, delivered)
    }

    /// Calls `f` with what was delivered, when the group is free again.
    #[inline]
    pub(crate) fn deliver_with<R>(
        &self,
        name: &[u8],
        hint: Option<&Arc<SharedGroup>>,
        read: &GroupRead<'_>,
        budget: &mut Budget,
        f: impl FnOnce(&[EntryRef<'_>]) -> R,
    ) -> Result<R, Detour> {
        if read.from != GroupReadFrom::New {
            return Err(Detour);
        }
        let reader = self.log.pin();
        let mut found = NewFound::new();
        *budget = self.with_group(&reader, name, hint, |log, group| {
            let claims = read.options.claim.map(clamped);
            if claims.is_some_and(|min_idle_ms| {
                let at_ms = group.claimable_at_ms(min_idle_ms);
                at_ms.is_some_and(|at_ms| at_ms <= read.now_ms)
            }) {
                return Err(Stop::Freeze);
            }
            let mut left = *budget;
            let consumer = group.consumer(read.consumer, read.now_ms);
            found.clear();
            deliver_new(log, group, consumer, read, 0, &mut left, &mut found)?;
            Ok(left)
        })?;
        Ok(f(&found))
    }

    /// Calls `f` with a group and the log.
    #[inline]
    pub(super) fn with_group<'g, R>(
        &self,
        reader: &'g Reader<'_, Alone>,
        name: &[u8],
        hint: Option<&Arc<SharedGroup>>,
        mut f: impl FnMut(&Snapshot<'g>, &mut Group) -> Result<R, Stop>,
    ) -> Result<R, Detour> {
        let mut hint = hint;
        loop {
            let found;
            let shared = if let Some(hint) = hint {
                hint
            } else {
                // What there is not is the business of the others.
                found = self.groups.find(name).ok_or(Detour)?;
                &found
            };
            let Some(mut group) = shared.lock() else {
                hint = None;
                continue;
            };
            let Ok(snapshot) = reader.without_waiting().snapshot() else {
                drop(group);
                self.log.wait_unfrozen();
                continue;
            };
            if snapshot.is_attended() {
                return Err(Detour);
            }
            match f(&snapshot, &mut group) {
                Ok(result) => return Ok(result),
                Err(Stop::Again) => {}
                Err(Stop::Freeze) => return Err(Detour),
            }
        }
    }
}

impl FrozenStream<'_> {
    /// XREADGROUP. `None` when there is no such group.
    pub(crate) fn deliver(
        &self,
        name: &[u8],
        read: &GroupRead<'_>,
        budget: &mut Budget,
    ) -> Option<Vec<Delivered>> {
        let snapshot = self.snapshot();
        let found = (self.body.groups).with(name, |group| {
            let consumer = group.consumer(read.consumer, read.now_ms);
            match read.from {
                GroupReadFrom::PendingAfter(id) => {
                    history(&snapshot, group, consumer, read, id, budget)
                }
                GroupReadFrom::New => {
                    let mut found = claim(&snapshot, group, consumer, read, budget);
                    let returned = found.len();
                    let (new, log) = (&mut NewFound::new(), &snapshot);
                    // Nothing changes meanwhile: the log is frozen.
                    _ = deliver_new(log, group, consumer, read, returned, budget, new);
                    found.extend(new.iter().copied().map(Found::new));
                    found
                }
            }
        })?;
        Some(copy(found.iter().copied()))
    }

    /// When the next entry of a group can be taken over by XREADGROUP with CLAIM.
    pub(crate) fn claimable_at_ms(&self, name: &[u8], min_idle_ms: u64) -> Option<i64> {
        self.with_group(name, |_, group| group.claimable_at_ms(clamped(min_idle_ms)))?
    }
}

/// Entries that nobody has been given, behind so many others of this stream.
#[inline]
fn deliver_new<'g>(
    log: &Snapshot<'g>,
    group: &mut Group,
    consumer: ConsumerIndex,
    read: &GroupRead<'_>,
    returned: usize,
    budget: &mut Budget,
    found: &mut NewFound<'g>,
) -> Result<(), Stop> {
    let cursor = *group.cursor();
    let place = cursor.place.map(log_place);
    let unread = log.after(log_id(cursor.last_delivered), place);
    take(unread, returned, budget, found);
    if found.is_empty() {
        return Ok(());
    }
    let figures = figures(&log.state());
    if !log.is_whole() {
        return Err(Stop::Again);
    }
    let named = |entry: &EntryRef<'_>| (id_of(entry.id()), place_of(entry.place()));
    let entries = found.iter().map(named);
    if read.options.noack {
        group.deliver_noack(entries, &figures);
    } else {
        let delivered = group.deliver(consumer, read.now_ms, entries, &figures);
        found.truncate(usize::try_from(delivered).unwrap_or(usize::MAX));
    }
    Ok(())
}

/// What the consumer has pending, behind an id.
fn history<'g>(
    log: &Snapshot<'g>,
    group: &mut Group,
    consumer: ConsumerIndex,
    read: &GroupRead<'_>,
    after: StreamId,
    budget: &mut Budget,
) -> AllFound<'g> {
    let mut found = AllFound::new();
    let Some(from) = after.next().filter(|_| budget.allows(0)) else {
        return found;
    };
    group.history(consumer, from, read.now_ms, log, |historic: Historic| {
        let live = historic.is_live.then(|| log.at(log_place(historic.place)));
        let entry = live.flatten();
        budget.take(entry);
        found.push(Found {
            id: historic.id,
            entry,
            idle_ms: Some(0),
            deliveries: 0,
        });
        goes_on(budget.allows(found.len()))
    });
    found
}

/// What others have left too long, and what they have given back.
fn claim<'g>(
    log: &Snapshot<'g>,
    group: &mut Group,
    consumer: ConsumerIndex,
    read: &GroupRead<'_>,
    budget: &mut Budget,
) -> AllFound<'g> {
    let mut found = AllFound::new();
    let Some(min_idle_ms) = read.options.claim.filter(|_| budget.allows(0)) else {
        return found;
    };
    let give = |claimed: Claimed| {
        let entry = log.at(log_place(claimed.place));
        let before = claimed.before;
        budget.take(entry);
        found.push(Found {
            id: claimed.id,
            entry,
            idle_ms: before.idle_ms(read.now_ms).map(i64::unsigned_abs),
            deliveries: before.count,
        });
        goes_on(budget.allows(found.len()))
    };
    group.claim_idle(consumer, clamped(min_idle_ms), read.now_ms, log, give);
    found
}

const fn goes_on(goes_on: bool) -> ControlFlow<()> {
    if goes_on {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}

/// No entry is idle for longer.
pub(super) fn clamped(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn copy<'g, I>(found: I) -> Vec<Delivered>
where
    I: ExactSizeIterator<Item = Found<'g>> + Clone,
{
    let mut copier = Copier::with_capacity(found.len());
    let there = found.clone().filter_map(|found| found.entry);
    there.for_each(|entry| copier.push(entry));
    let mut copied = copier.finish();
    let delivered = found.map(|found| Delivered {
        id: found.id,
        fields: found.entry.and_then(|_| Some(copied.next()?.1)),
        idle_ms: found.idle_ms,
        deliveries: found.deliveries,
    });
    delivered.collect()
}

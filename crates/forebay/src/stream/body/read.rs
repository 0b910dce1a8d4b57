//! XLEN, XRANGE, XREVRANGE and XREAD.

use forebay_sync::stream_log::{EntryRef, Id, Reader, Snapshot};
use smallvec::SmallVec;

use super::body::{Alone, Detour, StreamBody};
use super::budget::Budget;
use super::entries::entries;
use super::frozen::FrozenStream;
use super::ids::log_id;
use crate::stream::{Entry, ReadFrom, StreamId};
use crate::watch::StreamTrace;

/// Entries that were found, before they are copied.
pub(super) type Found<'g> = SmallVec<[EntryRef<'g>; 16]>;

/// A read that meets deletions this often freezes the log.
const TRIES_MAX: u32 = 8;

impl StreamBody {
    /// XLEN.
    #[inline]
    pub(crate) fn len(&self) -> Result<u64, Detour> {
        read(&self.log.pin(), Snapshot::len)
    }

    /// XRANGE: the first `limit` entries with ids in a range, both ends included.
    pub(crate) fn range(
        &self,
        from: StreamId,
        to: StreamId,
        limit: usize,
    ) -> Result<Vec<Entry>, Detour> {
        let reader = self.log.pin();
        let found = read(&reader, |log| range(log, from, to, limit))?;
        Ok(entries(found.into_iter()))
    }

    /// XREVRANGE: the last `limit` entries with ids in a range, both ends included, backwards.
    pub(crate) fn range_back(
        &self,
        from: StreamId,
        to: StreamId,
        limit: usize,
    ) -> Result<Vec<Entry>, Detour> {
        let reader = self.log.pin();
        let found = read(&reader, |log| range_back(log, from, to, limit))?;
        Ok(entries(found.into_iter()))
    }

    /// XREAD.
    pub(crate) fn read_from(
        &self,
        from: ReadFrom,
        budget: &mut Budget,
    ) -> Result<Vec<Entry>, Detour> {
        let reader = self.log.pin();
        let (found, left) = read(&reader, |log| {
            let mut left = *budget;
            (read_from(log, from, &mut left), left)
        })?;
        *budget = left;
        Ok(entries(found.into_iter()))
    }
}

impl FrozenStream<'_> {
    /// XLEN.
    pub(crate) fn len(&self) -> u64 {
        self.log.len()
    }

    /// XRANGE; see [`StreamBody::range`].
    pub(crate) fn range(&self, from: StreamId, to: StreamId, limit: usize) -> Vec<Entry> {
        entries(range(&self.snapshot(), from, to, limit).into_iter())
    }

    /// XREVRANGE; see [`StreamBody::range_back`].
    pub(crate) fn range_back(&self, from: StreamId, to: StreamId, limit: usize) -> Vec<Entry> {
        entries(range_back(&self.snapshot(), from, to, limit).into_iter())
    }

    /// XREAD.
    pub(crate) fn read_from(&self, from: ReadFrom, budget: &mut Budget) -> Vec<Entry> {
        entries(read_from(&self.snapshot(), from, budget).into_iter())
    }

    /// What shows whether the stream has changed.
    pub(crate) fn trace(&self) -> StreamTrace {
        let snapshot = self.snapshot();
        let state = snapshot.state();
        StreamTrace {
            len: self.log.len(),
            last_id: self.last_id(),
            max_deleted_id: super::ids::id_of(state.max_deleted_id),
            entries_added: state.entries_added,
        }
    }

    /// The last id that was given out, or set.
    pub(crate) fn last_id(&self) -> StreamId {
        super::ids::id_of(self.log.last_id())
    }
}

/// Calls `f` with the log at one moment.
#[inline]
fn read<'g, R>(
    reader: &'g Reader<'_, Alone>,
    mut f: impl FnMut(&Snapshot<'g>) -> R,
) -> Result<R, Detour> {
    for _ in 0..TRIES_MAX {
        let snapshot = reader.snapshot();
        if snapshot.is_attended() {
            break;
        }
        let read = f(&snapshot);
        if snapshot.is_whole() {
            return Ok(read);
        }
    }
    Err(Detour)
}

fn range<'g>(log: &Snapshot<'g>, from: StreamId, to: StreamId, limit: usize) -> Found<'g> {
    if from > to {
        return Found::new();
    }
    log.range(log_id(from), log_id(to)).take(limit).collect()
}

fn range_back<'g>(log: &Snapshot<'g>, from: StreamId, to: StreamId, limit: usize) -> Found<'g> {
    if from > to {
        return Found::new();
    }
    let descending = log.range_back(log_id(to), log_id(from));
    descending.take(limit).collect()
}

fn read_from<'g>(log: &Snapshot<'g>, from: ReadFrom, budget: &mut Budget) -> Found<'g> {
    match from {
        ReadFrom::After(id) => take(log.after(log_id(id), None), 0, budget),
        ReadFrom::Now => Found::new(),
        ReadFrom::Last => take(log.range_back(Id::MAX, Id::MIN).take(1), 0, budget),
    }
}

/// As many entries as the budget has room for, behind so many others of the same stream.
#[inline]
pub(super) fn take<'g>(
    mut entries: impl Iterator<Item = EntryRef<'g>>,
    returned: usize,
    budget: &mut Budget,
) -> Found<'g> {
    let mut found = Found::new();
    while budget.allows(returned + found.len())
        && let Some(entry) = entries.next()
    {
        budget.take(Some(entry));
        found.push(entry);
    }
    found
}

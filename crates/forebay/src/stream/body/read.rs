//! XLEN, XRANGE, XREVRANGE and XREAD.

use forebay_sync::stream_log::{EntryRef, Id, Reader, Snapshot};
use smallvec::SmallVec;

use super::body::{Alone, Detour, StreamBody};
use super::budget::Budget;
use super::entries::copies;
use super::frozen::FrozenStream;
use super::ids::log_id;
use crate::stream::{Entry, ReadFrom, StreamId};
use crate::watch::StreamTrace;

/// Entries that were found, before they are copied or lent.
pub(super) type Found<'g> = SmallVec<[EntryRef<'g>; 16]>;

/// Room for so many is made at once, when there are more than a few.
const RESERVED_MAX: u64 = 128;

/// A read that meets deletions this often freezes the log.
const TRIES_MAX: u32 = 8;

/// Entries with ids in a range, both ends included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) from: StreamId,
    pub(crate) to: StreamId,
    /// How many of them at most.
    pub(crate) limit: u64,
    /// The last ones, the last one first.
    pub(crate) is_backwards: bool,
}

impl StreamBody {
    /// XLEN.
    #[inline]
    pub(crate) fn len(&self) -> Result<u64, Detour> {
        read(&self.log.pin(), Snapshot::len)
    }

    /// XRANGE and XREVRANGE; `f` is called with what they have.
    #[inline]
    pub(crate) fn range<R>(
        &self,
        run: Run,
        f: impl FnOnce(&[EntryRef<'_>]) -> R,
    ) -> Result<R, Detour> {
        let reader = self.log.pin();
        let mut found = Found::new();
        read(&reader, |log| {
            found.clear();
            range(log, run, &mut found);
        })?;
        Ok(f(&found))
    }

    /// XREAD; `f` is called with what it has.
    #[inline]
    pub(crate) fn read_from<R>(
        &self,
        from: ReadFrom,
        budget: &mut Budget,
        f: impl FnOnce(&[EntryRef<'_>]) -> R,
    ) -> Result<R, Detour> {
        let reader = self.log.pin();
        let mut found = Found::new();
        *budget = read(&reader, |log| {
            found.clear();
            let mut left = *budget;
            read_from(log, from, &mut left, &mut found);
            left
        })?;
        Ok(f(&found))
    }
}

impl FrozenStream<'_> {
    /// XLEN.
    pub(crate) fn len(&self) -> u64 {
        self.log.len()
    }

    /// XRANGE and XREVRANGE.
    pub(crate) fn range(&self, run: Run) -> Vec<Entry> {
        let mut found = Found::new();
        range(&self.snapshot(), run, &mut found);
        copies(&found)
    }

    /// XREAD.
    pub(crate) fn read_from(&self, from: ReadFrom, budget: &mut Budget) -> Vec<Entry> {
        let mut found = Found::new();
        read_from(&self.snapshot(), from, budget, &mut found);
        copies(&found)
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

#[inline]
fn range<'g>(log: &Snapshot<'g>, run: Run, found: &mut Found<'g>) {
    let mut budget = Budget::of_range(run.limit);
    if run.from > run.to {
        return;
    }
    let (from, to) = (log_id(run.from), log_id(run.to));
    if run.is_backwards {
        take(log.range_back(to, from), 0, &mut budget, found);
    } else {
        take(log.range(from, to), 0, &mut budget, found);
    }
}

#[inline]
fn read_from<'g>(log: &Snapshot<'g>, from: ReadFrom, budget: &mut Budget, found: &mut Found<'g>) {
    match from {
        ReadFrom::After(id) => take(log.after(log_id(id), None), 0, budget, found),
        ReadFrom::Now => {}
        ReadFrom::Last => take(log.range_back(Id::MAX, Id::MIN).take(1), 0, budget, found),
    }
}

/// Adds as many entries as the budget has room for, behind so many others of the same stream.
#[inline]
pub(super) fn take<'g>(
    mut entries: impl Iterator<Item = EntryRef<'g>>,
    returned: usize,
    budget: &mut Budget,
    found: &mut Found<'g>,
) {
    while budget.allows(returned + found.len())
        && let Some(entry) = entries.next()
    {
        budget.take(Some(entry));
        if found.len() == found.inline_size() {
            // More than a few: then often as many as are allowed.
            let left = budget.left(returned + found.len());
            found.reserve(left.min(RESERVED_MAX) as usize);
        }
        found.push(entry);
    }
}

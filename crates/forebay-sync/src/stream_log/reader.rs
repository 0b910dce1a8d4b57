//! Reading a log while others add to it, trim it and delete from it.

use core::fmt;

use smallvec::SmallVec;

use super::entry::{EntryRef, Place};
use super::id::Id;
use super::log::StreamLog;
use super::reclaim::{Guard, Reclaim};
use super::snapshot::Snapshot;
use super::state::State;
use super::view::View;
use crate::teeth::{Site, skips};

/// A read that meets deletions this often takes exclusive mode.
const TRIES_MAX: u32 = if cfg!(loom) { 2 } else { 8 };

/// Room for so many entries is made at once, when there are more than a few.
const RESERVED_MAX: usize = 128;

/// Reads a log. What it hands out stays as long as it does.
///
/// Each of its calls reads the log as it was at one moment during the call: later than all adds
/// that had returned before, and not in the middle of an exclusive section, for which it waits.
/// It delays no other thread, but the freeing of memory: a reader that stays long keeps the memory
/// of all logs that is taken out meanwhile.
///
/// ```
/// use forebay_sync::stream_log::{Id, NewId, StreamLog};
///
/// let log: StreamLog<()> = StreamLog::new();
/// for ms in 1..=3 {
///     log.add(NewId::Exact(Id::new(ms, 0)), &[(b"n", b"x")])?;
/// }
/// let reader = log.pin();
/// let first = reader.first().unwrap();
/// log.freeze().trim(1);
/// assert_eq!(first.fields().next(), Some((&b"n"[..], &b"x"[..])));
/// assert_eq!(reader.first().unwrap().id(), Id::new(2, 0));
/// let newest = reader.range_back(Id::MAX, Id::MIN, 1).next().unwrap();
/// assert_eq!(newest.id(), Id::new(3, 0));
/// # Ok::<(), forebay_sync::stream_log::AddError>(())
/// ```
pub struct Reader<'a, X> {
    log: &'a StreamLog<X>,
    guard: Guard,
}

impl<'a, X> Reader<'a, X> {
    pub(super) fn new(log: &'a StreamLog<X>) -> Self {
        Self {
            log,
            guard: Guard::pin(),
        }
    }

    /// The same reads, but none waits for exclusive mode.
    #[must_use]
    pub const fn without_waiting(&self) -> TryReader<'_, 'a, X> {
        TryReader(self)
    }

    /// The first `limit` entries with ids from `from` to `to`, both included, in ascending order.
    ///
    /// O(log n + entries read).
    #[must_use]
    pub fn range(&self, from: Id, to: Id, limit: usize) -> Entries<'_> {
        self.read(|view| collect(view.ascending(from, to), limit))
    }

    /// The first `limit` entries with ids from `from` down to `to`, both included, in descending
    /// order. O(log n + entries read).
    #[must_use]
    pub fn range_back(&self, from: Id, to: Id, limit: usize) -> Entries<'_> {
        self.read(|view| collect(view.descending(from, to), limit))
    }

    /// The first `limit` entries with ids above `id`, in ascending order.
    ///
    /// With the place of the entry `id`, as long as it is one, no search is needed. O(log n +
    /// entries read).
    #[must_use]
    pub fn after(&self, id: Id, place: Option<Place>, limit: usize) -> Entries<'_> {
        self.read(|view| collect(view.ascending_after(id, place), limit))
    }

    /// The first entry.
    #[must_use]
    pub fn first(&self) -> Option<EntryRef<'_>> {
        self.read(View::first)
    }

    /// The last entry.
    #[must_use]
    pub fn last(&self) -> Option<EntryRef<'_>> {
        self.read(View::last)
    }

    /// The entry with this id. O(log n).
    #[must_use]
    pub fn get(&self, id: Id) -> Option<EntryRef<'_>> {
        self.read(|view| view.get(id))
    }

    /// The entry at this place, unless it was deleted or trimmed. O(log of the number of
    /// segments).
    #[must_use]
    pub fn at(&self, place: Place) -> Option<EntryRef<'_>> {
        self.try_read(true, |_| (), |view, ()| self.look_at(view, place))
            .unwrap_or(None)
    }

    /// The counters. O(1), and the way over deleted entries to the first that is left.
    #[must_use]
    pub fn state(&self) -> State {
        self.read_with(StreamLog::load_counters, View::state)
    }

    /// The log as it is now.
    #[inline]
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<'_> {
        let (view, counters) = self.log.now(&self.guard, StreamLog::load_counters);
        Snapshot::new(view, counters, self.log)
    }

    fn read<'g, R>(&'g self, f: impl Fn(&View<'g>) -> R) -> R {
        self.read_with(|_| (), |view, ()| f(view))
    }

    fn read_with<'g, C, R>(
        &'g self,
        fields: impl Fn(&StreamLog<X>) -> C,
        f: impl Fn(&View<'g>, C) -> R,
    ) -> R {
        loop {
            if let Ok(read) = self.try_read(true, &fields, |view, fields| Ok(f(view, fields))) {
                return read;
            }
        }
    }

    /// An entry that is not there is confirmed: the index does not show what is trimmed meanwhile.
    fn look_at<'g>(
        &'g self,
        view: &View<'g>,
        place: Place,
    ) -> Result<Option<EntryRef<'g>>, Frozen> {
        let entry = view.at(place);
        let is_sure = entry.is_some()
            || StreamLog::<X>::is_unchanged(&self.log.edits, view.edits)
            || skips(Site::StreamPlaceConfirm);
        if is_sure { Ok(entry) } else { Err(Frozen) }
    }

    /// Calls `f` with views of the log, and what `fields` reads with them, until no entry was
    /// deleted meanwhile, and `f` had a result.
    ///
    /// An error when the log is frozen, or very busy, and the caller does not wait.
    #[inline]
    fn try_read<'g, C, R>(
        &'g self,
        waits: bool,
        fields: impl Fn(&StreamLog<X>) -> C,
        f: impl Fn(&View<'g>, C) -> Result<R, Frozen>,
    ) -> Result<R, Frozen> {
        for _ in 0..TRIES_MAX {
            let look = self.log.look(&self.guard, waits, &fields);
            let (view, fields) = look.ok_or(Frozen)?;
            let read = f(&view, fields);
            let is_whole = StreamLog::<X>::is_unchanged(&self.log.deletions, view.deletions);
            if read.is_ok() && (is_whole || skips(Site::StreamReadConfirm)) {
                return read;
            }
        }
        if !waits {
            return Err(Frozen);
        }
        self.read_alone(fields, f)
    }

    /// The same in exclusive mode.
    #[cold]
    fn read_alone<'g, C, R>(
        &'g self,
        fields: impl Fn(&StreamLog<X>) -> C,
        f: impl Fn(&View<'g>, C) -> Result<R, Frozen>,
    ) -> Result<R, Frozen> {
        let alone = self.log.lock();
        // SAFETY: our guard is older than this exclusive section.
        f(&unsafe { alone.view().during::<'g>() }, fields(self.log))
    }
}

/// The log is frozen: nothing was read; see [`TryReader`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen;

impl fmt::Display for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the log is frozen")
    }
}

impl core::error::Error for Frozen {}

fn collect<'g>(entries: impl Iterator<Item = EntryRef<'g>>, limit: usize) -> Entries<'g> {
    let mut found = SmallVec::new();
    for entry in entries.take(limit) {
        if found.len() == found.inline_size() {
            // More than a few: then often as many as are allowed.
            found.reserve(limit.saturating_sub(found.len()).min(RESERVED_MAX));
        }
        found.push(entry);
    }
    Entries(found.into_iter())
}

impl<X> fmt::Debug for Reader<'_, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reader").field(self.log).finish()
    }
}

/// The reads of a [`Reader`], for callers who hold what a thread in exclusive mode may want: they
/// give [`Frozen`] where a reader waits for exclusive mode.
///
/// They still wait for the end of an add that has begun, which waits for nobody. After [`Frozen`],
/// let go, call [`StreamLog::wait_unfrozen`], and begin again.
///
/// ```
/// use forebay_sync::stream_log::{Id, StreamLog};
///
/// let log: StreamLog<()> = StreamLog::new();
/// let reader = log.pin();
/// let frozen = log.freeze();
/// assert!(reader.without_waiting().range(Id::MIN, Id::MAX, 1).is_err());
/// drop(frozen);
/// assert_eq!(reader.without_waiting().range(Id::MIN, Id::MAX, 1).unwrap().len(), 0);
/// ```
pub struct TryReader<'g, 'a, X>(&'g Reader<'a, X>);

impl<'g, X> TryReader<'g, '_, X> {
    /// As [`Reader::range`].
    ///
    /// # Errors
    ///
    /// [`Frozen`], as all of these.
    pub fn range(&self, from: Id, to: Id, limit: usize) -> Result<Entries<'g>, Frozen> {
        self.read(|view| collect(view.ascending(from, to), limit))
    }

    /// As [`Reader::range_back`].
    ///
    /// # Errors
    ///
    /// [`Frozen`].
    pub fn range_back(&self, from: Id, to: Id, limit: usize) -> Result<Entries<'g>, Frozen> {
        self.read(|view| collect(view.descending(from, to), limit))
    }

    /// As [`Reader::after`].
    ///
    /// # Errors
    ///
    /// [`Frozen`].
    pub fn after(&self, id: Id, place: Option<Place>, limit: usize) -> Result<Entries<'g>, Frozen> {
        self.read(|view| collect(view.ascending_after(id, place), limit))
    }

    /// As [`Reader::get`].
    ///
    /// # Errors
    ///
    /// [`Frozen`].
    pub fn get(&self, id: Id) -> Result<Option<EntryRef<'g>>, Frozen> {
        self.read(|view| view.get(id))
    }

    /// As [`Reader::at`].
    ///
    /// # Errors
    ///
    /// [`Frozen`].
    pub fn at(&self, place: Place) -> Result<Option<EntryRef<'g>>, Frozen> {
        self.0
            .try_read(false, |_| (), |view, ()| self.0.look_at(view, place))
    }

    /// As [`Reader::snapshot`].
    ///
    /// # Errors
    ///
    /// [`Frozen`].
    #[inline]
    pub fn snapshot(&self) -> Result<Snapshot<'g>, Frozen> {
        let Reader { log, guard } = self.0;
        let look = log.look(guard, false, StreamLog::load_counters);
        let (view, counters) = look.ok_or(Frozen)?;
        Ok(Snapshot::new(view, counters, log))
    }

    /// As [`Reader::state`].
    ///
    /// # Errors
    ///
    /// [`Frozen`].
    pub fn state(&self) -> Result<State, Frozen> {
        self.0
            .try_read(false, StreamLog::load_counters, |view, counters| {
                Ok(view.state(counters))
            })
    }

    fn read<R>(&self, f: impl Fn(&View<'g>) -> R) -> Result<R, Frozen> {
        self.0.try_read(false, |_| (), |view, ()| Ok(f(view)))
    }
}

impl<X> fmt::Debug for TryReader<'_, '_, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TryReader").field(self.0.log).finish()
    }
}

/// Entries that a reader has found, in the order of the read.
#[derive(Debug)]
pub struct Entries<'g>(smallvec::IntoIter<[EntryRef<'g>; 4]>);

impl<'g> Iterator for Entries<'g> {
    type Item = EntryRef<'g>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Entries<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back()
    }
}

impl ExactSizeIterator for Entries<'_> {}
impl core::iter::FusedIterator for Entries<'_> {}

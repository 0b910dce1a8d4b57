//! Exclusive mode: one thread works on the log alone.

use core::fmt;
use core::mem;

use super::garbage::Garbage;
use super::id::Id;
use super::log::StreamLog;
use super::reclaim::Guard;
use super::segment::{Link, Segment};
use super::state::Counters;
use super::view::View;
use super::word::Word;
use crate::loom::Ordering::{Relaxed, Release};
use crate::loom::OwnedAtomic;
use crate::teeth::{Site, ord, skips};

/// What only exclusive mode reaches.
#[derive(Debug)]
pub(super) struct Alone<X> {
    pub(super) extra: X,
    /// Segments in the log that can have entries.
    pub(super) segments: u64,
    /// A segment without live entries that an add left in the log, for its owner to take out; or
    /// null.
    pub(super) spent: Link,
}

impl<X: Default> Default for Alone<X> {
    fn default() -> Self {
        Self {
            extra: X::default(),
            segments: 0,
            spent: core::ptr::null_mut(),
        }
    }
}

/// How far an exclusive section has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// It has added at most.
    Tail,
    /// It changes the fields beside the tail.
    Fields,
    /// It deletes entries as well.
    Entries,
}

/// A log in exclusive mode; dropping it ends the mode.
///
/// Made by [`StreamLog::freeze`]. Its operations are plain sequential code. Whatever they do
/// becomes visible to others in one step, when it is dropped. Do not run code of strangers while a
/// log is frozen: all who add to it, and all who begin to read it, wait.
///
/// ```
/// use forebay_sync::stream_log::{Id, NewId, StreamLog};
///
/// let log: StreamLog<()> = StreamLog::new();
/// let mut alone = log.freeze();
/// let first = alone.add(NewId::Exact(Id::new(1, 0)), &[(b"n", b"1")])?;
/// alone.add(NewId::Exact(Id::new(2, 0)), &[(b"n", b"2")])?;
/// assert!(alone.delete(first.place));
/// drop(alone);
/// let state = log.pin().state();
/// assert_eq!((state.len, state.entries_added), (1, 2));
/// assert_eq!((state.first_id, state.max_deleted_id), (Some(Id::new(2, 0)), first.id));
/// # Ok::<(), forebay_sync::stream_log::IdError>(())
/// ```
pub struct StreamExclusive<'a, X> {
    pub(super) log: &'a StreamLog<X>,
    /// The segment whose word was frozen.
    published: Segment<'a>,
    pub(super) tail: Segment<'a>,
    /// The word of `tail` when the mode ends, but for its flags.
    pub(super) word: Word,
    attended: bool,
    pub(super) head: Segment<'a>,
    pub(super) first: u32,
    pub(super) counters: Counters,
    /// What this section has counted itself for.
    change: Change,
    /// Whether segments without entries may be taken out: the owner will hear of it.
    pub(super) sweeps: bool,
    /// A segment that was made before the log was frozen.
    pub(super) reserve: Option<Segment<'a>>,
    pub(super) garbage: Garbage,
    /// Behind everything else: it keeps the segments.
    guard: Guard,
}

impl<'a, X> StreamExclusive<'a, X> {
    /// # Safety
    ///
    /// The caller has set the frozen bit of `word` in the word of `tail`, the log's tail.
    #[inline]
    pub(super) unsafe fn begin(
        log: &'a StreamLog<X>,
        guard: Guard,
        tail: Segment<'a>,
        word: Word,
    ) -> Self {
        #[cfg(loom)]
        log.alone.with_mut(|_| ());
        // Relaxed: "freeze" has acquired what the last exclusive section wrote.
        let head = log.head.load(Relaxed);
        Self {
            log,
            published: tail,
            tail,
            word: word.plain(),
            attended: word.is_attended(),
            // SAFETY: linked in, and only exclusive mode takes it out.
            head: unsafe { Segment::from_link(head) },
            first: log.first.load(Relaxed),
            counters: log.load_counters(),
            change: Change::Tail,
            sweeps: false,
            reserve: None,
            garbage: Garbage::new(),
            guard,
        }
    }

    /// From here on the segments without entries go: the owner of the log is here.
    pub(super) fn sweep(&mut self) {
        self.sweeps = true;
        let spent = mem::replace(&mut self.alone().spent, core::ptr::null_mut());
        if !spent.is_null() {
            // SAFETY: linked in, and only exclusive mode takes it out.
            self.take_out(unsafe { Segment::from_link(spent) });
        }
    }

    pub(super) fn set_reserve(&mut self, segment: Segment<'a>) {
        debug_assert!(self.reserve.is_none(), "one segment is enough");
        self.reserve = Some(segment);
    }

    /// The owner's data.
    #[must_use]
    pub fn extra(&self) -> &X {
        // SAFETY: we are alone (I3), and `self` is borrowed.
        self.log.alone.with(|alone| unsafe { &(*alone).extra })
    }

    /// The owner's data.
    #[must_use]
    pub fn extra_mut(&mut self) -> &mut X {
        &mut self.alone().extra
    }

    pub(super) fn alone(&mut self) -> &mut Alone<X> {
        // SAFETY: we are alone (I3), and `self` is borrowed mutably.
        self.log.alone.with_mut(|alone| unsafe { &mut *alone })
    }

    /// Whether adds are closed to all, see [`AddError::Attended`](super::AddError::Attended).
    #[inline]
    #[must_use]
    pub const fn is_attended(&self) -> bool {
        self.attended
    }

    /// Closes the way of [`StreamLog::add`] to all from the end of this exclusive mode on, or opens
    /// it. A log that is given up stays closed for ever.
    #[inline]
    pub const fn set_attended(&mut self, attended: bool) {
        self.attended = attended;
    }

    /// "Edit": from here on this section changes the fields beside the tail.
    pub(super) fn edit(&mut self) {
        if self.change >= Change::Fields {
            return;
        }
        self.change = Change::Fields;
        if !skips(Site::StreamEditCount) {
            // Relaxed: written in exclusive mode only.
            let count = self.log.edits.load(Relaxed);
            // Release: that the log is frozen; pairs with the load in `StreamLog::view`.
            let order = ord(Site::StreamEdit, Release);
            self.log.edits.store_owned(count + 1, order);
        }
    }

    /// From here on this section deletes.
    pub(super) fn delete_begins(&mut self) {
        self.edit();
        if self.change < Change::Entries {
            self.change = Change::Entries;
            // Relaxed: written in exclusive mode only.
            let count = self.log.deletions.load(Relaxed);
            // Release: the count of edits, so that no view has this count of deletions and not
            // that one; pairs with the fence in `StreamLog::is_unchanged`.
            let order = ord(Site::StreamDeletions, Release);
            self.log.deletions.store_owned(count + 1, order);
        }
    }

    /// The last id that was given out, or set.
    #[inline]
    #[must_use]
    pub fn last_id(&self) -> Id {
        self.word.last().id(self.tail.header().base)
    }

    /// Sets the last id: those of new entries are greater. `false`, and nothing was done, when the
    /// id of the last entry is greater.
    pub fn set_last_id(&mut self, id: Id) -> bool {
        if self.last().is_some_and(|last| last.id() > id) {
            return false;
        }
        if id != self.last_id() {
            self.roll_hollow(id);
        }
        true
    }

    /// Sets what [`State::entries_added`](super::State::entries_added) says; it goes on from there.
    pub fn set_entries_added(&mut self, entries: u64) {
        self.edit();
        self.counters.offset = entries.wrapping_sub(self.view().ordinal());
    }

    /// Sets the greatest deleted id.
    pub fn set_max_deleted_id(&mut self, id: Id) {
        self.edit();
        self.counters.max_deleted_id = id;
    }

    /// The log as it is for this thread.
    pub(super) fn view(&self) -> View<'_> {
        View {
            head: self.head,
            first: self.first,
            tail: self.tail,
            word: self.word.attended(self.attended),
            root: self.log.index.root(),
            // Relaxed: written in exclusive mode only.
            edits: self.log.edits.load(Relaxed),
            deletions: self.log.deletions.load(Relaxed),
        }
    }
}

impl<X> Drop for StreamExclusive<'_, X> {
    #[inline]
    fn drop(&mut self) {
        #[cfg(loom)]
        self.log.alone.with_mut(|_| ());
        if self.change >= Change::Fields {
            self.store_fields();
        }
        let word = self.word.attended(self.attended).0;
        // "Unfreeze". Release: the fields, the segments, and the owner's data; pairs with the
        // loads of the tail and its word, and with "freeze".
        let order = ord(Site::StreamUnfreeze, Release);
        if self.tail == self.published {
            self.tail.header().word.store_owned(word, order);
        } else {
            // Relaxed: nobody knows the segment before the next line.
            self.tail.header().word.store_owned(word, Relaxed);
            // Release: as above.
            let order = ord(Site::StreamUnfreezeTail, Release);
            let tail = self.log.tail_link();
            tail.store_owned(self.tail.as_link(), order);
        }
        if let Some(reserve) = self.reserve.take() {
            // SAFETY: nobody else knows it, and nothing is in it.
            unsafe { reserve.free() };
        }
        if !self.garbage.is_empty() {
            let garbage = mem::replace(&mut self.garbage, Garbage::new());
            // SAFETY: taken out above, by stores that come before this.
            unsafe { garbage.retire(&self.guard) };
        }
    }
}

impl<X> StreamExclusive<'_, X> {
    /// Stores the fields beside the tail.
    #[cold]
    fn store_fields(&self) {
        let log = self.log;
        // Release: the count of this section; pairs with the fence in `StreamLog::is_unchanged`.
        let order = ord(Site::StreamFieldStore, Release);
        log.head.store_owned(self.head.as_link(), order);
        log.first.store_owned(self.first, order);
        let Counters {
            removed,
            offset,
            max_deleted_id,
        } = self.counters;
        log.removed.store_owned(removed, order);
        log.offset.store_owned(offset, order);
        let [ms, seq] = &log.max_deleted_id;
        ms.store_owned(max_deleted_id.ms, order);
        seq.store_owned(max_deleted_id.seq, order);
    }
}

impl<X> fmt::Debug for StreamExclusive<'_, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamExclusive")
            .field("word", &self.word)
            .field("attended", &self.attended)
            .finish_non_exhaustive()
    }
}

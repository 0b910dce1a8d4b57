//! The log itself: its fields, and the way into exclusive mode.

use core::fmt;

use super::exclusive::{Alone, StreamExclusive};
use super::garbage::Garbage;
use super::id::Id;
use super::index::Index;
use super::plan::Size;
use super::reader::Reader;
use super::reclaim::{Guard, Reclaim};
use super::segment::{Header, Segment};
use super::word::Word;
use crate::backoff::Backoff;
use crate::loom::Ordering::{Acquire, Relaxed};
use crate::loom::{AtomicPtr, AtomicU32, AtomicU64, OwnedAtomic, UnsafeCell};
use crate::teeth::{Site, ord};

/// A log of entries with rising ids that any number of threads share; see the
/// [module documentation](super).
///
/// `X` is data of the owner's that belongs to the log and is reached in exclusive mode only.
///
/// ```
/// use forebay_sync::stream_log::{Id, NewId, StreamLog};
///
/// let log: StreamLog<()> = StreamLog::new();
/// for price in [b"5", b"7"] {
///     log.add(NewId::Auto { now_ms: 1000 }, &[(b"item", b"paper"), (b"price", price)])?;
/// }
/// let reader = log.pin();
/// let ids = reader.range(Id::MIN, Id::MAX, 10).map(|entry| entry.id());
/// assert!(ids.eq([Id::new(1000, 0), Id::new(1000, 1)]));
/// let last = reader.last().unwrap();
/// assert_eq!(last.fields().nth(1), Some((&b"price"[..], &b"7"[..])));
/// # Ok::<(), forebay_sync::stream_log::AddError>(())
/// ```
#[repr(C)]
pub struct StreamLog<X> {
    tail: AtomicPtr<Header>,
    /// Rises with every exclusive section that changes one of the fields below, before it does.
    pub(super) edits: AtomicU64,
    /// Rises with every one that deletes entries, before it does.
    pub(super) deletions: AtomicU64,
    /// Segment and slot in front of which there is nothing.
    pub(super) head: AtomicPtr<Header>,
    pub(super) first: AtomicU32,
    /// Entries that were deleted or trimmed.
    pub(super) removed: AtomicU64,
    /// What must be added to the ordinal of the next entry to have the number of added ones.
    pub(super) offset: AtomicU64,
    pub(super) max_deleted_id: [AtomicU64; 2],
    pub(super) index: Index,
    pub(super) alone: UnsafeCell<Alone<X>>,
}

// SAFETY: entries are bytes; `X` moves with the log, and is only reached by one thread at a time
// (I3).
unsafe impl<X: Send> Send for StreamLog<X> {}
// SAFETY: sharing is what the protocol of the module documentation is for; `X` is only reached in
// exclusive mode (I3).
unsafe impl<X: Send> Sync for StreamLog<X> {}

// A million short streams are a million of these.
const _: () = assert!(
    cfg!(loom) || size_of::<StreamLog<u64>>() <= 112,
    "the module doc gives this size"
);

impl<X: Default> Default for StreamLog<X> {
    fn default() -> Self {
        Self::new()
    }
}

impl<X: Default> StreamLog<X> {
    /// An empty log whose last id is `0-0`. One small allocation.
    #[must_use]
    pub fn new() -> Self {
        let tail = Segment::alloc(Size::HOLLOW, &[]).as_link();
        Self {
            tail: AtomicPtr::new(tail),
            edits: AtomicU64::new(0),
            deletions: AtomicU64::new(0),
            head: AtomicPtr::new(tail),
            first: AtomicU32::new(0),
            removed: AtomicU64::new(0),
            offset: AtomicU64::new(0),
            max_deleted_id: [AtomicU64::new(0), AtomicU64::new(0)],
            index: Index::new(),
            alone: UnsafeCell::new(Alone::default()),
        }
    }
}

impl<X> StreamLog<X> {
    /// The tail segment as it is now.
    #[inline]
    pub(super) fn tail<'g>(&self, _guard: &'g Guard) -> Segment<'g> {
        // Acquire: the segment, and all that was done before it became the tail; pairs with
        // "unfreeze" in `StreamExclusive`.
        let link = self.tail.load(ord(Site::StreamTailLoad, Acquire));
        // SAFETY: never null; a segment is retired after it was the tail, and the guard is older
        // than this look.
        unsafe { Segment::from_link(link) }
    }

    /// The word of the tail, as readers need it.
    #[inline]
    pub(super) fn load_word(segment: Segment<'_>) -> Word {
        // Acquire: the fields beside the tail; pairs with "unfreeze" in `StreamExclusive`.
        Word(
            segment
                .header()
                .word
                .load(ord(Site::StreamWordLoad, Acquire)),
        )
    }

    /// Waits while another thread is in exclusive mode.
    ///
    /// For those who found a [`TryReader`](super::TryReader) refuse, after they have let go what
    /// that thread may be waiting for.
    pub fn wait_unfrozen(&self) {
        self.wait_unfrozen_under(&Guard::pin());
    }

    #[cold]
    pub(super) fn wait_unfrozen_under(&self, guard: &Guard) {
        let mut backoff = Backoff::new();
        while Self::load_word(self.tail(guard)).is_frozen() {
            backoff.snooze();
        }
    }

    /// Protects what is read through the result. Readers delay nobody, but the freeing of memory.
    #[must_use]
    pub fn pin(&self) -> Reader<'_, X> {
        Reader::new(self)
    }

    /// How many entries there are; exact at one moment during the call.
    #[must_use]
    pub fn len(&self) -> u64 {
        let guard = Guard::pin();
        let (view, removed) = self.now(&guard, Self::load_removed);
        view.ordinal() - removed
    }

    /// Whether there is no entry; exact at one moment during the call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last id that was given out, or set.
    #[must_use]
    pub fn last_id(&self) -> Id {
        let guard = Guard::pin();
        let (view, ()) = self.now(&guard, |_| ());
        view.last_id()
    }

    /// Whether adds give [`AddError::Attended`](super::AddError::Attended).
    #[must_use]
    pub fn is_attended(&self) -> bool {
        let guard = Guard::pin();
        loop {
            let word = Self::load_word(self.tail(&guard));
            if !word.is_frozen() {
                return word.is_attended();
            }
            self.wait_unfrozen_under(&guard);
        }
    }

    /// Begins exclusive mode: waits for the thread that is in it, then nobody else adds or freezes,
    /// and new reads wait, until the result is dropped.
    ///
    /// Threads that come meanwhile spin, then yield, then sleep for short times. To freeze several
    /// logs, freeze them in one order that all threads keep to. Freezing a log twice on one thread
    /// waits for ever, and so does reading or adding to it there but through the result.
    pub fn freeze(&self) -> StreamExclusive<'_, X> {
        let mut alone = self.lock();
        alone.sweep();
        alone
    }

    /// Exclusive mode without the sweep: segments that only their owner may take out stay.
    pub(super) fn lock(&self) -> StreamExclusive<'_, X> {
        let guard = Guard::pin();
        let mut backoff = Backoff::new();
        loop {
            let tail = self.tail(&guard);
            // Relaxed: checked by the compare-exchange.
            let word = Word(tail.header().word.load(Relaxed));
            if word.is_frozen() {
                backoff.snooze();
                continue;
            }
            // "Freeze". Acquire: what the last exclusive section wrote; pairs with "unfreeze" in
            // `StreamExclusive`.
            let acquire = ord(Site::StreamFreeze, Acquire);
            let frozen = word.frozen().0;
            let taken = tail
                .header()
                .word
                .compare_exchange(word.0, frozen, acquire, Relaxed);
            if taken.is_ok() {
                // SAFETY: only the tail can have been unfrozen (I2), and it stays while it is
                // frozen.
                let tail = unsafe { tail.during() };
                // SAFETY: this thread has set the frozen bit of the tail: it is alone (I3).
                return unsafe { StreamExclusive::begin(self, guard, tail, word) };
            }
            backoff.spin();
        }
    }

    pub(super) fn tail_link(&self) -> &AtomicPtr<Header> {
        &self.tail
    }
}

impl<X> Drop for StreamLog<X> {
    fn drop(&mut self) {
        // SAFETY: the tail is never null, and the log keeps it.
        let tail = unsafe { Segment::from_link(self.tail.load_mut()) };
        // Still frozen: a guard was leaked, and what it did is not in the fields. All of it leaks.
        if tail.word().is_frozen() {
            return;
        }
        let mut garbage = Garbage::new();
        // SAFETY: as above, the head.
        garbage.push_chain(unsafe { Segment::from_link(self.head.load_mut()) });
        garbage.push_tree(self.index.load_mut());
        // SAFETY: nobody has the log; but its contents may have been in another one, where readers
        // still are.
        unsafe { garbage.retire(&Guard::pin()) };
    }
}

impl<X> fmt::Debug for StreamLog<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let guard = Guard::pin();
        let word = Self::load_word(self.tail(&guard));
        f.debug_struct("StreamLog")
            .field("word", &word)
            .finish_non_exhaustive()
    }
}

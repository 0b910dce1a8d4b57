//! The log itself, and the fast path of an add.

use core::fmt;
use core::hint;

use super::encoding::{Field, Measure};
use super::entry::{Added, Place};
use super::exclusive::{Alone, StreamExclusive};
use super::garbage::Garbage;
use super::id::{Id, IdError, NewId};
use super::index::Index;
use super::plan::{Opening, Size};
use super::reader::Reader;
use super::reclaim::{Guard, Reclaim};
use super::segment::{Header, INLINE_BYTES_MAX, Payload, Segment};
use super::view::View;
use super::word::{Key, Slot, Word};
use crate::backoff::Backoff;
use crate::loom::Ordering::{Acquire, Relaxed};
use crate::loom::{AtomicPtr, AtomicU32, AtomicU64, OwnedAtomic, UnsafeCell, fence};
use crate::teeth::{Site, ord, skips};

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

/// Why an add was refused. Nothing was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddError {
    /// The owner wants to look at every add: freeze the log to go on. The answer of the fast path
    /// after [`StreamExclusive::set_attended`].
    Attended,
    /// The entry cannot have this id.
    Id(IdError),
}

impl From<IdError> for AddError {
    fn from(error: IdError) -> Self {
        Self::Id(error)
    }
}

impl fmt::Display for AddError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attended => f.write_str("the log is attended: freeze it to go on"),
            Self::Id(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for AddError {}

/// Why the fast path gave up.
enum Detour {
    /// Another thread is in exclusive mode, or the tail has moved on.
    Frozen,
    Attended,
    /// The tail is full, or the id does not fit it.
    NeedsExclusive,
    Id(IdError),
}

/// What an add has claimed.
struct Claim {
    id: Id,
    key: Key,
    slot: u32,
    offset: u32,
}

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

    #[inline]
    fn load_word(segment: Segment<'_>) -> Word {
        // Acquire: the fields beside the tail; pairs with "unfreeze" in `StreamExclusive`.
        Word(
            segment
                .header()
                .word
                .load(ord(Site::StreamWordLoad, Acquire)),
        )
    }

    /// Adds an entry with these fields and says which id and place it has.
    ///
    /// One atomic step and the copy, with room in the last segment; a new segment is made under
    /// exclusive mode. O(number of fields) and the copy; an entry of more than 1 KiB gets an
    /// allocation of its own.
    ///
    /// # Errors
    ///
    /// [`AddError::Id`] when the id is not greater than the last one; [`AddError::Attended`] when
    /// the owner wants to look at every add. Nothing was done.
    #[inline]
    pub fn add(&self, new: NewId, fields: &[Field<'_>]) -> Result<Added, AddError> {
        let guard = Guard::pin();
        let tail = self.tail(&guard);
        let measure = Measure::new(fields, tail.names());
        if measure.bytes() <= INLINE_BYTES_MAX {
            let payload = Payload::Inline(fields, measure);
            match Self::try_claim(tail, new, payload.units()) {
                // SAFETY: claimed for this payload, in this segment.
                Ok(claim) => return Ok(unsafe { Self::fill(tail, &claim, payload) }),
                Err(Detour::Id(error)) => return Err(AddError::Id(error)),
                Err(_) => {}
            }
        }
        self.add_detour(new, fields, &guard)
    }

    /// Claims a slot, `units` units and an id in `tail`, if it still is the tail and has room.
    #[inline]
    fn try_claim(tail: Segment<'_>, new: NewId, units: u32) -> Result<Claim, Detour> {
        let header = tail.header();
        let (slots_max, units_max) = (tail.slots_max(), tail.units());
        // Relaxed: an add needs nothing but the segment, which came with the tail. Nor does the
        // claim below.
        let mut word = Word(header.word.load(Relaxed));
        let mut backoff = Backoff::new();
        loop {
            if word.is_detoured() {
                return Err(if word.is_frozen() {
                    Detour::Frozen
                } else {
                    Detour::Attended
                });
            }
            let id = new.after(word.last().id(header.base)).map_err(Detour::Id)?;
            let (slot, offset) = (word.slots(), word.used());
            let Some(key) = Key::of(header.base, id) else {
                return Err(Detour::NeedsExclusive);
            };
            if slot >= slots_max || offset + units > units_max {
                return Err(Detour::NeedsExclusive);
            }
            // "Claim": the linearization point of an add on the fast path.
            let claimed = word.claim(units, key);
            match header
                .word
                .compare_exchange_weak(word.0, claimed.0, Relaxed, Relaxed)
            {
                Ok(_) => {
                    return Ok(Claim {
                        id,
                        key,
                        slot,
                        offset,
                    });
                }
                Err(now) => word = Word(now),
            }
            backoff.spin();
        }
    }

    /// Copies the entry to where it was claimed, and publishes it.
    ///
    /// # Safety
    ///
    /// `claim` was made in this segment for this payload.
    #[inline]
    unsafe fn fill(segment: Segment<'_>, claim: &Claim, payload: Payload<'_>) -> Added {
        let slot = Slot::new(
            claim.key,
            claim.offset,
            matches!(payload, Payload::Boxed(_)),
        );
        // SAFETY: the same contract.
        unsafe { segment.write(claim.offset, payload) };
        segment.publish(claim.slot, slot);
        let header = segment.header();
        Added {
            id: claim.id,
            place: Place {
                segment: header.number,
                slot: claim.slot as u16,
            },
            ordinal: header.ordinal + u64::from(claim.slot),
        }
    }

    /// An add that found something in its way.
    #[cold]
    #[inline(never)]
    fn add_detour(
        &self,
        new: NewId,
        fields: &[Field<'_>],
        guard: &Guard,
    ) -> Result<Added, AddError> {
        let mut entry = None;
        loop {
            let tail = self.tail(guard);
            let measure = Measure::new(fields, tail.names());
            let is_boxed = measure.bytes() > INLINE_BYTES_MAX;
            let payload = if is_boxed {
                let boxed = entry.take();
                Payload::Boxed(boxed.unwrap_or_else(|| Measure::named(fields).boxed(fields)))
            } else {
                Payload::Inline(fields, measure)
            };
            match Self::try_claim(tail, new, payload.units()) {
                // SAFETY: claimed for this payload, in this segment.
                Ok(claim) => return Ok(unsafe { Self::fill(tail, &claim, payload) }),
                Err(Detour::Id(error)) => return Err(AddError::Id(error)),
                Err(Detour::Attended) => return Err(AddError::Attended),
                Err(Detour::Frozen) => {
                    if let Payload::Boxed(boxed) = payload {
                        entry = Some(boxed);
                    }
                    self.wait_unfrozen_under(guard);
                }
                Err(Detour::NeedsExclusive) => {
                    // Made before the log is frozen, so that nobody waits for the allocator.
                    let reserve = Opening::new(fields).segment_after(tail, Self::load_word(tail));
                    // SAFETY: ours until exclusive mode takes it, which frees it in the end.
                    let reserve = unsafe { reserve.during() };
                    let mut alone = self.lock();
                    alone.set_reserve(reserve);
                    if alone.is_attended() {
                        return Err(AddError::Attended);
                    }
                    return Ok(alone.add(new, fields)?);
                }
            }
        }
    }

    /// Waits while another thread is in exclusive mode.
    ///
    /// For those who found a [`TryReader`](super::TryReader) refuse, after they have let go what
    /// that thread may be waiting for.
    pub fn wait_unfrozen(&self) {
        self.wait_unfrozen_under(&Guard::pin());
    }

    #[cold]
    fn wait_unfrozen_under(&self, guard: &Guard) {
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

    /// The log as it is now. `None` when it is frozen and the caller does not wait.
    #[inline]
    pub(super) fn view<'g>(&self, guard: &'g Guard, waits: bool) -> Option<View<'g>> {
        let mut backoff = Backoff::new();
        loop {
            // Acquire: the frozen word of the section that has begun with this number; pairs with
            // "edit" in `StreamExclusive`.
            let edits = self.edits.load(ord(Site::StreamEditsLoad, Acquire));
            let tail = self.tail(guard);
            let word = Self::load_word(tail);
            if word.is_frozen() {
                if !waits && self.tail(guard) == tail {
                    return None;
                }
                backoff.snooze();
                continue;
            }
            // Relaxed: checked by the second look at `edits`.
            let head = self.head.load(Relaxed);
            let view = View {
                // SAFETY: as the tail; not followed before the check below.
                head: unsafe { Segment::from_link(head) },
                first: self.first.load(Relaxed),
                tail,
                end: word.slots(),
                root: self.index.root(),
                last_id: word.last().id(tail.header().base),
                removed: self.removed.load(Relaxed),
                offset: self.offset.load(Relaxed),
                max_deleted_id: self.load_max_deleted_id(),
                edits,
                deletions: self.deletions.load(Relaxed),
                attended: word.is_attended(),
            };
            if Self::is_unchanged(&self.edits, edits) || skips(Site::StreamViewConfirm) {
                return Some(view);
            }
            hint::spin_loop();
        }
    }

    pub(super) fn load_max_deleted_id(&self) -> Id {
        // Relaxed: as the other fields; or in exclusive mode.
        let [ms, seq] = [0, 1].map(|part| self.max_deleted_id[part].load(Relaxed));
        Id::new(ms, seq)
    }

    /// Whether a counter of sections still is what it was, and so nothing that was read meanwhile
    /// is the work of a later one.
    #[inline]
    pub(super) fn is_unchanged(counter: &AtomicU64, before: u64) -> bool {
        // Acquire fence: the work of a later section brings its count along; pairs with "edit",
        // "delete", "link" and "take out" in exclusive mode.
        if !skips(Site::StreamViewFence) {
            fence(Acquire);
        }
        // Relaxed: after the fence.
        counter.load(Relaxed) == before
    }

    /// How many entries there are; exact at one moment during the call.
    #[must_use]
    pub fn len(&self) -> u64 {
        let guard = Guard::pin();
        self.now(&guard).len()
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
        self.now(&guard).last_id
    }

    fn now<'g>(&self, guard: &'g Guard) -> View<'g> {
        loop {
            if let Some(view) = self.view(guard, true) {
                return view;
            }
        }
    }

    /// Whether adds give [`AddError::Attended`].
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

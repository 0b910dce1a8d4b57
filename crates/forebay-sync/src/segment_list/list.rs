//! The list itself, and its two fast paths.

use core::cell;
use core::fmt;
use core::ptr::NonNull;

use alloc::boxed::Box;
use bytes::Bytes;
use smallvec::SmallVec;

use super::exclusive::{Alone, Exclusive};
use super::patience::Patience;
use super::plan::{Plan, SPARE_UNITS_MIN};
use super::segment::{
    INLINE, INLINE_SLOTS, INLINE_UNITS, InlineSegment, Link, Payload, Segment, table_units,
};
use super::slot::{INLINE_BYTES_MAX, Slot, units_for};
use super::taken::Taken;
use super::word::Word;
use super::{Attended, Side};
use crate::backoff::Backoff;
use crate::loom::Ordering::{Acquire, Relaxed, Release};
use crate::loom::{AtomicPtr, AtomicU32, AtomicU64, OwnedAtomic, UnsafeCell};
use crate::teeth::{Site, acq_rel, ord, skips};

/// A queue with two ends that any number of threads share; see the [module documentation](super).
///
/// `X` is data of the owner's that belongs to the list and is reached in exclusive mode only.
///
/// ```
/// use forebay_sync::{SegmentList, Side};
///
/// let list: SegmentList<()> = SegmentList::new();
/// assert_eq!(list.push(Side::Left, b"set stock to 5"), Ok(1));
/// assert_eq!(list.push(Side::Left, b"set stock to 3"), Ok(2));
/// let first = list.pop_with(Side::Right, |message| message.len())?;
/// assert_eq!(first, Some(14));
/// assert_eq!(list.pop(Side::Right)?.as_deref(), Some(&b"set stock to 3"[..]));
/// assert!(list.is_empty());
/// # Ok::<(), forebay_sync::Attended>(())
/// ```
// The fields of the fast paths stand together: they fit one cache line, and one miss fetches them
// all.
#[repr(C)]
pub struct SegmentList<X> {
    pub(super) word: AtomicU64,
    pub(super) head: AtomicPtr<super::segment::Header>,
    pub(super) tail: AtomicPtr<super::segment::Header>,
    /// What must be added to `hi - lo` to have the length.
    pub(super) carry: AtomicU64,
    /// Slots and units of the tail segment: a [`Room`].
    pub(super) room: AtomicU32,
    /// One past the last slot of the head segment, while head and tail are apart.
    pub(super) limit: AtomicU32,
    pub(super) alone: UnsafeCell<Alone<X>>,
    inline: cell::UnsafeCell<InlineSegment>,
}

// SAFETY: messages are bytes; `X` moves with the list, and is only reached by one thread at a time
// (I3).
unsafe impl<X: Send> Send for SegmentList<X> {}
// SAFETY: sharing is what the protocol of the module documentation is for; `X` is only reached in
// exclusive mode (I3).
unsafe impl<X: Send> Sync for SegmentList<X> {}

// A million short queues are a million of these.
const _: () = assert!(
    cfg!(loom) || size_of::<SegmentList<u64>>() == 176,
    "the module doc gives this size"
);

/// The size of the tail segment, and whether another one is at hand, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room(pub(super) u32);

impl Room {
    const SPARE: u32 = 1 << 31;

    pub(super) const fn new(slots: u32, units: u32, has_spare: bool) -> Self {
        Self(slots << 16 | units | if has_spare { Self::SPARE } else { 0 })
    }

    const fn has_spare(self) -> bool {
        self.0 & Self::SPARE != 0
    }

    #[inline]
    const fn slots(self) -> u32 {
        (self.0 & !Self::SPARE) >> 16
    }

    #[inline]
    pub(super) const fn units(self) -> u32 {
        self.0 & 0xffff
    }
}

/// What a push has claimed: slots from `slot`, and units from `offset`, of a segment that now stays
/// alive.
struct Claim {
    segment: Segment,
    slot: u32,
    offset: u32,
    /// Length of the list after the push.
    len: u64,
}

/// Why a fast path gave up.
enum Detour {
    /// Another thread is in exclusive mode.
    Frozen,
    /// The owner of the list wants to look at every operation.
    Attended,
    /// This operation needs exclusive mode itself.
    NeedsExclusive,
}

impl<X: Default> Default for SegmentList<X> {
    fn default() -> Self {
        Self::new()
    }
}

impl<X: Default> SegmentList<X> {
    /// An empty list. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            word: AtomicU64::new(Word::new(table_units(INLINE_SLOTS)).0),
            head: AtomicPtr::new(INLINE),
            tail: AtomicPtr::new(INLINE),
            carry: AtomicU64::new(0),
            room: AtomicU32::new(Room::new(INLINE_SLOTS, INLINE_UNITS, false).0),
            limit: AtomicU32::new(0),
            alone: UnsafeCell::new(Alone::default()),
            inline: cell::UnsafeCell::new(InlineSegment::new()),
        }
    }
}

impl<X> SegmentList<X> {
    /// The segment behind a link.
    ///
    /// # Safety
    ///
    /// The link is not `NONE`, and its segment is alive.
    #[inline]
    pub(super) unsafe fn resolve(&self, link: Link) -> Segment {
        if link == INLINE {
            self.inline_segment()
        } else {
            // SAFETY: neither `NONE` nor `INLINE`; alive, by the contract.
            unsafe { Segment::from_link(link) }
        }
    }

    pub(super) fn link_to(&self, segment: Segment) -> Link {
        if segment == self.inline_segment() {
            INLINE
        } else {
            segment.as_link()
        }
    }

    #[inline]
    pub(super) fn inline_segment(&self) -> Segment {
        // SAFETY: the address of a field is not null.
        Segment::from_inline(unsafe { NonNull::new_unchecked(self.inline.get()) })
    }

    #[inline]
    pub(super) fn load_word(&self) -> Word {
        // Acquire: `head`, `tail`, `room`, `limit`, `carry` and the segments behind them; pairs
        // with "unfreeze" in `Exclusive`.
        Word(self.word.load(ord(Site::WordLoad, Acquire)))
    }

    /// "Claim": the linearization point of every push and pop of the fast paths.
    #[inline]
    fn try_claim(&self, from: Word, to: Word) -> Result<(), Word> {
        // Acquire: as in `load_word`, for a word that became equal again.
        // Release: keeps our loads of `head`, `tail`, `room`, `limit` and `carry` before the claim,
        // so that what they read belongs to the word that was claimed from (I1); pairs with
        // "freeze".
        let success = acq_rel(Site::WordClaim, Site::WordClaimAfterLoads);
        // Acquire: as in `load_word`, for the next attempt.
        let failure = ord(Site::WordReload, Acquire);
        let claimed = self.word.compare_exchange(from.0, to.0, success, failure);
        claimed.map(|_| ()).map_err(Word)
    }

    /// Claims `slots` slots and `units` units at the tail, if `side` is the side of the tail and
    /// there is room.
    #[inline]
    fn claim_tail(&self, side: Side, slots: u32, units: u32) -> Result<Claim, Detour> {
        let mut word = self.load_word();
        let mut backoff = Backoff::new();
        loop {
            if word.is_detoured() {
                return Err(detour(word));
            }
            // Relaxed: the load of `word` made these visible; when they are newer than `word`, the
            // claim fails (I1).
            let room = Room(self.room.load(Relaxed));
            let tail = self.tail.load(Relaxed);
            let carry = self.carry.load(Relaxed);
            let (slot, offset) = (word.hi(), word.used());
            if word.push_side() != side
                || slot + slots > room.slots()
                || offset + units > room.units()
            {
                return Err(Detour::NeedsExclusive);
            }
            match self.try_claim(word, word.claim_tail(slots, units)) {
                Ok(()) => {
                    let len = carry
                        .wrapping_add(u64::from(slot + slots))
                        .wrapping_sub(u64::from(word.lo()));
                    // SAFETY: `tail` is the tail of the word that was claimed from (I1), and our
                    // unsettled claim keeps it alive (I5).
                    let segment = unsafe { self.resolve(tail) };
                    return Ok(Claim {
                        segment,
                        slot,
                        offset,
                        len,
                    });
                }
                Err(now) => word = now,
            }
            backoff.spin();
        }
    }

    /// Claims up to `max` slots at the head, if `side` is the side of the head. `None`: the list is
    /// empty.
    #[inline]
    fn claim_head(&self, side: Side, max: u32) -> Result<Option<Taken<'_, X>>, Detour> {
        let mut word = self.load_word();
        let mut backoff = Backoff::new();
        loop {
            if word.is_detoured() {
                return Err(detour(word));
            }
            if word.is_empty() {
                return Ok(None);
            }
            // Relaxed: as in `claim_tail`.
            let head = self.head.load(Relaxed);
            let end = if word.is_apart() {
                self.limit.load(Relaxed)
            } else {
                word.hi()
            };
            let first = word.lo();
            if word.push_side() == side || first >= end {
                return Err(Detour::NeedsExclusive);
            }
            let slots = max.min(end - first);
            match self.try_claim(word, word.claim_head(slots)) {
                Ok(()) => {
                    // SAFETY: `head` is the head of the word that was claimed from (I1), and our
                    // unsettled claim keeps it alive (I5).
                    let segment = unsafe { self.resolve(head) };
                    // SAFETY: these slots were claimed by the step above, and by nobody else.
                    return Ok(Some(unsafe {
                        Taken::new(self, segment, first, slots, side)
                    }));
                }
                Err(now) => word = now,
            }
            backoff.spin();
        }
    }

    #[inline]
    fn patience(&self) -> Patience {
        Patience::new(core::ptr::from_ref(self).addr())
    }

    #[cold]
    fn wait_unfrozen(&self, patience: &mut Patience) {
        while self.load_word().is_frozen() {
            patience.wait();
        }
    }

    /// Adds `message` at `side` and returns the new length.
    ///
    /// At the side of the tail, which is the side of the first push to an empty list, this is one
    /// claim and one copy. At the other side, and once per segment, it takes exclusive mode for a
    /// moment. O(1) and the copy; a message of more than 1 KiB gets an allocation of its own.
    ///
    /// # Errors
    ///
    /// [`Attended`] when the owner wants to look at every operation; nothing was done.
    #[inline]
    pub fn push(&self, side: Side, message: &[u8]) -> Result<u64, Attended> {
        if message.len() <= INLINE_BYTES_MAX
            && let Ok(claim) = self.claim_tail(side, 1, units_for(message.len()))
        {
            // SAFETY: the claim covers the units, and the message is short enough.
            unsafe { claim.segment.write_inline(claim.offset, message) };
            let slot = Slot::inline(claim.offset, message.len());
            // SAFETY: the claim covers the slot.
            unsafe { publish(claim.segment, claim.slot, slot) };
            return Ok(claim.len);
        }
        self.push_detour(side, Payload::new(message))
    }

    /// Adds an owned message at `side`, without a copy when it is longer than 1 KiB; otherwise as
    /// [`SegmentList::push`].
    ///
    /// # Errors
    ///
    /// [`Attended`] as for [`SegmentList::push`]; the message is dropped.
    pub fn push_boxed(&self, side: Side, message: Box<[u8]>) -> Result<u64, Attended> {
        if message.len() <= INLINE_BYTES_MAX {
            return self.push(side, &message);
        }
        self.push_detour(side, Payload::Boxed(message))
    }

    /// A push that is boxed, or that found something in its way.
    #[cold]
    #[inline(never)]
    fn push_detour(&self, side: Side, payload: Payload<'_>) -> Result<u64, Attended> {
        let units = payload.units();
        let mut patience = self.patience();
        loop {
            match self.claim_tail(side, 1, units) {
                Ok(claim) => {
                    // SAFETY: the claim covers the units.
                    let slot = unsafe { claim.segment.write(claim.offset, payload) };
                    // SAFETY: the claim covers the slot.
                    unsafe { publish(claim.segment, claim.slot, slot) };
                    return Ok(claim.len);
                }
                Err(Detour::Attended) => return Err(Attended),
                Err(Detour::Frozen) => self.wait_unfrozen(&mut patience),
                Err(Detour::NeedsExclusive) => {
                    let mut alone = self.freeze_to_push(side, 1, units, &mut patience)?;
                    alone.push_payload(side, payload);
                    return Ok(alone.len());
                }
            }
        }
    }

    /// Exclusive mode with a segment in hand, should a new one be needed, so that nobody waits for
    /// the allocator.
    fn freeze_to_push(
        &self,
        side: Side,
        slots: u32,
        units: u32,
        patience: &mut Patience,
    ) -> Result<Exclusive<'_, X>, Attended> {
        let word = self.load_word();
        // Relaxed: only a guess.
        let room = Room(self.room.load(Relaxed));
        let guess = Plan::after(room.units(), word.hi(), word.used(), self.len(), false);
        let fits = word.hi() + slots <= room.slots() && word.used() + units <= room.units();
        let may_compact =
            !word.is_apart() && room.units() < SPARE_UNITS_MIN && word.lo() * 2 >= word.hi();
        let is_needed = !(fits || may_compact || room.has_spare() || word.is_empty())
            && word.push_side() == side;
        let reserve = is_needed.then(|| guess.alloc(slots, units));
        let mut alone = self.freeze_with(patience);
        if let Some(reserve) = reserve {
            alone.set_reserve(reserve);
        }
        if alone.is_attended() {
            Err(Attended)
        } else {
            Ok(alone)
        }
    }

    /// Adds all `messages` at `side` in one atomic step, the first one first, and returns the new
    /// length.
    ///
    /// No other operation sees some of them without the others. The messages are read before
    /// anything is claimed, so a panicking `AsRef` leaves the list untouched. O(n) and the copies;
    /// no allocation for up to 16 short messages.
    ///
    /// # Errors
    ///
    /// [`Attended`] as for [`SegmentList::push`].
    pub fn push_many<T: AsRef<[u8]>>(&self, side: Side, messages: &[T]) -> Result<u64, Attended> {
        if let [message] = messages {
            return self.push(side, message.as_ref());
        }
        let mut payloads: SmallVec<[Payload<'_>; 16]> = messages
            .iter()
            .map(|message| Payload::new(message.as_ref()))
            .collect();
        let slots = u32::try_from(payloads.len()).unwrap_or(u32::MAX);
        let units = payloads
            .iter()
            .map(|payload| u64::from(payload.units()))
            .sum::<u64>();
        let fits_a_segment =
            slots <= super::word::SLOTS_MAX && units <= u64::from(super::word::UNITS_MAX);
        let mut patience = self.patience();
        loop {
            let claim = if fits_a_segment {
                self.claim_tail(side, slots, units as u32)
            } else {
                Err(Detour::NeedsExclusive)
            };
            match claim {
                Ok(claim) => {
                    let mut offset = claim.offset;
                    for (slot, payload) in (claim.slot..).zip(payloads.drain(..)) {
                        let units = payload.units();
                        // SAFETY: the claim covers the units from `offset`.
                        let word = unsafe { claim.segment.write(offset, payload) };
                        // SAFETY: the claim covers the slot.
                        unsafe { publish(claim.segment, slot, word) };
                        offset += units;
                    }
                    return Ok(claim.len);
                }
                Err(Detour::Attended) => return Err(Attended),
                Err(Detour::Frozen) => self.wait_unfrozen(&mut patience),
                Err(Detour::NeedsExclusive) => {
                    let mut alone = self.freeze_with(&mut patience);
                    if alone.is_attended() {
                        return Err(Attended);
                    }
                    for payload in payloads.drain(..) {
                        alone.push_payload(side, payload);
                    }
                    return Ok(alone.len());
                }
            }
        }
    }

    /// Takes the message at `side` and calls `f` with its bytes, in place. `None` when the list is
    /// empty.
    ///
    /// At the side of the head nothing is copied or allocated. At the side of the tail the message
    /// is copied out first, in exclusive mode; one of more than 256 bytes is copied to the heap.
    /// The list is not locked while `f` runs, and `f` may use it. When `f` panics, the message goes
    /// back to `side`.
    ///
    /// # Errors
    ///
    /// [`Attended`] as for [`SegmentList::push`].
    #[inline]
    pub fn pop_with<R>(
        &self,
        side: Side,
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, Attended> {
        match self.claim_head(side, 1) {
            Ok(None) => Ok(None),
            Ok(Some(taken)) => Ok(Some(taken.consume_one(f))),
            Err(_) => match self.pop_detour(side, 1)? {
                Popped::Nothing => Ok(None),
                Popped::Claimed(taken) => Ok(Some(taken.consume_one(f))),
                Popped::Frozen(mut alone) => {
                    let mut message = SmallVec::<[u8; 256]>::new();
                    let taken = alone.take_with(side, |bytes| message.extend_from_slice(bytes));
                    drop(alone);
                    Ok(taken.map(|()| self.lend(side, &message, f)))
                }
            },
        }
    }

    /// Takes the message at `side`. `None` when the list is empty. A boxed message moves out
    /// without a copy.
    ///
    /// # Errors
    ///
    /// [`Attended`] as for [`SegmentList::push`].
    #[inline]
    pub fn pop(&self, side: Side) -> Result<Option<Bytes>, Attended> {
        match self.claim_head(side, 1) {
            Ok(None) => Ok(None),
            Ok(Some(taken)) => Ok(Some(taken.into_bytes())),
            Err(_) => match self.pop_detour(side, 1)? {
                Popped::Nothing => Ok(None),
                Popped::Claimed(taken) => Ok(Some(taken.into_bytes())),
                Popped::Frozen(mut alone) => Ok(alone.pop(side)),
            },
        }
    }

    /// Takes up to `max` messages at `side` in one atomic step, calls `f` with each, and returns
    /// how many there were.
    ///
    /// They are consecutive. There may be fewer than `max` although the list has more: a step does
    /// not cross the border of a segment. 0 means that the list is empty, or `max` is 0. When `f`
    /// panics, its message and those after it go back to `side`.
    ///
    /// # Errors
    ///
    /// [`Attended`] as for [`SegmentList::push`].
    pub fn pop_many_with(
        &self,
        side: Side,
        max: usize,
        mut f: impl FnMut(&[u8]),
    ) -> Result<usize, Attended> {
        let max = u32::try_from(max).unwrap_or(u32::MAX);
        if max == 0 {
            return Ok(0);
        }
        let popped = match self.claim_head(side, max) {
            Ok(None) => Popped::Nothing,
            Ok(Some(taken)) => Popped::Claimed(taken),
            Err(_) => self.pop_detour(side, max)?,
        };
        match popped {
            Popped::Nothing => Ok(0),
            Popped::Claimed(taken) => Ok(taken.consume(f)),
            Popped::Frozen(alone) => {
                drop(alone);
                let popped = self.pop_with(side, |bytes| f(bytes))?;
                Ok(usize::from(popped.is_some()))
            }
        }
    }

    /// A pop that found something in its way.
    #[cold]
    #[inline(never)]
    fn pop_detour(&self, side: Side, max: u32) -> Result<Popped<'_, X>, Attended> {
        let mut patience = self.patience();
        loop {
            match self.claim_head(side, max) {
                Ok(None) => return Ok(Popped::Nothing),
                Ok(Some(taken)) => return Ok(Popped::Claimed(taken)),
                Err(Detour::Attended) => return Err(Attended),
                Err(Detour::Frozen) => self.wait_unfrozen(&mut patience),
                Err(Detour::NeedsExclusive) => {
                    let alone = self.freeze_with(&mut patience);
                    if alone.is_attended() {
                        return Err(Attended);
                    }
                    if alone.push_side() == side {
                        return Ok(Popped::Frozen(alone));
                    }
                    // The head segment is used up: the end of exclusive mode moves on to the next
                    // one.
                }
            }
        }
    }

    /// Calls `f` with a message that has left the list, and puts it back when `f` panics.
    fn lend<R>(&self, side: Side, message: &[u8], f: impl FnOnce(&[u8]) -> R) -> R {
        struct PutBack<'a, X>(&'a SegmentList<X>, Side, Option<&'a [u8]>);
        impl<X> Drop for PutBack<'_, X> {
            fn drop(&mut self) {
                if let Some(message) = self.2 {
                    self.0.freeze().push(self.1, message);
                }
            }
        }
        let mut put_back = PutBack(self, side, Some(message));
        let result = f(message);
        put_back.2 = None;
        result
    }

    /// How many messages there are; exact at one moment during the call.
    ///
    /// A push counts from its claim on, a pop no longer from its claim on.
    #[inline]
    pub fn len(&self) -> u64 {
        let mut word = self.load_word();
        let mut patience = self.patience();
        loop {
            if word.is_frozen() {
                self.wait_unfrozen(&mut patience);
                word = self.load_word();
                continue;
            }
            // Relaxed: checked by the second look at the word.
            let carry = self.carry.load(Relaxed);
            // Acquire fence: a `carry` of a later exclusive section brings its frozen word along;
            // pairs with "set carry" in `Exclusive`.
            if !skips(Site::LenFence) {
                crate::loom::fence(Acquire);
            }
            let now = self.load_word();
            if now == word || skips(Site::LenConfirm) {
                return carry
                    .wrapping_add(u64::from(word.hi()))
                    .wrapping_sub(u64::from(word.lo()));
            }
            word = now;
        }
    }

    /// Whether there is no message; exact at one moment during the call.
    #[inline]
    pub fn is_empty(&self) -> bool {
        let mut patience = self.patience();
        loop {
            let word = self.load_word();
            if !word.is_frozen() {
                return word.is_empty();
            }
            self.wait_unfrozen(&mut patience);
        }
    }

    /// Whether there is no message and nobody is in exclusive mode, at one moment during the call.
    /// Waits for nobody.
    #[inline]
    pub fn is_idle(&self) -> bool {
        let word = self.load_word();
        !word.is_frozen() && word.is_empty()
    }

    /// Whether the fast paths give [`Attended`].
    #[inline]
    pub fn is_attended(&self) -> bool {
        let mut patience = self.patience();
        loop {
            let word = self.load_word();
            if !word.is_frozen() {
                return word.is_attended();
            }
            self.wait_unfrozen(&mut patience);
        }
    }

    /// Begins exclusive mode: waits for the thread that is in it, then nobody else pushes, pops or
    /// freezes until the guard is dropped.
    ///
    /// Threads that come meanwhile spin, then yield, then sleep for short times; who has waited for
    /// a millisecond goes before who comes then. To freeze several lists, freeze them in one order
    /// that all threads keep to, such as that of their addresses. Freezing a list twice on one
    /// thread waits for ever.
    #[inline]
    pub fn freeze(&self) -> Exclusive<'_, X> {
        self.freeze_with(&mut self.patience())
    }

    /// Gives way, once for all of these lists, if somebody has waited long for one of them: what
    /// [`SegmentList::freeze`] does before it freezes. For who freezes several.
    #[inline]
    pub fn give_way<'a>(lists: impl IntoIterator<Item = &'a Self>)
    where
        X: 'a,
    {
        for list in lists {
            if list.patience().give_way() {
                return;
            }
        }
    }

    /// As [`SegmentList::freeze`], but gives way to nobody: for a thread that has another list
    /// frozen, whose users would wait for nothing meanwhile. See [`SegmentList::give_way`].
    #[inline]
    pub fn freeze_at_once(&self) -> Exclusive<'_, X> {
        self.freeze_now(&mut self.patience())
    }

    /// As [`SegmentList::freeze`], but only if the list has no message, and waits for nobody.
    /// `None` also when another thread is at the list.
    pub fn try_freeze_empty(&self) -> Option<Exclusive<'_, X>> {
        let word = self.load_word();
        if word.is_frozen() || !word.is_empty() {
            return None;
        }
        // Acquire on success: as in `freeze_now`.
        let acquire = ord(Site::Freeze, Acquire);
        let frozen = self
            .word
            .compare_exchange(word.0, word.frozen().0, acquire, Relaxed);
        // SAFETY: when it succeeded, this thread has set the frozen bit: it is alone (I3).
        frozen
            .is_ok()
            .then(|| unsafe { Exclusive::begin(self, word) })
    }

    fn freeze_with(&self, patience: &mut Patience) -> Exclusive<'_, X> {
        patience.give_way();
        self.freeze_now(patience)
    }

    fn freeze_now(&self, patience: &mut Patience) -> Exclusive<'_, X> {
        let mut word = self.load_word();
        loop {
            if word.is_frozen() {
                patience.wait();
                word = self.load_word();
                continue;
            }
            // Acquire on success: what the last exclusive section wrote; pairs with "unfreeze" in
            // `Exclusive`.
            let acquire = ord(Site::Freeze, Acquire);
            if self
                .word
                .compare_exchange(word.0, word.frozen().0, acquire, Relaxed)
                .is_ok()
            {
                // SAFETY: this thread has set the frozen bit: it is alone (I3).
                return unsafe { Exclusive::begin(self, word) };
            }
            patience.spin();
            word = self.load_word();
        }
    }
}

#[cold]
fn detour(word: Word) -> Detour {
    if word.is_attended() {
        Detour::Attended
    } else {
        Detour::Frozen
    }
}

/// What a pop's detour came back with.
enum Popped<'a, X> {
    Nothing,
    Claimed(Taken<'a, X>),
    /// It is to be taken from the side of the tail, in this exclusive mode.
    Frozen(Exclusive<'a, X>),
}

/// "Publish slot": from here on the message can be read.
///
/// # Safety
///
/// The caller has claimed the slot, and has written its message.
#[inline]
unsafe fn publish(segment: Segment, index: u32, slot: Slot) {
    // SAFETY: the claim keeps the segment alive, and the slot is in its table.
    let word = unsafe { segment.slot(index) };
    // Release: the message's bytes; pairs with "read slot" in `Segment::published`.
    word.store(slot.0, ord(Site::SlotPublish, Release));
}

impl<X> Drop for SegmentList<X> {
    fn drop(&mut self) {
        // Still frozen: a guard was leaked, and what it did to the segments is not in the word.
        // They leak with it.
        if !Word(self.word.load_mut()).is_frozen() {
            self.freeze_at_once().release_all();
        }
    }
}

impl<X> fmt::Debug for SegmentList<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentList")
            .field("word", &self.load_word())
            .finish_non_exhaustive()
    }
}

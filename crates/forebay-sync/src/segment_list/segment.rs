//! One segment: a header, a table of slots, and the bytes of the messages, in one allocation.
//!
//! ```text
//! | Header | slot 0 | slot 1 | ... | message bytes, 8-byte units, in order of claim ... |
//!          ^ data                   ^ unit `table`                                      ^ unit `units`
//! ```
//!
//! Offsets are counted in units from `data`, so a slot word finds its bytes without the header. The
//! fast paths touch slots and bytes only, and only after a claim; the header belongs to exclusive
//! mode (invariant I3 of the [parent](super)).

use core::cell::Cell;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use alloc::alloc::{alloc, dealloc, handle_alloc_error};
use alloc::boxed::Box;
use core::alloc::Layout;

use super::pace;
use super::slot::{Slot, units_for};
use crate::backoff::Backoff;
use crate::loom::AtomicU32;
use crate::loom::Ordering::{Acquire, Relaxed};
use crate::pool;
use crate::teeth::{Site, ord, skips};

/// A pointer to a segment, or [`NONE`], or [`INLINE`].
pub(super) type Link = *mut Header;

/// No segment.
pub(super) const NONE: Link = ptr::null_mut();
/// The segment inside the list itself. A marker, not an address: a list may move while nobody
/// shares it.
pub(super) const INLINE: Link = ptr::without_provenance_mut(align_of::<Header>());

/// What exclusive mode knows of a segment.
#[derive(Debug)]
#[repr(C, align(8))]
pub(super) struct Header {
    /// Towards the tail.
    pub(super) next: Cell<Link>,
    /// Towards the head.
    pub(super) prev: Cell<Link>,
    /// What [`pace`] had counted before the first of the `laps`.
    pub(super) laps_since: Cell<u32>,
    /// First live slot. Of the head segment: valid in exclusive mode only, like `hi` and `used` of
    /// the tail.
    pub(super) lo: Cell<u16>,
    /// One past the last live slot.
    pub(super) hi: Cell<u16>,
    /// Units taken, the table's included.
    pub(super) used: Cell<u16>,
    /// Slots in the table.
    pub(super) slots: Cell<u16>,
    /// Units of data in all.
    pub(super) units: u16,
    /// How often the list has come to the end of a segment of this size.
    pub(super) laps: Cell<u8>,
    #[cfg(loom)]
    model: super::model::Tracked,
}

const _: () = assert!(
    cfg!(loom) || size_of::<Header>() == 32,
    "small lists are small because this is"
);

/// Units that a table of `slots` slots takes.
#[inline]
pub(super) const fn table_units(slots: u32) -> u32 {
    slots.div_ceil(2)
}

/// The segment that lives in the list: a list of one small message needs no other.
#[repr(C)]
pub(super) struct InlineSegment {
    header: Header,
    data: [MaybeUninit<u64>; INLINE_UNITS as usize],
}

/// Slots of the inline segment.
pub(super) const INLINE_SLOTS: u32 = if cfg!(loom) { 2 } else { 4 };
/// Units of the inline segment: its table, and 64 bytes.
pub(super) const INLINE_UNITS: u32 = table_units(INLINE_SLOTS) + if cfg!(loom) { 2 } else { 8 };

impl InlineSegment {
    pub(super) fn new() -> Self {
        Self {
            header: Header::new(INLINE_SLOTS, INLINE_UNITS),
            // An empty table; the bytes behind it do not matter.
            data: [MaybeUninit::zeroed(); INLINE_UNITS as usize],
        }
    }
}

impl Header {
    fn new(slots: u32, units: u32) -> Self {
        Self {
            next: Cell::new(NONE),
            prev: Cell::new(NONE),
            lo: Cell::new(0),
            hi: Cell::new(0),
            used: Cell::new(table_units(slots) as u16),
            slots: Cell::new(slots as u16),
            units: units as u16,
            laps_since: Cell::new(0),
            laps: Cell::new(0),
            #[cfg(loom)]
            model: super::model::Tracked::new(units),
        }
    }

    /// Counts that the list has come to the end of the segment, and says whether the list is hot.
    pub(super) fn lap(&self) -> bool {
        let now = pace::count_lap();
        let laps = self.laps.get();
        if laps == 0 {
            self.laps_since.set(now);
        }
        if laps < pace::LAPS_MAX {
            self.laps.set(laps + 1);
            return false;
        }
        self.laps.set(0);
        pace::is_hot(now.wrapping_sub(self.laps_since.get()))
    }

    /// Goes on with the laps of the segment before.
    pub(super) fn inherit_laps(&self, before: &Self) {
        if self.units == before.units {
            self.laps.set(before.laps.get());
            self.laps_since.set(before.laps_since.get());
        }
    }

    pub(super) fn is_drained(&self) -> bool {
        self.lo.get() == self.hi.get()
    }

    pub(super) fn live(&self) -> u64 {
        u64::from(self.hi.get() - self.lo.get())
    }

    /// Whether `slots` more slots with `units` units fit at the end.
    pub(super) fn has_room(&self, slots: u32, units: u32) -> bool {
        u32::from(self.hi.get()) + slots <= u32::from(self.slots.get())
            && u32::from(self.used.get()) + units <= u32::from(self.units)
    }

    /// Takes back the units of the last message, if they are the last ones in use.
    pub(super) fn give_back(&self, slot: Slot) {
        if slot.offset() + slot.units() == u32::from(self.used.get()) {
            self.used.set(slot.offset() as u16);
        }
    }

    /// Mean units of the messages that were written to the segment.
    pub(super) fn mean_units(&self) -> Option<u32> {
        let written = u32::from(self.hi.get());
        let bytes = u32::from(self.used.get()) - table_units(u32::from(self.slots.get()));
        (written != 0).then(|| bytes.div_ceil(written))
    }
}

/// A live segment. Copies of the pointer are free; what may be done through it is said at each
/// method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment(NonNull<Header>);

impl Segment {
    /// # Safety
    ///
    /// `link` is neither [`NONE`] nor [`INLINE`]; its segment is alive for as long as the result is
    /// used.
    #[inline]
    pub(super) unsafe fn from_link(link: Link) -> Self {
        debug_assert!(link != NONE && link != INLINE, "a segment of its own");
        // SAFETY: not null, by the contract above.
        Self(unsafe { NonNull::new_unchecked(link) })
    }

    pub(super) fn from_inline(inline: NonNull<InlineSegment>) -> Self {
        Self(inline.cast())
    }

    pub(super) fn as_link(self) -> Link {
        self.0.as_ptr()
    }

    fn layout(units: u32) -> Layout {
        let bytes = size_of::<Header>() + units as usize * 8;
        match Layout::from_size_align(bytes, align_of::<Header>()) {
            Ok(layout) => layout,
            Err(_) => unreachable!("a segment has at most 64 KiB"),
        }
    }

    /// A new segment with an empty table.
    pub(super) fn alloc(slots: u32, units: u32) -> Self {
        debug_assert!(
            table_units(slots) <= units && units <= super::word::UNITS_MAX,
            "{slots} slots, {units} units"
        );
        let layout = Self::layout(units);
        let bytes = if layout.size() == pool::SEGMENT_BYTES {
            pool::take()
        } else {
            // SAFETY: the size is not 0: a header is there.
            let bytes = unsafe { alloc(layout) };
            NonNull::new(bytes).unwrap_or_else(|| handle_alloc_error(layout))
        };
        let header = bytes.cast::<Header>();
        // SAFETY: fresh memory of the right size and alignment.
        unsafe { header.write(Header::new(slots, units)) };
        let segment = Self(header);
        segment.fill_table(slots, Slot::EMPTY);
        segment
    }

    /// # Safety
    ///
    /// The segment came from [`Segment::alloc`], nobody else can reach it, and its boxed messages
    /// have been taken.
    pub(super) unsafe fn free(self) {
        // SAFETY: the caller owns the segment.
        let layout = Self::layout(u32::from(unsafe { self.header() }.units));
        // SAFETY: the caller owns the segment, and the header is not used again.
        unsafe { ptr::drop_in_place(self.0.as_ptr()) };
        if layout.size() == pool::SEGMENT_BYTES {
            // SAFETY: of this size, so `alloc` took it from the pool; not used again.
            unsafe { pool::give_back(self.0.cast()) };
        } else {
            // SAFETY: allocated in `alloc` with this layout.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) };
        }
    }

    /// The header.
    ///
    /// # Safety
    ///
    /// The segment is alive, and the caller is in exclusive mode of its list or is its only owner
    /// (I3).
    #[inline]
    pub(super) unsafe fn header<'a>(self) -> &'a Header {
        // SAFETY: alive, by the contract; other threads touch only what lies behind the header.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    fn data(self) -> *mut u64 {
        // In bounds: the data begin right behind the header, in the same allocation.
        self.0.as_ptr().wrapping_add(1).cast::<u64>()
    }

    /// Sets all slots of a table that only the caller uses.
    fn fill_table(self, slots: u32, value: Slot) {
        for index in 0..slots {
            #[cfg(not(loom))]
            {
                let slot = self.data().cast::<u32>().wrapping_add(index as usize);
                // SAFETY: within the table; aligned, because the data are aligned to 8; not shared
                // at this moment.
                unsafe { slot.write(value.0) };
            }
            #[cfg(loom)]
            // SAFETY: the model's table has more slots than any model uses.
            unsafe {
                self.set_slot(index, value);
            }
        }
    }

    /// The word of slot `index`.
    ///
    /// # Safety
    ///
    /// The segment is alive for `'a` and has that slot.
    #[inline]
    pub(super) unsafe fn slot<'a>(self, index: u32) -> &'a AtomicU32 {
        #[cfg(not(loom))]
        {
            let slot = self.data().cast::<AtomicU32>().wrapping_add(index as usize);
            // SAFETY: within the table, by the contract, which was initialized when the segment was
            // made; slots are only used as atomics.
            unsafe { &*slot }
        }
        #[cfg(loom)]
        {
            // SAFETY: alive, by the contract.
            &unsafe { self.0.as_ref() }.model.slots[index as usize]
        }
    }

    /// Waits until the claimed slot `index` is published, and reads it.
    ///
    /// # Safety
    ///
    /// As [`Segment::slot`]; and the slot was claimed by a push, so that its publication is
    /// certain.
    #[inline]
    pub(super) unsafe fn published(self, index: u32) -> Slot {
        // SAFETY: the same contract.
        let word = unsafe { self.slot(index) };
        // Acquire: the message's bytes; pairs with "publish slot" in `SegmentList::push`.
        let slot = Slot(word.load(ord(Site::SlotRead, Acquire)));
        if slot.is_full() {
            slot
        } else {
            Self::wait_published(word)
        }
    }

    /// Reads the claimed slot `index` if it is published.
    ///
    /// # Safety
    ///
    /// As [`Segment::slot`].
    pub(super) unsafe fn if_published(self, index: u32) -> Option<Slot> {
        // SAFETY: the same contract.
        let word = unsafe { self.slot(index) };
        // Acquire: as in `published`.
        let slot = Slot(word.load(ord(Site::SlotRead, Acquire)));
        slot.is_full().then_some(slot)
    }

    #[cold]
    fn wait_published(word: &AtomicU32) -> Slot {
        let mut backoff = Backoff::new();
        loop {
            backoff.snooze();
            // Acquire: as in `published`.
            let slot = Slot(word.load(ord(Site::SlotRead, Acquire)));
            if slot.is_full() {
                return slot;
            }
            debug_assert_ne!(
                slot,
                Slot::SETTLED,
                "nobody else settles what we have claimed (I6)"
            );
        }
    }

    /// Whether every slot below `lo` is settled: nobody has a claim in this drained segment any
    /// more.
    ///
    /// # Safety
    ///
    /// As [`Segment::header`], and the segment has no live slot.
    pub(super) unsafe fn is_settled(self) -> bool {
        // SAFETY: the same contract.
        let lo = u32::from(unsafe { self.header() }.lo.get());
        if skips(Site::SegmentSettled) {
            return true;
        }
        // The last one first: it is the likeliest to be still in use.
        // SAFETY: slots below `lo` are within the table.
        (0..lo)
            .rev()
            .all(|index| unsafe { self.is_slot_settled(index) })
    }

    /// Makes an empty, settled segment ready to be used from its start, with a table of `slots`
    /// slots.
    ///
    /// # Safety
    ///
    /// As [`Segment::header`]; the segment has no live slot and is settled; the table fits.
    pub(super) unsafe fn relayout(self, slots: u32) {
        self.fill_table(slots, Slot::EMPTY);
        // SAFETY: the same contract.
        let header = unsafe { self.header() };
        header.slots.set(slots as u16);
        header.lo.set(0);
        header.hi.set(0);
        header.used.set(table_units(slots) as u16);
        header.next.set(NONE);
        header.prev.set(NONE);
    }

    /// Makes a fresh segment ready to be filled from its end to its start.
    ///
    /// # Safety
    ///
    /// As [`Segment::header`]; nobody else knows the segment yet.
    pub(super) unsafe fn turn_round(self) {
        // SAFETY: the same contract.
        let header = unsafe { self.header() };
        // Slots in front of the first live one look like those of messages that were popped.
        self.fill_table(u32::from(header.slots.get()), Slot::SETTLED);
        header.lo.set(header.slots.get());
        header.hi.set(header.slots.get());
    }

    /// Copies `message` to `offset`.
    ///
    /// # Safety
    ///
    /// The caller has claimed [`units_for`] the message at `offset`, and the message is short
    /// enough to be inline.
    #[inline]
    pub(super) unsafe fn write_inline(self, offset: u32, message: &[u8]) {
        debug_assert!(
            message.len() <= super::slot::INLINE_BYTES_MAX,
            "{} bytes",
            message.len()
        );
        #[cfg(loom)]
        // SAFETY: alive: the caller has a claim in it.
        unsafe { self.0.as_ref() }
            .model
            .wrote(offset, units_for(message.len()));
        let to = self.data().wrapping_add(offset as usize).cast::<u8>();
        // SAFETY: the claim covers these units, and nobody else touches them before the slot is
        // published (I4).
        unsafe { crate::copy::copy(message.as_ptr(), to, message.len()) };
    }

    /// Copies the units of a message, or of its address, to `to`.
    ///
    /// # Safety
    ///
    /// As [`Segment::message`]; `to` has as many units as the message.
    pub(super) unsafe fn copy_out(self, slot: Slot, to: &mut [MaybeUninit<u64>]) {
        debug_assert_eq!(slot.units() as usize, to.len(), "{slot:?}");
        #[cfg(loom)]
        // SAFETY: alive: it holds a message.
        unsafe { self.0.as_ref() }
            .model
            .reads(slot.offset(), slot.units());
        let from = self.data().wrapping_add(slot.offset() as usize);
        // SAFETY: the message's units lie in the segment, which nobody writes there (I4).
        unsafe { ptr::copy_nonoverlapping(from.cast(), to.as_mut_ptr(), to.len()) };
    }

    /// Copies units that [`Segment::copy_out`] has read to `offset`.
    ///
    /// # Safety
    ///
    /// The units at `offset` are free, and the caller is in exclusive mode. Only one of the copies
    /// of an address may be used.
    pub(super) unsafe fn copy_in(self, offset: u32, from: &[MaybeUninit<u64>]) {
        #[cfg(loom)]
        // SAFETY: alive: the caller is in exclusive mode of its list.
        unsafe { self.0.as_ref() }
            .model
            .wrote(offset, from.len() as u32);
        let to = self.data().wrapping_add(offset as usize);
        // SAFETY: free units of this segment, by the contract.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), to.cast(), from.len()) };
    }

    /// Leaves a boxed message at `offset`.
    ///
    /// # Safety
    ///
    /// The caller has claimed [`super::slot::BOXED_UNITS`] at `offset`. Whoever takes the message
    /// owns the box.
    pub(super) unsafe fn write_boxed(self, offset: u32, message: Box<[u8]>) {
        #[cfg(loom)]
        // SAFETY: alive: the caller has a claim in it.
        unsafe { self.0.as_ref() }
            .model
            .wrote(offset, super::slot::BOXED_UNITS);
        let to = self
            .data()
            .wrapping_add(offset as usize)
            .cast::<*mut [u8]>();
        // SAFETY: the claim covers the two units of a wide pointer; units are aligned to 8.
        unsafe { to.write(Box::into_raw(message)) };
    }

    /// The bytes of the message in `slot`.
    ///
    /// # Safety
    ///
    /// `slot` was read from this segment as published, and the message stays there during `'a`: the
    /// caller has claimed and not yet settled it, or is in exclusive mode and it is live.
    #[inline]
    pub(super) unsafe fn message<'a>(self, slot: Slot) -> &'a [u8] {
        debug_assert!(slot.is_full(), "{slot:?}");
        #[cfg(loom)]
        // SAFETY: alive: it holds a message.
        unsafe { self.0.as_ref() }
            .model
            .reads(slot.offset(), slot.units());
        if slot.is_boxed() {
            // SAFETY: the same contract.
            let boxed = unsafe { self.boxed(slot) };
            // SAFETY: written by `write_boxed`; nobody has taken the box yet.
            return unsafe { &*boxed };
        }
        let from = self
            .data()
            .wrapping_add(slot.offset() as usize)
            .cast::<u8>();
        // SAFETY: `write_inline` put `len` bytes there; they do not change while the message is
        // there (I4).
        unsafe { core::slice::from_raw_parts(from, slot.len()) }
    }

    /// # Safety
    ///
    /// As [`Segment::message`], and the slot is a boxed one.
    unsafe fn boxed(self, slot: Slot) -> *mut [u8] {
        let from = self
            .data()
            .wrapping_add(slot.offset() as usize)
            .cast::<*mut [u8]>();
        // SAFETY: `write_boxed` put it there; aligned to 8.
        unsafe { from.read() }
    }

    /// Takes the box of a boxed message.
    ///
    /// # Safety
    ///
    /// As [`Segment::message`], the slot is a boxed one, and nobody reads the message afterwards.
    pub(super) unsafe fn take_boxed(self, slot: Slot) -> Box<[u8]> {
        debug_assert!(slot.is_boxed(), "{slot:?}");
        #[cfg(loom)]
        // SAFETY: alive: it holds a message.
        unsafe { self.0.as_ref() }
            .model
            .reads(slot.offset(), slot.units());
        // SAFETY: the same contract.
        let boxed = unsafe { self.boxed(slot) };
        // SAFETY: made by `Box::into_raw` in `write_boxed`, taken once.
        unsafe { Box::from_raw(boxed) }
    }

    /// Sets a slot in exclusive mode. Unfreezing publishes it.
    ///
    /// # Safety
    ///
    /// The caller is in exclusive mode; the slot is in the table and nobody has a claim on it.
    pub(super) unsafe fn set_slot(self, index: u32, slot: Slot) {
        // SAFETY: the same contract.
        let word = unsafe { self.slot(index) };
        // Relaxed: "unfreeze" is the release that publishes it.
        word.store(slot.0, Relaxed);
    }

    /// Whether the message of slot `index` is gone and nobody reads it any more.
    ///
    /// # Safety
    ///
    /// As [`Segment::slot`].
    #[inline]
    pub(super) unsafe fn is_slot_settled(self, index: u32) -> bool {
        // SAFETY: the same contract.
        let word = unsafe { self.slot(index) };
        // Acquire: the reader is done with the bytes; pairs with "settle slot" in `Taken`.
        let slot = Slot(word.load(ord(Site::SettledCheck, Acquire)));
        slot == Slot::SETTLED || (skips(Site::SlotSettledNotEmpty) && slot == Slot::EMPTY)
    }

    /// Writes `message` at `offset` and returns its slot word.
    ///
    /// # Safety
    ///
    /// The caller has claimed the message's units at `offset`.
    #[inline]
    pub(super) unsafe fn write(self, offset: u32, message: Payload<'_>) -> Slot {
        match message {
            Payload::Inline(bytes) => {
                // SAFETY: the same contract.
                unsafe { self.write_inline(offset, bytes) };
                Slot::inline(offset, bytes.len())
            }
            Payload::Boxed(bytes) => {
                // SAFETY: the same contract.
                unsafe { self.write_boxed(offset, bytes) };
                Slot::boxed(offset)
            }
        }
    }
}

/// A message on its way into a segment.
#[derive(Debug)]
pub(super) enum Payload<'a> {
    /// Short enough to be copied in.
    Inline(&'a [u8]),
    /// Has an allocation of its own.
    Boxed(Box<[u8]>),
}

impl<'a> Payload<'a> {
    #[inline]
    pub(super) fn new(message: &'a [u8]) -> Self {
        if message.len() > super::slot::INLINE_BYTES_MAX {
            Self::Boxed(message.into())
        } else {
            Self::Inline(message)
        }
    }

    #[inline]
    pub(super) fn units(&self) -> u32 {
        match self {
            Self::Inline(bytes) => units_for(bytes.len()),
            Self::Boxed(_) => super::slot::BOXED_UNITS,
        }
    }
}

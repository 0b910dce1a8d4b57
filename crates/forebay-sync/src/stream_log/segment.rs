//! One segment: a header, a table of slots, the names of the fields, and the entries, in one
//! allocation.
//!
//! ```text
//! | Header | slot 0 | slot 1 | ... | names | entries, in 8-byte units, in order of claim ... |
//!          ^ data                  ^ unit `slots`                                          ^ unit `units`
//! ```

use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use alloc::alloc::{alloc, dealloc, handle_alloc_error};
use alloc::boxed::Box;
use core::alloc::Layout;

use super::encoding::{self, Encoded, Field, Measure};
use super::id::Id;
use super::plan::Size;
use super::word::{Key, Slot, Word};
use crate::backoff::Backoff;
use crate::loom::Ordering::{Acquire, Relaxed, Release};
use crate::loom::{AtomicPtr, AtomicU64, OwnedAtomic};
use crate::pool;
use crate::teeth::{Site, ord};

/// A pointer to a segment, or null.
pub(super) type Link = *mut Header;

/// Segments of at least this size have their header on one cache line.
const ALIGNED_BYTES_MIN: usize = 4096;

/// What stands in front of a segment: one cache line.
#[derive(Debug)]
#[repr(C, align(8))]
pub(super) struct Header {
    /// The state word; of a segment that is not the tail: frozen for ever (I2).
    pub(super) word: AtomicU64,
    /// Towards the tail.
    next: AtomicPtr<Header>,
    /// Towards the head. Of the head segment: without a meaning (I7).
    prev: AtomicPtr<Header>,
    /// Ids are relative to this one. It is that of the first entry; of a segment without slots, the
    /// last id that was given out before.
    pub(super) base: Id,
    /// Rises from segment to segment.
    pub(super) number: u64,
    /// The ordinal of slot 0.
    pub(super) ordinal: u64,
    slots: u16,
    units: u16,
    names_bytes: u16,
    /// Slots whose entries were deleted or trimmed. Exclusive mode only (I3).
    pub(super) dead: Cell<u16>,
    #[cfg(loom)]
    model: super::model::Tracked,
}

const _: () = assert!(
    cfg!(loom) || size_of::<Header>() == 64,
    "one cache line, and small streams are small because of it"
);

/// Units that `bytes` bytes take.
#[inline]
pub(super) const fn units_for(bytes: usize) -> u32 {
    bytes.div_ceil(8) as u32
}

/// 8-byte units that the address and length of a boxed entry take.
pub(super) const BOXED_UNITS: u32 = 2;

/// A segment that stays there during `'g`: a guard, exclusive mode, or the only owner keeps it.
///
/// What is behind the header of a shared segment is only touched by the rules of the
/// [parent](super): slots as atomics, bytes after *read slot* or before *publish slot* (I4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment<'g>(NonNull<Header>, PhantomData<&'g Header>);

impl<'g> Segment<'g> {
    /// # Safety
    ///
    /// `link` is not null, and its segment stays there during `'g`.
    #[inline]
    pub(super) unsafe fn from_link(link: Link) -> Self {
        debug_assert!(!link.is_null(), "a segment is there");
        // SAFETY: not null, by the contract.
        Self(unsafe { NonNull::new_unchecked(link) }, PhantomData)
    }

    #[inline]
    pub(super) fn as_link(self) -> Link {
        self.0.as_ptr()
    }

    /// The same segment, for a time that the caller knows better.
    ///
    /// # Safety
    ///
    /// It stays there during `'h`.
    #[inline]
    pub(super) unsafe fn during<'h>(self) -> Segment<'h> {
        Segment(self.0, PhantomData)
    }

    fn layout(units: u32) -> Layout {
        let bytes = size_of::<Header>() + units as usize * 8;
        let align = if bytes < ALIGNED_BYTES_MIN { 8 } else { 64 };
        match Layout::from_size_align(bytes, align) {
            Ok(layout) => layout,
            Err(_) => unreachable!("a segment has at most 64 KiB"),
        }
    }

    /// A new segment with an empty table and the names of these fields. It is not open yet.
    pub(super) fn alloc(size: Size, names: &[Field<'_>]) -> Self {
        let Size { slots, units } = size;
        let names_bytes = encoding::names_bytes(names);
        let used = slots + units_for(names_bytes);
        debug_assert!(used <= units, "{size:?} with {names_bytes} bytes of names");
        let layout = Self::layout(units);
        let bytes = if layout.size() == pool::SEGMENT_BYTES {
            pool::take()
        } else {
            // SAFETY: the size is not 0: a header is there.
            let bytes = unsafe { alloc(layout) };
            NonNull::new(bytes).unwrap_or_else(|| handle_alloc_error(layout))
        };
        let header = bytes.cast::<Header>();
        let content = Header {
            word: AtomicU64::new(Word::new(used).0),
            next: AtomicPtr::new(ptr::null_mut()),
            prev: AtomicPtr::new(ptr::null_mut()),
            base: Id::MIN,
            number: 0,
            ordinal: 0,
            slots: slots as u16,
            units: units as u16,
            names_bytes: names_bytes as u16,
            dead: Cell::new(0),
            #[cfg(loom)]
            model: super::model::Tracked::new(slots, units),
        };
        // SAFETY: fresh memory of the right size and alignment.
        unsafe { header.write(content) };
        let segment = Self(header, PhantomData);
        // SAFETY: the table lies within the data, which nobody else knows; all zeros is an empty
        // slot.
        #[cfg(not(loom))]
        unsafe {
            segment.data().write_bytes(0, slots as usize);
        }
        let to = segment.unit(slots).cast::<u8>();
        // SAFETY: `used` is within the data, by the contract of `Plan::size`.
        unsafe { encoding::write_names(names, to) };
        segment
    }

    /// Says where in the log a new segment stands.
    ///
    /// # Safety
    ///
    /// Nobody else knows the segment yet.
    pub(super) unsafe fn open(self, base: Id, number: u64, ordinal: u64) {
        let header = self.0.as_ptr();
        // SAFETY: ours alone, by the contract.
        unsafe { (*header).base = base };
        // SAFETY: as above.
        unsafe { (*header).number = number };
        // SAFETY: as above.
        unsafe { (*header).ordinal = ordinal };
    }

    /// Frees the segment and the boxes that it owns.
    ///
    /// # Safety
    ///
    /// The segment came from [`Segment::alloc`], nobody else can reach it, and every claimed slot
    /// is published.
    pub(super) unsafe fn free(self) {
        for index in 0..self.word().slots() {
            // Relaxed: the segment is ours alone.
            let slot = Slot(self.slots()[index as usize].load(Relaxed));
            if slot.owns_box() {
                // SAFETY: published, and boxed.
                let entry = unsafe { self.boxed(slot) };
                // SAFETY: made by `Box::into_raw` in `write`; the segment owns it.
                drop(unsafe { Box::from_raw(entry) });
            }
        }
        #[cfg(loom)]
        super::model::bury(
            self.0.cast::<u8>(),
            Self::forget_buried,
            &self.header().model,
        );
        #[cfg(not(loom))]
        // SAFETY: the same contract.
        unsafe {
            self.dealloc();
        }
    }

    /// # Safety
    ///
    /// As [`Segment::free`], after it.
    unsafe fn dealloc(self) {
        let layout = Self::layout(self.units());
        // SAFETY: the same contract; the header is not used again.
        unsafe { ptr::drop_in_place(self.0.as_ptr()) };
        if layout.size() == pool::SEGMENT_BYTES {
            // SAFETY: of this size, so `alloc` took it from the pool; not used again.
            unsafe { pool::give_back(self.0.cast()) };
        } else {
            // SAFETY: allocated in `alloc` with this layout.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) };
        }
    }

    #[inline]
    pub(super) fn header(self) -> &'g Header {
        // SAFETY: the segment is there during `'g`, and its fields are atomics, or do not change
        // any more, or belong to exclusive mode (I3).
        let header = unsafe { self.0.as_ref() };
        #[cfg(loom)]
        header.model.assert_alive();
        header
    }

    /// Room for slots.
    #[inline]
    pub(super) fn slots_max(self) -> u32 {
        u32::from(self.header().slots)
    }

    /// Units of data in all.
    #[inline]
    pub(super) fn units(self) -> u32 {
        u32::from(self.header().units)
    }

    /// A segment that exists for its base and word only.
    #[inline]
    pub(super) fn is_hollow(self) -> bool {
        self.header().slots == 0
    }

    #[inline]
    fn data(self) -> *mut u64 {
        // In bounds: the data begin right behind the header, in the same allocation.
        self.0.as_ptr().wrapping_add(1).cast::<u64>()
    }

    #[inline]
    fn unit(self, offset: u32) -> *mut u64 {
        self.data().wrapping_add(offset as usize)
    }

    /// The table of slots.
    #[inline]
    pub(super) fn slots(self) -> &'g [AtomicU64] {
        #[cfg(not(loom))]
        {
            let slots = self.header().slots as usize;
            // SAFETY: initialized in `alloc`, aligned to 8, there during `'g`, and only used as
            // atomics since.
            unsafe { core::slice::from_raw_parts(self.data().cast::<AtomicU64>(), slots) }
        }
        #[cfg(loom)]
        &self.header().model.slots
    }

    /// The names of the fields, as a block.
    #[inline]
    pub(super) fn names(self) -> &'g [u8] {
        let header = self.header();
        // SAFETY: written in `alloc`, and never again.
        unsafe {
            core::slice::from_raw_parts(
                self.unit(u32::from(header.slots)).cast::<u8>(),
                header.names_bytes as usize,
            )
        }
    }

    /// The state word of a segment that is not the tail, or of a frozen one: it does not change.
    #[inline]
    pub(super) fn word(self) -> Word {
        // Relaxed: final; whoever knows that it is has acquired a later tail, or is in exclusive
        // mode.
        Word(self.header().word.load(Relaxed))
    }

    /// The segment behind this one.
    ///
    /// Of a segment in front of the tail. `None`: in front of it no more, for the log went on
    /// elsewhere.
    #[inline]
    pub(super) fn next(self) -> Option<Self> {
        // Acquire: the header of the segment, which may be newer than what this thread knows, and
        // that the log is frozen, should a segment between have been taken out; pairs with "link"
        // in `set_next`.
        let link = self.header().next.load(ord(Site::StreamLinkRead, Acquire));
        // SAFETY: what a segment that is there links to is there as long (I6).
        (!link.is_null()).then(|| unsafe { Self::from_link(link) })
    }

    /// The segment in front of this one.
    ///
    /// # Safety
    ///
    /// The segment is not the head, or was not when the guard behind `'g` was made.
    #[inline]
    pub(super) unsafe fn prev(self) -> Self {
        // Acquire: that the log is frozen, should a segment between have been taken out; pairs
        // with "link" in `set_prev`.
        let link = self.header().prev.load(ord(Site::StreamLinkRead, Acquire));
        // SAFETY: not null, and there as long as this one (I6, I7).
        unsafe { Self::from_link(link) }
    }

    /// "Link", in exclusive mode.
    pub(super) fn set_next(self, next: Segment<'_>) {
        // Release: the header of `next`, and that the log is frozen; pairs with `next`.
        let order = ord(Site::StreamLink, Release);
        self.header().next.store_owned(next.as_link(), order);
    }

    /// "Link" to the front, in exclusive mode.
    pub(super) fn set_prev(self, prev: Segment<'_>) {
        // Release: that the log is frozen; pairs with `prev`.
        let order = ord(Site::StreamLink, Release);
        self.header().prev.store_owned(prev.as_link(), order);
    }

    /// Waits until the claimed slot `index` is published, and reads it.
    #[inline]
    pub(super) fn published(self, index: u32) -> Slot {
        let word = &self.slots()[index as usize];
        // Acquire: the bytes of the entry, and the state of the log when it was deleted; pairs with
        // "publish slot" in `StreamLog::add` and "delete" in `StreamExclusive`.
        let slot = Slot(word.load(ord(Site::StreamSlotRead, Acquire)));
        if slot.is_full() {
            slot
        } else {
            Self::wait_published(word)
        }
    }

    #[cold]
    fn wait_published(word: &AtomicU64) -> Slot {
        let mut backoff = Backoff::new();
        loop {
            backoff.snooze();
            // Acquire: as in `published`.
            let slot = Slot(word.load(ord(Site::StreamSlotRead, Acquire)));
            if slot.is_full() {
                return slot;
            }
        }
    }

    /// "Publish slot": from here on the entry can be read.
    #[inline]
    pub(super) fn publish(self, index: u32, slot: Slot) {
        // Release: the bytes of the entry; pairs with "read slot" in `published`.
        let order = ord(Site::StreamSlotPublish, Release);
        self.slots()[index as usize].store(slot.0, order);
    }

    /// Changes the flags of a published slot, in exclusive mode.
    pub(super) fn mark(self, index: u32, slot: Slot) {
        // Release: that the log is frozen, and the count of deletions; pairs with "read slot" in
        // `published`.
        let order = ord(Site::StreamDelete, Release);
        self.slots()[index as usize].store_owned(slot.0, order);
    }

    /// The first of the slots below `end` whose key is not below `key`.
    pub(super) fn lower_bound(self, key: Key, end: u32) -> u32 {
        let (mut low, mut high) = (0, end);
        if key == Key::BASE {
            return 0;
        }
        while low < high {
            let middle = low.midpoint(high);
            if self.published(middle).key() < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Writes an entry to `offset`.
    ///
    /// # Safety
    ///
    /// The caller has claimed the units of `payload` at `offset` in this segment, and has not
    /// published the slot yet; an inline payload was measured for this segment.
    #[inline]
    pub(super) unsafe fn write(self, offset: u32, payload: Payload<'_>) {
        debug_assert!(
            offset + payload.units() <= self.units(),
            "{payload:?} at {offset} of {} units",
            self.units()
        );
        #[cfg(loom)]
        self.header().model.wrote(offset, payload.units());
        let to = self.unit(offset);
        match payload {
            // SAFETY: the claim covers these units, and nobody else touches them before the slot
            // is published (I4).
            Payload::Inline(fields, measure) => unsafe { measure.write(fields, to.cast::<u8>()) },
            Payload::Boxed(entry) => {
                // SAFETY: the claim covers the two units of a wide pointer; units are aligned to
                // 8.
                unsafe { to.cast::<*mut [u8]>().write(Box::into_raw(entry)) };
            }
        }
    }

    /// The entry in `slot`.
    ///
    /// # Safety
    ///
    /// `slot` was read from this segment as published; when it is boxed, its box is there during
    /// `'g`.
    #[inline]
    pub(super) unsafe fn entry(self, slot: Slot) -> Encoded<'g> {
        debug_assert!(slot.is_full(), "{slot:?}");
        #[cfg(loom)]
        self.header().model.reads(slot.offset());
        let from = if slot.is_boxed() {
            // SAFETY: the same contract.
            let entry = unsafe { self.boxed(slot) };
            entry.cast::<u8>().cast_const()
        } else {
            self.unit(slot.offset()).cast::<u8>().cast_const()
        };
        // SAFETY: `write` has written an entry there for this segment; its bytes do not change
        // (I4).
        unsafe { encoding::read(from, self.names()) }
    }

    /// Where the bytes of an entry that is not boxed begin.
    #[cfg(not(loom))]
    pub(super) fn inline(self, slot: Slot) -> *mut u8 {
        self.unit(slot.offset()).cast::<u8>()
    }

    /// All bytes of an entry that is not boxed.
    ///
    /// # Safety
    ///
    /// `slot` was read from this segment as published, and is not boxed.
    #[cfg(not(loom))]
    pub(super) unsafe fn stored(self, slot: Slot) -> &'g [u8] {
        // SAFETY: the same contract.
        let body = unsafe { self.entry(slot) }.body;
        let from = self.inline(slot).cast_const();
        let len = body.as_ptr_range().end.addr() - from.addr();
        // SAFETY: the head stands right in front of the body.
        unsafe { core::slice::from_raw_parts(from, len) }
    }

    /// The box of a boxed entry.
    ///
    /// # Safety
    ///
    /// `slot` was read from this segment as published, and is boxed.
    pub(super) unsafe fn boxed(self, slot: Slot) -> *mut [u8] {
        debug_assert!(slot.is_boxed(), "{slot:?}");
        let from = self.unit(slot.offset()).cast::<*mut [u8]>();
        // SAFETY: `write` put it there; aligned to 8.
        unsafe { from.read() }
    }

    #[cfg(loom)]
    unsafe fn forget_buried(header: NonNull<u8>) {
        let segment = Self(header.cast(), PhantomData);
        // SAFETY: freed before, and the execution is over.
        unsafe { segment.dealloc() };
    }
}

/// Entries of more bytes get an allocation of their own and leave its address in the segment.
pub(super) const INLINE_BYTES_MAX: usize = 1024;

/// An entry on its way into a segment.
#[derive(Debug)]
pub(super) enum Payload<'a> {
    /// Short enough to be copied in, and measured for one segment.
    Inline(&'a [Field<'a>], Measure),
    /// Has an allocation of its own, and stands for itself in any segment.
    Boxed(Box<[u8]>),
}

impl Payload<'_> {
    #[inline]
    pub(super) fn units(&self) -> u32 {
        match self {
            Self::Inline(_, measure) => units_for(measure.bytes()),
            Self::Boxed(_) => BOXED_UNITS,
        }
    }
}

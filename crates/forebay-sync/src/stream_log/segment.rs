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

use super::encoding::Field;
use super::id::Id;
use super::measure;
use super::plan::Size;
use super::word::{Slot, Word};
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
    pub(super) model: super::model::Tracked,
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
        let names_bytes = measure::names_bytes(names);
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
        unsafe { measure::write_names(names, to) };
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
        #[cfg(loom)]
        // SAFETY: as above.
        unsafe { &(*header).model }.opened();
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
        // SAFETY: the same contract.
        let units = unsafe { self.0.as_ref() }.units;
        let layout = Self::layout(units.into());
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
        header.model.looked_at();
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
    pub(super) fn data(self) -> *mut u64 {
        // In bounds: the data begin right behind the header, in the same allocation.
        self.0.as_ptr().wrapping_add(1).cast::<u64>()
    }

    #[inline]
    pub(super) fn unit(self, offset: u32) -> *mut u64 {
        self.data().wrapping_add(offset as usize)
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

    #[cfg(loom)]
    unsafe fn forget_buried(header: NonNull<u8>) {
        let segment = Self(header.cast(), PhantomData);
        // SAFETY: freed before, and the execution is over.
        unsafe { segment.dealloc() };
    }
}

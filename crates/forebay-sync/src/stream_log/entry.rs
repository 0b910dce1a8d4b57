//! An entry where it is stored, and its place.

use core::fmt;

use super::encoding::{Encoded, Fields};
use super::id::Id;
use super::segment::Segment;
use super::word::{SLOTS_MAX, Slot};

/// Where in a log an entry is, or was: a name for it that is never given to another entry.
///
/// Places are ordered as their entries are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The number of the segment; rises from segment to segment of a log.
    pub segment: u64,
    /// The slot in the segment.
    pub slot: u16,
}

impl Place {
    /// Slots are below this.
    pub const SLOTS_MAX: u16 = SLOTS_MAX as u16;
}

/// What an add came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// The id of the new entry.
    pub id: Id,
    /// Where it is.
    pub place: Place,
    /// How many entries the log was given before it, deleted and trimmed ones included.
    pub ordinal: u64,
}

/// An entry, read in place.
///
/// Its bytes neither change nor go away while the reader, or exclusive mode, is there, even when
/// the entry is deleted meanwhile.
#[derive(Clone, Copy)]
pub struct EntryRef<'g> {
    segment: Segment<'g>,
    /// What a slot says that is not in exclusive mode's hands, and the slot's number.
    slot: Slot,
}

const _: () = assert!(
    size_of::<EntryRef<'static>>() == 16,
    "a range collects these"
);

impl<'g> EntryRef<'g> {
    /// # Safety
    ///
    /// `slot` was read from slot `index` of this segment as published, and its box, should it have
    /// one, is there during `'g`.
    #[inline]
    pub(super) unsafe fn new(segment: Segment<'g>, index: u32, slot: Slot) -> Self {
        Self {
            segment,
            slot: slot.numbered(index),
        }
    }

    /// The id.
    #[inline]
    #[must_use]
    pub fn id(&self) -> Id {
        self.slot.key().id(self.segment.header().base)
    }

    /// Where the entry is.
    #[inline]
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            segment: self.segment.header().number,
            slot: self.slot.number() as u16,
        }
    }

    /// How many entries the log was given before this one, deleted and trimmed ones included.
    #[inline]
    #[must_use]
    pub fn ordinal(&self) -> u64 {
        self.segment.header().ordinal + u64::from(self.slot.number())
    }

    /// Names and values, in order.
    #[inline]
    #[must_use]
    pub fn fields(&self) -> Fields<'g> {
        self.encoded().fields()
    }

    /// The fields as they are stored.
    #[inline]
    #[must_use]
    pub fn encoded(&self) -> Encoded<'g> {
        // SAFETY: the promise of `new`.
        unsafe { self.segment.entry(self.slot.unnumbered()) }
    }
}

impl fmt::Debug for EntryRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntryRef")
            .field("id", &self.id())
            .field("place", &self.place())
            .finish_non_exhaustive()
    }
}

//! The way through a view, from entry to entry.

use super::entry::EntryRef;
use super::id::Id;
use super::segment::Segment;
use super::view::{View, above};
use super::word::Key;

/// Live entries of a view in ascending order.
#[derive(Clone, Debug)]
pub(super) struct Ascending<'g> {
    pub(super) view: View<'g>,
    pub(super) segment: Segment<'g>,
    /// The next slot, and one past the last.
    pub(super) slot: u32,
    pub(super) end: u32,
    pub(super) below: Key,
    pub(super) to: Id,
}

impl<'g> Iterator for Ascending<'g> {
    type Item = EntryRef<'g>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while self.slot < self.end {
                let index = self.slot;
                let slot = self.segment.published(index);
                self.slot += 1;
                if slot.is_deleted() {
                    continue;
                }
                if slot.key() >= self.below {
                    // Stay here: whoever asks again gets nothing again.
                    self.slot = index;
                    return None;
                }
                // SAFETY: just read; not deleted when the view was taken, or the reader will
                // notice.
                return Some(unsafe { EntryRef::new(self.segment, index, slot) });
            }
            self.segment = self.view.next(self.segment)?;
            (self.slot, self.end) = self.view.span(self.segment);
            self.below = above(self.segment, self.to);
        }
    }
}

/// Live entries of a view in descending order.
#[derive(Clone, Debug)]
pub(super) struct Descending<'g> {
    pub(super) view: View<'g>,
    pub(super) segment: Segment<'g>,
    /// The first slot, and one past the next one.
    pub(super) first: u32,
    pub(super) slot: u32,
    /// The least key.
    pub(super) from: Key,
    pub(super) to: Id,
}

impl<'g> Iterator for Descending<'g> {
    type Item = EntryRef<'g>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while self.slot > self.first {
                let index = self.slot - 1;
                let slot = self.segment.published(index);
                self.slot = index;
                if slot.is_deleted() {
                    continue;
                }
                if slot.key() < self.from {
                    // As in `Ascending`.
                    self.slot = index + 1;
                    return None;
                }
                // SAFETY: as in `Ascending`.
                return Some(unsafe { EntryRef::new(self.segment, index, slot) });
            }
            self.segment = self.view.prev(self.segment)?;
            (self.first, self.slot) = self.view.span(self.segment);
            self.from = Key::lower(self.segment.header().base, self.to);
        }
    }
}

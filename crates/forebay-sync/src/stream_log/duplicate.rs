//! A second set of the entries of a log: for owners who copy what they keep about places, too.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr;

use super::contents::StreamContents;
use super::encoding::{self, Field};
use super::exclusive::StreamExclusive;
use super::index::{Index, SEGMENTS_MIN};
use super::payload::Payload;
use super::plan::Size;
use super::segment::Segment;
use super::word::{Slot, Word};
use crate::loom::Ordering::Relaxed;
use crate::loom::OwnedAtomic;

impl<X> StreamExclusive<'_, X> {
    /// A copy of all entries and counters. Places lead to the same ids in it, and deleted entries
    /// keep theirs. O(bytes of the log).
    ///
    /// ```
    /// use forebay_sync::stream_log::{NewId, StreamLog};
    ///
    /// let (from, to) = (StreamLog::<()>::new(), StreamLog::<()>::new());
    /// let added = from.add(NewId::Auto { now_ms: 1 }, &[(b"n", b"x")])?;
    /// let copy = from.freeze().copy_all();
    /// to.freeze().put_all(copy);
    /// let reader = to.pin();
    /// let entry = reader.at(added.place).unwrap();
    /// assert!(entry.fields().eq([(&b"n"[..], &b"x"[..])]));
    /// assert_eq!(from.len(), 1);
    /// # Ok::<(), forebay_sync::stream_log::AddError>(())
    /// ```
    #[must_use]
    pub fn copy_all(&self) -> StreamContents {
        let mut copies: Vec<Segment<'static>> = Vec::new();
        let mut at = Some(self.head);
        while let Some(segment) = at {
            let is_tail = segment == self.tail;
            let word = if is_tail { self.word } else { segment.word() };
            if word.slots() > 0 {
                copies.push(segment.copy(word));
            }
            at = if is_tail { None } else { segment.next() };
        }
        let tail = Segment::alloc(Size::HOLLOW, &[]);
        // SAFETY: nobody else knows it yet.
        unsafe {
            let number = self.tail.header().number + 1;
            tail.open(self.last_id(), number, self.view().ordinal());
        }
        for pair in copies.windows(2) {
            pair[0].set_next(pair[1]);
            pair[1].set_prev(pair[0]);
        }
        if let Some(&last) = copies.last() {
            last.set_next(tail);
            tail.set_prev(last);
        }
        let index = Index::new();
        let segments = copies.len() as u64;
        if segments >= SEGMENTS_MIN {
            for &copy in &copies {
                index.push(copy);
            }
        }
        let head = copies.first().copied().unwrap_or(tail);
        let first = if head == tail { 0 } else { self.first };
        StreamContents::new(self, head, first, tail, segments, index.take())
    }
}

impl Segment<'_> {
    /// The same segment once more, sealed, with what is in it up to `word`.
    fn copy(self, word: Word) -> Segment<'static> {
        let header = self.header();
        let names = names_of(self.names());
        let size = Size {
            slots: self.slots_max(),
            units: self.units(),
        };
        let copy = Segment::alloc(size, &names);
        // SAFETY: nobody else knows it yet.
        unsafe { copy.open(header.base, header.number, header.ordinal) };
        copy.header().dead.set(header.dead.get());
        for index in 0..word.slots() {
            let slot = self.published(index);
            // SAFETY: read as published.
            unsafe { self.copy_entry(copy, slot) };
            copy.publish(index, slot);
        }
        // Relaxed: nobody knows the segment before it is put into a log.
        copy.header().word.store_owned(word.frozen().0, Relaxed);
        copy
    }

    /// Copies an entry to the same place of another segment.
    ///
    /// # Safety
    ///
    /// `slot` was read from this segment as published, and `to` has its size and names, and no
    /// entry there.
    unsafe fn copy_entry(self, to: Segment<'_>, slot: Slot) {
        if slot.is_boxed() {
            if !slot.owns_box() {
                // The entry is gone, and nobody looks for it.
                return;
            }
            // SAFETY: published, boxed, and the segment owns the box.
            let entry = unsafe { self.boxed(slot) };
            // SAFETY: the segment owns the box, and we are alone.
            let entry = unsafe { &*entry };
            let payload = Payload::Boxed(Box::from(entry));
            // SAFETY: the place is free, by the contract, and as large as in this segment.
            unsafe { to.write(slot.offset(), payload) };
            return;
        }
        // SAFETY: the same contract.
        let bytes = unsafe { self.stored(slot) };
        // SAFETY: the place is free, by the contract, and as large as in this segment.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to.inline(slot), bytes.len()) };
    }

    /// Where the bytes of an entry that is not boxed begin.
    fn inline(self, slot: Slot) -> *mut u8 {
        self.unit(slot.offset()).cast::<u8>()
    }

    /// All bytes of an entry that is not boxed.
    ///
    /// # Safety
    ///
    /// `slot` was read from this segment as published, and is not boxed.
    unsafe fn stored(&self, slot: Slot) -> &[u8] {
        // SAFETY: the same contract.
        let body = unsafe { self.entry(slot) }.body;
        let from = self.inline(slot).cast_const();
        let len = body.as_ptr_range().end.addr() - from.addr();
        // SAFETY: the head stands right in front of the body.
        unsafe { core::slice::from_raw_parts(from, len) }
    }
}

/// Fields with the names of a block, and without values.
fn names_of(mut block: &[u8]) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    while let Some(name) = encoding::take(&mut block) {
        fields.push((name, &[][..]));
    }
    fields
}

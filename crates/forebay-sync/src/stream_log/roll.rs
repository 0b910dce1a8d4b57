//! Exclusive mode adds, to the tail or to a new one; and segments leave.

use alloc::boxed::Box;

use super::add::Claim;
use super::encoding::Field;
use super::entry::Added;
use super::exclusive::StreamExclusive;
use super::id::{Id, IdError, NewId};
use super::index;
use super::payload::Payload;
use super::plan::{Opening, Size};
use super::segment::Segment;
use super::word::{Key, Slot};
use crate::loom::Ordering::Relaxed;
use crate::loom::OwnedAtomic;

impl<'a, X> StreamExclusive<'a, X> {
    /// Adds an entry. As [`StreamLog::add`](super::StreamLog::add).
    ///
    /// # Errors
    ///
    /// When the id is not greater than the last one. Nothing was done.
    pub fn add(&mut self, new: NewId, fields: &[Field<'_>]) -> Result<Added, IdError> {
        self.add_with(new, fields, None)
    }

    /// The same with the box that the fields may have already.
    pub(super) fn add_with(
        &mut self,
        new: NewId,
        fields: &[Field<'_>],
        boxed: Option<Box<[u8]>>,
    ) -> Result<Added, IdError> {
        let id = new.after(self.last_id())?;
        let mut payload = Payload::new(fields, self.tail, boxed);
        let key = if let Some(key) = self.room_for(id, &payload) {
            key
        } else {
            self.open(id, fields);
            // The new tail may have other names.
            payload = Payload::new(fields, self.tail, payload.into_box());
            Key::BASE
        };
        let claim = Claim {
            id,
            key,
            slot: self.word.slots(),
            offset: self.word.used(),
        };
        self.word = self.word.claim(payload.units(), key);
        // SAFETY: slot and units are free, and we are alone.
        Ok(unsafe { self.tail.fill(&claim, payload) })
    }

    /// The key that `id` will have in the tail, when there is room for it and the payload.
    fn room_for(&self, id: Id, payload: &Payload<'_>) -> Option<Key> {
        let has_room = self.word.slots() < self.tail.slots_max()
            && self.word.used() + payload.units() <= self.tail.units();
        has_room.then(|| Key::of(self.tail.header().base, id))?
    }

    /// Goes on to a new segment, which begins with an entry of this id and these fields.
    fn open(&mut self, id: Id, fields: &[Field<'_>]) {
        let opening = Opening::new(fields);
        let segment = match self.reserve.take() {
            Some(reserve) if opening.fits(reserve) => reserve,
            other => {
                self.reserve = other;
                opening.segment_after(self.tail, self.word)
            }
        };
        self.roll(id, segment);
    }

    /// "Seal": from here on the word of the tail never changes (I2).
    pub(super) fn seal(&self) {
        let sealed = self.word.frozen().0;
        // Relaxed: the next tail publishes it.
        self.tail.header().word.store_owned(sealed, Relaxed);
    }

    /// Makes a new segment the tail. Its number is greater than that of the old one, and not less
    /// than it was.
    pub(super) fn roll(&mut self, base: Id, segment: Segment<'a>) {
        let old = self.tail;
        let number = segment.header().number.max(old.header().number + 1);
        let ordinal = old.header().ordinal + u64::from(self.word.slots());
        // SAFETY: nobody else knows the new segment.
        unsafe { segment.open(base, number, ordinal) };
        segment.set_prev(old);
        self.seal();
        old.set_next(segment);
        (self.tail, self.word) = (segment, segment.word());
        if !segment.is_hollow() {
            self.alone().segments += 1;
            self.index_tail();
        }
        if old.word().slots() == 0 {
            self.take_out(old);
        } else if u32::from(old.header().dead.get()) == old.word().slots() {
            if self.sweeps {
                self.take_out(old);
            } else {
                debug_assert!(
                    self.alone().spent.is_null(),
                    "the tail is the only such one"
                );
                self.alone().spent = old.as_link();
            }
        }
    }

    /// Adds the new tail to the index; makes one, should it be time.
    fn index_tail(&mut self) {
        if !self.log.index.is_empty() {
            self.log.index.push(self.tail);
        } else if self.alone().segments >= index::SEGMENTS_MIN {
            let chain = core::iter::successors(Some(self.head), |segment| segment.next());
            self.log
                .index
                .build(chain.filter(|segment| !segment.is_hollow()));
        }
    }

    /// Takes a segment out of the log that has no live entry and is not the tail.
    pub(super) fn take_out(&mut self, segment: Segment<'a>) {
        debug_assert!(segment != self.tail, "the tail stays");
        let next = segment.next();
        debug_assert!(next.is_some(), "the tail is behind it");
        let Some(next) = next else {
            return;
        };
        // Who finds no segment where one was learns why from the count.
        self.edit();
        if segment == self.head {
            // What `next` links to does not matter any more (I7).
            (self.head, self.first) = (next, 0);
            self.skip_dead();
        } else {
            // SAFETY: it is not the head.
            let prev = unsafe { segment.prev() };
            next.set_prev(prev);
            prev.set_next(next);
        }
        if !segment.is_hollow() {
            self.alone().segments -= 1;
            self.log
                .index
                .remove(segment.header().number, &mut self.garbage);
        }
        self.garbage.push_segment(segment);
    }

    /// A section without entries in front goes on to the first live one.
    pub(super) fn skip_dead(&mut self) {
        let end = if self.head == self.tail {
            self.word.slots()
        } else {
            self.head.word().slots()
        };
        while self.first < end {
            // Relaxed: marked in exclusive mode only; a slot that is not published yet is live.
            let slot = Slot(self.head.slots()[self.first as usize].load(Relaxed));
            if !slot.is_deleted() {
                break;
            }
            self.first += 1;
        }
    }

    /// Makes a segment for its base only the tail.
    pub(super) fn roll_hollow(&mut self, base: Id) {
        self.roll(base, Segment::alloc(Size::HOLLOW, &[]));
    }
}

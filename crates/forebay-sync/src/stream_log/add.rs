//! Adding: the fast path, which claims, copies and publishes, and the way around it.

use core::fmt;

use super::encoding::Field;
use super::entry::{Added, Place};
use super::id::{Id, IdError, NewId};
use super::log::StreamLog;
use super::payload::Payload;
use super::plan::Opening;
use super::reclaim::{Guard, Reclaim};
use super::segment::Segment;
use super::word::{Key, Slot, Word};
use crate::backoff::Backoff;
use crate::loom::Ordering::Relaxed;
use crate::teeth::{Site, skips};

/// Why an add was refused. Nothing was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddError {
    /// The owner wants to look at every add: freeze the log to go on. The answer of the fast path
    /// after [`StreamExclusive::set_attended`](super::StreamExclusive::set_attended).
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

/// A slot, units and an id that an add has for itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) id: Id,
    pub(super) key: Key,
    pub(super) slot: u32,
    pub(super) offset: u32,
}

impl<X> StreamLog<X> {
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
        if let Some(payload) = Payload::inline(fields, tail) {
            match try_claim(tail, new, payload.units()) {
                // SAFETY: claimed for this payload, in this segment.
                Ok(claim) => return Ok(unsafe { tail.fill(&claim, payload) }),
                Err(Detour::Id(error)) => return Err(AddError::Id(error)),
                Err(_) => {}
            }
        }
        self.add_detour(new, fields, &guard)
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
        let mut boxed = None;
        loop {
            let tail = self.tail(guard);
            let payload = Payload::new(fields, tail, boxed.take());
            match try_claim(tail, new, payload.units()) {
                // SAFETY: claimed for this payload, in this segment.
                Ok(claim) => return Ok(unsafe { tail.fill(&claim, payload) }),
                Err(Detour::Id(error)) => return Err(AddError::Id(error)),
                Err(Detour::Attended) => return Err(AddError::Attended),
                Err(Detour::Frozen) => {
                    boxed = payload.into_box();
                    self.wait_unfrozen_under(guard);
                }
                Err(Detour::NeedsExclusive) => {
                    // Made before the log is frozen, so that nobody waits for the allocator.
                    let reserve = Opening::new(fields).segment_after(tail, Self::load_word(tail));
                    // SAFETY: ours until exclusive mode takes it, which frees it in the end.
                    let reserve = unsafe { reserve.during() };
                    let mut alone = self.lock();
                    alone.set_reserve(reserve);
                    // Somebody may have begun to wait since the look at the word.
                    if alone.is_attended() && !skips(Site::StreamAttendedLook) {
                        return Err(AddError::Attended);
                    }
                    return Ok(alone.add_with(new, fields, payload.into_box())?);
                }
            }
        }
    }
}

/// Claims a slot, `units` units and an id in `tail`, if it still is the tail and has room.
#[inline]
fn try_claim(tail: Segment<'_>, new: NewId, units: u32) -> Result<Claim, Detour> {
    let header = tail.header();
    let (slots_max, units_max) = (tail.slots_max(), tail.units());
    // Relaxed: an add needs nothing but the segment, which came with the tail. Nor does the claim
    // below.
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

impl Segment<'_> {
    /// Copies an entry to where it was claimed, and publishes it.
    ///
    /// No code of strangers runs here, and nothing that can fail: a claimed slot is published.
    ///
    /// # Safety
    ///
    /// `claim` was made in this segment for this payload.
    #[inline]
    pub(super) unsafe fn fill(self, claim: &Claim, payload: Payload<'_>) -> Added {
        let slot = Slot::new(claim.key, claim.offset, payload.is_boxed());
        // SAFETY: the same contract.
        unsafe { self.write(claim.offset, payload) };
        self.publish(claim.slot, slot);
        let header = self.header();
        Added {
            id: claim.id,
            place: Place {
                segment: header.number,
                slot: claim.slot as u16,
            },
            ordinal: header.ordinal + u64::from(claim.slot),
        }
    }
}

//! What the owner, the handles and the claim of one waiter share: the word, the value, the seat.
//!
//! All `unsafe` of the waiter is here. The invariants I1 to I7 and the names of the ordering pairs
//! are those of the parent module.

use super::claim::Released;
use super::sleeper::Sleeper;
use super::state::{Phase, State};
use crate::loom::{AtomicU32, Ordering, UnsafeCell};
use crate::teeth::{Site, acq_rel, ord, skips};
use Ordering::{Acquire, Relaxed, Release};
use core::fmt;

pub(super) struct Shared<T> {
    state: AtomicU32,
    value: UnsafeCell<Option<T>>,
    seat: UnsafeCell<Option<Sleeper>>,
}

// SAFETY: the cells are handed from thread to thread by the word, and touched by one at a time (I2,
// I3, I4); what is handed on is a `T` and a `Sleeper`, both of which may change threads.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above; no reference to what is in a cell leaves this file.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub(super) fn new() -> Self {
        Self {
            state: AtomicU32::new(State::NEW.bits()),
            value: UnsafeCell::new(None),
            seat: UnsafeCell::new(None),
        }
    }

    /// The phase, as a hint or for printing.
    pub(super) fn hint(&self) -> State {
        // Relaxed: nothing is read on the strength of it.
        State::from_bits(self.state.load(Relaxed))
    }

    /// The phase, good for reading what was done before it.
    pub(super) fn look(&self) -> State {
        // Acquire: publish value, with `deliver`; give back, with `release`.
        State::from_bits(self.state.load(ord(Site::WaiterLook, Acquire)))
    }

    /// Takes the claim, or leaves the mark of a refused claimer.
    pub(super) fn claim(&self) -> bool {
        let mut state = self.hint();
        loop {
            let attempt = match state.phase() {
                // Acquire: give back, with `release`.
                Phase::Waiting => {
                    self.exchange(state, state.claimed(), ord(Site::WaiterClaim, Acquire))
                }
                // Release: refusal, with `release`. Also when the mark is there: it carries ours.
                Phase::Claimed => {
                    self.exchange(state, state.refused(), ord(Site::WaiterRefuse, Release))
                }
                Phase::Delivered | Phase::Cancelled => return false,
            };
            match attempt {
                Ok(()) => return state.phase() == Phase::Waiting,
                Err(found) => state = found,
            }
        }
    }

    /// Puts the value in place, and returns the sleeper who is to be woken.
    ///
    /// # Safety
    /// The caller holds the claim, and has not after this.
    pub(super) unsafe fn deliver(&self, value: T) -> Option<Sleeper> {
        self.value.with_mut(|cell| {
            // SAFETY: until it is settled the value is the claim holder's alone (I1, I2).
            unsafe { *cell = Some(value) };
        });
        // Release: publish value, with `look`. Acquire: seat, with `seat`.
        let order = acq_rel(Site::WaiterTakeSeat, Site::WaiterPublish);
        let before = State::from_bits(self.state.fetch_or(State::SETTLED, order));
        debug_assert_eq!(before.phase(), Phase::Claimed, "only a claim is delivered");
        if before.is_seated() && !skips(Site::WaiterWake) {
            // SAFETY: this call settled the word and saw the seat taken (I4).
            unsafe { self.empty_seat() }
        } else {
            None
        }
    }

    /// Gives the claim back, and returns the leaving owner who is to be woken.
    ///
    /// # Safety
    /// The caller holds the claim, and has not after this.
    pub(super) unsafe fn release(&self) -> (Released, Option<Sleeper>) {
        let mut state = self.hint();
        let after = loop {
            debug_assert_eq!(state.phase(), Phase::Claimed, "only a claim is released");
            let after = state.released();
            // Release: give back, with `claim` and `look`. Acquire: refusal, with `claim`;
            // seat, with `seat`.
            let order = acq_rel(Site::WaiterHearRefusal, Site::WaiterGiveBack);
            match self.exchange(state, after, order) {
                Ok(()) => break after,
                Err(found) => state = found,
            }
        };
        if !after.is_settled() {
            let refused = state.is_refused();
            return (
                if refused {
                    Released::Refused
                } else {
                    Released::Waiting
                },
                None,
            );
        }
        let sleeper = if state.is_seated() && !skips(Site::WaiterLetGo) {
            // SAFETY: this call settled the word and saw the seat taken (I4).
            unsafe { self.empty_seat() }
        } else {
            None
        };
        (Released::Cancelled, sleeper)
    }

    /// Seats the sleeper that `make` returns, unless the one who sat there last `fits`. Says
    /// whether it sits there now; if not, the word is settled.
    ///
    /// # Safety
    /// The caller is the owner.
    pub(super) unsafe fn seat(
        &self,
        fits: impl FnOnce(&Sleeper) -> bool,
        make: impl FnOnce() -> Sleeper,
    ) -> bool {
        // Only the owner seats, so this look sees what its own last call left (I3).
        let mut state = self.look();
        if state.is_seated() && !state.is_settled() && !skips(Site::WaiterReseat) {
            // Relaxed: takes back what the owner itself put there.
            state = State::from_bits(self.state.fetch_and(!State::SEATED, Relaxed));
        }
        if state.is_settled() {
            return false;
        }
        // From here the seat is the owner's, whatever happens to the word (I3, I4).
        let kept = self.seat.with(|cell| {
            // SAFETY: `SEATED` is clear, and was so before the word was settled (I3, I4).
            let last = unsafe { &*cell };
            last.as_ref().is_some_and(fits)
        });
        let replaced = if kept {
            None
        } else {
            let sleeper = make();
            self.seat.with_mut(|cell| {
                // SAFETY: as above.
                unsafe { cell.replace(Some(sleeper)) }
            })
        };
        // Release: seat, with `deliver` and `release`.
        let order = ord(Site::WaiterSeat, Release);
        let before = State::from_bits(self.state.fetch_or(State::SEATED, order));
        // User code may run in this drop; the word is in order by now.
        drop(replaced);
        if before.is_settled() && !skips(Site::WaiterRecheck) {
            // SAFETY: whoever settled the word saw the seat free, so it is the owner's (I4).
            drop(unsafe { self.empty_seat() });
            return false;
        }
        true
    }

    /// Takes back the sleeper, if the word is not settled yet.
    ///
    /// # Safety
    /// The caller is the owner.
    pub(super) unsafe fn unseat(&self) {
        // Relaxed: takes back what the owner itself put there.
        let before = State::from_bits(self.state.fetch_and(!State::SEATED, Relaxed));
        if !before.is_settled() {
            // SAFETY: `SEATED` is clear, and was so before the word was settled (I3, I4).
            drop(unsafe { self.empty_seat() });
        }
    }

    /// Cancels a waiting word; marks a claimed one, whose claim must then come to its end. Returns
    /// the phase after this.
    ///
    /// # Safety
    /// The caller is the owner.
    pub(super) unsafe fn leave(&self) -> Phase {
        let mut state = self.hint();
        loop {
            let attempt = match state.phase() {
                // Relaxed: what is read on the strength of it is read after the look in `take`.
                Phase::Waiting => self.exchange(state, state.cancelled(), Relaxed),
                // Relaxed: a wish that carries nothing.
                Phase::Claimed => self.exchange(state, state.leaving(), Relaxed),
                settled @ (Phase::Delivered | Phase::Cancelled) => return settled,
            };
            match attempt {
                Ok(()) if state.phase() == Phase::Waiting => {
                    // SAFETY: the owner itself settled the word (I4).
                    drop(unsafe { self.empty_seat() });
                    return Phase::Cancelled;
                }
                Ok(()) => return Phase::Claimed,
                Err(found) => state = found,
            }
        }
    }

    /// Takes the delivered value, once.
    ///
    /// # Safety
    /// The caller is the owner.
    pub(super) unsafe fn take(&self) -> Option<T> {
        if self.look().phase() != Phase::Delivered {
            return None;
        }
        self.value.with_mut(|cell| {
            // SAFETY: the owner saw delivered (I2).
            let value = unsafe { &mut *cell };
            value.take()
        })
    }

    /// Moves the sleeper out.
    ///
    /// # Safety
    /// The seat is the caller's, by I3 or I4.
    unsafe fn empty_seat(&self) -> Option<Sleeper> {
        self.seat.with_mut(|cell| {
            // SAFETY: nobody else touches the seat, says the caller.
            let sleeper = unsafe { &mut *cell };
            sleeper.take()
        })
    }

    fn exchange(&self, current: State, new: State, order: Ordering) -> Result<(), State> {
        if skips(Site::WaiterExchange) {
            self.state.swap(new.bits(), order);
            return Ok(());
        }
        // Relaxed on failure: the caller decides anew and tries again, or has no use for more.
        match self
            .state
            .compare_exchange_weak(current.bits(), new.bits(), order, Relaxed)
        {
            Ok(_) => Ok(()),
            Err(found) => Err(State::from_bits(found)),
        }
    }
}

impl<T> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hint().fmt(f)
    }
}

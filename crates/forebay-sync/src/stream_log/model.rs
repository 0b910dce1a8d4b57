//! What stands in for memory and epochs in a model.
//!
//! loom knows neither bytes nor crossbeam's collector. So a segment carries slots that loom knows
//! and a cell for every unit, and an access to the bytes that no ordering covers is seen as a race.
//! And what is retired is marked as dead at the first moment when no guard that was there at its
//! retirement is left, and kept until the execution is over: whoever looks at it then fails.
//!
//! A guard that is made after something was retired acquires that: this is what crossbeam's fences
//! promise, and all that the protocol may rely on. Guards order nothing else.

use core::cell::Cell;
use core::ptr::NonNull;

use alloc::boxed::Box;
use alloc::vec::Vec;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::reclaim::Reclaim;
use crate::loom::Ordering::{Acquire, Release};
use crate::loom::{AtomicU64, AtomicUsize, UnsafeCell, lazy_static};

/// What a model knows of a segment, or of a node of the index.
pub(super) struct Tracked {
    pub(super) slots: Box<[AtomicU64]>,
    units: Box<[UnsafeCell<()>]>,
    /// Stands for the fields that do not change any more.
    header: UnsafeCell<()>,
    dead: Cell<bool>,
}

impl core::fmt::Debug for Tracked {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tracked").finish_non_exhaustive()
    }
}

impl Tracked {
    pub(super) fn new(slots: u32, units: u32) -> Self {
        Self {
            slots: (0..slots).map(|_| AtomicU64::new(0)).collect(),
            units: (0..units).map(|_| UnsafeCell::new(())).collect(),
            header: UnsafeCell::new(()),
            dead: Cell::new(false),
        }
    }

    /// The fields are written, before anybody else knows of them.
    pub(super) fn opened(&self) {
        self.header.with_mut(|_| ());
    }

    /// Somebody looks at it.
    pub(super) fn looked_at(&self) {
        self.assert_alive();
        self.header.with(|_| ());
    }

    pub(super) fn wrote(&self, offset: u32, units: u32) {
        for unit in offset..offset + units {
            self.units[unit as usize].with_mut(|_| ());
        }
    }

    pub(super) fn reads(&self, offset: u32) {
        self.units[offset as usize].with(|_| ());
    }

    fn assert_alive(&self) {
        assert!(!self.dead.get(), "nobody looks at what was freed");
    }
}

lazy_static! {
    static ref DOMAIN: Domain = Domain {
        retirements: AtomicUsize::new(0),
        state: Mutex::new(State::default()),
    };
}

struct Domain {
    retirements: AtomicUsize,
    /// Not loom's mutex: it must not order anything.
    state: Mutex<State>,
}

impl Domain {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct State {
    guards: Vec<u64>,
    made: u64,
    retired: Vec<Retired>,
    has_retired: bool,
    graves: Vec<Grave>,
}

struct Retired {
    /// The guards that are still there.
    guards: Vec<u64>,
    free: Box<dyn FnOnce()>,
}

// SAFETY: all threads of a model run on one thread of the system.
unsafe impl Send for Retired {}

/// Memory that was freed, and how to free it in earnest.
struct Grave(NonNull<u8>, unsafe fn(NonNull<u8>));

// SAFETY: as `Retired`.
unsafe impl Send for Grave {}

impl Drop for Grave {
    fn drop(&mut self) {
        // SAFETY: the execution is over.
        unsafe { (self.1)(self.0) };
    }
}

/// Marks something as freed, and frees it when the execution is over.
pub(super) fn bury(at: NonNull<u8>, free: unsafe fn(NonNull<u8>), model: &Tracked) {
    model.assert_alive();
    model.dead.set(true);
    DOMAIN.state().graves.push(Grave(at, free));
}

/// A guard of the model.
pub(super) struct Guard(u64);

impl Reclaim for Guard {
    fn pin() -> Self {
        let mut state = DOMAIN.state();
        state.made += 1;
        let number = state.made;
        state.guards.push(number);
        let has_retired = state.has_retired;
        drop(state);
        if has_retired {
            // Acquire: what was done before the retirements so far; pairs with `retire`.
            DOMAIN.retirements.fetch_add(0, Acquire);
        }
        Self(number)
    }

    unsafe fn retire(&self, free: impl FnOnce() + 'static) {
        // Release: what was done before; pairs with `pin`.
        DOMAIN.retirements.fetch_add(1, Release);
        let mut state = DOMAIN.state();
        state.has_retired = true;
        let guards = state.guards.clone();
        let free = Box::new(free);
        state.retired.push(Retired { guards, free });
    }

    fn hurry(&self) {}
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut state = DOMAIN.state();
        state.guards.retain(|&guard| guard != self.0);
        for retired in &mut state.retired {
            retired.guards.retain(|&guard| guard != self.0);
        }
        let (due, waiting) = core::mem::take(&mut state.retired)
            .into_iter()
            .partition::<Vec<_>, _>(|retired| retired.guards.is_empty());
        state.retired = waiting;
        drop(state);
        if !due.is_empty() {
            // Acquire: what was done before the retirements; pairs with `retire`.
            DOMAIN.retirements.fetch_add(0, Acquire);
        }
        for retired in due {
            (retired.free)();
        }
    }
}

impl core::fmt::Debug for Guard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Guard").field(&self.0).finish()
    }
}

//! What a segment carries besides its memory while it runs under loom: slots that loom knows, and a
//! cell for every unit, so that an access to the bytes that no ordering covers is seen as a race.

use alloc::boxed::Box;

use crate::loom::{AtomicU32, UnsafeCell};

use super::slot::Slot;

/// More slots than any model uses.
const SLOTS: usize = 4;

pub(super) struct Tracked {
    pub(super) slots: Box<[AtomicU32]>,
    units: Box<[UnsafeCell<()>]>,
}

impl core::fmt::Debug for Tracked {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tracked").finish_non_exhaustive()
    }
}

impl Tracked {
    pub(super) fn new(units: u32) -> Self {
        Self {
            slots: (0..SLOTS).map(|_| AtomicU32::new(Slot::EMPTY.0)).collect(),
            units: (0..units).map(|_| UnsafeCell::new(())).collect(),
        }
    }

    pub(super) fn wrote(&self, offset: u32, units: u32) {
        for unit in offset..offset + units {
            self.units[unit as usize].with_mut(|_| ());
        }
    }

    pub(super) fn reads(&self, offset: u32, units: u32) {
        for unit in offset..offset + units {
            self.units[unit as usize].with(|_| ());
        }
    }
}

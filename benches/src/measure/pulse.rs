//! The sign of life of a run, and the way to stop it.

use core::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

const RUNNING: u8 = 0;
const INTERRUPTED: u8 = 1;
const STALLED: u8 = 2;

/// Shared by the threads of a run and those who watch it.
///
/// Every access is relaxed: no data is handed over through it, and a beat or a stop that is seen a
/// little later does no harm.
#[derive(Debug, Default)]
pub struct Pulse {
    beats: AtomicU64,
    state: AtomicU8,
}

/// A working thread beats once for this many messages, so that beating costs nothing.
pub const BEAT_EVERY: u64 = 1024;

impl Pulse {
    /// Beats when `done` messages are a whole number of [`BEAT_EVERY`]; false means stop now.
    #[inline]
    pub fn after(&self, done: u64) -> bool {
        !done.is_multiple_of(BEAT_EVERY) || self.beat()
    }

    /// Says that work goes on; false means stop now.
    #[inline]
    pub fn beat(&self) -> bool {
        self.beats.fetch_add(1, Relaxed);
        !self.is_stopped()
    }

    /// How often anybody has beaten.
    #[must_use]
    pub fn beats(&self) -> u64 {
        self.beats.load(Relaxed)
    }

    /// Stops this run and all that would follow it.
    pub fn interrupt(&self) {
        self.state.store(INTERRUPTED, Relaxed);
    }

    /// Stops this run because nothing moves.
    pub fn stall(&self) {
        // An interruption is never taken back; whichever came first stands.
        let _ = self
            .state
            .compare_exchange(RUNNING, STALLED, Relaxed, Relaxed);
    }

    /// Lets the next run begin after one that stalled.
    pub fn revive(&self) {
        let _ = self
            .state
            .compare_exchange(STALLED, RUNNING, Relaxed, Relaxed);
    }

    /// Whether the run has to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.state.load(Relaxed) != RUNNING
    }

    /// Whether somebody wants everything to end.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.state.load(Relaxed) == INTERRUPTED
    }
}

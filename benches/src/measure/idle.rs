//! What a consumer does while the queue is empty.

use core::sync::atomic::{
    AtomicUsize,
    Ordering::{Acquire, Release},
};
use core::time::Duration;
use std::time::Instant;

use crossbeam_utils::{Backoff, CachePadded};

use crate::measure::Pulse;

/// A queue that stays empty for so long after the last push has lost what is missing.
const GRACE: Duration = Duration::from_millis(300);

/// How many producers still push.
#[derive(Debug)]
pub struct Producers(CachePadded<AtomicUsize>);

impl Producers {
    /// So many producers, none of which has finished.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(CachePadded::new(AtomicUsize::new(count)))
    }

    /// A producer's part: it has finished when the guard is dropped, by a panic too.
    #[must_use]
    pub fn enter(&self) -> Producing<'_> {
        Producing(self)
    }

    /// Whether all have finished: what they pushed can be seen.
    #[must_use]
    pub fn are_done(&self) -> bool {
        // Acquire: every push of a producer that has left; pairs with `Producing::drop`.
        self.0.load(Acquire) == 0
    }
}

/// A producer at work.
#[derive(Debug)]
pub struct Producing<'a>(&'a Producers);

impl Drop for Producing<'_> {
    fn drop(&mut self) {
        // Release: this producer's pushes; pairs with `Producers::are_done`.
        self.0.0.fetch_sub(1, Release);
    }
}

/// Waits politely for one message: spins, then yields, then gives up when none can come any more.
#[derive(Debug, Default)]
pub struct Idle {
    backoff: Backoff,
    empty_since: Option<Instant>,
}

impl Idle {
    /// Waits a little; false when there is nothing to wait for any more.
    pub fn wait(&mut self, producers: &Producers, pulse: &Pulse) -> bool {
        if pulse.is_stopped() {
            return false;
        }
        if self.backoff.is_completed() && producers.are_done() {
            let since = *self.empty_since.get_or_insert_with(Instant::now);
            if since.elapsed() > GRACE {
                return false;
            }
        }
        self.backoff.snooze();
        true
    }
}

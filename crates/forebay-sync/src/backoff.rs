//! Waiting for another thread's next few instructions: spin, then yield, then sleep briefly.

use crate::loom::{sleep, spin_loop, yield_now};
use core::fmt;
use core::time::Duration;

/// Up to this step a pause spins `2^step` times.
const SPIN_STEP_MAX: u32 = 5;
/// Up to this step [`Backoff::snooze`] yields; beyond it, it sleeps.
const YIELD_STEP_MAX: u32 = 12;
/// A model that has looked this often is stuck: who is waited for has had all the time it wants.
#[cfg(loom)]
const LOOKS_MAX: u32 = 100;
/// The first sleep, and the longest.
const SLEEP_MICROS: core::ops::RangeInclusive<u64> = 20..=5120;

/// Grows the pause between two looks at something that another thread is about to change.
///
/// # When to use, when not
/// Where the other thread is inside a short section without blocking calls, so that the wait is
/// long only if that thread lost its processor. [`Backoff::spin`] is for retrying a failed
/// compare-exchange; [`Backoff::snooze`] for waiting until another thread has finished. To wait for
/// an event of unknown distance, use a [`Waiter`](crate::Waiter).
///
/// # Progress
/// Blocking by nature: whoever calls it waits for somebody. The sleeps are short (at most five
/// milliseconds), so a thread that was preempted in its section gets the processor back.
///
/// # Examples
/// ```
/// use forebay_sync::{Backoff, Waiter};
///
/// let waiter = Waiter::new();
/// let handle = waiter.handle();
/// std::thread::scope(|scope| {
///     scope.spawn(|| handle.claim().map(|claim| claim.deliver("near").wake()));
///     let mut backoff = Backoff::new();
///     while waiter.is_waiting() {
///         backoff.snooze();
///     }
/// });
/// ```
#[derive(Default)]
pub struct Backoff {
    step: u32,
}

impl Backoff {
    /// Starts with the shortest pause.
    #[must_use]
    pub const fn new() -> Self {
        Self { step: 0 }
    }

    /// Starts over with the shortest pause.
    pub fn reset(&mut self) {
        self.step = 0;
    }

    /// Spins a while, twice as long as the last time up to 32 spins, and never gives the processor
    /// away.
    pub fn spin(&mut self) {
        // In a model a retry waits for nobody, and a pause would only multiply the executions.
        if !cfg!(loom) {
            spins(self.step.min(SPIN_STEP_MAX));
        }
        self.step = self.step.max((self.step + 1).min(SPIN_STEP_MAX));
    }

    /// Spins at first, then yields the processor, then sleeps for 20 to 5120 microseconds.
    ///
    /// # Panics
    /// In a model only, when it waits for what does not come.
    pub fn snooze(&mut self) {
        // Two threads that wait for a third one could take turns for ever in a model. From the
        // second look in vain on it explores nothing new: but for that look, the execution is
        // another one's.
        #[cfg(loom)]
        if self.step > 0 {
            crate::loom::skip_branch();
            assert!(self.step < LOOKS_MAX, "waits for what does not come");
        }
        if self.step <= SPIN_STEP_MAX {
            spins(self.step);
        } else if self.step <= YIELD_STEP_MAX {
            yield_now();
        } else {
            let doubled = SLEEP_MICROS.start() << (self.step - YIELD_STEP_MAX - 1).min(8);
            sleep(Duration::from_micros(doubled.min(*SLEEP_MICROS.end())));
        }
        self.step = self.step.saturating_add(1);
    }

    /// Whether the waiting has taken about a millisecond already.
    #[must_use]
    pub const fn is_long(&self) -> bool {
        // The sleeps until then make 1.3 ms.
        self.step > YIELD_STEP_MAX + 6
    }

    /// Whether the spinning is over, so that a caller who can park should park now.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.step > YIELD_STEP_MAX
    }
}

/// Spins `2^step` times; in a model once, for each is a switch of threads there.
fn spins(step: u32) {
    let count = if cfg!(loom) { 1 } else { 1 << step };
    for _ in 0..count {
        spin_loop();
    }
}

impl fmt::Debug for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backoff").field("step", &self.step).finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_spin_after_long_waiting_is_short() {
        let mut backoff = Backoff::new();
        for _ in 0..40 {
            backoff.snooze();
        }
        backoff.spin();
        assert!(backoff.is_spent(), "a spin forgets nothing");
    }

    #[test]
    fn spinning_ends_and_starts_over() {
        let mut backoff = Backoff::new();
        while !backoff.is_spent() {
            backoff.snooze();
        }
        for _ in 0..20 {
            backoff.snooze();
        }
        backoff.reset();
        assert!(!backoff.is_spent(), "a reset forgets the past");
        for _ in 0..100 {
            backoff.spin();
        }
        assert!(!backoff.is_spent(), "spinning alone never asks to park");
    }
}

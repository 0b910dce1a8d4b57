//! What must not stand in a caller's way: expiry, the timeouts of futures, and dropping husks.
//!
//! Each shard looks after its slices of the keyspace: slice `i` belongs to shard `i % shards`,
//! shard `i` to worker `i % workers`. Callers never send an operation to a worker. They leave a
//! note in a shard's [timers], and wake the worker when that note is the next thing to happen.

mod timers;
mod worker;

use core::mem;
use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use forebay_sync::loom::AtomicUsize;
use forebay_sync::loom::Ordering::Relaxed;

pub(crate) use self::timers::DeadlineId;
pub(crate) use self::worker::start_workers;

use self::timers::Timers;
use crate::object::Object;

/// A shard with fewer objects than this is not swept because it grows.
const SWEEP_ABOVE_MIN: usize = 1024;

/// The upkeep of some slices of the keyspace.
pub(crate) struct Shard {
    timers: Mutex<Timers>,
    /// Objects in its slices, husks included.
    objects: AtomicUsize,
    /// With so many objects, husks are looked for at once.
    sweep_above: AtomicUsize,
    /// Wakes the worker, if there is one.
    signal: Option<Arc<Signal>>,
    /// Its slices of the keyspace.
    slices: Box<[usize]>,
}

impl Shard {
    pub(crate) fn new(slices: Box<[usize]>, signal: Option<Arc<Signal>>) -> Self {
        Self {
            slices,
            timers: Mutex::new(Timers::default()),
            objects: AtomicUsize::new(0),
            sweep_above: AtomicUsize::new(SWEEP_ABOVE_MIN),
            signal,
        }
    }

    fn timers(&self) -> MutexGuard<'_, Timers> {
        self.timers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        if let Some(signal) = &self.signal {
            signal.raise();
        }
    }

    /// Counts an object that was added to the keyspace.
    pub(crate) fn count_new_object(&self) {
        // Relaxed: numbers that decide when to look, nothing else.
        let objects = self.objects.fetch_add(1, Relaxed) + 1;
        if objects == 1 || objects == self.sweep_above.load(Relaxed) {
            self.wake();
        }
    }

    /// Moves the timer of a key from one time to another.
    pub(crate) fn move_timer(
        &self,
        object: &Arc<Object>,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) {
        let is_next = {
            let mut timers = self.timers();
            if let Some(from_ms) = from_ms {
                timers.remove_look(object, from_ms);
            }
            to_ms.is_some_and(|to_ms| timers.add_look(object, to_ms))
        };
        if is_next {
            self.wake();
        }
    }

    #[cfg(test)]
    pub(crate) fn has_no_timers(&self) -> bool {
        self.timers().is_empty()
    }

    pub(crate) fn clear_timers(&self) {
        // Dropped after the lock: an object may go with it.
        let timers = mem::take(&mut *self.timers());
        drop(timers);
    }
}

/// Wakes one worker.
#[derive(Default)]
pub(crate) struct Signal {
    state: Mutex<Raised>,
    changed: Condvar,
}

#[derive(Default)]
struct Raised {
    /// There may be something new to do.
    work: bool,
    stop: bool,
}

impl Signal {
    fn state(&self) -> MutexGuard<'_, Raised> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn raise(&self) {
        self.state().work = true;
        self.changed.notify_one();
    }

    /// Ends the worker.
    pub(crate) fn stop(&self) {
        self.state().stop = true;
        self.changed.notify_one();
    }

    /// Sleeps until the signal is raised, at most for `limit`. Returns whether the worker goes on.
    fn wait(&self, limit: Option<Duration>) -> bool {
        let mut state = self.state();
        if !state.work && !state.stop {
            state = match limit {
                None => self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(limit) => {
                    let waited = self.changed.wait_timeout(state, limit);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state.work = false;
        !state.stop
    }
}

//! The threads that keep shards in order, and the same work for callers who want no threads.

use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use forebay_sync::loom::Ordering::Relaxed;
use forebay_sync::{WaiterHandle, idle_memory, release_idle_memory};

use super::{SWEEP_ABOVE_MIN, Shard, Signal};
use crate::blocking::{Reply, Wakes};
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::frozen::FrozenSet;

/// Notes that are worked off before the next shard has its turn.
const BATCH: usize = 256;
/// How often a shard with objects is searched for husks.
const SWEEP_PERIOD: Duration = Duration::from_secs(1);
/// How often memory that was idle since the last time goes back to the system: not in every sweep.
const RELEASE_PERIOD: Duration = Duration::from_secs(2);
/// Slices of a shard that one call of `maintain` searches.
const MAINTAINED_SLICES_MAX: usize = 4;
/// The search goes on while at least one object in so many was a husk.
const SWEEP_ON_RATIO: usize = 4;

/// Starts one worker for each signal.
pub(crate) fn start_workers(
    core: &Arc<Core>,
    signals: &[Arc<Signal>],
    mut started: impl FnMut(JoinHandle<()>),
) -> Result<()> {
    for (index, signal) in signals.iter().enumerate() {
        let weak = Arc::downgrade(core);
        let signal = Arc::clone(signal);
        let step = signals.len();
        let worker = thread::Builder::new()
            .name(format!("forebay-{index}"))
            .spawn(move || work(&weak, &signal, index, step))
            .map_err(|error| Error::WorkerFailed { kind: error.kind() })?;
        started(worker);
    }
    Ok(())
}

/// A worker's life. While it sleeps it does not hold the engine open.
fn work(weak: &Weak<Core>, signal: &Signal, index: usize, step: usize) {
    loop {
        let Some(core) = weak.upgrade() else { return };
        let mine = core.shards.iter().skip(index).step_by(step);
        let rest = mine.filter_map(|shard| core.keep(shard)).min();
        drop(core);
        if !signal.wait(rest) {
            return;
        }
    }
}

/// Gives idle memory back, if the last time is long enough ago. The memory is the process's: when
/// several shards or engines asked for it one right behind the other, what was needed a moment ago
/// would go too.
fn release_if_due(now: Instant) {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    let is_due = {
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| now.saturating_duration_since(last) >= RELEASE_PERIOD);
        if is_due {
            *last = Some(now);
        }
        is_due
    };
    // Nothing is locked: this is a system call for each block.
    if is_due {
        release_idle_memory();
    }
}

/// When a shard is searched for husks, and where.
#[derive(Default)]
pub(super) struct Sweep {
    /// When to go on, while there are objects, or memory that may have to go back.
    at: Option<Instant>,
    /// Counts the shard's slices, round and round.
    next: usize,
}

impl Core {
    /// Does what is due in a shard, and returns how long there will be nothing to do.
    fn keep(&self, shard: &Shard) -> Option<Duration> {
        while self.fire(shard) == BATCH && !self.is_closed() {}
        let now = self.clock().instant();
        // Relaxed: see `count_new_object`.
        let objects = shard.objects.load(Relaxed);
        if objects >= shard.sweep_above.load(Relaxed) {
            self.sweep_all(shard);
        }
        let is_due = {
            let sweep = &mut shard.timers().sweep;
            let is_due = sweep.at.is_some_and(|at| at <= now);
            if objects == 0 && idle_memory() == 0 {
                sweep.at = None;
            } else if is_due || sweep.at.is_none() {
                sweep.at = Some(now + SWEEP_PERIOD);
            }
            is_due
        };
        if is_due {
            self.sweep_some(shard, usize::MAX);
            release_if_due(now);
        }
        let timers = shard.timers();
        let until_sweep = timers.sweep.at.map(|at| at.saturating_duration_since(now));
        let until_timer = timers.rest(self.clock().unix_ms(), self.clock().instant());
        until_sweep.into_iter().chain(until_timer).min()
    }

    /// Does what a shard's timers say: at most [`BATCH`] of each kind. Returns the larger number.
    fn fire(&self, shard: &Shard) -> usize {
        let (due, late) = {
            let mut timers = shard.timers();
            (
                timers.due_looks(self.clock().unix_ms(), BATCH),
                timers.take_due_deadlines(self.clock().instant(), BATCH),
            )
        };
        for object in &due {
            // To look at it is all it takes. Errors: the engine has been closed.
            let _ = FrozenSet::new(self, [object]).map(drop);
        }
        let wakes: Wakes = late
            .iter()
            .filter_map(WaiterHandle::claim)
            .map(|claim| claim.deliver(Reply::TimedOut))
            .collect();
        for wake in wakes {
            wake.wake();
        }
        due.len().max(late.len())
    }

    /// Sweeps the next slice of a shard, and more while it pays, at most `max`.
    fn sweep_some(&self, shard: &Shard, max: usize) {
        let slices = shard.slices.len();
        let start = shard.timers().sweep.next;
        let mut swept = 0;
        while swept < slices.min(max) {
            let has_many_husks = self.sweep_slice(shard, shard.slices[(start + swept) % slices]);
            swept += 1;
            if !has_many_husks {
                break;
            }
        }
        shard.timers().sweep.next = (start + swept) % slices;
    }

    /// Sweeps a whole shard, and says when it has grown so much that it must be done again.
    fn sweep_all(&self, shard: &Shard) {
        for &slice in &shard.slices {
            self.sweep_slice(shard, slice);
        }
        // Relaxed: see `count_new_object`.
        let objects = shard.objects.load(Relaxed);
        shard
            .sweep_above
            .store(objects.saturating_mul(2).max(SWEEP_ABOVE_MIN), Relaxed);
    }

    /// Returns whether there were many husks.
    fn sweep_slice(&self, shard: &Shard, slice: usize) -> bool {
        let Some(swept) = self.sweep(slice) else {
            return false;
        };
        // Relaxed: see `count_new_object`.
        shard.objects.fetch_sub(swept.dropped, Relaxed);
        swept.dropped > 0 && swept.dropped * SWEEP_ON_RATIO >= swept.seen
    }

    /// One bounded step of all upkeep: see [`Engine::maintain`](crate::Engine::maintain).
    pub(crate) fn maintain(&self) {
        for shard in &self.shards {
            self.fire(shard);
            self.sweep_some(shard, MAINTAINED_SLICES_MAX);
        }
        release_idle_memory();
        if self
            .journal()
            .is_some_and(|journal| journal.wal().has_writer() && journal.take_wish())
        {
            // The log stays as it is, and the next one may succeed.
            drop(self.checkpoint());
        }
    }
}

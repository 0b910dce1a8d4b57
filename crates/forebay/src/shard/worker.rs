//! The threads that keep shards in order, and the same work for callers who want no threads.

use core::time::Duration;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use forebay_sync::WaiterHandle;
use forebay_sync::loom::Ordering::Relaxed;

use super::{SWEEP_ABOVE_MIN, Shard, Signal};
use crate::blocking::{Reply, Wakes};
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::frozen::FrozenSet;
use crate::keyspace::SLICES;
use crate::object::Object;

/// Notes that are worked off before the next shard has its turn.
const BATCH: usize = 256;
/// How often a shard with objects is searched for husks.
const SWEEP_PERIOD: Duration = Duration::from_secs(1);
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
    let mut sweeps = Vec::new();
    loop {
        let Some(core) = weak.upgrade() else { return };
        let shards = index..core.shards.len();
        sweeps.resize_with(core.shards.len(), Sweep::default);
        let rest = shards
            .step_by(step)
            .filter_map(|shard| core.keep(shard, &mut sweeps[shard]))
            .min();
        drop(core);
        if !signal.wait(rest) {
            return;
        }
    }
}

/// Where the search for husks in a shard stands.
#[derive(Default)]
struct Sweep {
    /// Counts the shard's slices, round and round.
    next_slice: usize,
    /// When to go on, while there are objects.
    at: Option<Instant>,
}

impl Core {
    /// Which shard looks after a key.
    pub(crate) fn shard_index(&self, object: &Object) -> usize {
        crate::keyspace::Keyspace::slice_of(self.keyspace().hash(object.key())) % self.shards.len()
    }

    /// Does what is due in a shard, and returns how long there will be nothing to do.
    fn keep(&self, index: usize, sweep: &mut Sweep) -> Option<Duration> {
        let shard = &self.shards[index];
        while self.fire(shard) == BATCH && !self.is_closed() {}
        let now = self.clock().instant();
        // Relaxed: see `count_new_object`.
        let objects = shard.objects.load(Relaxed);
        if objects >= shard.sweep_above.load(Relaxed) {
            self.sweep_all(index);
        }
        if objects == 0 {
            sweep.at = None;
        } else {
            let at = *sweep.at.get_or_insert(now + SWEEP_PERIOD);
            if at <= now {
                self.sweep_some(index, &mut sweep.next_slice);
                sweep.at = Some(now + SWEEP_PERIOD);
            }
        }
        let timers = shard
            .timers()
            .rest(self.clock().unix_ms(), self.clock().instant());
        let until_sweep = sweep.at.map(|at| at.saturating_duration_since(now));
        timers.into_iter().chain(until_sweep).min()
    }

    /// Does what a shard's timers say: at most [`BATCH`] of each kind. Returns the larger number.
    fn fire(&self, shard: &Shard) -> usize {
        let (expired, late) = {
            let mut timers = shard.timers();
            (
                timers.due_expiries(self.clock().unix_ms(), BATCH),
                timers.take_due_deadlines(self.clock().instant(), BATCH),
            )
        };
        for object in &expired {
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
        expired.len().max(late.len())
    }

    /// Sweeps the next slice of a shard, and more while it pays.
    fn sweep_some(&self, index: usize, next: &mut usize) {
        for _ in self.slices_of(index) {
            let slices = self.slices_of(index).len();
            let slice = self.slices_of(index).nth(*next % slices).unwrap_or(index);
            *next = (*next + 1) % slices;
            if !self.sweep_slice(index, slice) {
                return;
            }
        }
    }

    /// Sweeps a whole shard, and says when it has grown so much that it must be done again.
    fn sweep_all(&self, index: usize) {
        for slice in self.slices_of(index) {
            self.sweep_slice(index, slice);
        }
        let shard = &self.shards[index];
        // Relaxed: see `count_new_object`.
        let objects = shard.objects.load(Relaxed);
        shard
            .sweep_above
            .store(objects.saturating_mul(2).max(SWEEP_ABOVE_MIN), Relaxed);
    }

    /// Returns whether there were many husks.
    fn sweep_slice(&self, index: usize, slice: usize) -> bool {
        let swept = self.keyspace().sweep(slice);
        // Relaxed: see `count_new_object`.
        self.shards[index].objects.fetch_sub(swept.dropped, Relaxed);
        swept.dropped > 0 && swept.dropped * SWEEP_ON_RATIO >= swept.seen
    }

    fn slices_of(&self, index: usize) -> impl ExactSizeIterator<Item = usize> + use<> {
        (index..SLICES).step_by(self.shards.len())
    }

    /// One bounded step of all upkeep: see [`Engine::maintain`](crate::Engine::maintain).
    pub(crate) fn maintain(&self) {
        for (index, shard) in self.shards.iter().enumerate() {
            self.fire(shard);
            let mut slice = shard.timers().next_swept;
            self.sweep_some(index, &mut slice);
            shard.timers().next_swept = slice;
        }
    }
}

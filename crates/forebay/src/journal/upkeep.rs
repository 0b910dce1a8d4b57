//! When checkpoints are taken, and who waits for one.

use std::sync::{Arc, Weak};
use std::thread::{Builder, JoinHandle};

use forebay_sync::loom::AtomicBool;
use forebay_sync::loom::Ordering::Relaxed;
use parking_lot::{Condvar, Mutex};

use super::journal::Journal;
use crate::engine::Core;
use crate::error::{Error, Result};

/// How much a thread appends before it looks how long the log is.
pub(super) const LOOK_BYTES: usize = 256 << 10;

/// How long the log may become.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    /// A checkpoint is taken.
    pub(crate) checkpoint_bytes: u64,
    /// Who wants to change something waits for the checkpoint, so that the log does not fill up
    /// before that is there.
    pub(crate) wait_bytes: u64,
}

/// Checkpoints that are wanted, and those who wait for one.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    /// Whether callers wait for a checkpoint.
    is_tight: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    has_thread: bool,
    is_wanted: bool,
    is_over: bool,
    /// Checkpoints that were tried.
    tries: u64,
}

impl Journal {
    /// Has a checkpoint taken if the log has become long.
    pub(super) fn look_at_length(&self) {
        let log_bytes = self.wal.log_bytes();
        if log_bytes < self.lengths.checkpoint_bytes {
            return;
        }
        let mut state = self.upkeep.state.lock();
        if state.has_thread && log_bytes >= self.lengths.wait_bytes {
            // Relaxed: who sees it late appends a little more.
            self.upkeep.is_tight.store(true, Relaxed);
        }
        if !state.is_wanted {
            state.is_wanted = true;
            self.upkeep.changed.notify_all();
        }
    }

    /// Whether callers should wait for a checkpoint.
    #[inline]
    pub(crate) fn is_tight(&self) -> bool {
        // Relaxed: as above.
        self.upkeep.is_tight.load(Relaxed)
    }

    /// Waits for a checkpoint if the log is about to be full, and its own thread takes one. Nothing
    /// is frozen.
    #[inline]
    pub(crate) fn give_way(&self) {
        if self.is_tight() {
            self.wait_for_checkpoint();
        }
    }

    /// Has a checkpoint taken, because the log is full, and waits for it; `false` when nobody takes
    /// one. Nothing is frozen.
    pub(crate) fn make_room(&self) -> bool {
        let mut state = self.upkeep.state.lock();
        if !state.has_thread || state.is_over {
            return false;
        }
        // Relaxed: as above.
        self.upkeep.is_tight.store(true, Relaxed);
        state.is_wanted = true;
        self.upkeep.changed.notify_all();
        drop(state);
        self.wait_for_checkpoint();
        true
    }

    #[cold]
    fn wait_for_checkpoint(&self) {
        let mut state = self.upkeep.state.lock();
        let tries = state.tries;
        // Relaxed: written under the lock.
        while state.tries == tries && !state.is_over && self.upkeep.is_tight.load(Relaxed) {
            self.upkeep.changed.wait(&mut state);
        }
    }

    /// Whether a checkpoint is wanted; it is not any more.
    pub(crate) fn take_wish(&self) -> bool {
        core::mem::take(&mut self.upkeep.state.lock().is_wanted)
    }

    /// Waits until a checkpoint is wanted; `false` at the end.
    fn wait_for_wish(&self) -> bool {
        let mut state = self.upkeep.state.lock();
        while !state.is_wanted && !state.is_over {
            self.upkeep.changed.wait(&mut state);
        }
        state.is_wanted = false;
        !state.is_over
    }

    /// A checkpoint was tried; that it failed may be no failure the next time.
    fn note_try(&self) {
        let mut state = self.upkeep.state.lock();
        state.tries += 1;
        // Relaxed: as above.
        self.upkeep.is_tight.store(false, Relaxed);
        self.upkeep.changed.notify_all();
    }

    /// No more checkpoints.
    pub(crate) fn end_upkeep(&self) {
        let mut state = self.upkeep.state.lock();
        state.is_over = true;
        self.upkeep.changed.notify_all();
    }
}

/// Starts the thread that takes checkpoints.
pub(crate) fn start_upkeep(core: &Arc<Core>) -> Result<JoinHandle<()>> {
    if let Some(journal) = core.journal() {
        journal.upkeep.state.lock().has_thread = true;
    }
    let weak = Arc::downgrade(core);
    let spawned = Builder::new()
        .name("forebay-checkpoint".to_owned())
        .spawn(move || work(&weak));
    spawned.map_err(|error| Error::WorkerFailed { kind: error.kind() })
}

/// The thread's life. The journal outlives it: whoever drops the engine ends it first.
fn work(weak: &Weak<Core>) {
    loop {
        let journal = match weak.upgrade() {
            Some(core) => core.shared_journal(),
            None => return,
        };
        let Some(journal) = journal else { return };
        if !journal.wait_for_wish() {
            return;
        }
        if let Some(core) = weak.upgrade() {
            // The log stays as it is, and the next one may succeed.
            drop(core.checkpoint());
        }
        journal.note_try();
    }
}

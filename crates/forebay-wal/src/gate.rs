//! The gate: which epochs are written and synced, and who waits for one.
//!
//! # Protocol
//! The writer publishes under the lock: it stores the words, takes out the wakers of all that have
//! been waited for, unlocks and wakes. Who waits looks at the word; if it is not enough, locks,
//! looks again and leaves a waker. So either the publisher finds the waker or the waiter finds the
//! published epoch. What is published only grows, until the log has failed; a failure is published
//! in the same way and wakes everybody.
//!
//! The words are stored with Release and looked at with Acquire: who finds an epoch published sees
//! everything that the writer did for it, without taking the lock.

use crate::error::{Error, Result};
use crate::loom::{AtomicU64, Mutex, Ordering, Site, ord, skips};
use core::task::Waker;
use std::io;
use std::sync::Arc;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Written,
    Synced,
}

/// Why nothing more will be published.
#[derive(Clone, Debug)]
pub(crate) enum End {
    Closed,
    Failed(Arc<io::Error>),
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    goal: Goal,
    epoch: u64,
    waker: Waker,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Waiting>,
    next_id: u64,
    end: Option<End>,
}

#[derive(Debug)]
pub(crate) struct Gate {
    written: AtomicU64,
    synced: AtomicU64,
    state: Mutex<State>,
}

impl Gate {
    /// A gate that all epochs up to `epoch` are through.
    pub(crate) fn new(epoch: u64) -> Self {
        Self {
            written: AtomicU64::new(epoch),
            synced: AtomicU64::new(epoch),
            state: Mutex::default(),
        }
    }

    fn word(&self, goal: Goal) -> &AtomicU64 {
        match goal {
            Goal::Written => &self.written,
            Goal::Synced => &self.synced,
        }
    }

    pub(crate) fn is_through(&self, goal: Goal, epoch: u64) -> bool {
        // Acquire: the store in `publish`.
        self.word(goal).load(ord(Site::GateLook, Ordering::Acquire)) >= epoch
    }

    pub(crate) fn synced(&self) -> u64 {
        // Acquire: the store in `publish`.
        self.synced.load(Ordering::Acquire)
    }

    /// Whether `epoch` is through; an error if it never will be.
    pub(crate) fn look(&self, goal: Goal, epoch: u64) -> Option<Result<()>> {
        if self.is_through(goal, epoch) {
            return Some(Ok(()));
        }
        self.ended(&self.state.lock(), goal, epoch)
    }

    fn ended(&self, state: &State, goal: Goal, epoch: u64) -> Option<Result<()>> {
        if self.is_through(goal, epoch) && !skips(Site::GateRecheck) {
            return Some(Ok(()));
        }
        state.end.as_ref().map(|end| match end {
            End::Closed => Err(Error::Closed),
            End::Failed(cause) => Err(Error::Indeterminate(Arc::clone(cause))),
        })
    }

    /// As `look`, and if there is no answer yet, `waker` is woken when there is one. `id` is what
    /// an earlier call for the same wait has given.
    pub(crate) fn register(
        &self,
        goal: Goal,
        epoch: u64,
        id: &mut Option<u64>,
        waker: &Waker,
    ) -> Option<Result<()>> {
        let mut state = self.state.lock();
        let answer = self.ended(&state, goal, epoch);
        if answer.is_some() {
            return answer;
        }
        let known = id.and_then(|id| state.waiting.iter().position(|one| one.id == id));
        if let Some(index) = known {
            state.waiting[index].waker.clone_from(waker);
            return None;
        }
        let number = state.next_id;
        state.next_id += 1;
        *id = Some(number);
        state.waiting.push(Waiting {
            id: number,
            goal,
            epoch,
            waker: waker.clone(),
        });
        None
    }

    /// Whether anybody waits.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.state.lock().waiting.is_empty()
    }

    /// Takes a waker out that nobody waits for any more.
    pub(crate) fn forget(&self, id: u64) {
        let mut state = self.state.lock();
        let found = state.waiting.iter().position(|one| one.id == id);
        let removed = found.map(|index| state.waiting.swap_remove(index));
        drop(state);
        drop(removed);
    }

    pub(crate) fn publish(&self, goal: Goal, epoch: u64) {
        let word = self.word(goal);
        // Relaxed: only the writer stores it, and the writer is who calls this.
        if word.load(Ordering::Relaxed) >= epoch {
            return;
        }
        // Release: the loads in `is_through` and `synced`.
        let store = || word.store(epoch, ord(Site::GatePublish, Ordering::Release));
        let mut state = self.state.lock();
        if !skips(Site::GatePublishInside) {
            store();
        }
        let through = |one: &mut Waiting| one.goal == goal && one.epoch <= epoch;
        let through: Vec<_> = state.waiting.extract_if(.., through).collect();
        drop(state);
        if skips(Site::GatePublishInside) {
            store();
        }
        for one in through {
            one.waker.wake();
        }
    }

    /// Nothing more will be published. The first reason counts.
    pub(crate) fn end(&self, end: End) {
        let mut state = self.state.lock();
        state.end.get_or_insert(end);
        let all = core::mem::take(&mut state.waiting);
        drop(state);
        if skips(Site::GateEndWakes) {
            return;
        }
        for one in all {
            one.waker.wake();
        }
    }

    /// The error of whoever comes when nothing more is taken.
    pub(crate) fn refusal(&self) -> Error {
        match &self.state.lock().end {
            Some(End::Failed(cause)) => Error::Poisoned(Arc::clone(cause)),
            Some(End::Closed) | None => Error::Closed,
        }
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.state.lock().waiting.len()
    }

    pub(crate) fn failure(&self) -> Option<Arc<io::Error>> {
        match &self.state.lock().end {
            Some(End::Failed(cause)) => Some(Arc::clone(cause)),
            Some(End::Closed) | None => None,
        }
    }
}

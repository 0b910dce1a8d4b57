//! The gate: which epochs are written and synced, and who waits for one.
//!
//! # Protocol
//! The writer publishes under the lock: it stores the words, takes out the wakers of all that have
//! been waited for, unlocks and wakes. Who waits looks at the word; if it is not enough, locks,
//! looks again and leaves a waker. So either the publisher finds the waker or the waiter finds the
//! published epoch. What is published only grows, until the log has failed; a failure is published
//! in the same way and wakes everybody.

use crate::error::{Error, Result};
use core::task::Waker;
use crossbeam_utils::atomic::AtomicCell;
use parking_lot::Mutex;
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
    written: AtomicCell<u64>,
    synced: AtomicCell<u64>,
    state: Mutex<State>,
}

impl Gate {
    /// A gate that all epochs up to `epoch` are through.
    pub(crate) fn new(epoch: u64) -> Self {
        Self {
            written: AtomicCell::new(epoch),
            synced: AtomicCell::new(epoch),
            state: Mutex::default(),
        }
    }

    fn reached(&self, goal: Goal, epoch: u64) -> bool {
        match goal {
            Goal::Written => self.written.load() >= epoch,
            Goal::Synced => self.synced.load() >= epoch,
        }
    }

    pub(crate) fn is_through(&self, goal: Goal, epoch: u64) -> bool {
        self.reached(goal, epoch)
    }

    pub(crate) fn synced(&self) -> u64 {
        self.synced.load()
    }

    /// Whether `epoch` is through; an error if it never will be.
    pub(crate) fn look(&self, goal: Goal, epoch: u64) -> Option<Result<()>> {
        if self.is_through(goal, epoch) {
            return Some(Ok(()));
        }
        self.ended(&self.state.lock(), goal, epoch)
    }

    fn ended(&self, state: &State, goal: Goal, epoch: u64) -> Option<Result<()>> {
        if self.reached(goal, epoch) {
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

    /// Takes a waker out that nobody waits for any more.
    pub(crate) fn forget(&self, id: u64) {
        let mut state = self.state.lock();
        let found = state.waiting.iter().position(|one| one.id == id);
        let removed = found.map(|index| state.waiting.swap_remove(index));
        drop(state);
        drop(removed);
    }

    pub(crate) fn publish(&self, goal: Goal, epoch: u64) {
        let word = match goal {
            Goal::Written => &self.written,
            Goal::Synced => &self.synced,
        };
        if word.load() >= epoch {
            return;
        }
        let mut state = self.state.lock();
        word.store(epoch);
        let through = |one: &mut Waiting| self.reached(one.goal, one.epoch);
        let through: Vec<_> = state.waiting.extract_if(.., through).collect();
        drop(state);
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

//! Whoever is to be woken: a parked thread or a task.

use crate::loom::Unparker;
use core::fmt;
use core::task::Waker;

/// One registered thread or task.
#[derive(Debug)]
pub(super) enum Sleeper {
    Thread(Unparker),
    Task(Waker),
}

impl Sleeper {
    /// Wakes it, once and for all.
    pub(super) fn wake(self) {
        match self {
            Self::Thread(thread) => thread.unpark(),
            Self::Task(waker) => waker.wake(),
        }
    }
}

/// The wake-up that a delivery owes.
///
/// Waking costs microseconds, so it is kept apart from the delivery: deliver while the key is
/// frozen, wake when nothing is frozen any more. Dropping it wakes too, so none is ever lost.
#[must_use = "wakes when it is dropped; keep it until nothing is frozen any more"]
pub struct Wake(Option<Sleeper>);

impl Wake {
    pub(super) const fn new(sleeper: Option<Sleeper>) -> Self {
        Self(sleeper)
    }

    /// Whether there is nobody to wake: the receiver is awake and will see the delivery itself.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Unparks the thread or wakes the task.
    ///
    /// # Panics
    /// Only if the task's waker panics.
    pub fn wake(mut self) {
        self.wake_once();
    }

    fn wake_once(&mut self) {
        if let Some(sleeper) = self.0.take() {
            sleeper.wake();
        }
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.wake_once();
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wake")
            .field("is_empty", &self.is_empty())
            .finish()
    }
}

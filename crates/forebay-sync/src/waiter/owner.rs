//! The waiting side.

use super::handle::WaiterHandle;
use super::shared::Shared;
use super::sleeper::Sleeper;
use super::spin::{snooze_until, spin_until};
use super::state::Phase;
use crate::loom::{Arc, Parker};
use core::fmt;
use core::task::{Context, Poll};
use core::time::Duration;

/// One blocked call. See the [module](super) for the protocol.
///
/// Serves a thread ([`Waiter::wait`], [`Waiter::wait_for`]) or a task ([`Waiter::poll`]), whichever
/// waits on it.
///
/// # Cancel safety
/// Dropping a waiter cancels it without waiting for a claim, and **drops a value that was delivered
/// or that a claimer is just delivering**. Who must not lose one calls [`Waiter::cancel`] first,
/// also in the `Drop` of a future.
///
/// # Examples
/// ```
/// use forebay_sync::{Cancel, Waiter};
/// use std::time::Duration;
///
/// let mut waiter: Waiter<u32> = Waiter::new();
/// let handle = waiter.handle();
/// assert!(!waiter.wait_for(Duration::from_millis(1)), "nobody came");
/// assert!(matches!(waiter.cancel(), Cancel::Cancelled));
/// assert!(handle.claim().is_none(), "and nobody can any more");
/// ```
pub struct Waiter<T> {
    shared: Arc<Shared<T>>,
}

/// How a cancellation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the value that was delivered after all would be lost"]
pub enum Cancel<T> {
    /// Nobody will deliver any more, and no value is left that was not taken.
    Cancelled,
    /// Somebody was faster: this is the value.
    Delivered(T),
}

impl<T> Waiter<T> {
    /// A waiter that waits.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared::new()),
        }
    }

    /// A handle for a queue in which others find this waiter.
    #[must_use]
    pub fn handle(&self) -> WaiterHandle<T> {
        WaiterHandle::new(Arc::clone(&self.shared))
    }

    /// Whether a claim would have succeeded a moment ago. A hint only.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.shared.hint().phase() == Phase::Waiting
    }

    /// Waits until a value is delivered; returns at once when the waiter is settled already.
    ///
    /// Looks for a moment, if that paid lately on this thread, and then parks.
    pub fn wait(&mut self) {
        if !spin_until(|| self.is_settled()) {
            self.park_until_settled();
        }
    }

    /// Waits as [`Waiter::wait`] does, for about `limit` at most; says whether it is settled.
    ///
    /// May return early without a reason, so a caller with a deadline calls it in a loop: no clock
    /// is read here.
    pub fn wait_for(&mut self, limit: Duration) -> bool {
        if limit.is_zero() || spin_until(|| self.is_settled()) {
            return self.is_settled();
        }
        let parker = Parker::current();
        // A delivery between the two lines leaves the thread's token, and the park returns at once.
        if self.seat_thread(&parker) {
            parker.park_timeout(limit);
        }
        self.is_settled()
    }

    /// The delivered value, once.
    #[must_use]
    pub fn take(&mut self) -> Option<T> {
        // SAFETY: this is the owner (I1).
        unsafe { self.shared.take() }
    }

    /// Waits as a task: ready with the value when it was delivered, ready with nothing when it was
    /// cancelled or the value was taken already. The waker of the latest call is the one woken.
    ///
    /// # Panics
    /// Only if the waker panics when it is cloned; the waiter then goes on waiting.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let waker = cx.waker();
        let is_same = |sleeper: &Sleeper| match sleeper {
            Sleeper::Task(seated) => seated.will_wake(waker),
            Sleeper::Thread(_) => false,
        };
        // SAFETY: this is the owner (I1).
        let is_seated = unsafe { self.shared.seat(is_same, || Sleeper::Task(waker.clone())) };
        if is_seated {
            Poll::Pending
        } else {
            Poll::Ready(self.take())
        }
    }

    /// Ends the wait: afterwards nobody delivers any more.
    ///
    /// When somebody holds the claim at this moment, waits until it is delivered or given back
    /// (spins, yields, then parks). A value that was delivered and not taken is returned.
    ///
    /// # Memory ordering
    /// What a claimer did before it released is visible after this.
    pub fn cancel(&mut self) -> Cancel<T> {
        // SAFETY: this is the owner (I1).
        let phase = unsafe { self.shared.leave() };
        if phase == Phase::Claimed && !snooze_until(|| self.is_settled()) {
            self.park_until_settled();
        }
        self.take().map_or(Cancel::Cancelled, Cancel::Delivered)
    }

    fn is_settled(&self) -> bool {
        self.shared.look().is_settled()
    }

    fn park_until_settled(&mut self) {
        let parker = Parker::current();
        if self.seat_thread(&parker) {
            while !self.is_settled() {
                parker.park();
            }
        }
    }

    /// Says whether the thread sits; if not, the waiter is settled.
    fn seat_thread(&mut self, parker: &Parker) -> bool {
        // SAFETY: this is the owner (I1).
        unsafe {
            self.shared
                .seat(|_| false, || Sleeper::Thread(parker.unparker()))
        }
    }
}

impl<T> Drop for Waiter<T> {
    fn drop(&mut self) {
        // SAFETY: this is the owner (I1).
        let phase = unsafe { self.shared.leave() };
        if phase == Phase::Claimed {
            // SAFETY: this is the owner (I1).
            unsafe { self.shared.unseat() };
        }
        drop(self.take());
    }
}

impl<T> Default for Waiter<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Waiter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Waiter").field(&*self.shared).finish()
    }
}

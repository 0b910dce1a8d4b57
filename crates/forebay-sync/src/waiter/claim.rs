//! The right to serve one waiter.

use super::shared::Shared;
use super::sleeper::Wake;
use crate::loom::Arc;
use core::fmt;

/// The right, and the duty, to deliver to one waiter or to give it back.
///
/// Keep it for a few instructions only: an owner who cancels waits for the end of the claim.
/// Dropping it gives it back, as [`Claim::release`] does.
#[must_use = "dropping a claim gives it back"]
pub struct Claim<T> {
    shared: Arc<Shared<T>>,
    is_open: bool,
}

/// What a claim that was given back leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a refused claimer has to be made good for"]
pub enum Released {
    /// The waiter waits again, and nobody asked for it meanwhile.
    Waiting,
    /// The waiter waits again, and another claimer was refused meanwhile: offer the waiter to its
    /// other keys again, for there may be a message that nobody will offer a second time.
    Refused,
    /// The owner wanted to leave, and has left now.
    Cancelled,
}

impl<T> Claim<T> {
    pub(super) const fn new(shared: Arc<Shared<T>>) -> Self {
        Self {
            shared,
            is_open: true,
        }
    }

    /// Hands the value over. The receiver may have it from now on; if it sleeps, the returned
    /// [`Wake`] is what wakes it.
    ///
    /// # Memory ordering
    /// All that was done before is visible to the receiver of the value.
    ///
    /// # Examples
    /// ```
    /// use forebay_sync::{Cancel, Waiter};
    ///
    /// let mut waiter = Waiter::new();
    /// let claim = waiter.handle().claim().expect("it waits");
    /// let wake = claim.deliver("message");
    /// assert_eq!(waiter.take(), Some("message"), "in place before anybody is woken");
    /// wake.wake();
    /// ```
    pub fn deliver(mut self, value: T) -> Wake {
        self.is_open = false;
        // SAFETY: this is the one claim (I1), and it ends here: `self` is closed and consumed.
        Wake::new(unsafe { self.shared.deliver(value) })
    }

    /// Gives the waiter back: nothing was there for it after all.
    ///
    /// # Memory ordering
    /// All that was done before is visible to the next claimer, and to an owner who cancels. When
    /// [`Released::Refused`] is returned, what the refused claimer did before is visible here.
    pub fn release(mut self) -> Released {
        self.release_once()
    }

    fn release_once(&mut self) -> Released {
        self.is_open = false;
        // SAFETY: this is the one claim (I1), and it ends here: `self` is closed and not used
        // again.
        let (released, sleeper) = unsafe { self.shared.release() };
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
        released
    }
}

impl<T> Drop for Claim<T> {
    fn drop(&mut self) {
        if self.is_open {
            let _lost: Released = self.release_once();
        }
    }
}

impl<T> fmt::Debug for Claim<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claim").field(&*self.shared).finish()
    }
}

//! When memory that was taken out of a log is freed: not before everybody who may still read it has
//! looked away.
//!
//! In production this is crossbeam's epoch scheme, with its process-wide collector: contents move
//! from one log to another, so a log has no collector of its own. What the protocol needs of it is
//! the trait [`Reclaim`], which a model implements with something that it can check.

/// Safe memory reclamation: a guard protects what was reachable when it was made.
pub(super) trait Reclaim {
    /// Makes a guard.
    fn pin() -> Self;

    /// Calls `free` when every guard that exists at this moment is gone.
    ///
    /// # Safety
    ///
    /// What `free` frees cannot be reached by a guard that is made from now on, and `free` may run
    /// on any thread.
    unsafe fn retire(&self, free: impl FnOnce() + 'static);

    /// Hints that much was retired.
    fn hurry(&self);
}

#[cfg(not(loom))]
pub(super) use crossbeam_epoch::Guard;

#[cfg(not(loom))]
impl Reclaim for Guard {
    #[inline]
    fn pin() -> Self {
        crossbeam_epoch::pin()
    }

    unsafe fn retire(&self, free: impl FnOnce() + 'static) {
        // SAFETY: the same contract; what `free` owns is plain memory.
        unsafe { self.defer_unchecked(free) };
    }

    fn hurry(&self) {
        self.flush();
    }
}

#[cfg(loom)]
pub(super) use super::model::Guard;

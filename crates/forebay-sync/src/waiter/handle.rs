//! The handle by which others reach a waiter.

use super::claim::Claim;
use super::shared::Shared;
use super::state::Phase;
use crate::loom::Arc;
use core::fmt;

/// Reaches one [`Waiter`](super::Waiter); stands in the queue of each key that the call names.
///
/// Handles outlive the waiter harmlessly: they find it settled.
pub struct WaiterHandle<T> {
    shared: Arc<Shared<T>>,
}

impl<T> WaiterHandle<T> {
    pub(super) const fn new(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

    /// Takes the one claim, if the waiter waits; `None` when it is claimed, served or gone.
    ///
    /// `None` from a waiter that another one has claimed is final if that one delivers. If it gives
    /// the claim back, it learns from [`Claim::release`] that somebody was refused.
    ///
    /// # Memory ordering
    /// What an earlier claimer did before it released is visible to the next one.
    ///
    /// # Examples
    /// ```
    /// use forebay_sync::Waiter;
    ///
    /// let waiter: Waiter<u32> = Waiter::new();
    /// let handle = waiter.handle();
    /// let claim = handle.claim().expect("it waits");
    /// assert!(handle.claim().is_none(), "exactly one has the claim");
    /// drop(claim);
    /// ```
    #[must_use = "dropping a claim gives it back"]
    pub fn claim(&self) -> Option<Claim<T>> {
        self.shared
            .claim()
            .then(|| Claim::new(Arc::clone(&self.shared)))
    }

    /// Whether a claim would have succeeded a moment ago. A hint only.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.shared.hint().phase() == Phase::Waiting
    }
}

impl<T> Clone for WaiterHandle<T> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.shared))
    }
}

impl<T> fmt::Debug for WaiterHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WaiterHandle").field(&*self.shared).finish()
    }
}

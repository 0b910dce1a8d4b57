//! Segments that outlived their list: it was dropped while somebody still read a message in them.
//!
//! That happens to [`Contents`](super::Contents) only: the messages of a deleted key, one of which
//! was just being consumed. Waiting for the consumer could wait for ever (its closure may be what
//! deletes the key), so the segment is kept here, and freed by whoever comes by when the claim is
//! settled. This is the one lock of the crate, and no operation on a list takes it.

use alloc::vec::Vec;
use std::sync::{Mutex, PoisonError};

use super::segment::Segment;

struct Orphan(Segment);

// SAFETY: an orphan is owned by the collection alone; others have claims on single slots, which
// they settle through atomics.
unsafe impl Send for Orphan {}

static ORPHANS: Mutex<Vec<Orphan>> = Mutex::new(Vec::new());

/// Takes over a drained segment in which somebody has a claim.
pub(super) fn adopt(segment: Segment) {
    ORPHANS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Orphan(segment));
}

/// Frees the segments whose last claim has been settled, unless another thread is at it.
pub(super) fn free_settled() {
    if let Ok(mut orphans) = ORPHANS.try_lock() {
        orphans.retain(|&Orphan(segment)| {
            // SAFETY: alive while it is here; the collection is its owner, and it has no live slot.
            let settled = unsafe { segment.is_settled() };
            if settled {
                // SAFETY: ours alone now, and its messages have been taken.
                unsafe { segment.free() };
            }
            !settled
        });
        if orphans.is_empty() {
            orphans.shrink_to_fit();
        }
    }
}

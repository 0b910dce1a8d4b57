//! What the callers of a log and its writer share.

use crate::config::Config;
use crate::gate::Gate;
use crate::lane::Lanes;
use crate::loom::{Mutex, Site, Sleeper, UnseenMutex, skips};
use crate::position::Position;
use crate::space::Space;
use crate::stats::Stats;
use crate::storage::Storage;
use core::any::Any;
use crossbeam_utils::atomic::AtomicCell;
use std::sync::Arc;

/// What callers ask of the writer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wishes {
    /// Somebody waits for this epoch to be synced.
    pub(crate) sync: u64,
    /// Segments below this one are no longer needed.
    pub(crate) recycle_below: u64,
    /// Write what is there and end.
    pub(crate) stop: bool,
}

/// What the writer shows of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown {
    /// The end of what is written; between two epochs.
    pub(crate) tail: Position,
    /// The end of the last epoch that is synced.
    pub(crate) durable: Position,
    pub(crate) stats: Stats,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) store: [u8; 16],
    pub(crate) lanes: Lanes,
    pub(crate) gate: Gate,
    pub(crate) space: Space,
    pub(crate) wishes: Mutex<Wishes>,
    pub(crate) shown: UnseenMutex<Shown>,
    /// The number of the newest checkpoint.
    pub(crate) checkpoint: AtomicCell<u64>,
    /// Whether one is being taken.
    pub(crate) checkpointing: AtomicCell<bool>,
    /// Where the writer sleeps when there is nothing to do; nowhere if a test turns it.
    pub(crate) sleeper: Sleeper,
    /// Whether the writer is turned by hand, so that nobody may wait for it.
    pub(crate) by_hand: bool,
    /// The lock of the directory: it goes when nobody can write into it any more.
    pub(crate) lock: Mutex<Option<Box<dyn Any + Send + Sync>>>,
}

impl Shared {
    pub(crate) fn wake(&self) {
        self.sleeper.wake();
    }

    /// Whether anybody waits for something that the writer does.
    pub(crate) fn is_awaited(&self) -> bool {
        let wishes = *self.wishes.lock();
        wishes.stop
            || wishes.sync > self.gate.synced()
            || self.gate.is_awaited()
            || self.space.is_wanted()
    }

    /// Somebody has made known, in the wishes or at the gate, that he waits: the writer looks once
    /// more before it sleeps.
    pub(crate) fn wake_for_waiter(&self) {
        if !skips(Site::WriterAwaited) {
            self.wake();
        }
    }

    /// Wishes for a sync of everything up to `epoch`, for who is about to wait for that.
    pub(crate) fn wish_sync(&self, epoch: u64) {
        let mut wishes = self.wishes.lock();
        wishes.sync = wishes.sync.max(epoch);
    }
}

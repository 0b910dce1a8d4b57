//! The journal of an engine: its log, and what its threads write into it.

use core::cell::{RefCell, RefMut};
use core::fmt;

use forebay_sync::loom::AtomicU64;
use forebay_sync::loom::Ordering::Relaxed;
use forebay_wal::{Durable, Level, Record, Ticket, Wal};
use parking_lot::{Mutex, MutexGuard};
use thread_local::ThreadLocal;

use super::checkpoint::Taking;
use super::cost::Cost;
use super::step::{ORDER_BYTES, Step};
use super::upkeep::{LOOK_BYTES, Lengths, Upkeep};
use crate::error::{Error, Result};
use crate::frozen::FrozenKey;

/// The kind of the records, of which there is one.
pub(super) const STEP: u8 = 1;
/// What is beside the arguments of an operation and its key.
const KEY_OVERHEAD_BYTES: usize = ORDER_BYTES + 16;

/// What the journal knows of a key; see the [module](super).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Logged {
    /// The order of the last step on the key.
    pub(crate) order: u64,
    /// Covers that step.
    pub(crate) ticket: Ticket,
    /// The last checkpoint that has the key.
    pub(crate) checkpoint: u64,
}

/// The journal of an engine.
pub(crate) struct Journal {
    pub(super) wal: Wal,
    pub(super) level: Level,
    pub(super) lengths: Lengths,
    pub(super) upkeep: Upkeep,
    record_bytes_max: usize,
    steps: ThreadLocal<RefCell<Step>>,
    /// No smaller than the order of any key that is not in the keyspace any more.
    floor: AtomicU64,
    /// Held by who removes keys from the keyspace, and by who takes a checkpoint.
    keeping: Mutex<()>,
    pub(super) taking: Taking,
}

impl Journal {
    pub(crate) fn new(wal: Wal, level: Level, lengths: Lengths, floor: u64) -> Self {
        Self {
            record_bytes_max: wal.record_bytes_max(),
            wal,
            level,
            lengths,
            upkeep: Upkeep::default(),
            steps: ThreadLocal::new(),
            floor: AtomicU64::new(floor),
            keeping: Mutex::new(()),
            taking: Taking::default(),
        }
    }

    pub(crate) const fn level(&self) -> Level {
        self.level
    }

    pub(crate) const fn wal(&self) -> &Wal {
        &self.wal
    }

    /// What this thread writes down. Nothing else is done while it is held.
    #[inline]
    pub(super) fn step(&self) -> RefMut<'_, Step> {
        self.steps.get_or_default().borrow_mut()
    }

    /// Makes room for an operation on keys of so many bytes, before anything is done.
    #[inline]
    pub(crate) fn admit(&self, cost: Cost, key_bytes: usize) -> Result<()> {
        let mut step = self.step();
        let bytes = cost.bytes.saturating_add(key_bytes + KEY_OVERHEAD_BYTES);
        let needed = step.body.len().saturating_add(bytes);
        let max = self.record_bytes_max;
        if needed > max {
            return Err(Error::StepTooLarge { len: needed, max });
        }
        let extended = self.wal.extend(&mut step.room, needed, cost.purpose);
        extended.map_err(Error::from_log)
    }

    /// Appends what this thread has written down of a step on `keys`, which are still frozen.
    #[inline]
    pub(crate) fn commit(&self, keys: &mut [FrozenKey<'_>]) -> Result<Ticket> {
        let mut step = self.step();
        let mut order = 0;
        let mut is_fresh = false;
        for key in &*keys {
            if let Some(logged) = key.logged() {
                step.ticket = step.ticket.max(logged.ticket);
                order = order.max(logged.order);
                is_fresh |= logged.order == 0;
            }
        }
        if step.body.is_empty() {
            return Ok(step.ticket);
        }
        if is_fresh {
            // Relaxed: a key that is new again was found in the directory after its object was
            // removed from it, and the floor was raised before.
            order = order.max(self.floor.load(Relaxed));
        }
        order += 1;
        let ticket = self.append(&mut step, order)?;
        for key in keys {
            if let Some(logged) = key.logged_mut() {
                logged.order = order;
                logged.ticket = ticket;
            }
        }
        Ok(ticket)
    }

    fn append(&self, step: &mut Step, order: u64) -> Result<Ticket> {
        if let Some(at) = step.body.first_chunk_mut() {
            *at = order.to_le_bytes();
        }
        step.appended += step.body.len();
        if step.appended >= LOOK_BYTES {
            step.appended = 0;
            self.look_at_length();
        }
        let Step { body, room, .. } = &mut *step;
        // The room was made before, and is used even if the log has become full meanwhile; if too
        // little was asked for, it is what drains that suffers.
        let extended = if room.fits(body.len()) {
            Ok(())
        } else {
            let purpose = forebay_wal::Purpose::Drain;
            self.wal.extend(room, body.len(), purpose)
        };
        let record = Record::new(STEP, 0, body);
        let appended = extended.and_then(|()| self.wal.append_within(room, record));
        step.clear();
        let ticket = appended.map_err(Error::after_effect)?;
        step.ticket = step.ticket.max(ticket);
        Ok(ticket)
    }

    /// Covers all that this thread has done, and has seen of what others have done.
    pub(crate) fn ticket(&self) -> Ticket {
        self.step().ticket
    }

    /// This thread has got something from another one.
    pub(crate) fn note(&self, ticket: Ticket) {
        let mut step = self.step();
        step.ticket = step.ticket.max(ticket);
    }

    /// Waits until `ticket` is as durable as `level` says.
    pub(crate) fn wait(&self, ticket: Ticket, level: Level) -> Result<()> {
        self.wal.wait(ticket, level).map_err(Error::after_effect)
    }

    pub(crate) fn wait_async(&self, ticket: Ticket, level: Level) -> Durable {
        self.wal.wait_async(ticket, level)
    }

    /// The right to remove keys from the keyspace; `None` while a checkpoint is taken.
    pub(crate) fn try_sweep(&self) -> Option<MutexGuard<'_, ()>> {
        self.keeping.try_lock()
    }

    /// Keeps all keys in the keyspace.
    pub(super) fn keep_keys(&self) -> MutexGuard<'_, ()> {
        self.keeping.lock()
    }

    /// A key with this order is about to leave the keyspace.
    pub(crate) fn raise_floor(&self, order: u64) {
        // Relaxed: see `commit`.
        self.floor.fetch_max(order, Relaxed);
    }

    pub(crate) fn floor(&self) -> u64 {
        // Relaxed: no key leaves while this is asked.
        self.floor.load(Relaxed)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("wal", &self.wal)
            .finish_non_exhaustive()
    }
}

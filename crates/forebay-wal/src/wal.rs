//! The log as its users see it.

use crate::checkpoint::{CheckpointFile, CheckpointReader, CheckpointWriter};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::format::{FRAMES_START, SegmentHeader, Store};
use crate::gate::Gate;
use crate::lane::{Lane, Lanes};
use crate::level::Level;
use crate::loom::{Mutex, Sleeper, UnseenMutex};
use crate::position::Position;
use crate::record::{RECORD_HEADER_BYTES, Record};
use crate::recovery::{Inventory, Recovered, Report, recover, write_store};
use crate::replay::Replay;
use crate::shared::{Shared, Shown, Wishes};
use crate::space::{Purpose, Space};
use crate::stats::Stats;
use crate::storage::Storage;
use crate::ticket::{Durable, Ticket, goal, wait};
use crate::writer::{Resume, Writer, run};
use core::any::Any;
use crossbeam_utils::atomic::AtomicCell;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

/// A log, open for appending by any number of threads. Dropping it closes it.
#[derive(Debug)]
pub struct Wal {
    pub(crate) shared: Arc<Shared>,
    thread: UnseenMutex<Option<JoinHandle<()>>>,
}

/// What was in the log when it was opened.
#[derive(Debug)]
pub struct Recovery {
    /// The newest checkpoint: the state to begin with.
    pub checkpoint: Option<CheckpointReader>,
    /// What was logged from there on.
    pub replay: Replay,
    /// How much that is.
    pub report: Report,
}

/// The parts of a log before its writer has a thread.
pub(crate) struct Parts {
    pub(crate) wal: Wal,
    pub(crate) writer: Writer,
    pub(crate) recovery: Recovery,
}

impl Wal {
    /// Opens the log in `storage`, or makes one; returns what is in it.
    ///
    /// # Errors
    /// [`Error::Locked`] if it is open elsewhere; [`Error::Corrupt`] if the store is damaged, with
    /// the file and the offset, and then nothing was changed; [`Error::Io`]; [`Error::Config`].
    pub fn open(storage: Arc<dyn Storage>, config: Config) -> Result<(Self, Recovery)> {
        let Parts {
            wal,
            writer,
            recovery,
        } = Self::prepare(storage, config, false)?;
        let spawned = Builder::new()
            .name("forebay-wal".to_owned())
            .spawn(|| run(writer));
        let thread = spawned.map_err(Error::io("starting the writer"))?;
        // The writer's first turn needs no waking; from here on it is woken.
        wal.shared.sleeper.bind(thread.thread());
        *wal.thread.lock() = Some(thread);
        Ok((wal, recovery))
    }

    pub(crate) fn prepare(
        storage: Arc<dyn Storage>,
        mut config: Config,
        by_hand: bool,
    ) -> Result<Parts> {
        config.check()?;
        let lock = storage.lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => Error::Locked,
            _ => Error::io("locking the directory")(error),
        })?;
        let mut inventory = Inventory::look(&*storage)?;
        let found = inventory.store(&*storage)?;
        if let Some(store) = &found {
            config.segment_bytes = store.segment_bytes;
            config.record_bytes_max = config.record_bytes_max.min(config.record_bytes_limit());
            config.check()?;
        }
        let (recovered, new) = match found {
            Some(store) => (recover(&storage, store, inventory)?, false),
            None => (fresh(&storage, &config, inventory)?, true),
        };
        let replay = Replay::new(&storage, recovered.store, recovered.start, recovered.end);
        let recovery = Recovery {
            checkpoint: recovered.checkpoint.as_ref().map(CheckpointFile::reader),
            replay,
            report: recovered.report,
        };
        let shared = Arc::new(shared(storage, config, by_hand, lock, &recovered));
        let writer = Writer::start(Arc::clone(&shared), recovered.files, &recovered.resume);
        let writer = writer.map_err(Error::io("beginning a segment"))?;
        if new {
            let written = write_store(&*shared.storage, &recovered.store);
            written.map_err(Error::io("writing the store"))?;
        }
        let thread = UnseenMutex::new(None);
        Ok(Parts {
            wal: Self { shared, thread },
            writer,
            recovery,
        })
    }

    /// Adds a record that adds something to the state; see [`permit`](Self::permit).
    ///
    /// # Errors
    /// As [`permit`](Self::permit).
    pub fn append(&self, record: Record<'_>) -> Result<Ticket> {
        self.permit(record.body().len(), Purpose::Fill)?
            .append(record)
    }

    /// Room for one record with a body of up to `bytes`: to be had before anything is changed, so
    /// that a full log refuses before there is any effect.
    ///
    /// While new segments are being made this may wait for them.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room for this purpose; [`Error::TooLarge`];
    /// [`Error::Poisoned`] and [`Error::Closed`].
    pub fn permit(&self, bytes: usize, purpose: Purpose) -> Result<Permit<'_>> {
        let lane = self.shared.lanes.own();
        self.permit_in(lane, bytes, purpose)
    }

    pub(crate) fn permit_in<'a>(
        &'a self,
        lane: &'a Lane,
        bytes: usize,
        purpose: Purpose,
    ) -> Result<Permit<'a>> {
        let shared = &*self.shared;
        let bytes_max = shared.config.record_bytes_max;
        if bytes > bytes_max {
            return Err(Error::TooLarge { bytes, bytes_max });
        }
        let charge = bytes + RECORD_HEADER_BYTES;
        let charge = i64::try_from(charge).unwrap_or(i64::MAX);
        while !(shared.space.is_open(purpose) && lane.take_credit(charge)) {
            if let Some(taken) = shared.space.take(charge, purpose) {
                lane.add_credit(taken);
                continue;
            }
            let asked = shared.space.want();
            shared.wake();
            match asked {
                Some(attempts) if !shared.by_hand => shared.space.wait(attempts),
                _ => return Err(self.refusal()),
            }
        }
        Ok(Permit {
            shared,
            lane,
            charge,
        })
    }

    /// Makes `room` large enough for a record with a body of `bytes`, for a thread that adds many
    /// records and keeps what it does not use of the room for the next one. Nothing is done when it
    /// is large enough, and the log goes on and is not full.
    ///
    /// While new segments are being made this may wait for them.
    ///
    /// # Errors
    /// As [`permit`](Self::permit).
    pub fn extend(&self, room: &mut Room, bytes: usize, purpose: Purpose) -> Result<()> {
        let shared = &*self.shared;
        if shared.lanes.is_closed() {
            return Err(shared.gate.refusal());
        }
        let needed = i64::try_from(bytes + RECORD_HEADER_BYTES).unwrap_or(i64::MAX);
        let is_short = room.bytes < needed || bytes > shared.config.record_bytes_max;
        if is_short || !shared.space.is_open(purpose) {
            let mut permit = self.permit(bytes, purpose)?;
            // What the lane has left is for this thread too, which then asks less often.
            room.bytes += core::mem::take(&mut permit.charge) + permit.lane.take_rest();
        }
        Ok(())
    }

    /// Adds a record, for which `room` is large enough.
    ///
    /// # Errors
    /// [`Error::Poisoned`] and [`Error::Closed`]; [`Error::TooLarge`] if the room is not.
    pub fn append_within(&self, room: &mut Room, record: Record<'_>) -> Result<Ticket> {
        let used = i64::try_from(record.encoded_bytes()).unwrap_or(i64::MAX);
        if used > room.bytes {
            let bytes_max = usize::try_from(room.bytes).unwrap_or_default();
            return Err(Error::TooLarge {
                bytes: record.body().len(),
                bytes_max: bytes_max.saturating_sub(RECORD_HEADER_BYTES),
            });
        }
        let shared = &*self.shared;
        let appended = shared.lanes.append(shared.lanes.own(), &record);
        let appended = appended.map_err(|_| shared.gate.refusal())?;
        room.bytes -= used;
        if appended.wake {
            shared.wake();
        }
        Ok(Ticket {
            epoch: appended.epoch,
        })
    }

    /// Everything with a ticket up to this one is synced.
    #[must_use]
    pub fn durable(&self) -> Ticket {
        Ticket {
            epoch: self.shared.gate.synced(),
        }
    }

    /// Whether `ticket` is as durable as `level` says.
    #[must_use]
    pub fn is_durable(&self, ticket: Ticket, level: Level) -> bool {
        goal(level).is_none_or(|goal| self.shared.gate.is_through(goal, ticket.epoch))
    }

    /// The largest body that a record may have.
    #[must_use]
    pub fn record_bytes_max(&self) -> usize {
        self.shared.config.record_bytes_max
    }

    /// How many bytes of segments are between the checkpoint and the end of the log; a snapshot.
    #[must_use]
    pub fn log_bytes(&self) -> u64 {
        let live = self.shared.shown.lock().stats.segments;
        live as u64 * u64::from(self.shared.config.segment_bytes)
    }

    /// Whether the writer has a thread, so that it may be waited for; not when a test turns it, and
    /// not when the log was closed.
    #[must_use]
    pub fn has_writer(&self) -> bool {
        self.thread.lock().is_some()
    }

    /// Whether nothing more is taken, because the log was closed or has failed.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.shared.lanes.is_closed()
    }

    /// Why nothing is taken: the log has ended, or it is full.
    fn refusal(&self) -> Error {
        if self.shared.gate.failure().is_some() {
            return self.shared.gate.refusal();
        }
        Error::Full
    }

    /// Waits until `ticket` is as durable as `level` says.
    ///
    /// # Errors
    /// [`Error::Indeterminate`] if the log failed before it was.
    pub fn wait(&self, ticket: Ticket, level: Level) -> Result<()> {
        goal(level).map_or(Ok(()), |goal| wait(&self.shared, goal, ticket.epoch))
    }

    /// As [`wait`](Self::wait), for a task: no thread is held.
    pub fn wait_async(&self, ticket: Ticket, level: Level) -> Durable {
        Durable::new(&self.shared, level, ticket)
    }

    /// A ticket for everything that was appended before: by this thread, and by others as far as
    /// this thread knows of it.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket {
            epoch: self.shared.lanes.epoch(),
        }
    }

    /// Waits until everything that was appended before is synced, at whatever level the log is.
    ///
    /// # Errors
    /// [`Error::Indeterminate`] if the log has failed; [`Error::Closed`].
    pub fn flush(&self) -> Result<()> {
        let ticket = self.ticket();
        self.shared.wish_sync(ticket.epoch);
        self.wait(ticket, Level::Group)
    }

    /// Begins a checkpoint. What is appended from here on is replayed onto it; for what that asks
    /// of the user see `docs/log-format.md`.
    ///
    /// # Errors
    /// [`Error::CheckpointRunning`] while there is another; [`Error::Io`].
    pub fn checkpoint(&self) -> Result<CheckpointWriter> {
        CheckpointWriter::begin(&self.shared)
    }

    /// The end of what is written.
    #[must_use]
    pub fn position(&self) -> Position {
        self.shared.shown.lock().tail
    }

    /// What was done since the log was opened.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.shown.lock().stats
    }

    /// Takes no more records, makes those durable that were taken, and ends the writer.
    ///
    /// # Errors
    /// [`Error::Indeterminate`] if the log has failed, now or earlier.
    pub fn close(&self) -> Result<()> {
        self.shared.wishes.lock().stop = true;
        self.shared.wake();
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            let panicked = thread.join().is_err();
            debug_assert!(!panicked, "the writer does not panic");
            // Nothing is written any more: the directory may be opened again.
            drop(self.shared.lock.lock().take());
        }
        self.shared
            .gate
            .failure()
            .map_or(Ok(()), |cause| Err(Error::Indeterminate(cause)))
    }
}

impl Drop for Wal {
    fn drop(&mut self) {
        // Who wants to know how it went calls `close`.
        drop(self.close());
    }
}

/// Room for one record; given back if it is not used.
#[derive(Debug)]
#[must_use = "the room is given back when this is dropped"]
pub struct Permit<'a> {
    shared: &'a Shared,
    lane: &'a Lane,
    charge: i64,
}

impl Permit<'_> {
    /// Adds the record, which must not be larger than the permit is for.
    ///
    /// # Errors
    /// [`Error::Poisoned`] and [`Error::Closed`]; [`Error::TooLarge`] if it is larger.
    pub fn append(mut self, record: Record<'_>) -> Result<Ticket> {
        let bytes = record.encoded_bytes();
        let used = i64::try_from(bytes).unwrap_or(i64::MAX);
        if used > self.charge {
            let bytes_max = usize::try_from(self.charge).unwrap_or_default() - RECORD_HEADER_BYTES;
            return Err(Error::TooLarge {
                bytes: record.body().len(),
                bytes_max,
            });
        }
        let appended = self.shared.lanes.append(self.lane, &record);
        let appended = appended.map_err(|_| self.shared.gate.refusal())?;
        self.charge -= used;
        if appended.wake {
            self.shared.wake();
        }
        Ok(Ticket {
            epoch: appended.epoch,
        })
    }
}

/// Room for records that a thread keeps: see [`Wal::extend`]. What is left of it when it is dropped
/// is there again when the log is opened the next time.
#[derive(Debug, Default)]
pub struct Room {
    bytes: i64,
}

impl Room {
    /// Whether it is large enough for a record with a body of `bytes`.
    #[must_use]
    pub fn fits(&self, bytes: usize) -> bool {
        i64::try_from(bytes + RECORD_HEADER_BYTES).is_ok_and(|needed| needed <= self.bytes)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.charge > 0 {
            self.lane.add_credit(self.charge);
        }
    }
}

/// A store that is not there yet: its first segment is made before its name.
fn fresh(
    storage: &Arc<dyn Storage>,
    config: &Config,
    mut inventory: Inventory,
) -> Result<Recovered> {
    inventory.clean(&**storage, config.segment_bytes)?;
    let chance = || storage.random().map_err(Error::io("asking for chance"));
    let mut id = [0; 16];
    id[..8].copy_from_slice(&chance()?.to_le_bytes());
    id[8..].copy_from_slice(&chance()?.to_le_bytes());
    let store = Store {
        id,
        segment_bytes: config.segment_bytes,
    };
    let header = SegmentHeader {
        store: id,
        number: 1,
        salt: chance()?,
        previous: Position::default(),
        chain: 0,
        sequence: 1,
        epoch: 0,
    };
    let start = Position::new(1, FRAMES_START);
    let spares = inventory.spares;
    Ok(Recovered {
        store,
        files: Files::new(
            Arc::clone(storage),
            config.segment_bytes,
            VecDeque::new(),
            spares,
        ),
        resume: Resume::at(header, 0),
        start,
        end: Position::default(),
        checkpoint: None,
        report: Report::default(),
    })
}

fn shared(
    storage: Arc<dyn Storage>,
    config: Config,
    by_hand: bool,
    lock: Box<dyn Any + Send + Sync>,
    recovered: &Recovered,
) -> Shared {
    let usable = config.usable_bytes();
    let reserved = i64::try_from(config.segments_reserved).unwrap_or(i64::MAX);
    let epoch = recovered.resume.epoch;
    let checkpoint = recovered
        .checkpoint
        .as_ref()
        .map_or(0, CheckpointFile::number);
    Shared {
        lanes: Lanes::new(epoch + 1),
        gate: Gate::new(epoch),
        space: Space::new(usable.saturating_mul(reserved), usable / 4),
        wishes: Mutex::new(Wishes::default()),
        shown: UnseenMutex::new(Shown::default()),
        checkpoint: AtomicCell::new(checkpoint),
        checkpointing: AtomicCell::new(false),
        sleeper: Sleeper::default(),
        store: recovered.store.id,
        config,
        storage,
        by_hand,
        lock: Mutex::new(Some(lock)),
    }
}

//! What the models in `loom-tests` turn: lanes and gate by themselves, and a whole log whose writer
//! is a thread of the model.

use crate::buffer::Buffer;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::gate::{End, Goal};
use crate::record::Record;
use crate::storage::Storage;
use crate::wal::{Parts, Wal};
use crate::writer::{Writer, run};
use core::task::Waker;
use std::sync::Arc;

/// The lanes, whose records are single bytes.
#[derive(Debug)]
pub struct Lanes(crate::lane::Lanes);

/// One thread's lane.
#[derive(Clone, Debug)]
pub struct Lane(Arc<crate::lane::Lane>);

/// What a gathering found.
#[derive(Debug)]
pub struct Batch {
    /// The epoch that it ended.
    pub epoch: u64,
    /// Whether the writer may sleep.
    pub quiet: bool,
    /// The records.
    pub records: Vec<u8>,
}

impl Lanes {
    /// Lanes whose first epoch is 1.
    #[must_use]
    pub fn new() -> Self {
        Self(crate::lane::Lanes::new(1))
    }

    /// A lane more.
    pub fn add(&self) -> Lane {
        Lane(self.0.add())
    }

    /// Appends, and returns the tag and whether the writer has to be woken; `None` when closed.
    pub fn append(&self, lane: &Lane, record: u8) -> Option<(u64, bool)> {
        let done = self.0.append(&lane.0, &Record::new(record, 0, &[]));
        done.ok().map(|done| (done.epoch, done.wake))
    }

    /// Ends an epoch.
    pub fn gather(&self) -> Batch {
        let mut buffers = Vec::new();
        let gathered = self.0.gather(&mut buffers);
        let mut records = Vec::new();
        for slab in buffers.iter().flat_map(Buffer::slabs) {
            let mut rest = &slab.bytes[..];
            while let Some((record, behind)) = Record::decode(rest) {
                records.push(record.kind());
                rest = behind;
            }
        }
        Batch {
            epoch: gathered.epoch,
            quiet: gathered.quiet,
            records,
        }
    }

    /// Takes no more records.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::new()
    }
}

/// The gate, at which epochs are waited for to be synced.
#[derive(Debug)]
pub struct Gate(crate::gate::Gate);

impl Gate {
    /// A gate that only epoch 0 is through.
    #[must_use]
    pub fn new() -> Self {
        Self(crate::gate::Gate::new(0))
    }

    /// Whether `epoch` is through; an error if it never will be.
    pub fn look(&self, epoch: u64) -> Option<Result<()>> {
        self.0.look(Goal::Synced, epoch)
    }

    /// As `look`, and if there is no answer yet, `waker` is woken when there is one.
    pub fn register(&self, epoch: u64, id: &mut Option<u64>, waker: &Waker) -> Option<Result<()>> {
        self.0.register(Goal::Synced, epoch, id, waker)
    }

    /// Takes a waker out.
    pub fn forget(&self, id: u64) {
        self.0.forget(id);
    }

    /// Lets all epochs up to `epoch` through.
    pub fn publish(&self, epoch: u64) {
        self.0.publish(Goal::Synced, epoch);
    }

    /// Nothing more is published.
    pub fn close(&self) {
        self.0.end(End::Closed);
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

/// The writer of a log, not running yet.
#[derive(Debug)]
pub struct WriterThread(Writer);

impl WriterThread {
    /// What the writer's thread does.
    pub fn run(self) {
        run(self.0);
    }
}

/// Opens a log and does not start its writer. Its `close` does not wait for the writer.
///
/// # Errors
/// As [`Wal::open`].
pub fn open(storage: Arc<dyn Storage>, config: Config) -> Result<(Wal, WriterThread), Error> {
    let Parts { wal, writer, .. } = Wal::prepare(storage, config, true)?;
    Ok((wal, WriterThread(writer)))
}

//! A log whose writer is turned by hand.

use crate::checkpoint::CheckpointWriter;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::gate::End;
use crate::storage::Storage;
use crate::wal::{Parts, Recovery, Wal};
use crate::writer::{Next, Writer, fail};
use std::sync::Arc;

/// The writer of a log without a thread: a test turns it, and so all that happens to the disk is in
/// one known order. Waiting for something that needs a turn would wait for ever; futures are fine.
///
/// # Examples
/// ```
/// use forebay_wal::sim::{Hand, SimDisk};
/// use forebay_wal::{Config, Record};
/// use std::sync::Arc;
///
/// let config = Config {
///     segment_bytes: 1 << 16,
///     record_bytes_max: 1 << 12,
///     ..Config::default()
/// };
/// let disk = SimDisk::new(1);
/// let (log, mut hand, _) = Hand::open(Arc::new(disk.clone()), config.clone())?;
/// let ticket = log.append(Record::new(0, 0, b"acknowledged"))?;
/// assert!(!hand.is_synced(ticket));
/// hand.turn()?;
/// assert!(hand.is_synced(ticket));
///
/// disk.restart();
/// drop((log, hand));
/// let (_, _, mut recovery) = Hand::open(Arc::new(disk), config)?;
/// let record = recovery.replay.next_record()?;
/// assert_eq!(record.map(|record| record.body()), Some(&b"acknowledged"[..]));
/// # Ok::<(), forebay_wal::Error>(())
/// ```
#[derive(Debug)]
pub struct Hand {
    writer: Writer,
    ended: bool,
}

impl Hand {
    /// Opens a log as [`Wal::open`] does.
    ///
    /// # Errors
    /// As [`Wal::open`].
    pub fn open(storage: Arc<dyn Storage>, config: Config) -> Result<(Wal, Self, Recovery)> {
        let Parts {
            wal,
            writer,
            recovery,
        } = Wal::prepare(storage, config, true)?;
        let hand = Self {
            writer,
            ended: false,
        };
        Ok((wal, hand, recovery))
    }

    /// One turn: one batch. After [`Wal::close`] it is the last one.
    ///
    /// # Errors
    /// [`Error::Indeterminate`] if the log has failed.
    pub fn turn(&mut self) -> Result<()> {
        let shared = Arc::clone(self.writer.shared());
        if self.ended {
            return Err(shared.gate.refusal());
        }
        match self.writer.turn() {
            Ok(Next::Turn | Next::Sleep(_)) => Ok(()),
            Ok(Next::End) => {
                self.ended = true;
                shared.gate.end(End::Closed);
                Ok(())
            }
            Err(error) => {
                self.ended = true;
                fail(&shared, error);
                Err(shared
                    .gate
                    .failure()
                    .map_or(Error::Closed, Error::Indeterminate))
            }
        }
    }

    /// Syncs the log and commits a checkpoint, which would otherwise wait for the writer.
    ///
    /// # Errors
    /// As [`CheckpointWriter::commit`].
    pub fn commit(&mut self, checkpoint: CheckpointWriter) -> Result<()> {
        let shared = Arc::clone(self.writer.shared());
        shared.wish_sync(shared.lanes.epoch());
        self.turn()?;
        checkpoint.commit_synced()
    }

    /// Whether the epoch of a ticket is synced.
    #[must_use]
    pub fn is_synced(&self, ticket: crate::Ticket) -> bool {
        self.writer.shared().gate.synced() >= ticket.epoch
    }
}

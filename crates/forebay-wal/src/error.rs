//! What can go wrong, and what to do then.

use core::fmt;
use std::io;
use std::sync::Arc;

/// The result of an operation on a log.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What went wrong.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store was damaged after it had been written. Nothing was changed: look at the medium,
    /// and restore the store or salvage what is readable.
    #[error("{0}")]
    Corrupt(Corruption),
    /// Another process, or another log in this one, has the directory.
    #[error("the log is in use by another process")]
    Locked,
    /// Opening failed in the medium. It may be tried again.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What the medium said.
        source: Arc<io::Error>,
    },
    /// A write or a sync failed earlier and nothing more is written. Open the log again.
    #[error("the log has stopped after a failure: {0}")]
    Poisoned(Arc<io::Error>),
    /// The log stopped before the operation was durable: whether it is will be known after the next
    /// opening.
    #[error("whether the operation is durable is not known: {0}")]
    Indeterminate(Arc<io::Error>),
    /// There is no room: take a checkpoint, or free space. Operations that free memory can still be
    /// logged while the reserve lasts.
    #[error("the log is full")]
    Full,
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
    /// A record is larger than a log takes.
    #[error("a record of {bytes} bytes is larger than {bytes_max}")]
    TooLarge {
        /// The size of the record's body.
        bytes: usize,
        /// The largest size.
        bytes_max: usize,
    },
    /// A checkpoint is being taken: one at a time.
    #[error("a checkpoint is being taken already")]
    CheckpointRunning,
    /// The configuration makes no sense.
    #[error("{0}")]
    Config(&'static str),
}

impl Error {
    pub(crate) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            what,
            source: Arc::new(source),
        }
    }

    pub(crate) fn corrupt(file: &str, offset: u64, what: Damage) -> Self {
        Self::Corrupt(Corruption::at(file, offset, what))
    }
}

/// Where a store is damaged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corruption {
    file: String,
    offset: u64,
    damage: Damage,
}

impl Corruption {
    pub(crate) fn at(file: &str, offset: u64, damage: Damage) -> Self {
        Self {
            file: file.to_owned(),
            offset,
            damage,
        }
    }

    /// The name of the file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Where in the file, in bytes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What is wrong there.
    #[must_use]
    pub fn damage(&self) -> Damage {
        self.damage
    }
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            offset,
            damage,
        } = self;
        write!(f, "{file} is damaged at offset {offset}: {damage}")
    }
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The file is not there.
    #[error("the file is missing")]
    Missing,
    /// The file has another length than it was made with.
    #[error("the file has a wrong length")]
    Length,
    /// The bytes do not have the checksum that they were written with.
    #[error("the checksum is wrong")]
    Checksum,
    /// The file belongs to another store or to another place in this one.
    #[error("the file belongs to another place")]
    Misplaced,
    /// What follows was durable and cannot be read.
    #[error("what was durable here is unreadable")]
    Unreadable,
    /// A frame is whole but does not follow the one before it.
    #[error("the frame does not follow the one before it")]
    Broken,
    /// Bytes that are written as zeroes, and mean nothing, are not zero: the medium changes what it
    /// keeps.
    #[error("the padding is not zero")]
    Padding,
    /// The records in a whole frame make no sense.
    #[error("the records make no sense")]
    Records,
    /// The file was written by a later version.
    #[error("the format has an unknown version")]
    Version,
}

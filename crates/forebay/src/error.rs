//! Why a call was refused, and what to do about it.

use core::fmt;
use std::io::ErrorKind;

use forebay_wal::Error as Failure;

/// The result of a call on the engine.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a call was refused. A call that returns an error has changed nothing.
///
/// Where Redis refuses the same with a text of its own, the text is that one, in lower case.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, Error};
///
/// let engine = Engine::open(Config::in_memory())?;
/// assert_eq!(engine.lset("missing", 0, "x"), Err(Error::NoSuchKey));
/// assert_eq!(Error::NoSuchKey.to_string(), "no such key");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command needs a key that exists (LSET, RENAME, RENAMENX, XSETID, XCFGSET, XINFO).
    #[error("no such key")]
    NoSuchKey,

    /// LSET with an index that the list does not have.
    #[error("index out of range")]
    IndexOutOfRange,

    /// LPOS with rank 0.
    #[error(
        "rank can't be zero: use 1 to start from the first match, 2 from the second, or a \
         negative rank to start from the end of the list"
    )]
    RankZero,

    /// LPOS with rank `i64::MIN`, which has no positive counterpart.
    #[error("rank is out of range")]
    RankOutOfRange,

    /// LPOS with a negative count.
    #[error("count can't be negative")]
    NegativeCount,

    /// LPOS with a negative number of elements to compare.
    #[error("maxlen can't be negative")]
    NegativeMaxlen,

    /// LMPOP, BLMPOP, LMOVEM, BLMOVEM or XAUTOCLAIM with a count of 0.
    #[error("count should be greater than 0")]
    CountZero,

    /// COPY of a key onto itself.
    #[error("source and destination objects are the same")]
    SameKey,

    /// EXPIRE and its like with a time that does not fit 64 bits of milliseconds.
    #[error("invalid expire time")]
    ExpireOutOfRange,

    /// A command on several keys that was given none.
    #[error("at least one key must be given")]
    NoKeys,

    /// A push that was given no element.
    #[error("at least one element must be given")]
    NoElements,

    /// A command on a key that holds something else.
    #[error("operation against a key holding the wrong kind of value")]
    WrongType,

    /// INCRBY of a string that is no 64-bit integer.
    #[error("value is not an integer or out of range")]
    NotInteger,

    /// INCRBY with a result that does not fit 64 bits.
    #[error("increment or decrement would overflow")]
    IncrementOverflow,

    /// A text that is no id of a stream.
    #[error("invalid stream id specified as stream command argument")]
    InvalidStreamId,

    /// XADD with the id `0-0`.
    #[error("the id specified in xadd must be greater than 0-0")]
    IdZero,

    /// XADD with an id that is not larger than all that the stream has given out.
    #[error("the id specified in xadd is equal or smaller than the target stream top item")]
    IdTooSmall,

    /// XADD to a stream that has given out the largest id there can be.
    #[error("the stream has exhausted the last possible id, unable to add more items")]
    IdsExhausted,

    /// XADD without a field.
    #[error("at least one field must be given")]
    NoFields,

    /// A command on entries that was given no id.
    #[error("at least one id must be given")]
    NoIds,

    /// A range that starts after the largest id there can be.
    #[error("invalid start id for the interval")]
    InvalidRangeStart,

    /// A range that ends before the smallest id there can be.
    #[error("invalid end id for the interval")]
    InvalidRangeEnd,

    /// XADD with IDMP or IDMPAUTO and a producer without a name.
    #[error("idmp/idmpauto requires a non-empty producer id")]
    EmptyProducer,

    /// XADD with IDMP and an entry without a name.
    #[error("idmp requires a non-empty idempotent id")]
    EmptyIdempotentId,

    /// XADD with IDMP or IDMPAUTO and an id that is not `*`.
    #[error("idmp/idmpauto can be used only with auto-generated ids")]
    IdempotentIdGiven,

    /// XCFGSET with a time outside the limits.
    #[error("idmp-duration must be between 1 and 86400 seconds")]
    IdmpDurationOutOfRange,

    /// XCFGSET with a number of entries outside the limits.
    #[error("idmp-maxsize must be between 1 and 10000 entries")]
    IdmpMaxsizeOutOfRange,

    /// XREAD or XREADGROUP for no entry at all.
    #[error("maxcount must be greater than 0")]
    MaxcountZero,

    /// XREAD or XREADGROUP for no byte at all.
    #[error("maxsize must be greater than 0")]
    MaxsizeZero,

    /// XREAD or XREADGROUP for fewer entries of all streams than of one.
    #[error("maxcount must not be less than count")]
    MaxcountBelowCount,

    /// A command on a consumer group that does not exist, or whose key does not.
    #[error("no such key or consumer group")]
    NoGroup {
        /// Which of the keys that the call named, from 0.
        at: usize,
    },

    /// XGROUP CREATE of a group that exists.
    #[error("consumer group name already exists")]
    GroupExists,

    /// XGROUP on a key that does not exist. XGROUP CREATE can
    /// [make it](crate::stream::XgroupCreateOptions::mkstream).
    #[error(
        "the xgroup subcommand requires the key to exist. note that for create you may want to \
         use the mkstream option to create an empty stream automatically"
    )]
    GroupNeedsKey,

    /// XSETID with an id that is smaller than that of the last entry.
    #[error("the id specified in xsetid is smaller than the target stream top item")]
    SetidBelowLastEntry,

    /// XSETID with an id that is smaller than that of an entry that was deleted.
    #[error("the id specified in xsetid is smaller than current max_deleted_entry_id")]
    SetidBelowDeleted,

    /// XSETID with an id that is smaller than the one that it shall count as deleted.
    #[error("the id specified in xsetid is smaller than the provided max_deleted_entry_id")]
    SetidBelowGivenDeleted,

    /// XSETID with fewer entries ever added than there are.
    #[error("the entries_added specified in xsetid is smaller than the target stream length")]
    SetidBelowLength,

    /// An element is longer than [`Config::message_bytes_max`](crate::Config::message_bytes_max)
    /// allows. Send a reference to the data instead, or raise the limit.
    #[error("message of {len} bytes is longer than the limit of {max} bytes")]
    MessageTooLarge {
        /// Length of the element.
        len: usize,
        /// The limit.
        max: usize,
    },

    /// The key is longer than [`Config::key_bytes_max`](crate::Config::key_bytes_max) allows.
    #[error("key of {len} bytes is longer than the limit of {max} bytes")]
    KeyTooLarge {
        /// Length of the key.
        len: usize,
        /// The limit.
        max: usize,
    },

    /// A blocking command with a timeout below zero.
    #[error("timeout is negative")]
    TimeoutNegative,

    /// A blocking command with a timeout that is infinite or not a number. For no limit, use
    /// [`Timeout::FOREVER`](crate::Timeout::FOREVER) or 0.
    #[error("timeout is not a float or out of range")]
    TimeoutNotFinite,

    /// A blocking command whose timeout would end after the end of time.
    #[error("timeout is out of range")]
    TimeoutOutOfRange,

    /// A command of a transaction on a key that the transaction did not declare.
    #[error("the transaction did not declare this key")]
    KeyNotDeclared,

    /// A move between handles of different engines. Pop from the one and push to the other.
    #[error("the lists belong to different engines")]
    OtherEngine,

    /// The engine has been closed. Calls that were blocked end with this error too.
    #[error("the engine is closed")]
    Closed,

    /// The step does not fit into a record of the log: see [`Config::at`](crate::Config::at). Split
    /// it.
    #[error("a step of {len} bytes is longer than the log takes, which is {max} bytes")]
    StepTooLarge {
        /// What it would write at most.
        len: usize,
        /// The limit.
        max: usize,
    },

    /// The log is full, and the call would have added something. Take elements away, delete keys, or
    /// make room on the medium; what takes away is still taken.
    #[error("the log is full: only what takes away is taken")]
    LogFull,

    /// The log stopped before the call was as durable as it should be. Whether it is will be known
    /// when the engine is opened again; it may have been carried out.
    #[error("whether the call is durable is not known, for the log has failed: {kind}")]
    Indeterminate {
        /// What the operating system said.
        kind: ErrorKind,
    },

    /// A write or a sync of the log failed earlier, and nothing more is taken. Reads go on. Close the
    /// engine, look at the medium, and open it again.
    #[error("the log has stopped after a failure: {kind}")]
    Poisoned {
        /// What the operating system said.
        kind: ErrorKind,
    },

    /// The directory is in use by another engine, perhaps of another process.
    #[error("the directory is in use by another engine")]
    Locked,

    /// The log was damaged after it had been written, and nothing was changed. Look at the medium;
    /// restore the directory from a copy, or salvage what is readable.
    #[error("{file} {number:016x} of the log is damaged at offset {offset}")]
    Corrupt {
        /// What kind of file it is.
        file: LogFile,
        /// The number in its name, in hexadecimal.
        number: u64,
        /// Where in the file, in bytes.
        offset: u64,
    },

    /// What the log has says nothing that makes sense, though every checksum is right: it was
    /// written by another version.
    #[error("the log holds what this version does not understand")]
    Unintelligible,

    /// The directory of the log could not be read or written.
    #[error("the log could not be opened: {kind}")]
    LogUnavailable {
        /// What the operating system said.
        kind: ErrorKind,
    },

    /// The sizes of the log do not fit together.
    #[error("the log cannot be set up like this: {reason}")]
    LogConfig {
        /// Why not.
        reason: &'static str,
    },

    /// A checkpoint is being taken already.
    #[error("a checkpoint is being taken already")]
    CheckpointRunning,

    /// The operating system gave no thread for a worker.
    #[error("a worker thread could not be started: {kind}")]
    WorkerFailed {
        /// What the operating system said.
        kind: ErrorKind,
    },
}

/// A kind of file of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogFile {
    /// The file that says which store it is.
    Store,
    /// A part of the log.
    Segment,
    /// A checkpoint.
    Checkpoint,
}

impl fmt::Display for LogFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store => "STORE",
            Self::Segment => "segment",
            Self::Checkpoint => "checkpoint",
        })
    }
}

impl Error {
    /// Why the log did not take a step that has not begun, or could not be opened.
    pub(crate) fn from_log(failure: Failure) -> Self {
        match failure {
            Failure::Corrupt(damaged) => {
                let (kind, number) = damaged.file().split_once('-').unwrap_or_default();
                Self::Corrupt {
                    file: match kind {
                        "segment" => LogFile::Segment,
                        "checkpoint" => LogFile::Checkpoint,
                        _ => LogFile::Store,
                    },
                    number: u64::from_str_radix(number, 16).unwrap_or_default(),
                    offset: damaged.offset(),
                }
            }
            Failure::Locked => Self::Locked,
            Failure::Poisoned(cause) => Self::Poisoned { kind: cause.kind() },
            Failure::Indeterminate(cause) => Self::Indeterminate { kind: cause.kind() },
            Failure::Full => Self::LogFull,
            Failure::Closed => Self::Closed,
            Failure::TooLarge { bytes, bytes_max } => Self::StepTooLarge {
                len: bytes,
                max: bytes_max,
            },
            Failure::CheckpointRunning => Self::CheckpointRunning,
            Failure::Config(reason) => Self::LogConfig { reason },
            Failure::Io { source, .. } => Self::LogUnavailable {
                kind: source.kind(),
            },
            _ => Self::LogUnavailable {
                kind: ErrorKind::Other,
            },
        }
    }

    /// Why the log did not take, or keep, a step that was carried out.
    pub(crate) fn after_effect(failure: Failure) -> Self {
        let kind = match failure {
            Failure::Poisoned(cause) | Failure::Indeterminate(cause) => cause.kind(),
            Failure::Full => ErrorKind::StorageFull,
            _ => ErrorKind::Other,
        };
        Self::Indeterminate { kind }
    }

    /// The word with which Redis begins the error reply: `ERR`, or one by which clients tell what
    /// to do.
    ///
    /// # Examples
    /// ```
    /// use forebay::Error;
    ///
    /// assert_eq!(Error::NoSuchKey.code(), "ERR");
    /// assert_eq!(Error::GroupExists.code(), "BUSYGROUP");
    /// ```
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongType => "WRONGTYPE",
            Self::NoGroup { .. } => "NOGROUP",
            Self::GroupExists => "BUSYGROUP",
            _ => "ERR",
        }
    }
}

// The results of fast calls are small, and there is nothing to drop in them.
const _: () = assert!(
    size_of::<Error>() <= 3 * size_of::<usize>() && !core::mem::needs_drop::<Error>(),
    "an error is plain and small"
);

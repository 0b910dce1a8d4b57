//! Why a call was refused, and what to do about it.

/// The result of a call on the engine.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a call was refused. A call that returns an error has changed nothing.
///
/// The texts are those of Redis where Redis has one, in lower case.
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
    /// The command needs a key that exists (LSET, RENAME, RENAMENX).
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

    /// LMPOP, BLMPOP, LMOVEM or BLMOVEM with a count of 0.
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

    /// The operating system gave no thread for a worker.
    #[error("a worker thread could not be started: {kind}")]
    WorkerFailed {
        /// What the operating system said.
        kind: std::io::ErrorKind,
    },
}

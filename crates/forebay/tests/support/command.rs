//! The vocabulary of the tests that compare two implementations: a command, and what it answers.

use alloc::collections::BTreeSet;

use bytes::Bytes;
use forebay::{ExpireCondition, How, Position, Side};

/// One call on the engine, as data. Blocking commands stand here in the form that they have inside
/// a transaction of Redis: what cannot be had at once is answered with nothing.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    Push {
        side: Side,
        only_existing: bool,
        key: Bytes,
        elements: Vec<Bytes>,
    },
    Pop {
        side: Side,
        key: Bytes,
    },
    PopWith {
        side: Side,
        key: Bytes,
    },
    PopCount {
        side: Side,
        key: Bytes,
        count: u64,
    },
    PopEach {
        side: Side,
        key: Bytes,
        max: usize,
    },
    Llen {
        key: Bytes,
    },
    Lrange {
        key: Bytes,
        start: i64,
        stop: i64,
    },
    Lindex {
        key: Bytes,
        index: i64,
    },
    Lset {
        key: Bytes,
        index: i64,
        element: Bytes,
    },
    Linsert {
        key: Bytes,
        position: Position,
        pivot: Bytes,
        element: Bytes,
    },
    Lrem {
        key: Bytes,
        count: i64,
        element: Bytes,
    },
    Ltrim {
        key: Bytes,
        start: i64,
        stop: i64,
    },
    Lpos {
        key: Bytes,
        element: Bytes,
    },
    LposWith {
        key: Bytes,
        element: Bytes,
        rank: i64,
        count: Option<i64>,
        maxlen: i64,
    },
    Lmove {
        src: Bytes,
        dst: Bytes,
        from: Side,
        to: Side,
    },
    Rpoplpush {
        src: Bytes,
        dst: Bytes,
    },
    Lmpop {
        keys: Vec<Bytes>,
        side: Side,
        count: u64,
    },
    Lmovem {
        src: Bytes,
        dst: Bytes,
        from: Side,
        to: Side,
        how: How,
    },
    BlockingPop {
        side: Side,
        keys: Vec<Bytes>,
    },
    Blmove {
        src: Bytes,
        dst: Bytes,
        from: Side,
        to: Side,
    },
    Brpoplpush {
        src: Bytes,
        dst: Bytes,
    },
    Blmpop {
        keys: Vec<Bytes>,
        side: Side,
        count: u64,
    },
    Blmovem {
        src: Bytes,
        dst: Bytes,
        from: Side,
        to: Side,
        how: How,
    },
    Del {
        keys: Vec<Bytes>,
    },
    Unlink {
        keys: Vec<Bytes>,
    },
    Exists {
        keys: Vec<Bytes>,
    },
    Type {
        key: Bytes,
    },
    Rename {
        src: Bytes,
        dst: Bytes,
    },
    Renamenx {
        src: Bytes,
        dst: Bytes,
    },
    Copy {
        src: Bytes,
        dst: Bytes,
        replace: bool,
    },
    Keys {
        pattern: Bytes,
    },
    Scan {
        pattern: Option<Bytes>,
        count: usize,
    },
    Randomkey,
    Dbsize,
    Flushall,
    Expire {
        unit: ExpireUnit,
        key: Bytes,
        when: i64,
        condition: ExpireCondition,
    },
    Remaining {
        unit: RemainingUnit,
        key: Bytes,
    },
    Persist {
        key: Bytes,
    },
    /// Moves the manual clock on.
    Advance {
        ms: u64,
    },
    /// Everything in one atomic step.
    Transaction {
        commands: Vec<Command>,
    },
}

/// EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpireUnit {
    Seconds,
    Milliseconds,
    AtSeconds,
    AtMilliseconds,
}

/// TTL, PTTL, EXPIRETIME, PEXPIRETIME.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RemainingUnit {
    Seconds,
    Milliseconds,
    AtSeconds,
    AtMilliseconds,
}

/// What a command answered. Flags are the integers 0 and 1, as on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Done,
    Nothing,
    Integer(i64),
    Integers(Vec<i64>),
    Element(Bytes),
    Elements(Vec<Bytes>),
    /// The key that was popped from, and what came out.
    From(Bytes, Vec<Bytes>),
    /// In no order.
    Keys(BTreeSet<Bytes>),
    Fault(Fault),
    All(Vec<Reply>),
}

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NoSuchKey,
    IndexOutOfRange,
    RankZero,
    RankOutOfRange,
    NegativeCount,
    NegativeMaxlen,
    CountZero,
    SameKey,
    ExpireOutOfRange,
    NoKeys,
    NoElements,
}

impl Command {
    /// The keys that the command names, for a transaction that declares them.
    pub(crate) fn keys(&self) -> Vec<Bytes> {
        match self {
            Self::Push { key, .. }
            | Self::Pop { key, .. }
            | Self::PopWith { key, .. }
            | Self::PopCount { key, .. }
            | Self::PopEach { key, .. }
            | Self::Llen { key }
            | Self::Lrange { key, .. }
            | Self::Lindex { key, .. }
            | Self::Lset { key, .. }
            | Self::Linsert { key, .. }
            | Self::Lrem { key, .. }
            | Self::Ltrim { key, .. }
            | Self::Lpos { key, .. }
            | Self::LposWith { key, .. }
            | Self::Type { key }
            | Self::Expire { key, .. }
            | Self::Remaining { key, .. }
            | Self::Persist { key } => vec![key.clone()],
            Self::Lmove { src, dst, .. }
            | Self::Rpoplpush { src, dst }
            | Self::Lmovem { src, dst, .. }
            | Self::Blmove { src, dst, .. }
            | Self::Brpoplpush { src, dst }
            | Self::Blmovem { src, dst, .. }
            | Self::Rename { src, dst }
            | Self::Renamenx { src, dst }
            | Self::Copy { src, dst, .. } => vec![src.clone(), dst.clone()],
            Self::Lmpop { keys, .. }
            | Self::BlockingPop { keys, .. }
            | Self::Blmpop { keys, .. }
            | Self::Del { keys }
            | Self::Unlink { keys }
            | Self::Exists { keys } => keys.clone(),
            Self::Keys { .. }
            | Self::Scan { .. }
            | Self::Randomkey
            | Self::Dbsize
            | Self::Flushall
            | Self::Advance { .. } => Vec::new(),
            Self::Transaction { commands } => commands.iter().flat_map(Self::keys).collect(),
        }
    }
}

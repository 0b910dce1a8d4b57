//! The commands of streams as data.

use bytes::Bytes;
use forebay::StreamId;
use forebay::stream::{
    GroupReadFrom, GroupStart, IdBound, IdRange, NackMode, ReadFrom, References, Trim, XaddOptions,
    XautoclaimOptions, XcfgsetOptions, XclaimOptions, XgroupCreateOptions, XnackOptions,
    XpendingOptions, XreadOptions, XreadgroupOptions, XsetidOptions,
};

/// One command. Those that can wait stand here in the form that they have inside a transaction of
/// Redis: what cannot be had at once is answered with nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    Xadd {
        key: Bytes,
        options: XaddOptions,
        fields: Vec<(Bytes, Bytes)>,
    },
    Xtrim {
        key: Bytes,
        trim: Trim,
    },
    Xdel {
        key: Bytes,
        ids: Vec<StreamId>,
    },
    Xdelex {
        key: Bytes,
        references: References,
        ids: Vec<StreamId>,
    },
    Xackdel {
        key: Bytes,
        group: Bytes,
        references: References,
        ids: Vec<StreamId>,
    },
    Xlen {
        key: Bytes,
    },
    Xrange {
        key: Bytes,
        range: IdRange,
        count: Option<u64>,
    },
    Xrevrange {
        key: Bytes,
        range: IdRange,
        count: Option<u64>,
    },
    Xread {
        options: XreadOptions,
        streams: Vec<(Bytes, ReadFrom)>,
    },
    XgroupCreate {
        key: Bytes,
        group: Bytes,
        start: GroupStart,
        options: XgroupCreateOptions,
    },
    XgroupSetid {
        key: Bytes,
        group: Bytes,
        start: GroupStart,
        entries_read: Option<u64>,
    },
    XgroupDestroy {
        key: Bytes,
        group: Bytes,
    },
    XgroupCreateconsumer {
        key: Bytes,
        group: Bytes,
        consumer: Bytes,
    },
    XgroupDelconsumer {
        key: Bytes,
        group: Bytes,
        consumer: Bytes,
    },
    Xreadgroup {
        group: Bytes,
        consumer: Bytes,
        options: XreadgroupOptions,
        streams: Vec<(Bytes, GroupReadFrom)>,
    },
    Xack {
        key: Bytes,
        group: Bytes,
        ids: Vec<StreamId>,
    },
    Xnack {
        key: Bytes,
        group: Bytes,
        mode: NackMode,
        ids: Vec<StreamId>,
        options: XnackOptions,
    },
    Xclaim {
        key: Bytes,
        group: Bytes,
        consumer: Bytes,
        min_idle_ms: u64,
        ids: Vec<StreamId>,
        options: XclaimOptions,
        justid: bool,
    },
    Xautoclaim {
        key: Bytes,
        group: Bytes,
        consumer: Bytes,
        min_idle_ms: u64,
        start: IdBound,
        options: XautoclaimOptions,
        justid: bool,
    },
    Xpending {
        key: Bytes,
        group: Bytes,
    },
    XpendingRows {
        key: Bytes,
        group: Bytes,
        options: XpendingOptions,
    },
    Xsetid {
        key: Bytes,
        id: StreamId,
        options: XsetidOptions,
    },
    Xcfgset {
        key: Bytes,
        options: XcfgsetOptions,
    },
    XinfoStream {
        key: Bytes,
    },
    XinfoStreamFull {
        key: Bytes,
        count: Option<u64>,
    },
    XinfoGroups {
        key: Bytes,
    },
    XinfoConsumers {
        key: Bytes,
        group: Bytes,
    },
    Del {
        key: Bytes,
    },
    Exists {
        key: Bytes,
    },
    /// Makes the key something that is no stream.
    Rpush {
        key: Bytes,
        element: Bytes,
    },
}

impl Command {
    /// The keys that it names, in order; one that is named twice comes twice.
    pub(crate) fn keys(&self) -> Vec<Bytes> {
        match self {
            Self::Xread { streams, .. } => streams.iter().map(|(key, _)| key.clone()).collect(),
            Self::Xreadgroup { streams, .. } => {
                streams.iter().map(|(key, _)| key.clone()).collect()
            }
            Self::Xadd { key, .. }
            | Self::Xtrim { key, .. }
            | Self::Xdel { key, .. }
            | Self::Xdelex { key, .. }
            | Self::Xackdel { key, .. }
            | Self::Xlen { key, .. }
            | Self::Xrange { key, .. }
            | Self::Xrevrange { key, .. }
            | Self::XgroupCreate { key, .. }
            | Self::XgroupSetid { key, .. }
            | Self::XgroupDestroy { key, .. }
            | Self::XgroupCreateconsumer { key, .. }
            | Self::XgroupDelconsumer { key, .. }
            | Self::Xack { key, .. }
            | Self::Xnack { key, .. }
            | Self::Xclaim { key, .. }
            | Self::Xautoclaim { key, .. }
            | Self::Xpending { key, .. }
            | Self::XpendingRows { key, .. }
            | Self::Xsetid { key, .. }
            | Self::Xcfgset { key, .. }
            | Self::XinfoStream { key, .. }
            | Self::XinfoStreamFull { key, .. }
            | Self::XinfoGroups { key, .. }
            | Self::XinfoConsumers { key, .. }
            | Self::Del { key, .. }
            | Self::Exists { key, .. }
            | Self::Rpush { key, .. } => vec![key.clone()],
        }
    }
}

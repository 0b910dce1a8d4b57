//! Streams: logs of entries that have ids, and the groups of consumers that read them.

pub(crate) mod group;
pub(crate) mod id;

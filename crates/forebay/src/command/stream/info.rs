//! XINFO.

use std::sync::Arc;

use super::NO_GROUP;
use crate::engine::Access;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::{ConsumerInfo, FullStreamInfo, GroupInfo, StreamInfo};

/// XINFO STREAM.
pub(crate) fn stream(core: &Access, object: &Arc<Object>) -> Result<StreamInfo> {
    let now_ms = core.clock().unix_ms();
    let info = core.on_stream(object, Cost::NONE, |stream| stream.info(now_ms));
    info?.ok_or(Error::NoSuchKey)
}

/// XINFO STREAM FULL: of each list the first `count`; 0 is all.
pub(crate) fn full(core: &Access, object: &Arc<Object>, count: u64) -> Result<FullStreamInfo> {
    let now_ms = core.clock().unix_ms();
    let info = core.on_stream(object, Cost::NONE, |stream| stream.full_info(count, now_ms));
    info?.ok_or(Error::NoSuchKey)
}

/// XINFO GROUPS.
pub(crate) fn groups(core: &Access, object: &Arc<Object>) -> Result<Vec<GroupInfo>> {
    let info = core.on_stream(object, Cost::NONE, |stream| stream.groups_info());
    info?.ok_or(Error::NoSuchKey)
}

/// XINFO CONSUMERS.
pub(crate) fn consumers(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
) -> Result<Vec<ConsumerInfo>> {
    let now_ms = core.clock().unix_ms();
    let info = core.on_stream(object, Cost::NONE, |stream| {
        stream.consumers_info(group, now_ms)
    });
    info?.ok_or(Error::NoSuchKey)?.ok_or(NO_GROUP)
}

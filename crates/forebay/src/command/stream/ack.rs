//! XACK and XNACK.

use std::sync::Arc;

use super::{check_ids, cost_of_ids};
use crate::engine::Access;
use crate::error::Result;
use crate::object::Object;
use crate::stream::body::SharedGroup;
use crate::stream::{NackMode, StreamId, XnackOptions};

/// XACK: how many entries were pending. The group is `hint`, if it still is one.
#[inline]
pub(crate) fn xack(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
    hint: Option<&Arc<SharedGroup>>,
    ids: &[StreamId],
) -> Result<u64> {
    check_ids(ids)?;
    if let Some(stream) = object.stream()
        && let Ok(acked) = stream.ack(group, hint, ids)
    {
        return Ok(acked);
    }
    let acked = core.on_stream(object, cost_of_ids(ids, group, b""), |stream| {
        stream.ack(group, ids)
    });
    Ok(acked?.flatten().unwrap_or(0))
}

/// XNACK: how many entries were given back.
pub(crate) fn xnack(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
    mode: NackMode,
    ids: &[StreamId],
    options: &XnackOptions,
) -> Result<u64> {
    check_ids(ids)?;
    core.on_group(object, cost_of_ids(ids, group, b""), |stream| {
        stream.nack(group, mode, ids, options)
    })
}

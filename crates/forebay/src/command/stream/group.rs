//! XGROUP.

use std::sync::Arc;

use super::NO_GROUP;
use crate::engine::Access;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::body::FrozenStream;
use crate::stream::{GroupStart, XgroupCreateOptions};

/// XGROUP CREATE.
pub(crate) fn create(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
    start: GroupStart,
    options: &XgroupCreateOptions,
) -> Result<()> {
    let create =
        |stream: &mut FrozenStream<'_>| stream.create_group(group, start, options.entries_read);
    let cost = Cost::fill(group.len());
    if options.mkstream {
        core.make_stream(object, cost, create)
    } else {
        core.on_stream(object, cost, create)?
            .ok_or(Error::GroupNeedsKey)?
    }
}

/// XGROUP SETID.
pub(crate) fn set_id(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
    start: GroupStart,
    entries_read: Option<u64>,
) -> Result<()> {
    on_group(core, object, Cost::drain(group.len()), |stream| {
        stream.set_group_id(group, start, entries_read)
    })
}

/// XGROUP DESTROY: whether there was such a group.
pub(crate) fn destroy(core: &Access, object: &Arc<Object>, group: &[u8]) -> Result<bool> {
    let destroyed = core.on_stream(object, Cost::drain(group.len()), |stream| {
        stream.destroy_group(group)
    })?;
    // Only here is it dropped: nothing is frozen any more.
    let destroyed = destroyed.ok_or(Error::GroupNeedsKey)?;
    Ok(destroyed.is_some())
}

/// XGROUP CREATECONSUMER: whether it is new.
pub(crate) fn create_consumer(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
    consumer: &[u8],
) -> Result<bool> {
    let now_ms = core.clock().unix_ms();
    let cost = Cost::fill(group.len().saturating_add(consumer.len()));
    on_group(core, object, cost, |stream| {
        stream.create_consumer(group, consumer, now_ms)
    })
}

/// XGROUP DELCONSUMER: how many entries it had pending.
pub(crate) fn delete_consumer(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
    consumer: &[u8],
) -> Result<u64> {
    let cost = Cost::drain(group.len().saturating_add(consumer.len()));
    on_group(core, object, cost, |stream| {
        stream.delete_consumer(group, consumer)
    })
}

fn on_group<R>(
    core: &Access,
    object: &Arc<Object>,
    cost: Cost,
    f: impl FnOnce(&mut FrozenStream<'_>) -> Option<R>,
) -> Result<R> {
    let result = core
        .on_stream(object, cost, f)?
        .ok_or(Error::GroupNeedsKey)?;
    result.ok_or(NO_GROUP)
}

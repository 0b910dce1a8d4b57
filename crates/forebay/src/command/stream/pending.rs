//! XPENDING.

use std::sync::Arc;

use crate::engine::Access;
use crate::error::Result;
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::{PendingEntry, PendingSummary, StreamId, XpendingOptions};

/// XPENDING without a range.
pub(crate) fn xpending(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
) -> Result<PendingSummary> {
    core.on_group(object, Cost::NONE, |stream| stream.pending_summary(group))
}

/// Refuses a range that makes no sense.
pub(crate) fn check(options: &XpendingOptions) -> Result<(StreamId, StreamId)> {
    let ids = options.range.resolve()?;
    Ok((*ids.start(), *ids.end()))
}

/// XPENDING with a range, which was checked.
pub(crate) fn xpending_range(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
    ids: (StreamId, StreamId),
    options: &XpendingOptions,
) -> Result<Vec<PendingEntry>> {
    let now_ms = core.clock().unix_ms();
    let consumer = options.consumer.as_deref();
    core.on_group(object, Cost::NONE, |stream| {
        stream.pending(
            group,
            ids,
            options.count,
            consumer,
            options.min_idle_ms,
            now_ms,
        )
    })
}

//! XCLAIM and XAUTOCLAIM.

use std::sync::Arc;

use super::check_ids;
use crate::engine::Access;
use crate::error::Result;
use crate::object::Object;
use crate::stream::body::Claimer;
use crate::stream::{AutoClaimed, Entry, IdBound, StreamId, XautoclaimOptions, XclaimOptions};

/// XCLAIM.
pub(crate) fn xclaim(
    core: &Access,
    object: &Arc<Object>,
    claimer: &Claimer<'_>,
    ids: &[StreamId],
    options: &XclaimOptions,
) -> Result<Vec<Entry>> {
    check_ids(ids)?;
    core.on_group(object, claimer.cost(ids), |stream| {
        stream.claim(claimer, ids, options)
    })
}

/// XCLAIM with JUSTID.
pub(crate) fn xclaim_ids(
    core: &Access,
    object: &Arc<Object>,
    claimer: &Claimer<'_>,
    ids: &[StreamId],
    options: &XclaimOptions,
) -> Result<Vec<StreamId>> {
    check_ids(ids)?;
    core.on_group(object, claimer.cost(ids), |stream| {
        stream.claim_ids(claimer, ids, options)
    })
}

/// Refuses what makes no sense, and says where to start.
pub(crate) fn check_autoclaim(start: IdBound, options: XautoclaimOptions) -> Result<StreamId> {
    let start = start.lowest()?;
    options.check()?;
    Ok(start)
}

/// XAUTOCLAIM.
pub(crate) fn xautoclaim(
    core: &Access,
    object: &Arc<Object>,
    claimer: &Claimer<'_>,
    start: StreamId,
    options: XautoclaimOptions,
) -> Result<AutoClaimed<Entry>> {
    core.on_group(object, claimer.cost(&[]), |stream| {
        stream.autoclaim(claimer, start, options)
    })
}

/// XAUTOCLAIM with JUSTID.
pub(crate) fn xautoclaim_ids(
    core: &Access,
    object: &Arc<Object>,
    claimer: &Claimer<'_>,
    start: StreamId,
    options: XautoclaimOptions,
) -> Result<AutoClaimed<StreamId>> {
    core.on_group(object, claimer.cost(&[]), |stream| {
        stream.autoclaim_ids(claimer, start, options)
    })
}

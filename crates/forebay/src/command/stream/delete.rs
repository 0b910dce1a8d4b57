//! XDEL, XDELEX, XACKDEL and XTRIM.

use std::sync::Arc;

use super::{check_ids, cost_of_ids};
use crate::engine::Access;
use crate::error::Result;
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::{Deletion, References, StreamId, Trim};

/// XDEL.
pub(crate) fn xdel(core: &Access, object: &Arc<Object>, ids: &[StreamId]) -> Result<u64> {
    check_ids(ids)?;
    let deleted = core.on_stream(object, cost_of_ids(ids, b"", b""), |stream| {
        stream.delete_all(ids)
    });
    Ok(deleted?.unwrap_or(0))
}

/// XDELEX.
pub(crate) fn xdelex(
    core: &Access,
    object: &Arc<Object>,
    references: References,
    ids: &[StreamId],
) -> Result<Option<Vec<Deletion>>> {
    check_ids(ids)?;
    core.on_stream(object, cost_of_ids(ids, b"", b""), |stream| {
        let each = ids.iter().map(|&id| stream.delete_with(id, references));
        each.collect()
    })
}

/// XACKDEL.
pub(crate) fn xackdel(
    core: &Access,
    object: &Arc<Object>,
    group: &[u8],
    references: References,
    ids: &[StreamId],
) -> Result<Option<Vec<Deletion>>> {
    check_ids(ids)?;
    core.on_stream(object, cost_of_ids(ids, group, b""), |stream| {
        let each = ids
            .iter()
            .map(|&id| stream.ack_and_delete(group, id, references));
        each.collect()
    })
}

/// What became of entries of a key that does not exist.
pub(crate) fn not_found(ids: &[StreamId]) -> Vec<Deletion> {
    vec![Deletion::NotFound; ids.len()]
}

/// XTRIM.
pub(crate) fn xtrim(core: &Access, object: &Arc<Object>, trim: &Trim) -> Result<u64> {
    let trimmed = core.on_stream(object, Cost::DRAIN, |stream| stream.trim(trim));
    Ok(trimmed?.unwrap_or(0))
}

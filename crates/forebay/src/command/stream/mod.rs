//! The commands on streams: each tries what can be done [without freezing
//! anything](crate::stream::body), then the frozen stream, then the frozen key.

pub(crate) mod ack;
pub(crate) mod add;
pub(crate) mod claim;
pub(crate) mod delete;
pub(crate) mod deliver;
pub(crate) mod group;
pub(crate) mod info;
pub(crate) mod pending;
pub(crate) mod read;
pub(crate) mod settings;

use std::sync::Arc;

use crate::engine::Access;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::StreamId;
use crate::stream::body::FrozenStream;

impl Access {
    /// Calls `f` with the frozen stream. `None` when there is no such key.
    ///
    /// The key is frozen too if it needs attention.
    pub(crate) fn on_stream<R>(
        &self,
        object: &Arc<Object>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenStream<'_>) -> R,
    ) -> Result<Option<R>> {
        if let Some(stream) = object.stream()
            && let Ok(mut frozen) = stream.freeze_unattended()
        {
            return Ok(Some(f(&mut frozen)));
        }
        self.edit_stream(object, cost, f)
    }

    /// Calls `f` with the frozen stream, which answers `None` when there is no such group.
    pub(crate) fn on_group<R>(
        &self,
        object: &Arc<Object>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenStream<'_>) -> Option<R>,
    ) -> Result<R> {
        let result = self.on_stream(object, cost, f)?;
        result.flatten().ok_or(NO_GROUP)
    }
}

/// The answer to who names a group, or a key, that there is not.
pub(crate) const NO_GROUP: Error = Error::NoGroup { at: 0 };

/// What taking entries with these ids away costs, or giving them from one consumer to another.
pub(crate) fn cost_of_ids(ids: &[StreamId], group: &[u8], consumer: &[u8]) -> Cost {
    let names = group.len().saturating_add(consumer.len());
    Cost::drain(ids.len().saturating_mul(ID_BYTES_MAX).saturating_add(names))
}

/// How long an id is in the log at most.
const ID_BYTES_MAX: usize = 20;

/// Refuses a call on no entry.
pub(crate) fn check_ids(ids: &[StreamId]) -> Result<()> {
    if ids.is_empty() {
        return Err(Error::NoIds);
    }
    Ok(())
}

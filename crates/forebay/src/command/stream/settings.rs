//! XSETID and XCFGSET.

use std::sync::Arc;

use crate::engine::Access;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::{StreamId, XcfgsetOptions, XsetidOptions};

/// Refuses what makes no sense.
pub(crate) fn check_setid(id: StreamId, options: &XsetidOptions) -> Result<()> {
    if options.max_deleted_id.is_some_and(|deleted| id < deleted) {
        return Err(Error::SetidBelowGivenDeleted);
    }
    Ok(())
}

/// XSETID, whose arguments were checked.
pub(crate) fn xsetid(
    core: &Access,
    object: &Arc<Object>,
    id: StreamId,
    options: &XsetidOptions,
) -> Result<()> {
    let set = core.on_stream(object, Cost::DRAIN, |stream| stream.set_id(id, options));
    set?.ok_or(Error::NoSuchKey)?
}

/// XCFGSET, whose arguments were checked.
pub(crate) fn xcfgset(core: &Access, object: &Arc<Object>, options: &XcfgsetOptions) -> Result<()> {
    let set = core.on_stream(object, Cost::DRAIN, |stream| stream.configure(options));
    set?.ok_or(Error::NoSuchKey)
}

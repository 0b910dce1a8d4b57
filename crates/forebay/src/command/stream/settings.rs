//! XSETID and XCFGSET.

use std::sync::Arc;

use crate::engine::Core;
use crate::error::{Error, Result};
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
    core: &Core,
    object: &Arc<Object>,
    id: StreamId,
    options: &XsetidOptions,
) -> Result<()> {
    let set = core.on_stream(object, |stream| stream.set_id(id, options));
    set?.ok_or(Error::NoSuchKey)?
}

/// XCFGSET, whose arguments were checked.
pub(crate) fn xcfgset(core: &Core, object: &Arc<Object>, options: &XcfgsetOptions) -> Result<()> {
    let set = core.on_stream(object, |stream| stream.configure(options));
    set?.ok_or(Error::NoSuchKey)
}

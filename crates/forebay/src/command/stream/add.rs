//! XADD.

use std::sync::Arc;

use forebay_sync::stream_log::Field;
use smallvec::SmallVec;

use crate::engine::{Access, Core};
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::{Idempotence, NewId, StreamId, XaddOptions};

/// XADD without options.
#[inline]
pub(crate) fn xadd<N: AsRef<[u8]>, V: AsRef<[u8]>>(
    core: &Access,
    object: &Arc<Object>,
    fields: &[(N, V)],
) -> Result<StreamId> {
    let fields = as_fields(core, fields)?;
    let now_ms = core.now_ms();
    if let Some(stream) = object.stream()
        && let Ok(added) = stream.add(NewId::Auto, &fields, now_ms)
    {
        return added;
    }
    let options = XaddOptions::default();
    let cost = cost(&options, &fields);
    core.make_stream(object, cost, |stream| stream.add(&options, &fields, now_ms))
}

/// XADD. `None` when it does not make the key that there is not.
pub(crate) fn xadd_with<N: AsRef<[u8]>, V: AsRef<[u8]>>(
    core: &Access,
    object: &Arc<Object>,
    options: &XaddOptions,
    fields: &[(N, V)],
) -> Result<Option<StreamId>> {
    check(options)?;
    let fields = as_fields(core, fields)?;
    let now_ms = core.now_ms();
    if let Some(stream) = object.stream() {
        if let Ok(added) = stream.add_with(options, &fields, now_ms) {
            return added.map(Some);
        }
        if let Ok(mut frozen) = stream.freeze_unattended() {
            return frozen.add(options, &fields, now_ms).map(Some);
        }
    }
    let cost = cost(options, &fields);
    if options.nomkstream {
        let added = core.edit_stream(object, cost, |stream| stream.add(options, &fields, now_ms));
        return added?.transpose();
    }
    let added = core.make_stream(object, cost, |stream| stream.add(options, &fields, now_ms));
    added.map(Some)
}

/// What XADD costs.
pub(crate) fn cost(options: &XaddOptions, fields: &[Field<'_>]) -> Cost {
    let of_field = |field: &Field<'_>| Cost::fill(field.0.len() + field.1.len()).bytes;
    let names = options.idempotence.as_ref().map_or(0, Idempotence::len);
    Cost::fill(
        fields
            .iter()
            .map(of_field)
            .fold(names, usize::saturating_add),
    )
}

/// Refuses what makes no sense, whatever the stream is.
pub(crate) fn check(options: &XaddOptions) -> Result<()> {
    options.check()?;
    if options.id == NewId::Exactly(StreamId::MIN) {
        return Err(Error::IdZero);
    }
    Ok(())
}

/// Asks for the bytes before anything is frozen: `as_ref` is the user's code.
#[inline]
pub(crate) fn as_fields<'a, N: AsRef<[u8]>, V: AsRef<[u8]>>(
    core: &Core,
    fields: &'a [(N, V)],
) -> Result<SmallVec<[Field<'a>; 4]>> {
    if fields.is_empty() {
        return Err(Error::NoFields);
    }
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()))
        .collect::<SmallVec<[Field<'a>; 4]>>();
    let len = |(name, value): &Field<'_>| name.len() + value.len();
    core.check_len(fields.iter().map(len).sum())?;
    Ok(fields)
}

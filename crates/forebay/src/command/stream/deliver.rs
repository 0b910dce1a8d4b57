//! XREADGROUP.

use std::sync::Arc;

use forebay_sync::stream_log;
use smallvec::SmallVec;

use super::NO_GROUP;
use super::read::{Keyed, lend_copies};
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::frozen::FrozenSet;
use crate::object::Object;
use crate::stream::body::{Budget, GroupRead, SharedGroup, copies, lend};
use crate::stream::{Delivered, Entry, EntryRef, GroupReadFrom, XreadgroupOptions};

/// A consumer that reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) group: &'a [u8],
    /// The group, if it was looked up before.
    pub(crate) hint: Option<&'a Arc<SharedGroup>>,
    pub(crate) consumer: &'a [u8],
    pub(crate) options: &'a XreadgroupOptions,
}

impl<'a> Reading<'a> {
    fn of(&self, from: GroupReadFrom, now_ms: i64) -> GroupRead<'a> {
        GroupRead {
            consumer: self.consumer,
            from,
            options: self.options,
            now_ms,
        }
    }
}

/// XREADGROUP of one stream, without waiting.
#[inline]
pub(crate) fn xreadgroup(
    core: &Core,
    object: &Arc<Object>,
    reading: &Reading<'_>,
    from: GroupReadFrom,
) -> Result<Vec<Delivered>> {
    let read = reading.of(from, core.clock().unix_ms());
    let mut budget = Budget::of_group_read(reading.options);
    if let Some(stream) = object.stream()
        && let Ok(delivered) = stream.deliver(reading.group, reading.hint, &read, &mut budget)
    {
        return Ok(delivered);
    }
    core.on_group(object, |stream| {
        stream.deliver(reading.group, &read, &mut budget)
    })
}

/// XREADGROUP of the new entries of one stream, and nothing but these, without waiting.
#[inline]
pub(crate) fn read_new(
    core: &Core,
    object: &Arc<Object>,
    reading: &Reading<'_>,
) -> Result<Vec<Entry>> {
    match at_once(core, object, reading, copies) {
        Some(entries) => Ok(entries),
        None => exclusively(core, object, reading),
    }
}

/// The same, of entries that are lent: how many.
#[inline]
pub(crate) fn read_new_with(
    core: &Core,
    object: &Arc<Object>,
    reading: &Reading<'_>,
    mut f: impl FnMut(EntryRef<'_>),
) -> Result<usize> {
    if let Some(count) = at_once(core, object, reading, |found| lend(found, &mut f)) {
        return Ok(count);
    }
    // Nobody is to wait for what `f` does.
    let entries = exclusively(core, object, reading)?;
    Ok(lend_copies(&entries, f))
}

/// New entries, if nothing has to be frozen for them.
#[inline]
fn at_once<R>(
    core: &Core,
    object: &Object,
    reading: &Reading<'_>,
    f: impl FnOnce(&[stream_log::EntryRef<'_>]) -> R,
) -> Option<R> {
    let read = reading.of(GroupReadFrom::New, core.clock().unix_ms());
    let mut budget = Budget::of_group_read(reading.options);
    let (group, hint) = (reading.group, reading.hint);
    let stream = object.stream()?;
    stream.deliver_with(group, hint, &read, &mut budget, f).ok()
}

#[cold]
fn exclusively(core: &Core, object: &Arc<Object>, reading: &Reading<'_>) -> Result<Vec<Entry>> {
    let read = reading.of(GroupReadFrom::New, core.clock().unix_ms());
    let mut budget = Budget::of_group_read(reading.options);
    let delivered = core.on_group(object, |stream| {
        stream.deliver(reading.group, &read, &mut budget)
    });
    let entry = |delivered: Delivered| Entry {
        id: delivered.id,
        fields: delivered.fields.unwrap_or_default(),
    };
    Ok(delivered?.into_iter().map(entry).collect())
}

/// XREADGROUP of several streams as one step, without waiting: those that have something, and those
/// whose history was asked for.
pub(crate) fn xreadgroup_all(
    core: &Core,
    streams: &[(Arc<Object>, GroupReadFrom)],
    reading: &Reading<'_>,
) -> Result<Keyed<Delivered>> {
    let is_answered =
        |from, delivered: &Vec<_>| from != GroupReadFrom::New || !delivered.is_empty();
    if let [(object, from)] = streams {
        let delivered = xreadgroup(core, object, reading, *from)?;
        let read = is_answered(*from, &delivered).then_some((0, delivered));
        return Ok(read.into_iter().collect());
    }
    let set = FrozenSet::new(core, streams.iter().map(|(object, _)| object))?;
    let mut frozen = SmallVec::<[_; 4]>::new();
    for (at, (object, from)) in streams.iter().enumerate() {
        let stream = set.key(set.position(object)).stream()?;
        let stream = stream.filter(|stream| stream.has_group(reading.group));
        frozen.push((stream.ok_or(Error::NoGroup { at })?, *from));
    }
    let now_ms = core.clock().unix_ms();
    let mut budget = Budget::of_group_read(reading.options);
    let mut read = Keyed::new();
    for (at, (stream, from)) in frozen.into_iter().enumerate() {
        let of_key = reading.of(from, now_ms);
        let delivered = stream.deliver(reading.group, &of_key, &mut budget);
        let delivered = delivered.ok_or(NO_GROUP)?;
        if is_answered(from, &delivered) {
            read.push((at, delivered));
        }
    }
    Ok(read)
}

//! XLEN, XRANGE, XREVRANGE and XREAD.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::engine::Core;
use crate::error::Result;
use crate::frozen::FrozenSet;
use crate::object::Object;
pub(crate) use crate::stream::body::Run;
use crate::stream::body::{Budget, copies, lend};
use crate::stream::{Entry, EntryRef, IdRange, ReadFrom, XreadOptions};

/// Entries of several keys: which of the arguments, and what it has.
pub(crate) type Keyed<T> = Vec<(usize, Vec<T>)>;

/// XLEN.
#[inline]
pub(crate) fn xlen(core: &Core, object: &Arc<Object>) -> Result<u64> {
    if let Some(stream) = object.stream()
        && let Ok(len) = stream.len()
    {
        return Ok(len);
    }
    Ok(core
        .edit_stream(object, |stream| stream.len())?
        .unwrap_or(0))
}

impl Run {
    /// The arguments of XRANGE and XREVRANGE, which look at the end that they are given first
    /// before the other one.
    pub(crate) fn new(range: IdRange, count: Option<u64>, is_backwards: bool) -> Result<Self> {
        let (from, to) = if is_backwards {
            let to = range.end.highest()?;
            (range.start.lowest()?, to)
        } else {
            (range.start.lowest()?, range.end.highest()?)
        };
        Ok(Self {
            from,
            to,
            limit: count.unwrap_or(u64::MAX),
            is_backwards,
        })
    }
}

/// XRANGE and XREVRANGE.
pub(crate) fn xrange(core: &Core, object: &Arc<Object>, run: Run) -> Result<Vec<Entry>> {
    if let Some(stream) = object.stream()
        && let Ok(entries) = stream.range(run, copies)
    {
        return Ok(entries);
    }
    let read = core.edit_stream(object, |stream| stream.range(run));
    Ok(read?.unwrap_or_default())
}

/// XRANGE and XREVRANGE of entries that are lent: how many.
#[inline]
pub(crate) fn xrange_with(
    core: &Core,
    object: &Arc<Object>,
    run: Run,
    mut f: impl FnMut(EntryRef<'_>),
) -> Result<usize> {
    if let Some(stream) = object.stream()
        && let Ok(count) = stream.range(run, |found| lend(found, &mut f))
    {
        return Ok(count);
    }
    // Nobody is to wait for what `f` does.
    let read = core.edit_stream(object, |stream| stream.range(run))?;
    Ok(lend_copies(&read.unwrap_or_default(), f))
}

/// Lends entries that had to be copied.
pub(crate) fn lend_copies(entries: &[Entry], mut f: impl FnMut(EntryRef<'_>)) -> usize {
    for entry in entries {
        f(entry.into());
    }
    entries.len()
}

/// XREAD of one stream, without waiting.
pub(crate) fn xread(
    core: &Core,
    object: &Arc<Object>,
    from: ReadFrom,
    options: &XreadOptions,
) -> Result<Vec<Entry>> {
    let mut budget = Budget::of_read(options);
    if let Some(stream) = object.stream()
        && let Ok(entries) = stream.read_from(from, &mut budget, copies)
    {
        return Ok(entries);
    }
    let read = core.edit_stream(object, |stream| stream.read_from(from, &mut budget));
    Ok(read?.unwrap_or_default())
}

/// XREAD of one stream, of entries that are lent, without waiting: how many.
#[inline]
pub(crate) fn xread_with(
    core: &Core,
    object: &Arc<Object>,
    from: ReadFrom,
    options: &XreadOptions,
    mut f: impl FnMut(EntryRef<'_>),
) -> Result<usize> {
    let mut budget = Budget::of_read(options);
    if let Some(stream) = object.stream()
        && let Ok(count) = stream.read_from(from, &mut budget, |found| lend(found, &mut f))
    {
        return Ok(count);
    }
    let read = core.edit_stream(object, |stream| stream.read_from(from, &mut budget))?;
    Ok(lend_copies(&read.unwrap_or_default(), f))
}

/// XREAD of several streams as one step, without waiting: those that have something.
pub(crate) fn xread_all(
    core: &Core,
    streams: &[(Arc<Object>, ReadFrom)],
    options: &XreadOptions,
) -> Result<Keyed<Entry>> {
    if let [(object, from)] = streams {
        let entries = xread(core, object, *from, options)?;
        let read = (!entries.is_empty()).then_some((0, entries));
        return Ok(read.into_iter().collect());
    }
    let set = FrozenSet::new(core, streams.iter().map(|(object, _)| object))?;
    let frozen = streams
        .iter()
        .map(|(object, from)| Ok((set.key(set.position(object)).stream()?, *from)))
        .collect::<Result<SmallVec<[_; 4]>>>()?;
    let mut budget = Budget::of_read(options);
    let mut read = Keyed::new();
    for (at, (stream, from)) in frozen.into_iter().enumerate() {
        let entries = stream.map(|stream| stream.read_from(from, &mut budget));
        if let Some(entries) = entries.filter(|entries| !entries.is_empty()) {
            read.push((at, entries));
        }
    }
    Ok(read)
}

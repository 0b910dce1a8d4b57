//! XLEN, XRANGE, XREVRANGE and XREAD.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::engine::Access;
use crate::error::Result;
use crate::frozen::FrozenSet;
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::body::{Budget, FrozenStream};
use crate::stream::{Entry, IdRange, ReadFrom, StreamId, XreadOptions};

/// Entries of several keys: which of the arguments, and what it has.
pub(crate) type Keyed<T> = Vec<(usize, Vec<T>)>;

/// XLEN.
#[inline]
pub(crate) fn xlen(core: &Access, object: &Arc<Object>) -> Result<u64> {
    if let Some(stream) = object.stream()
        && let Ok(len) = stream.len()
    {
        return Ok(len);
    }
    Ok(core
        .edit_stream(object, Cost::NONE, |stream| stream.len())?
        .unwrap_or(0))
}

/// A range that was checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    from: StreamId,
    to: StreamId,
    limit: usize,
    is_backwards: bool,
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
        let limit = count.map_or(usize::MAX, |count| {
            usize::try_from(count).unwrap_or(usize::MAX)
        });
        Ok(Self {
            from,
            to,
            limit,
            is_backwards,
        })
    }

    /// What it has of a stream.
    pub(crate) fn of(self, stream: &FrozenStream<'_>) -> Vec<Entry> {
        if self.is_backwards {
            stream.range_back(self.from, self.to, self.limit)
        } else {
            stream.range(self.from, self.to, self.limit)
        }
    }
}

/// XRANGE and XREVRANGE.
pub(crate) fn xrange(core: &Access, object: &Arc<Object>, run: Run) -> Result<Vec<Entry>> {
    let Run {
        from, to, limit, ..
    } = run;
    if let Some(stream) = object.stream() {
        let read = if run.is_backwards {
            stream.range_back(from, to, limit)
        } else {
            stream.range(from, to, limit)
        };
        if let Ok(entries) = read {
            return Ok(entries);
        }
    }
    let read = core.edit_stream(object, Cost::NONE, |stream| run.of(stream));
    Ok(read?.unwrap_or_default())
}

/// XREAD of one stream, without waiting.
pub(crate) fn xread(
    core: &Access,
    object: &Arc<Object>,
    from: ReadFrom,
    options: &XreadOptions,
) -> Result<Vec<Entry>> {
    let mut budget = Budget::of_read(options);
    if let Some(stream) = object.stream()
        && let Ok(entries) = stream.read_from(from, &mut budget)
    {
        return Ok(entries);
    }
    let read = core.edit_stream(object, Cost::NONE, |stream| {
        stream.read_from(from, &mut budget)
    });
    Ok(read?.unwrap_or_default())
}

/// XREAD of several streams as one step, without waiting: those that have something.
pub(crate) fn xread_all(
    core: &Access,
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
    set.finish()?;
    core.wait_to_read()?;
    Ok(read)
}

//! XLEN, XRANGE and XREVRANGE.

use forebay::StreamId;
use forebay::stream::{EntryRef, IdBound};
use forebay_resp::ReplyWriter;

use super::lookup::has_stream;
use super::{Command, ids, write};
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Refusal, Store, on};

/// XLEN.
#[derive(Debug)]
pub(crate) struct Len<'a> {
    pub(super) key: &'a [u8],
}

/// XRANGE or XREVRANGE.
#[derive(Debug)]
pub(crate) struct Range<'a> {
    pub(super) key: &'a [u8],
    lowest: StreamId,
    highest: StreamId,
    count: Option<u64>,
    is_backwards: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn len<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    Ok(Command::Len(Len { key: words[1] }).into())
}

pub(super) fn parse<'a>(
    words: &'a [&'a [u8]],
    is_backwards: bool,
) -> Result<AnyCommand<'a>, Refusal> {
    let [_, key, start, end, options @ ..] = words else {
        return Err(Refusal::SYNTAX);
    };
    let (start, end) = if is_backwards {
        (end, start)
    } else {
        (start, end)
    };
    let (lowest, highest) = parse_bounds(start, end)?;
    let mut count = None;
    for option in options.chunks(2) {
        match option {
            [name, value] if is(name, "COUNT") => {
                count = Some(integer(value)?.max(0).unsigned_abs());
            }
            _ => return Err(Refusal::SYNTAX),
        }
    }
    Ok(Command::Range(Range {
        key,
        lowest,
        highest,
        count,
        is_backwards,
    })
    .into())
}

/// The first and the last id of a range.
pub(super) fn parse_bounds(start: &[u8], end: &[u8]) -> Result<(StreamId, StreamId), Refusal> {
    let lowest = ids::parse::<IdBound>(start)?.lowest()?;
    let highest = ids::parse::<IdBound>(end)?.highest()?;
    Ok((lowest, highest))
}

impl Len<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        reply.integer(on!(store, xlen(self.key))?.cast_signed());
        Ok(())
    }
}

impl Range<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        if self.count == Some(0) {
            let (store, mut reply) = context.parts();
            if has_stream(store, self.key)? {
                reply.null_array();
            } else {
                reply.array(0);
            }
            return Ok(());
        }
        let begin = |_: &mut ReplyWriter<'_>| ();
        write::lent(context, true, begin, |store, reply| {
            self.lend(store, |entry| write::entry(entry, reply))
        })?;
        Ok(())
    }

    fn lend(
        &self,
        store: &mut Store<'_, '_>,
        mut f: impl FnMut(EntryRef<'_>),
    ) -> forebay::Result<usize> {
        let (key, range, count) = (self.key, self.lowest..=self.highest, self.count);
        let entries = match (store, self.is_backwards) {
            (Store::Engine(engine), false) => return engine.xrange_with(key, range, count, f),
            (Store::Engine(engine), true) => return engine.xrevrange_with(key, range, count, f),
            (Store::Transaction(transaction), false) => transaction.xrange(key, range, count),
            (Store::Transaction(transaction), true) => transaction.xrevrange(key, range, count),
        }?;
        entries.iter().map(EntryRef::from).for_each(&mut f);
        Ok(entries.len())
    }
}

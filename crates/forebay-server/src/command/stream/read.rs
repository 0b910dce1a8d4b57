//! XREAD.

use bytes::Bytes;
use forebay::Entry;
use forebay::stream::{EntryRef, IdRange, ReadFrom, XreadOptions};
use forebay_resp::ReplyWriter;
use smallvec::SmallVec;

use super::lookup::{AfterKey, has_stream};
use super::read_options::ReadArguments;
use super::{Command, ids, write};
use crate::command::flow::wait;
use crate::command::{Command as AnyCommand, Context, Flow, Refusal, Store};

/// XREAD.
#[derive(Debug)]
pub(crate) struct Read<'a> {
    pub(super) keys: &'a [&'a [u8]],
    from: SmallVec<[AfterKey<ReadFrom>; 1]>,
    options: XreadOptions,
}

type Streams<'a> = SmallVec<[(&'a [u8], ReadFrom); 2]>;

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let arguments = ReadArguments::parse(words, false)?;
    let options = XreadOptions {
        count: arguments.count,
        block: arguments.block,
        maxcount: arguments.maxcount,
        maxsize: arguments.maxsize,
    };
    Ok(Command::Read(Read {
        keys: arguments.keys,
        from: arguments.ids.iter().map(|id| parse_from(id)).collect(),
        options,
    })
    .into())
}

fn parse_from(word: &[u8]) -> Result<ReadFrom, Refusal> {
    if word == b">" {
        return Err(Refusal::new(
            "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> \
             <consumer> option.",
        ));
    }
    ids::parse(word)
}

impl Read<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let Self {
            keys,
            from,
            options,
        } = self;
        let mut streams = Streams::new();
        for (&key, from) in keys.iter().zip(from) {
            if from.is_err() {
                // The keys are looked at in turn, each before its id.
                for key in keys.iter().take(streams.len() + 1) {
                    has_stream(&mut context.store, key)?;
                }
            }
            streams.push((key, from?));
        }
        if lend(&streams, &options, context)? {
            return Ok(Flow::Next);
        }
        let read = match &mut context.store {
            Store::Engine(engine) if options.block.is_some() => {
                let future = engine.xread_async(&streams, &options);
                return wait(context, future, write_streams, Refusal::from);
            }
            Store::Engine(engine) => engine.xread(&streams, &options),
            Store::Transaction(transaction) => transaction.xread(&streams, &options),
        }?;
        let mut reply = context.reply();
        if read.is_empty() {
            reply.null_array();
        } else {
            write_streams(read, &mut reply);
        }
        Ok(Flow::Next)
    }
}

/// Writes what comes after an id of one stream without a copy in between; whether there was
/// anything.
fn lend(
    streams: &Streams<'_>,
    options: &XreadOptions,
    context: &mut Context<'_, '_>,
) -> Result<bool, Refusal> {
    let &[(key, ReadFrom::After(id))] = &streams[..] else {
        return Ok(false);
    };
    let has_limits = options.maxcount.is_some() || options.maxsize.is_some();
    let (false, Some(first), true) = (has_limits, id.next(), context.store.may_wait()) else {
        return Ok(false);
    };
    let count = options.count.filter(|&count| count != 0);
    let begin = |reply: &mut ReplyWriter<'_>| {
        write::streams(1, reply);
        write::stream(key, reply);
    };
    let written = write::lent(context, false, begin, |store, reply| {
        let Store::Engine(engine) = store else {
            return Ok(0);
        };
        let write = |entry: EntryRef<'_>| write::entry(entry, reply);
        engine.xrange_with(key, IdRange::from(first..), count, write)
    })?;
    Ok(written != 0)
}

fn write_streams(streams: Vec<(Bytes, Vec<Entry>)>, reply: &mut ReplyWriter<'_>) {
    write::streams(streams.len(), reply);
    for (key, entries) in streams {
        write::stream(&key, reply);
        write::entries(&entries, reply);
    }
}

//! XREAD.

use core::str;
use core::time::Duration;

use bytes::Bytes;
use forebay::stream::{ReadFrom, XreadOptions};
use forebay::{Entry, Timeout};
use forebay_resp::{Protocol, ReplyWriter};
use smallvec::SmallVec;

use crate::command::arguments::{integer, is};
use crate::command::flow::wait;
use crate::command::{Command as AnyCommand, Context, Flow, Refusal, Store};

/// XREAD.
#[derive(Debug)]
pub(crate) struct Read<'a> {
    pub(super) keys: &'a [&'a [u8]],
    from: SmallVec<[ReadFrom; 2]>,
    options: XreadOptions,
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let mut options = XreadOptions::default();
    let mut at = 1;
    loop {
        match words.get(at..) {
            Some([word, rest @ ..]) if is(word, "STREAMS") => {
                if rest.is_empty() || rest.len() % 2 != 0 {
                    return Err(Refusal::new(
                        "ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', \
                         or '$' must be specified.",
                    ));
                }
                let (keys, ids) = rest.split_at(rest.len() / 2);
                let from = ids
                    .iter()
                    .map(|id| str::from_utf8(id).unwrap_or_default().parse())
                    .collect::<Result<_, _>>()?;
                return Ok(AnyCommand::Stream(super::Command::Read(Read {
                    keys,
                    from,
                    options,
                })));
            }
            Some([word, value, ..]) if is(word, "COUNT") => {
                options.count = Some(integer(value)?.max(0).unsigned_abs());
            }
            Some([word, value, ..]) if is(word, "BLOCK") => {
                let ms = integer(value)?;
                let ms = u64::try_from(ms).map_err(|_| Refusal::new("ERR timeout is negative"))?;
                options.block = Some(Timeout::from(Duration::from_millis(ms)));
            }
            _ => return Err(Refusal::SYNTAX),
        }
        at += 2;
    }
}

impl Read<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let streams: SmallVec<[(&[u8], ReadFrom); 2]> =
            self.keys.iter().copied().zip(self.from).collect();
        let future = match &mut context.store {
            Store::Engine(engine) => engine.xread_async(&streams, &self.options),
            Store::Transaction(transaction) => {
                let found = transaction.xread(&streams, &self.options)?;
                let mut reply = context.reply();
                if found.is_empty() {
                    reply.null_array();
                } else {
                    write_streams(found, &mut reply);
                }
                return Ok(Flow::Next);
            }
        };
        wait(context, future, write_streams, Refusal::from)
    }
}

fn write_streams(streams: Vec<(Bytes, Vec<Entry>)>, reply: &mut ReplyWriter<'_>) {
    match reply.protocol() {
        Protocol::Resp2 => reply.array(streams.len()),
        Protocol::Resp3 => reply.map(streams.len()),
    }
    for (key, entries) in streams {
        if reply.protocol() == Protocol::Resp2 {
            reply.array(2);
        }
        reply.bulk(key);
        reply.array(entries.len());
        for entry in entries {
            reply.array(2);
            reply.bulk(entry.id.to_string());
            reply.array(entry.fields.len() * 2);
            for (name, value) in &entry.fields {
                reply.bulk(name);
                reply.bulk(value);
            }
        }
    }
}

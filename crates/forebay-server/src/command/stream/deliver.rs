//! XREADGROUP.

use bytes::Bytes;
use forebay::stream::{Delivered, GroupReadFrom, XreadgroupOptions};
use forebay::{Error, StreamId};
use forebay_resp::ReplyWriter;
use smallvec::SmallVec;

use super::lookup::{AfterKey, has_group};
use super::read_options::ReadArguments;
use super::{Command, ids, write};
use crate::command::flow::wait;
use crate::command::{Command as AnyCommand, Context, Flow, Refusal, Store, on};

/// XREADGROUP.
#[derive(Debug)]
pub(crate) struct Deliver<'a> {
    pub(super) keys: &'a [&'a [u8]],
    from: SmallVec<[AfterKey<GroupReadFrom>; 1]>,
    group: &'a [u8],
    consumer: &'a [u8],
    options: XreadgroupOptions,
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let arguments = ReadArguments::parse(words, true)?;
    let (group, consumer) = arguments
        .group
        .ok_or(Refusal::new("ERR Missing GROUP option for XREADGROUP"))?;
    let options = XreadgroupOptions {
        count: arguments.count,
        block: arguments.block,
        noack: arguments.noack,
        claim: arguments.claim,
        maxcount: arguments.maxcount,
        maxsize: arguments.maxsize,
    };
    Ok(Command::Deliver(Deliver {
        keys: arguments.keys,
        from: arguments.ids.iter().map(|id| parse_from(id)).collect(),
        group,
        consumer,
        options,
    })
    .into())
}

fn parse_from(word: &[u8]) -> Result<GroupReadFrom, Refusal> {
    match word {
        b">" => Ok(GroupReadFrom::New),
        b"$" | b"+" => {
            let word = String::from_utf8_lossy(word);
            let text = format!(
                "ERR The {word} ID is meaningless in the context of XREADGROUP: you want to read \
                 the history of this consumer by specifying a proper ID, or use the > ID to get \
                 new messages. The {word} ID would just return an empty result set."
            );
            Err(text.into())
        }
        word => ids::parse::<StreamId>(word).map(GroupReadFrom::PendingAfter),
    }
}

impl Deliver<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let Self {
            keys,
            from,
            group,
            consumer,
            options,
        } = self;
        let mut streams: SmallVec<[(&[u8], GroupReadFrom); 2]> = SmallVec::new();
        for (&key, from) in keys.iter().zip(from) {
            if from.is_err() {
                // The keys are looked at in turn, each before its id.
                for key in keys.iter().take(streams.len() + 1) {
                    if !has_group(&mut context.store, key, group)? {
                        return Err(no_group(key, group));
                    }
                }
            }
            streams.push((key, from?));
        }
        let shape = Shape::new(&streams, &options);
        let at_once = XreadgroupOptions {
            block: None,
            ..options
        };
        let read = on!(
            &mut context.store,
            xreadgroup(group, consumer, &streams, &at_once)
        );
        let read = read.map_err(|error| refusal(error, keys, group))?;
        if !read.is_empty() {
            shape.write(read, &mut context.reply());
            return Ok(Flow::Next);
        }
        match &context.store {
            Store::Engine(engine) if options.block.is_some() => {
                let future = engine.xreadgroup_async(group, consumer, &streams, &options);
                let keys: Vec<Bytes> = keys.iter().map(|key| Bytes::copy_from_slice(key)).collect();
                let group = Bytes::copy_from_slice(group);
                let write = move |read, reply: &mut ReplyWriter<'_>| shape.write(read, reply);
                let refuse = move |error| refusal(error, &keys, &group);
                wait(context, future, write, refuse)
            }
            _ => {
                context.reply().null_array();
                Ok(Flow::Next)
            }
        }
    }
}

/// What the engine refuses, with the name of the key that it was about.
fn refusal(error: Error, keys: &[impl AsRef<[u8]>], group: &[u8]) -> Refusal {
    match error {
        Error::NoGroup { at } => {
            no_group(keys.get(at).map(AsRef::as_ref).unwrap_or_default(), group)
        }
        error => error.into(),
    }
}

fn no_group(key: &[u8], group: &[u8]) -> Refusal {
    format!(
        "NOGROUP No such key '{}' or consumer group '{}' in XREADGROUP with GROUP option",
        String::from_utf8_lossy(key),
        String::from_utf8_lossy(group)
    )
    .into()
}

/// Of which streams an entry says how long it was idle and how often it had been delivered: with
/// CLAIM, those whose new entries were asked for.
#[derive(Debug)]
struct Shape(Vec<(Bytes, bool)>);

impl Shape {
    fn new(streams: &[(&[u8], GroupReadFrom)], options: &XreadgroupOptions) -> Self {
        if options.claim.is_none() {
            return Self(Vec::new());
        }
        let is_new = |from| from == GroupReadFrom::New;
        Self(
            streams
                .iter()
                .map(|&(key, from)| (Bytes::copy_from_slice(key), is_new(from)))
                .collect(),
        )
    }

    /// Streams that have nothing are left away from what was read.
    fn write(&self, read: Vec<(Bytes, Vec<Delivered>)>, reply: &mut ReplyWriter<'_>) {
        let mut asked = self.0.iter();
        write::streams(read.len(), reply);
        for (key, entries) in read {
            let tells_more = asked
                .find(|(name, _)| *name == key)
                .is_some_and(|asked| asked.1);
            write::stream(&key, reply);
            reply.array(entries.len());
            for entry in &entries {
                write_delivered(entry, tells_more, reply);
            }
        }
    }
}

fn write_delivered(entry: &Delivered, tells_more: bool, reply: &mut ReplyWriter<'_>) {
    reply.array(if tells_more { 4 } else { 2 });
    ids::write(entry.id, reply);
    match &entry.fields {
        Some(fields) => write::fields(fields.iter(), reply),
        None => reply.null_array(),
    }
    if tells_more {
        reply.integer(entry.idle_ms.map_or(-1, u64::cast_signed));
        reply.integer(entry.deliveries.cast_signed());
    }
}

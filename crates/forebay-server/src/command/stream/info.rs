//! XINFO.

use forebay::Error;
use forebay::stream::{ConsumerInfo, GroupInfo};
use forebay_resp::{ReplyWriter, parse_integer};

use super::lookup::{AfterKey, has_stream, no_group_of_key};
use super::{Command, ids, info_stream};
use crate::command::arguments::is;
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Refusal, help, on};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Stream:
    "stream" -3 "key [FULL [COUNT count]]" "5.0.0" [READONLY] SECOND
        |words| Ok(info(words, What::Stream(parse_full(words)))),
        "Tells what a stream is like.";
    "groups" 3 "key" "5.0.0" [READONLY] SECOND
        |words| Ok(info(words, What::Groups)),
        "Tells what the consumer groups of a stream are like.";
    "consumers" 4 "key group" "5.0.0" [READONLY] SECOND
        |words| Ok(info(words, What::Consumers(words[3]))),
        "Tells what the consumers of a group are like.";
    "help" 2 "" "5.0.0" [LOADING STALE] NONE
        |_| Ok(Command::Info(Info { key: None, what: What::Help }).into()),
        "Lists the subcommands.";
};

/// How many of each kind XINFO STREAM FULL shows when nothing else is said.
const FULL_COUNT_DEFAULT: u64 = 10;

/// XINFO.
#[derive(Debug)]
pub(crate) struct Info<'a> {
    /// None for HELP.
    pub(super) key: Option<&'a [u8]>,
    what: What<'a>,
}

#[derive(Debug)]
enum What<'a> {
    /// With FULL, how much of everything; 0 for all.
    Stream(AfterKey<Option<u64>>),
    Groups,
    Consumers(&'a [u8]),
    Help,
}

fn info<'a>(words: &'a [&'a [u8]], what: What<'a>) -> AnyCommand<'a> {
    let key = Some(words[2]);
    Command::Info(Info { key, what }).into()
}

fn parse_full(words: &[&[u8]]) -> Result<Option<u64>, Refusal> {
    match &words[3..] {
        [] => Ok(None),
        [full] if is(full, "FULL") => Ok(Some(FULL_COUNT_DEFAULT)),
        [full, name, count] if is(full, "FULL") && is(name, "COUNT") => {
            let count = parse_integer(count).ok_or(Refusal::NOT_INTEGER)?;
            Ok(Some(u64::try_from(count).unwrap_or(FULL_COUNT_DEFAULT)))
        }
        _ => Err(Refusal::wrong_subcommand("xinfo", words[1])),
    }
}

impl Info<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let Some(key) = self.key else {
            help::write("XINFO", SUBCOMMANDS, &mut reply);
            return Ok(());
        };
        match self.what {
            What::Stream(Ok(None)) => {
                info_stream::write(&on!(store, xinfo_stream(key))?, &mut reply);
            }
            What::Stream(Ok(Some(count))) => {
                info_stream::write_full(&on!(store, xinfo_stream_full(key, count))?, &mut reply);
            }
            What::Stream(Err(refusal)) => {
                let exists = has_stream(store, key)?;
                return Err(if exists {
                    refusal
                } else {
                    Refusal::NO_SUCH_KEY
                });
            }
            What::Groups => write_groups(&on!(store, xinfo_groups(key))?, &mut reply),
            What::Consumers(group) => {
                let consumers = on!(store, xinfo_consumers(key, group));
                let consumers = consumers.map_err(|error| match error {
                    Error::NoGroup { .. } => no_group_of_key(key, group),
                    error => error.into(),
                })?;
                write_consumers(&consumers, &mut reply);
            }
            What::Help => {}
        }
        Ok(())
    }
}

fn write_groups(groups: &[GroupInfo], reply: &mut ReplyWriter<'_>) {
    reply.array(groups.len());
    for group in groups {
        reply.map(6);
        reply.bulk("name");
        reply.bulk(&group.name);
        number("consumers", group.consumers, reply);
        number("pending", group.pending, reply);
        reply.bulk("last-delivered-id");
        ids::write(group.last_delivered_id, reply);
        number_or_null("entries-read", group.entries_read, reply);
        number_or_null("lag", group.lag, reply);
    }
}

fn write_consumers(consumers: &[ConsumerInfo], reply: &mut ReplyWriter<'_>) {
    reply.array(consumers.len());
    for consumer in consumers {
        reply.map(4);
        reply.bulk("name");
        reply.bulk(&consumer.name);
        number("pending", consumer.pending, reply);
        number("idle", consumer.idle_ms, reply);
        reply.bulk("inactive");
        reply.integer(consumer.inactive_ms.map_or(-1, u64::cast_signed));
    }
}

/// A name with a number.
pub(super) fn number(name: &str, value: u64, reply: &mut ReplyWriter<'_>) {
    reply.bulk(name);
    reply.integer(value.cast_signed());
}

/// A name with a number that may be unknown.
pub(super) fn number_or_null(name: &str, value: Option<u64>, reply: &mut ReplyWriter<'_>) {
    reply.bulk(name);
    match value {
        Some(value) => reply.integer(value.cast_signed()),
        None => reply.null(),
    }
}

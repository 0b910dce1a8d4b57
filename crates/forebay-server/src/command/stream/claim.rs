//! XCLAIM.

use forebay::StreamId;
use forebay::stream::{ClaimTime, XclaimOptions};
use forebay_resp::{ReplyWriter, parse_integer};

use super::ids::{self, Ids};
use super::lookup::{AfterKey, has_group, no_group, refusal};
use super::{Command, write};
use crate::command::arguments::is;
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// XCLAIM.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    pub(super) key: &'a [u8],
    group: &'a [u8],
    consumer: &'a [u8],
    call: AfterKey<Call>,
}

#[derive(Debug)]
struct Call {
    min_idle_ms: u64,
    ids: Ids,
    options: XclaimOptions,
    just_id: bool,
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let [_, key, group, consumer, rest @ ..] = words else {
        return Err(Refusal::SYNTAX);
    };
    Ok(Command::Claim(Claim {
        key,
        group,
        consumer,
        call: parse_call(rest),
    })
    .into())
}

fn parse_call(words: &[&[u8]]) -> Result<Call, Refusal> {
    let (min_idle, rest) = words.split_first().ok_or(Refusal::SYNTAX)?;
    let min_idle_ms = argument(min_idle, "min-idle-time")?.max(0).unsigned_abs();
    // The first word that is no id is an option.
    let mut ids: Ids = rest
        .iter()
        .map_while(|word| ids::parse(word).ok())
        .collect();
    let rest = &rest[ids.len()..];
    if ids.is_empty() {
        // There is no such entry; the rest of the command has its effect.
        ids.push(StreamId::MIN);
    }
    let (options, just_id) = parse_options(rest)?;
    Ok(Call {
        min_idle_ms,
        ids,
        options,
        just_id,
    })
}

fn parse_options(mut words: &[&[u8]]) -> Result<(XclaimOptions, bool), Refusal> {
    let mut options = XclaimOptions::default();
    let mut just_id = false;
    while let Some((word, rest)) = words.split_first() {
        words = match rest {
            rest if is(word, "FORCE") => {
                options.force = true;
                rest
            }
            rest if is(word, "JUSTID") => {
                just_id = true;
                rest
            }
            [value, rest @ ..] if is(word, "IDLE") => {
                // A time in the future counts as now.
                let ms = argument(value, "IDLE option")?;
                options.delivered = u64::try_from(ms).map_or(ClaimTime::Now, ClaimTime::Idle);
                rest
            }
            [value, rest @ ..] if is(word, "TIME") => {
                options.delivered = ClaimTime::At(argument(value, "TIME option")?);
                rest
            }
            [value, rest @ ..] if is(word, "RETRYCOUNT") => {
                options.retrycount = u64::try_from(argument(value, "RETRYCOUNT option")?).ok();
                rest
            }
            [value, rest @ ..] if is(word, "LASTID") => {
                options.lastid = Some(ids::parse(value)?);
                rest
            }
            _ => {
                let word = String::from_utf8_lossy(word);
                return Err(format!("ERR Unrecognized XCLAIM option '{word}'").into());
            }
        };
    }
    Ok((options, just_id))
}

fn argument(word: &[u8], what: &str) -> Result<i64, Refusal> {
    parse_integer(word).ok_or_else(|| format!("ERR Invalid {what} argument for XCLAIM").into())
}

impl Claim<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let Self {
            key,
            group,
            consumer,
            call,
        } = self;
        let Call {
            min_idle_ms,
            ids,
            options,
            just_id,
        } = match call {
            Ok(call) => call,
            Err(_) if !has_group(store, key, group)? => return Err(no_group(key, group)),
            Err(refusal) => return Err(refusal),
        };
        let refuse = |error| refusal(error, key, group);
        if just_id {
            let claimed = on!(
                store,
                xclaim_justid(key, group, consumer, min_idle_ms, &ids, &options)
            );
            write_ids(&claimed.map_err(refuse)?, &mut reply);
        } else {
            let claimed = on!(
                store,
                xclaim(key, group, consumer, min_idle_ms, &ids, &options)
            );
            write::entries(&claimed.map_err(refuse)?, &mut reply);
        }
        Ok(())
    }
}

pub(super) fn write_ids(ids: &[StreamId], reply: &mut ReplyWriter<'_>) {
    reply.array(ids.len());
    for &id in ids {
        ids::write(id, reply);
    }
}

//! XAUTOCLAIM.

use forebay::StreamId;
use forebay::stream::{IdBound, XautoclaimOptions};
use forebay_resp::parse_integer;

use super::claim::write_ids;
use super::lookup::refusal;
use super::{Command, ids, write};
use crate::command::arguments::is;
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// XAUTOCLAIM.
#[derive(Debug)]
pub(crate) struct Autoclaim<'a> {
    pub(super) key: &'a [u8],
    group: &'a [u8],
    consumer: &'a [u8],
    min_idle_ms: u64,
    start: StreamId,
    options: XautoclaimOptions,
    just_id: bool,
}

/// As Redis has it: ten times as many may be looked at, and that is counted in 64 bits.
const COUNT_MAX: i64 = i64::MAX / 16;

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let [_, key, group, consumer, min_idle, start, options @ ..] = words else {
        return Err(Refusal::SYNTAX);
    };
    let min_idle = parse_integer(min_idle).ok_or(Refusal::new(
        "ERR Invalid min-idle-time argument for XAUTOCLAIM",
    ))?;
    let mut command = Autoclaim {
        key,
        group,
        consumer,
        min_idle_ms: min_idle.max(0).unsigned_abs(),
        start: ids::parse::<IdBound>(start)?.lowest()?,
        options: XautoclaimOptions::default(),
        just_id: false,
    };
    let mut rest = options;
    while let Some((word, following)) = rest.split_first() {
        rest = match following {
            [count, following @ ..] if is(word, "COUNT") => {
                command.options.count = match parse_integer(count) {
                    Some(count @ 1..=COUNT_MAX) => count.unsigned_abs(),
                    _ => return Err(Refusal::new("ERR COUNT must be > 0")),
                };
                following
            }
            following if is(word, "JUSTID") => {
                command.just_id = true;
                following
            }
            _ => return Err(Refusal::SYNTAX),
        };
    }
    Ok(Command::Autoclaim(command).into())
}

impl Autoclaim<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let Self {
            key,
            group,
            consumer,
            min_idle_ms,
            start,
            options,
            just_id,
        } = self;
        let refuse = |error| refusal(error, key, group);
        let deleted = if just_id {
            let step = on!(
                store,
                xautoclaim_justid(key, group, consumer, min_idle_ms, start, &options)
            );
            let step = step.map_err(refuse)?;
            reply.array(3);
            ids::write(step.cursor, &mut reply);
            write_ids(&step.claimed, &mut reply);
            step.deleted
        } else {
            let step = on!(
                store,
                xautoclaim(key, group, consumer, min_idle_ms, start, &options)
            );
            let step = step.map_err(refuse)?;
            reply.array(3);
            ids::write(step.cursor, &mut reply);
            write::entries(&step.claimed, &mut reply);
            step.deleted
        };
        write_ids(&deleted, &mut reply);
        Ok(())
    }
}

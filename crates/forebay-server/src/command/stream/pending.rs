//! XPENDING.

use bytes::Bytes;
use forebay::stream::{IdRange, PendingEntry, PendingSummary, XpendingOptions};
use forebay_resp::ReplyWriter;

use super::lookup::refusal;
use super::range::parse_bounds;
use super::{Command, ids};
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// XPENDING.
#[derive(Debug)]
pub(crate) struct Pending<'a> {
    pub(super) key: &'a [u8],
    group: &'a [u8],
    /// Which entries; only how many there are without.
    rows: Option<XpendingOptions>,
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let [_, key, group, rest @ ..] = words else {
        return Err(Refusal::SYNTAX);
    };
    let rows = match rest.len() {
        0 => None,
        3..=6 => Some(parse_rows(rest)?),
        _ => return Err(Refusal::SYNTAX),
    };
    Ok(Command::Pending(Pending { key, group, rows }).into())
}

fn parse_rows(words: &[&[u8]]) -> Result<XpendingOptions, Refusal> {
    let (min_idle_ms, words) = match words {
        [name, ms, rest @ ..] if is(name, "IDLE") => (integer(ms)?, rest),
        words => (0, words),
    };
    let [start, end, count, rest @ ..] = words else {
        return Err(Refusal::SYNTAX);
    };
    let count = integer(count)?.max(0).unsigned_abs();
    let (lowest, highest) = parse_bounds(start, end)?;
    Ok(XpendingOptions {
        range: IdRange::from(lowest..=highest),
        count,
        consumer: rest.first().map(|name| Bytes::copy_from_slice(name)),
        min_idle_ms: min_idle_ms.max(0).unsigned_abs(),
    })
}

impl Pending<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let (key, group) = (self.key, self.group);
        let refuse = |error| refusal(error, key, group);
        match self.rows {
            None => {
                let summary = on!(store, xpending(key, group)).map_err(refuse)?;
                write_summary(&summary, &mut reply);
            }
            Some(options) => {
                let rows = on!(store, xpending_range(key, group, &options)).map_err(refuse)?;
                write_rows(&rows, &mut reply);
            }
        }
        Ok(())
    }
}

fn write_summary(summary: &PendingSummary, reply: &mut ReplyWriter<'_>) {
    reply.array(4);
    reply.integer(summary.count.cast_signed());
    let Some((lowest, highest)) = summary.range else {
        reply.null();
        reply.null();
        reply.null_array();
        return;
    };
    ids::write(lowest, reply);
    ids::write(highest, reply);
    reply.array(summary.consumers.len());
    for (name, count) in &summary.consumers {
        reply.array(2);
        reply.bulk(name);
        reply.bulk_integer(count.cast_signed());
    }
}

fn write_rows(rows: &[PendingEntry], reply: &mut ReplyWriter<'_>) {
    reply.array(rows.len());
    for row in rows {
        reply.array(4);
        ids::write(row.id, reply);
        reply.bulk(row.consumer.as_deref().unwrap_or_default());
        reply.integer(row.idle_ms.map_or(-1, u64::cast_signed));
        reply.integer(row.deliveries.cast_signed());
    }
}

//! Entries in replies.

use forebay::Entry;
use forebay::stream::EntryRef;
use forebay_resp::{Protocol, ReplyWriter};

use super::ids;
use crate::command::{Context, Refusal, Store};

/// Names and values in turn.
#[inline]
pub(super) fn fields<'f>(
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
    reply: &mut ReplyWriter<'_>,
) {
    reply.array(2 * fields.clone().count());
    for (name, value) in fields {
        reply.bulk(name);
        reply.bulk(value);
    }
}

/// An entry: its id, and its fields.
#[inline]
pub(super) fn entry(entry: EntryRef<'_>, reply: &mut ReplyWriter<'_>) {
    reply.array(2);
    ids::write(entry.id, reply);
    fields(entry.fields.iter(), reply);
}

pub(super) fn entries(entries: &[Entry], reply: &mut ReplyWriter<'_>) {
    reply.array(entries.len());
    for each in entries {
        entry(EntryRef::from(each), reply);
    }
}

/// Begins the reply of a command that reads so many streams.
pub(super) fn streams(count: usize, reply: &mut ReplyWriter<'_>) {
    match reply.protocol() {
        Protocol::Resp2 => reply.array(count),
        Protocol::Resp3 => reply.map(count),
    }
}

/// Begins what was read of one of these streams.
pub(super) fn stream(key: &[u8], reply: &mut ReplyWriter<'_>) {
    if reply.protocol() == Protocol::Resp2 {
        reply.array(2);
    }
    reply.bulk(key);
}

/// Writes while it looks: `write` says how many entries it has written. When it fails, or when it
/// was 0 and `keep` does not say to keep that, nothing stays written.
pub(super) fn lent(
    context: &mut Context<'_, '_>,
    keep: bool,
    begin: impl FnOnce(&mut ReplyWriter<'_>),
    write: impl FnOnce(&mut Store<'_, '_>, &mut ReplyWriter<'_>) -> forebay::Result<usize>,
) -> Result<usize, Refusal> {
    let start = context.output.len();
    let (store, mut reply) = context.parts();
    begin(&mut reply);
    let mut written = Ok(0);
    reply.array_with(|reply| {
        written = write(store, reply);
        written.as_ref().map_or(0, |&count| count)
    });
    if !keep && written == Ok(0) || written.is_err() {
        context.output.truncate(start);
    }
    Ok(written?)
}

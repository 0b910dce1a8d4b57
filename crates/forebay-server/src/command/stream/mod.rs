//! Commands on streams and consumer groups.

mod ack;
mod add;
mod autoclaim;
mod claim;
mod delete;
mod deliver;
mod group;
mod ids;
mod info;
mod info_stream;
mod lookup;
mod pending;
mod range;
mod read;
mod read_options;
mod settings;
mod trim;
mod write;

use super::spec::{Spec, rows};
use super::{Context, Flow, Keys, Refusal};

pub(super) static COMMANDS: &[Spec] = rows! { Stream:
    "xadd" -5
        "key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] [IDMPAUTO producer-id | IDMP producer-id idempotent-id] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]"
        "5.0.0" [WRITE DENYOOM FAST] FIRST add::parse,
        "Adds an entry to a stream, which is made if there is none.";
    "xtrim" -4 "key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] [KEEPREF | DELREF | ACKED]"
        "5.0.0" [WRITE] FIRST trim::parse,
        "Removes the oldest entries of a stream.";
    "xdel" -3 "key id [id ...]" "5.0.0" [WRITE FAST] FIRST delete::parse,
        "Deletes entries of a stream.";
    "xdelex" -5 "key [KEEPREF | DELREF | ACKED] IDS numids id [id ...]" "8.2.0" [WRITE FAST] FIRST
        delete::parse_each,
        "Deletes entries of a stream, and says what became of each.";
    "xsetid" -3 "key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]" "5.0.0"
        [WRITE DENYOOM FAST] FIRST settings::parse_id,
        "Sets the last id that a stream has given out.";
    "xcfgset" -2 "key [IDMP-DURATION duration] [IDMP-MAXSIZE maxsize]" "8.6.0"
        [WRITE DENYOOM FAST] FIRST settings::parse_settings,
        "Sets for how long, and how many, entries are remembered that must not be added twice.";
    "xlen" 2 "key" "5.0.0" [READONLY FAST] FIRST range::len,
        "Tells how many entries a stream has.";
    "xrange" -4 "key start end [COUNT count]" "5.0.0" [READONLY] FIRST
        |words| range::parse(words, false),
        "Returns the entries of a stream between two ids.";
    "xrevrange" -4 "key end start [COUNT count]" "5.0.0" [READONLY] FIRST
        |words| range::parse(words, true),
        "Returns the entries of a stream between two ids, the last one first.";
    "xread" -4
        "[COUNT count] [BLOCK milliseconds] [MAXCOUNT count] [MAXSIZE bytes] STREAMS key [key ...] id [id ...]"
        "5.0.0" [READONLY BLOCKING MOVABLEKEYS] NONE read::parse,
        "Returns the entries of streams that come after given ids, or waits for some.";
    "xreadgroup" -7
        "GROUP group consumer [COUNT count] [BLOCK milliseconds] [CLAIM min-idle-time] [NOACK] [MAXCOUNT count] [MAXSIZE bytes] STREAMS key [key ...] id [id ...]"
        "5.0.0" [WRITE BLOCKING MOVABLEKEYS] NONE deliver::parse,
        "Gives a consumer of a group new entries or those that it has pending, or waits for some.";
    "xack" -4 "key group id [id ...]" "5.0.0" [WRITE FAST] FIRST ack::parse,
        "Acknowledges entries: they are not pending any more.";
    "xackdel" -6 "key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...]" "8.2.0"
        [WRITE FAST] FIRST ack::parse_delete,
        "Acknowledges entries and deletes them, and says what became of each.";
    "xnack" -7
        "key group <SILENT | FAIL | FATAL> IDS numids id [id ...] [RETRYCOUNT count] [FORCE]"
        "8.8.0" [WRITE FAST] FIRST ack::parse_release,
        "Gives pending entries back to their group.";
    "xpending" -3 "key group [[IDLE min-idle-time] start end count [consumer]]" "5.0.0" [READONLY]
        FIRST pending::parse,
        "Tells which entries are pending, and whose they are.";
    "xclaim" -6
        "key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]"
        "5.0.0" [WRITE FAST] FIRST claim::parse,
        "Takes over entries that are pending for another consumer.";
    "xautoclaim" -6 "key group consumer min-idle-time start [COUNT count] [JUSTID]" "6.2.0"
        [WRITE FAST] FIRST autoclaim::parse,
        "Takes over entries that have been pending for some time.";
};

pub(super) static CONTAINERS: &[Spec] = &[
    Spec::container(
        super::spec::Group::Stream,
        "xgroup",
        "5.0.0",
        "Makes and changes consumer groups.",
        group::SUBCOMMANDS,
    ),
    Spec::container(
        super::spec::Group::Stream,
        "xinfo",
        "5.0.0",
        "Tells what a stream and its consumer groups are like.",
        info::SUBCOMMANDS,
    ),
];

/// A command on streams.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Ack(ack::Ack<'a>),
    Add(add::Add<'a>),
    Autoclaim(autoclaim::Autoclaim<'a>),
    Claim(claim::Claim<'a>),
    Delete(delete::Delete<'a>),
    Deliver(deliver::Deliver<'a>),
    Group(group::Group<'a>),
    Info(info::Info<'a>),
    Len(range::Len<'a>),
    Pending(pending::Pending<'a>),
    Range(range::Range<'a>),
    Read(read::Read<'a>),
    Set(settings::Set<'a>),
    Trim(trim::Xtrim<'a>),
}

impl<'a> From<Command<'a>> for super::Command<'a> {
    fn from(command: Command<'a>) -> Self {
        Self::Stream(command)
    }
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        match self {
            Self::Ack(command) => keys.push(command.key),
            Self::Add(command) => keys.push(command.key),
            Self::Autoclaim(command) => keys.push(command.key),
            Self::Claim(command) => keys.push(command.key),
            Self::Delete(command) => keys.push(command.key),
            Self::Deliver(command) => keys.extend_from_slice(command.keys),
            Self::Group(command) => keys.extend(command.key()),
            Self::Info(command) => keys.extend(command.key),
            Self::Len(command) => keys.push(command.key),
            Self::Pending(command) => keys.push(command.key),
            Self::Range(command) => keys.push(command.key),
            Self::Read(command) => keys.extend_from_slice(command.keys),
            Self::Set(command) => keys.push(command.key),
            Self::Trim(command) => keys.push(command.key),
        }
    }

    /// Writes the reply, or waits for it.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        match self {
            Self::Deliver(command) => return command.execute(context),
            Self::Read(command) => return command.execute(context),
            Self::Ack(command) => command.execute(context),
            Self::Add(command) => command.execute(context),
            Self::Autoclaim(command) => command.execute(context),
            Self::Claim(command) => command.execute(context),
            Self::Delete(command) => command.execute(context),
            Self::Group(command) => command.execute(context),
            Self::Info(command) => command.execute(context),
            Self::Len(command) => command.execute(context),
            Self::Pending(command) => command.execute(context),
            Self::Range(command) => command.execute(context),
            Self::Set(command) => command.execute(context),
            Self::Trim(command) => command.execute(context),
        }?;
        Ok(Flow::Next)
    }
}

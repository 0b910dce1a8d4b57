//! Commands on streams and consumer groups.

mod add;
mod read;

use super::spec::{Flags, Group, KeyPositions, Spec};
use super::{Context, Flow, Keys, Refusal};

pub(super) static COMMANDS: &[Spec] = &[
    Spec::new(
        Group::Stream,
        "xadd",
        -5,
        "key <* | id> field value [field value ...]",
        "5.0.0",
        "Adds an entry to a stream, which is made if there is none.",
        add::parse,
    )
    .flags(Flags::WRITE.union(Flags::DENYOOM).union(Flags::FAST))
    .keys(KeyPositions::FIRST),
    Spec::new(
        Group::Stream,
        "xread",
        -4,
        "[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]",
        "5.0.0",
        "Returns the entries of streams that come after given ids, or waits for some.",
        read::parse,
    )
    .flags(
        Flags::READONLY
            .union(Flags::BLOCKING)
            .union(Flags::MOVABLEKEYS),
    ),
];

/// A command on streams.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Add(add::Add<'a>),
    Read(read::Read<'a>),
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        match self {
            Self::Add(command) => keys.push(command.key),
            Self::Read(command) => keys.extend_from_slice(command.keys),
        }
    }

    /// Writes the reply, or waits for it.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        match self {
            Self::Add(command) => command.execute(context),
            Self::Read(command) => command.execute(context),
        }
    }
}

//! Commands on the connection itself.

use super::spec::{Flags, Group, Spec};
use super::{Context, Flow, Refusal};

const FAST: Flags = Flags::FAST;

pub(super) static COMMANDS: &[Spec] = &[
    Spec::new(
        Group::Connection,
        "ping",
        -1,
        "[message]",
        "1.0.0",
        "Answers PONG, or the message.",
        ping,
    )
    .flags(FAST),
    Spec::new(
        Group::Connection,
        "echo",
        2,
        "message",
        "1.0.0",
        "Answers the message.",
        |words| {
            Ok(super::Command::Connection(Command::Echo {
                message: words[1],
            }))
        },
    )
    .flags(FAST.union(Flags::LOADING).union(Flags::STALE)),
    Spec::new(
        Group::Connection,
        "quit",
        -1,
        "",
        "1.0.0",
        "Closes the connection.",
        |_| Ok(super::Command::Connection(Command::Quit)),
    )
    .flags(
        FAST.union(Flags::LOADING)
            .union(Flags::STALE)
            .union(Flags::NO_AUTH)
            .union(Flags::NOSCRIPT)
            .union(Flags::ALLOW_BUSY),
    ),
];

/// A command on the connection itself.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Ping { message: Option<&'a [u8]> },
    Echo { message: &'a [u8] },
    Quit,
}

fn ping<'a>(words: &'a [&'a [u8]]) -> Result<super::Command<'a>, Refusal> {
    if words.len() > 2 {
        return Err(Refusal::wrong_arity("ping"));
    }
    Ok(super::Command::Connection(Command::Ping {
        message: words.get(1).copied(),
    }))
}

impl Command<'_> {
    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let mut reply = context.reply();
        match self {
            Self::Ping { message: None } => reply.simple("PONG"),
            Self::Ping {
                message: Some(message),
            }
            | Self::Echo { message } => reply.bulk(message),
            Self::Quit => {
                reply.ok();
                return Ok(Flow::Close);
            }
        }
        Ok(Flow::Next)
    }
}

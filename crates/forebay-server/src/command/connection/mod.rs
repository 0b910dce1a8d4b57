//! Commands on the connection itself.

mod client;
mod hello;

pub(crate) use self::hello::{Authentication, REDIS_VERSION};

use forebay_resp::Protocol;

use super::arguments::integer;
use super::spec::{Group, Spec, rows};
use super::{Command as AnyCommand, Context, Flow, Refusal};

pub(super) static COMMANDS: &[Spec] = rows! { Connection:
    "ping" -1 "[message]" "1.0.0" [FAST IN_PUBSUB] NONE ping,
        "Answers PONG, or the message.";
    "echo" 2 "message" "1.0.0" [LOADING STALE FAST] NONE
        |words| Ok(Command::Echo { message: words[1] }.into()),
        "Answers the message.";
    "quit" -1 "" "1.0.0" [NOSCRIPT LOADING STALE FAST NO_AUTH ALLOW_BUSY IN_MULTI IN_PUBSUB] NONE
        |_| Ok(Command::Quit.into()),
        "Closes the connection.";
    "hello" -1 "[protover [AUTH username password] [SETNAME clientname]]" "6.0.0"
        [NOSCRIPT LOADING STALE FAST NO_AUTH ALLOW_BUSY] NONE hello::parse,
        "Chooses the version of the protocol, and tells what the server is.";
    "auth" -2 "[username] password" "1.0.0" [NOSCRIPT LOADING STALE FAST NO_AUTH ALLOW_BUSY] NONE
        hello::auth,
        "Authenticates the client.";
    "select" 2 "index" "1.0.0" [LOADING STALE FAST] NONE select,
        "Chooses the database; there is only 0.";
    "reset" 1 "" "6.2.0" [NOSCRIPT LOADING STALE FAST NO_AUTH ALLOW_BUSY IN_MULTI IN_PUBSUB] NONE
        |_| Ok(Command::Reset.into()),
        "Makes the connection as it was when it began.";
};

pub(super) static CONTAINERS: &[Spec] = &[Spec::container(
    Group::Connection,
    "client",
    "2.4.0",
    "Tells of clients, and what concerns them.",
    client::SUBCOMMANDS,
)];

/// A command on the connection itself.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Auth(hello::Auth<'a>),
    Client(client::ClientCommand<'a>),
    Echo { message: &'a [u8] },
    Hello(hello::Hello<'a>),
    Ping { message: Option<&'a [u8]> },
    Quit,
    Reset,
    Select,
}

impl<'a> From<Command<'a>> for AnyCommand<'a> {
    fn from(command: Command<'a>) -> Self {
        Self::Connection(command)
    }
}

fn ping<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    if words.len() > 2 {
        return Err(Refusal::wrong_arity("ping"));
    }
    let message = words.get(1).copied();
    Ok(Command::Ping { message }.into())
}

fn select<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let refusal = |_| Refusal::new("ERR value is not an integer or out of range");
    if integer(words[1]).map_err(refusal)? != 0 {
        return Err(Refusal::new("ERR DB index is out of range"));
    }
    Ok(Command::Select.into())
}

impl Command<'_> {
    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        match self {
            Self::Auth(command) => return command.execute(context),
            Self::Client(command) => return command.execute(context),
            Self::Hello(command) => return command.execute(context),
            Self::Ping { message } => ping_reply(message, context),
            Self::Echo { message } => context.reply().bulk(message),
            Self::Select => context.reply().ok(),
            Self::Quit => {
                context.reply().ok();
                return Ok(Flow::Close);
            }
            Self::Reset => {
                context.session.reset(context.server);
                context.reply().simple("RESET");
            }
        }
        Ok(Flow::Next)
    }
}

/// PONG, or the message. In RESP2 a client that listens to channels gets an array.
fn ping_reply(message: Option<&[u8]>, context: &mut Context<'_, '_>) {
    let is_subscriber =
        context.session.protocol == Protocol::Resp2 && context.session.is_subscriber();
    let mut reply = context.reply();
    match message {
        message if is_subscriber => {
            reply.array(2);
            reply.bulk("pong");
            reply.bulk(message.unwrap_or_default());
        }
        Some(message) => reply.bulk(message),
        None => reply.simple("PONG"),
    }
}

//! Channels.

use bytes::Bytes;

use super::spec::{Group, Spec, rows};
use super::{Command as AnyCommand, Context, Flow, Refusal, help};
use crate::connection::{Session, Subscriptions};
use crate::server::Server;

pub(super) static COMMANDS: &[Spec] = rows! { Pubsub:
    "subscribe" -2 "channel [channel ...]" "2.0.0" [PUBSUB NOSCRIPT LOADING STALE IN_PUBSUB] NONE
        |words| Ok(Command::Subscribe { names: &words[1..], kind: Kind::Channel }.into()),
        "Listens to channels.";
    "psubscribe" -2 "pattern [pattern ...]" "2.0.0" [PUBSUB NOSCRIPT LOADING STALE IN_PUBSUB] NONE
        |words| Ok(Command::Subscribe { names: &words[1..], kind: Kind::Pattern }.into()),
        "Listens to all channels whose names fit patterns.";
    "unsubscribe" -1 "[channel [channel ...]]" "2.0.0" [PUBSUB NOSCRIPT LOADING STALE IN_PUBSUB] NONE
        |words| Ok(Command::Unsubscribe { names: &words[1..], kind: Kind::Channel }.into()),
        "Stops to listen to channels, or to all.";
    "punsubscribe" -1 "[pattern [pattern ...]]" "2.0.0" [PUBSUB NOSCRIPT LOADING STALE IN_PUBSUB] NONE
        |words| Ok(Command::Unsubscribe { names: &words[1..], kind: Kind::Pattern }.into()),
        "Stops to listen to patterns, or to all.";
    "publish" 3 "channel message" "2.0.0" [PUBSUB LOADING STALE FAST] NONE
        |words| Ok(Command::Publish { channel: words[1], message: words[2] }.into()),
        "Sends a message to all who listen to a channel.";
};

pub(super) static CONTAINERS: &[Spec] = &[Spec::container(
    Group::Pubsub,
    "pubsub",
    "2.8.0",
    "Tells who listens to channels.",
    SUBCOMMANDS,
)];

static SUBCOMMANDS: &[Spec] = rows! { Pubsub:
    "channels" -2 "[pattern]" "2.8.0" [PUBSUB LOADING STALE] NONE channels,
        "Lists the channels that somebody listens to.";
    "numsub" -2 "[channel [channel ...]]" "2.8.0" [PUBSUB LOADING STALE] NONE
        |words| Ok(Command::Numsub { channels: &words[2..] }.into()),
        "Tells how many listen to channels.";
    "numpat" 2 "" "2.8.0" [PUBSUB LOADING STALE] NONE
        |_| Ok(Command::Numpat.into()),
        "Tells how many patterns somebody listens to.";
    "help" 2 "" "6.2.0" [LOADING STALE] NONE
        |_| Ok(Command::Help.into()),
        "Lists the subcommands.";
};

/// A command on channels.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Subscribe {
        names: &'a [&'a [u8]],
        kind: Kind,
    },
    Unsubscribe {
        names: &'a [&'a [u8]],
        kind: Kind,
    },
    Publish {
        channel: &'a [u8],
        message: &'a [u8],
    },
    Channels {
        pattern: &'a [u8],
    },
    Numsub {
        channels: &'a [&'a [u8]],
    },
    Numpat,
    Help,
}

/// What a client listens to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Channel,
    Pattern,
}

impl<'a> From<Command<'a>> for AnyCommand<'a> {
    fn from(command: Command<'a>) -> Self {
        Self::Pubsub(command)
    }
}

fn channels<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let pattern = match &words[2..] {
        [] => b"*",
        [pattern] => *pattern,
        _ => return Err(Refusal::unknown_subcommand("pubsub", words[1])),
    };
    Ok(Command::Channels { pattern }.into())
}

impl<'a> Command<'a> {
    /// The channels that it sends to or would listen to, and whether they are patterns.
    pub(crate) fn channels(&self) -> (&[&'a [u8]], bool) {
        match self {
            Self::Subscribe { names, kind } => (names, matches!(kind, Kind::Pattern)),
            Self::Publish { channel, .. } => (core::slice::from_ref(channel), false),
            _ => (&[], false),
        }
    }

    /// Writes the reply: of the first two a message for each name.
    #[expect(clippy::unnecessary_wraps, reason = "other families refuse")]
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let server = context.server;
        match self {
            Self::Subscribe { names, kind } => {
                for name in names {
                    let name = Bytes::copy_from_slice(name);
                    kind.subscribe(&name, context.session, server);
                    confirm(kind.words().0, Some(&name), context);
                }
                context.session.note();
            }
            Self::Unsubscribe { names, kind } => {
                let names = if names.is_empty() {
                    kind.names(context.session)
                } else {
                    names
                        .iter()
                        .map(|name| Bytes::copy_from_slice(name))
                        .collect()
                };
                for name in &names {
                    kind.unsubscribe(name, context.session, server);
                    confirm(kind.words().1, Some(name), context);
                }
                if names.is_empty() {
                    confirm(kind.words().1, None, context);
                }
                context.session.note();
            }
            Self::Publish { channel, message } => {
                let bytes_max = server.settings().pubsub_hard_bytes;
                let receivers = server.pubsub.publish(channel, message, bytes_max);
                context.reply().integer(count(receivers));
            }
            Self::Channels { pattern } => {
                let channels = server.pubsub.channels(pattern);
                let mut reply = context.reply();
                reply.array(channels.len());
                for channel in channels {
                    reply.bulk(channel);
                }
            }
            Self::Numsub { channels } => {
                let mut reply = context.reply();
                reply.array(channels.len() * 2);
                for channel in channels {
                    reply.bulk(channel);
                    reply.integer(count(server.pubsub.listeners(channel)));
                }
            }
            Self::Numpat => {
                let patterns = server.pubsub.pattern_count();
                context.reply().integer(count(patterns));
            }
            Self::Help => help::write("PUBSUB", SUBCOMMANDS, &mut context.reply()),
        }
        Ok(Flow::Next)
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Kind {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Channel => ("subscribe", "unsubscribe"),
            Self::Pattern => ("psubscribe", "punsubscribe"),
        }
    }

    fn names(self, session: &Session) -> Vec<Bytes> {
        let Some(subscriptions) = &session.subscriptions else {
            return Vec::new();
        };
        match self {
            Self::Channel => subscriptions.channels.iter().cloned().collect(),
            Self::Pattern => subscriptions.patterns.iter().cloned().collect(),
        }
    }

    fn subscribe(self, name: &Bytes, session: &mut Session, server: &Server) {
        let subscriptions: &mut Subscriptions = session.subscriptions.get_or_insert_default();
        let is_new = match self {
            Self::Channel => subscriptions.channels.insert(name.clone()),
            Self::Pattern => subscriptions.patterns.insert(name.clone()),
        };
        match self {
            Self::Channel if is_new => server.pubsub.subscribe(name, &session.client),
            Self::Pattern if is_new => server.pubsub.psubscribe(name, &session.client),
            _ => {}
        }
    }

    fn unsubscribe(self, name: &Bytes, session: &mut Session, server: &Server) {
        let Some(subscriptions) = &mut session.subscriptions else {
            return;
        };
        match self {
            Self::Channel if subscriptions.channels.remove(name) => {
                server.pubsub.unsubscribe(name, &session.client);
            }
            Self::Pattern if subscriptions.patterns.remove(name) => {
                server.pubsub.punsubscribe(name, &session.client);
            }
            _ => {}
        }
        if subscriptions.len() == 0 {
            session.subscriptions = None;
        }
    }
}

/// Writes that a subscription has begun or ended, and how many there are now.
fn confirm(what: &str, name: Option<&Bytes>, context: &mut Context<'_, '_>) {
    let subscriptions = context.session.subscriptions.as_ref();
    let left = subscriptions.map_or(0, |subscriptions| subscriptions.len());
    let mut reply = context.reply();
    reply.push(3);
    reply.bulk(what);
    match name {
        Some(name) => reply.bulk(name),
        None => reply.null(),
    }
    reply.integer(count(left));
}

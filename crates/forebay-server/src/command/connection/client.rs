//! CLIENT.

use core::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use bytes::Bytes;
use forebay_resp::{VerbatimFormat, parse_integer};

use super::Command;
use crate::command::arguments::{integer, is};
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Flow, Refusal, help};
use crate::connection::Replies;
use crate::server::{Client, Event};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Connection:
    "getname" 2 "" "2.6.9" [NOSCRIPT LOADING STALE] NONE
        |_| Ok(ClientCommand::Getname.into()),
        "Tells the name of the connection.";
    "getredir" 2 "" "6.0.0" [NOSCRIPT LOADING STALE] NONE
        |_| Ok(ClientCommand::Getredir.into()),
        "Answers -1: there is no tracking.";
    "help" 2 "" "5.0.0" [LOADING STALE] NONE
        |_| Ok(ClientCommand::Help.into()),
        "Lists the subcommands.";
    "id" 2 "" "5.0.0" [NOSCRIPT LOADING STALE] NONE
        |_| Ok(ClientCommand::Id.into()),
        "Tells the number of the connection.";
    "info" 2 "" "6.2.0" [NOSCRIPT LOADING STALE] NONE
        |_| Ok(ClientCommand::Info.into()),
        "Tells about this connection.";
    "kill" -3
        "<ip:port | [ID client-id] [TYPE <NORMAL | PUBSUB>] [USER username] [ADDR ip:port] [LADDR ip:port] [SKIPME <YES | NO>] [MAXAGE seconds]>"
        "2.4.0" [ADMIN NOSCRIPT LOADING STALE] NONE kill,
        "Closes connections.";
    "list" -2 "[TYPE <NORMAL | PUBSUB>] [ID client-id [client-id ...]]" "2.4.0"
        [ADMIN NOSCRIPT LOADING STALE] NONE list,
        "Tells about all connections.";
    "no-evict" 3 "<ON | OFF>" "7.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE switch,
        "Is accepted: clients are not evicted.";
    "no-touch" 3 "<ON | OFF>" "7.2.0" [NOSCRIPT LOADING STALE] NONE switch,
        "Is accepted: when a key was used is not kept.";
    "reply" 3 "<ON | OFF | SKIP>" "3.2.0" [NOSCRIPT LOADING STALE] NONE reply,
        "Chooses whether commands are answered.";
    "setinfo" 4 "<LIB-NAME libname | LIB-VER libver>" "7.2.0" [NOSCRIPT LOADING STALE] NONE setinfo,
        "Says which library the client uses.";
    "setname" 3 "connection-name" "2.6.9" [NOSCRIPT LOADING STALE] NONE setname,
        "Gives the connection a name.";
    "unblock" -3 "client-id [TIMEOUT | ERROR]" "5.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE unblock,
        "Ends the blocking command of another connection.";
};

/// CLIENT.
#[derive(Debug)]
pub(crate) enum ClientCommand<'a> {
    Getname,
    Getredir,
    Help,
    Id,
    Info,
    Kill(Kill<'a>),
    List {
        kind: Option<&'static str>,
        ids: Vec<u64>,
    },
    Reply(Replies),
    Setinfo {
        is_version: bool,
        value: &'a [u8],
    },
    Setname(&'a [u8]),
    Switch,
    Unblock {
        id: u64,
        with_error: bool,
    },
}

/// Which clients CLIENT KILL kills: those that fit all that is given.
#[derive(Debug, Default)]
pub(crate) struct Kill<'a> {
    /// The old form with an address alone, which answers otherwise.
    is_old: bool,
    id: Option<u64>,
    address: Option<&'a [u8]>,
    local_address: Option<&'a [u8]>,
    kind: Option<&'static str>,
    user: Option<&'a [u8]>,
    kills_self: bool,
    age_s_min: Option<i64>,
}

impl<'a> From<ClientCommand<'a>> for AnyCommand<'a> {
    fn from(command: ClientCommand<'a>) -> Self {
        Command::Client(command).into()
    }
}

type Parsed<'a> = Result<AnyCommand<'a>, Refusal>;

/// A name may be shown in a line of CLIENT LIST.
pub(super) fn check_name(name: &[u8]) -> Result<(), Refusal> {
    if name.iter().all(|byte| (b'!'..=b'~').contains(byte)) {
        Ok(())
    } else {
        Err(Refusal::new(
            "ERR Client names cannot contain spaces, newlines or special characters.",
        ))
    }
}

fn kind(word: &[u8]) -> Result<&'static str, Refusal> {
    ["normal", "pubsub", "master", "replica", "slave"]
        .into_iter()
        .find(|kind| is(word, kind))
        .ok_or_else(|| {
            let word = String::from_utf8_lossy(word);
            format!("ERR Unknown client type '{word}'").into()
        })
}

fn client_id(word: &[u8]) -> Result<u64, Refusal> {
    match parse_integer(word) {
        Some(id @ 1..) => Ok(id.unsigned_abs()),
        _ => Err(Refusal::new("ERR client-id should be greater than 0")),
    }
}

fn kill<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let mut kill = Kill::default();
    if let [address] = &words[2..] {
        kill.is_old = true;
        kill.kills_self = true;
        kill.address = Some(address);
        return Ok(ClientCommand::Kill(kill).into());
    }
    for option in words[2..].chunks(2) {
        let [name, value] = option else {
            return Err(Refusal::SYNTAX);
        };
        if is(name, "ID") {
            kill.id = Some(client_id(value)?);
        } else if is(name, "ADDR") {
            kill.address = Some(value);
        } else if is(name, "LADDR") {
            kill.local_address = Some(value);
        } else if is(name, "TYPE") {
            kill.kind = Some(kind(value)?);
        } else if is(name, "USER") {
            kill.user = Some(value);
        } else if is(name, "SKIPME") {
            kill.kills_self = match value {
                value if is(value, "YES") => false,
                value if is(value, "NO") => true,
                _ => return Err(Refusal::SYNTAX),
            };
        } else if is(name, "MAXAGE") {
            kill.age_s_min = Some(integer(value)?);
        } else {
            return Err(Refusal::SYNTAX);
        }
    }
    Ok(ClientCommand::Kill(kill).into())
}

fn list<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let (kind, ids) = match &words[2..] {
        [] => (None, Vec::new()),
        [name, value] if is(name, "TYPE") => (Some(kind(value)?), Vec::new()),
        [name, ids @ ..] if is(name, "ID") && !ids.is_empty() => {
            let id = |word: &&[u8]| match parse_integer(word) {
                Some(id @ 1..) => Ok(id.unsigned_abs()),
                _ => Err(Refusal::new("ERR Invalid client ID")),
            };
            (None, ids.iter().map(id).collect::<Result<_, _>>()?)
        }
        _ => return Err(Refusal::SYNTAX),
    };
    Ok(ClientCommand::List { kind, ids }.into())
}

fn reply<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let replies = match words[2] {
        word if is(word, "ON") => Replies::On,
        word if is(word, "OFF") => Replies::Off,
        word if is(word, "SKIP") => Replies::SkipNext,
        _ => return Err(Refusal::SYNTAX),
    };
    Ok(ClientCommand::Reply(replies).into())
}

fn setinfo<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let (attribute, value) = (words[2], words[3]);
    let is_version = is(attribute, "LIB-VER");
    if !is_version && !is(attribute, "LIB-NAME") {
        let attribute = String::from_utf8_lossy(attribute);
        return Err(format!("ERR Unrecognized option '{attribute}'").into());
    }
    if check_name(value).is_err() {
        let attribute = String::from_utf8_lossy(attribute);
        return Err(format!(
            "ERR {attribute} cannot contain spaces, newlines or special characters."
        )
        .into());
    }
    Ok(ClientCommand::Setinfo { is_version, value }.into())
}

fn setname<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    check_name(words[2])?;
    Ok(ClientCommand::Setname(words[2]).into())
}

fn switch<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    if is(words[2], "ON") || is(words[2], "OFF") {
        Ok(ClientCommand::Switch.into())
    } else {
        Err(Refusal::SYNTAX)
    }
}

fn unblock<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let with_error = match &words[3..] {
        [] => false,
        [word] if is(word, "TIMEOUT") => false,
        [word] if is(word, "ERROR") => true,
        _ => {
            return Err(Refusal::new(
                "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR",
            ));
        }
    };
    let id = u64::try_from(integer(words[2])?).unwrap_or(0);
    Ok(ClientCommand::Unblock { id, with_error }.into())
}

impl ClientCommand<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let server = context.server;
        let client = Arc::clone(&context.session.client);
        let mut reply = context.reply();
        match self {
            Self::Getname => match client.names().name {
                name if name.is_empty() => reply.null(),
                name => reply.bulk(name),
            },
            Self::Getredir => reply.integer(-1),
            Self::Help => help::write("CLIENT", SUBCOMMANDS, &mut reply),
            Self::Id => reply.integer(client.id.cast_signed()),
            Self::Info => {
                let line = client.line(server.now_ms()) + "\n";
                reply.verbatim(VerbatimFormat::TEXT, line);
            }
            Self::Kill(kill) => return kill.execute(context),
            Self::List { kind, ids } => {
                let now_ms = server.now_ms();
                let mut lines = String::new();
                for client in server.clients.all() {
                    if kind.is_none_or(|kind| kind == client.kind())
                        && (ids.is_empty() || ids.contains(&client.id))
                    {
                        lines += &client.line(now_ms);
                        lines.push('\n');
                    }
                }
                reply.verbatim(VerbatimFormat::TEXT, lines);
            }
            Self::Reply(replies) => {
                if replies == Replies::On {
                    reply.ok();
                }
                context.session.replies = replies;
            }
            Self::Setinfo { is_version, value } => {
                let value = Bytes::copy_from_slice(value);
                if is_version {
                    client.set_library_version(value);
                } else {
                    client.set_library(value);
                }
                reply.ok();
            }
            Self::Setname(name) => {
                client.set_name(Bytes::copy_from_slice(name));
                reply.ok();
            }
            Self::Switch => reply.ok(),
            Self::Unblock { id, with_error } => {
                let blocked = server.clients.find(id);
                // Relaxed: see `Client`.
                let blocked = blocked.filter(|client| client.is_blocked.load(Relaxed));
                if let Some(blocked) = &blocked {
                    blocked.tell(if with_error {
                        Event::UnblockError
                    } else {
                        Event::UnblockTimeout
                    });
                }
                reply.integer(i64::from(blocked.is_some()));
            }
        }
        Ok(Flow::Next)
    }
}

impl Kill<'_> {
    fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let own = Arc::clone(&context.session.client);
        let now_ms = context.server.now_ms();
        if let Some(name) = self.user.map(String::from_utf8_lossy) {
            let settings = context.server.settings();
            if context.server.users.find(&name, &settings).is_none() {
                return Err(format!("ERR No such user '{name}'").into());
            }
        }
        let (mut killed, mut flow) = (0, Flow::Next);
        for client in context.server.clients.all() {
            if !self.fits(&client, &own, now_ms) {
                continue;
            }
            killed += 1;
            if client.id == own.id {
                flow = Flow::Close;
            } else {
                client.tell(Event::Kill);
            }
        }
        let mut reply = context.reply();
        match (self.is_old, killed) {
            (true, 0) => return Err(Refusal::new("ERR No such client")),
            (true, _) => reply.ok(),
            (false, _) => reply.integer(killed),
        }
        Ok(flow)
    }

    fn fits(&self, client: &Client, own: &Client, now_ms: i64) -> bool {
        let age_s = now_ms.saturating_sub(client.connected_ms) / 1000;
        let is = |wanted: Option<&[u8]>, value: &str| {
            wanted.is_none_or(|wanted| wanted == value.as_bytes())
        };
        self.id.is_none_or(|id| id == client.id)
            && is(self.address, &client.address)
            && is(self.local_address, &client.local_address)
            && self.kind.is_none_or(|kind| kind == client.kind())
            && self.age_s_min.is_none_or(|min| age_s >= min)
            && is(self.user, &client.user_name())
            && (self.kills_self || client.id != own.id)
    }
}

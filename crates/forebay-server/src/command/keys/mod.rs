//! Commands on keys as a whole.

mod expiry;
mod names;
mod object;
mod whole;

use super::spec::{Spec, rows};
use super::{Context, Flow, Keys, Refusal};

pub(super) static COMMANDS: &[Spec] = rows! { Generic:
    "del" -2 "key [key ...]" "1.0.0" [WRITE KEYSPACE] ALL whole::del,
        "Deletes keys.";
    "unlink" -2 "key [key ...]" "4.0.0" [WRITE FAST KEYSPACE] ALL whole::del,
        "Deletes keys; their memory is given back afterwards.";
    "exists" -2 "key [key ...]" "1.0.0" [READONLY FAST KEYSPACE] ALL whole::exists,
        "Tells how many of the keys exist.";
    "touch" -2 "key [key ...]" "3.2.1" [READONLY FAST KEYSPACE] ALL whole::exists,
        "Tells how many of the keys exist, as if they had been used.";
    "type" 2 "key" "1.0.0" [READONLY FAST KEYSPACE] FIRST whole::key_type,
        "Tells what a key holds.";
    "rename" 3 "key newkey" "1.0.0" [WRITE KEYSPACE] PAIR |words| whole::rename(words, false),
        "Gives a key another name, and overwrites what had it.";
    "renamenx" 3 "key newkey" "1.0.0" [WRITE FAST KEYSPACE] PAIR |words| whole::rename(words, true),
        "Gives a key another name if nothing has it.";
    "copy" -3 "source destination [DB destination-db] [REPLACE]" "6.2.0" [WRITE DENYOOM KEYSPACE] PAIR
        whole::copy,
        "Copies what a key holds to another key.";
    "expire" -3 "key seconds [NX | XX | GT | LT]" "1.0.0" [WRITE FAST KEYSPACE] FIRST
        |words| expiry::expire(words, expiry::Clock::Seconds),
        "Lets a key expire after so many seconds.";
    "pexpire" -3 "key milliseconds [NX | XX | GT | LT]" "2.6.0" [WRITE FAST KEYSPACE] FIRST
        |words| expiry::expire(words, expiry::Clock::Ms),
        "Lets a key expire after so many milliseconds.";
    "expireat" -3 "key unix-time-seconds [NX | XX | GT | LT]" "1.2.0" [WRITE FAST KEYSPACE] FIRST
        |words| expiry::expire(words, expiry::Clock::UnixSeconds),
        "Lets a key expire at a time in seconds.";
    "pexpireat" -3 "key unix-time-milliseconds [NX | XX | GT | LT]" "2.6.0" [WRITE FAST KEYSPACE] FIRST
        |words| expiry::expire(words, expiry::Clock::UnixMs),
        "Lets a key expire at a time in milliseconds.";
    "ttl" 2 "key" "1.0.0" [READONLY FAST KEYSPACE] FIRST
        |words| expiry::remaining(words, expiry::Clock::Seconds),
        "Tells in how many seconds a key expires.";
    "pttl" 2 "key" "2.6.0" [READONLY FAST KEYSPACE] FIRST
        |words| expiry::remaining(words, expiry::Clock::Ms),
        "Tells in how many milliseconds a key expires.";
    "expiretime" 2 "key" "7.0.0" [READONLY FAST KEYSPACE] FIRST
        |words| expiry::remaining(words, expiry::Clock::UnixSeconds),
        "Tells the time in seconds when a key expires.";
    "pexpiretime" 2 "key" "7.0.0" [READONLY FAST KEYSPACE] FIRST
        |words| expiry::remaining(words, expiry::Clock::UnixMs),
        "Tells the time in milliseconds when a key expires.";
    "persist" 2 "key" "2.2.0" [WRITE FAST KEYSPACE] FIRST expiry::persist,
        "Lets a key never expire.";
    "keys" 2 "pattern" "1.0.0" [READONLY KEYSPACE DANGEROUS] NONE names::keys,
        "Returns all keys whose names fit a pattern.";
    "scan" -2 "cursor [MATCH pattern] [COUNT count] [TYPE type]" "2.8.0" [READONLY KEYSPACE] NONE
        names::scan,
        "Returns some of the keys, and where to go on.";
    "randomkey" 1 "" "1.0.0" [READONLY KEYSPACE] NONE names::random,
        "Returns one of the keys.";
};

/// Of the group of the server in the documentation of Redis.
pub(super) static SERVER_COMMANDS: &[Spec] = rows! { Server:
    "dbsize" 1 "" "1.0.0" [READONLY FAST KEYSPACE] NONE names::count,
        "Tells how many keys there are.";
    "flushall" -1 "[ASYNC | SYNC]" "1.0.0" [WRITE KEYSPACE DANGEROUS] NONE names::flush,
        "Deletes all keys.";
    "flushdb" -1 "[ASYNC | SYNC]" "1.0.0" [WRITE KEYSPACE DANGEROUS] NONE names::flush,
        "Deletes all keys.";
};

pub(super) static CONTAINERS: &[Spec] = &[Spec::container(
    super::spec::Group::Generic,
    "object",
    "2.2.3",
    "Tells how the engine keeps a key.",
    object::SUBCOMMANDS,
)];

/// A command on keys as a whole.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Expiry(expiry::Expiry<'a>),
    Names(names::Names<'a>),
    Object(object::Object<'a>),
    Whole(whole::Whole<'a>),
}

impl<'a> From<Command<'a>> for super::Command<'a> {
    fn from(command: Command<'a>) -> Self {
        Self::Keys(command)
    }
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        match self {
            Self::Expiry(command) => keys.push(command.key),
            Self::Names(_) => {}
            Self::Object(command) => keys.extend(command.key),
            Self::Whole(command) => command.keys(keys),
        }
    }

    /// Whether it concerns all keys that there are.
    pub(crate) fn concerns_all_keys(&self) -> bool {
        matches!(self, Self::Names(_))
    }

    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        match self {
            Self::Expiry(command) => command.execute(context),
            Self::Names(command) => command.execute(context),
            Self::Object(command) => command.execute(context),
            Self::Whole(command) => command.execute(context),
        }?;
        Ok(Flow::Next)
    }
}

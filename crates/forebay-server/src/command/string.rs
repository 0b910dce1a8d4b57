//! Strings, in the small form that stands beside queues: locks, counters, flags.

use core::time::Duration;

use bytes::Bytes;
use forebay::value::{SetCondition, SetExpiry, SetOptions};
use forebay::{Error, ExpireCondition};
use forebay_resp::ReplyWriter;

use super::arguments::{integer, is};
use super::spec::{Spec, rows};
use super::{Command as AnyCommand, Context, Flow, Keys, Refusal, on};

pub(super) static COMMANDS: &[Spec] = rows! { String:
    "get" 2 "key" "1.0.0" [READONLY FAST] FIRST
        |words| Ok(command(&words[1..2], What::Get)),
        "Returns the string of a key.";
    "mget" -2 "key [key ...]" "1.0.0" [READONLY FAST] ALL
        |words| Ok(command(&words[1..], What::Mget)),
        "Returns the strings of several keys.";
    "set" -3
        "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]"
        "1.0.0" [WRITE DENYOOM] FIRST set,
        "Lets a key hold a string, whatever it held before.";
    "setnx" 3 "key value" "1.0.0" [WRITE DENYOOM FAST] FIRST setnx,
        "Lets a key hold a string if it does not exist.";
    "setex" 4 "key seconds value" "2.0.0" [WRITE DENYOOM] FIRST
        |words| setex(words, "setex", 1000),
        "Lets a key hold a string for so many seconds.";
    "psetex" 4 "key milliseconds value" "2.6.0" [WRITE DENYOOM] FIRST
        |words| setex(words, "psetex", 1),
        "Lets a key hold a string for so many milliseconds.";
    "mset" -3 "key value [key value ...]" "1.0.1" [WRITE DENYOOM] PAIRS mset,
        "Lets several keys hold strings.";
    "getset" 3 "key value" "1.0.0" [WRITE DENYOOM FAST] FIRST
        |words| Ok(command(&words[1..2], What::Set {
            value: words[2],
            options: SetOptions { get: true, ..SetOptions::default() },
            answer: Answer::Previous,
        })),
        "Lets a key hold a string and returns the one before.";
    "getdel" 2 "key" "6.2.0" [WRITE FAST] FIRST
        |words| Ok(command(&words[1..2], What::Getdel)),
        "Returns the string of a key and deletes it.";
    "getex" -2
        "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]"
        "6.2.0" [WRITE FAST] FIRST getex,
        "Returns the string of a key and changes when it expires.";
    "strlen" 2 "key" "2.2.0" [READONLY FAST] FIRST
        |words| Ok(command(&words[1..2], What::Strlen)),
        "Tells how many bytes the string of a key has.";
    "append" 3 "key value" "2.0.0" [WRITE DENYOOM FAST] FIRST
        |words| Ok(command(&words[1..2], What::Append(words[2]))),
        "Adds to the end of the string of a key.";
    "incr" 2 "key" "1.0.0" [WRITE DENYOOM FAST] FIRST
        |words| Ok(command(&words[1..2], What::Increment(1))),
        "Adds one to the integer of a key.";
    "decr" 2 "key" "1.0.0" [WRITE DENYOOM FAST] FIRST
        |words| Ok(command(&words[1..2], What::Increment(-1))),
        "Subtracts one from the integer of a key.";
    "incrby" 3 "key increment" "1.0.0" [WRITE DENYOOM FAST] FIRST
        |words| Ok(command(&words[1..2], What::Increment(integer(words[2])?))),
        "Adds to the integer of a key.";
    "decrby" 3 "key decrement" "1.0.0" [WRITE DENYOOM FAST] FIRST decrby,
        "Subtracts from the integer of a key.";
};

/// A command on strings.
#[derive(Debug)]
pub(crate) struct Command<'a> {
    /// With the values between them for MSET.
    keys: &'a [&'a [u8]],
    what: What<'a>,
}

#[derive(Debug)]
enum What<'a> {
    Get,
    Mget,
    Set {
        value: &'a [u8],
        options: SetOptions,
        answer: Answer,
    },
    Mset,
    Getdel,
    Getex(Option<SetExpiry>),
    Strlen,
    Append(&'a [u8]),
    Increment(i64),
}

/// What a form of SET answers.
#[derive(Clone, Copy, Debug)]
enum Answer {
    OkOrNull,
    Previous,
    Integer,
}

type Parsed<'a> = Result<AnyCommand<'a>, Refusal>;

fn command<'a>(keys: &'a [&'a [u8]], what: What<'a>) -> AnyCommand<'a> {
    AnyCommand::String(Command { keys, what })
}

fn set<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let mut options = SetOptions::default();
    let mut expiry = None;
    let mut rest = &words[3..];
    while let [option, others @ ..] = rest {
        rest = others;
        if is(option, "NX") && options.condition != SetCondition::Xx {
            options.condition = SetCondition::Nx;
        } else if is(option, "XX") && options.condition != SetCondition::Nx {
            options.condition = SetCondition::Xx;
        } else if is(option, "GET") {
            options.get = true;
        } else if expiry.is_some() {
            return Err(Refusal::SYNTAX);
        } else if is(option, "KEEPTTL") {
            expiry = Some(SetExpiry::Keep);
        } else {
            let [value, others @ ..] = rest else {
                return Err(Refusal::SYNTAX);
            };
            rest = others;
            expiry = Some(parse_expiry(option, value, "set")?);
        }
    }
    options.expiry = expiry.unwrap_or_default();
    let answer = if options.get {
        Answer::Previous
    } else {
        Answer::OkOrNull
    };
    let what = What::Set {
        value: words[2],
        options,
        answer,
    };
    Ok(command(&words[1..2], what))
}

/// `EX seconds`, `PX milliseconds`, `EXAT unix-time-seconds` or `PXAT unix-time-milliseconds`.
fn parse_expiry(option: &[u8], value: &[u8], of: &str) -> Result<SetExpiry, Refusal> {
    let (scale, is_relative) = match option {
        option if is(option, "EX") => (1000, true),
        option if is(option, "PX") => (1, true),
        option if is(option, "EXAT") => (1000, false),
        option if is(option, "PXAT") => (1, false),
        _ => return Err(Refusal::SYNTAX),
    };
    let ms = expiry_ms(value, scale, of)?;
    Ok(if is_relative {
        SetExpiry::In(Duration::from_millis(ms.unsigned_abs()))
    } else {
        SetExpiry::AtMs(ms)
    })
}

/// A time above zero, in milliseconds.
fn expiry_ms(value: &[u8], scale: i64, of: &str) -> Result<i64, Refusal> {
    let value = integer(value)?;
    let ms = if value > 0 {
        value.checked_mul(scale)
    } else {
        None
    };
    ms.ok_or_else(|| invalid_expiry(of))
}

fn invalid_expiry(of: &str) -> Refusal {
    format!("ERR invalid expire time in '{of}' command").into()
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
fn setnx<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let options = SetOptions {
        condition: SetCondition::Nx,
        ..SetOptions::default()
    };
    let what = What::Set {
        value: words[2],
        options,
        answer: Answer::Integer,
    };
    Ok(command(&words[1..2], what))
}

fn setex<'a>(words: &'a [&'a [u8]], name: &str, scale: i64) -> Parsed<'a> {
    let ms = expiry_ms(words[2], scale, name)?;
    let options = SetOptions {
        expiry: SetExpiry::In(Duration::from_millis(ms.unsigned_abs())),
        ..SetOptions::default()
    };
    let what = What::Set {
        value: words[3],
        options,
        answer: Answer::OkOrNull,
    };
    Ok(command(&words[1..2], what))
}

fn mset<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    if words.len().is_multiple_of(2) {
        return Err(Refusal::wrong_arity("mset"));
    }
    Ok(command(&words[1..], What::Mset))
}

fn getex<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let expiry = match &words[2..] {
        [] => None,
        [option] if is(option, "PERSIST") => Some(SetExpiry::Never),
        [option, value] => Some(parse_expiry(option, value, "getex")?),
        _ => return Err(Refusal::SYNTAX),
    };
    Ok(command(&words[1..2], What::Getex(expiry)))
}

fn decrby<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let by = integer(words[2])?
        .checked_neg()
        .ok_or(Refusal::new("ERR decrement would overflow"))?;
    Ok(command(&words[1..2], What::Increment(by)))
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        if matches!(self.what, What::Mset) {
            keys.extend(self.keys.iter().step_by(2).copied());
        } else {
            keys.extend_from_slice(self.keys);
        }
    }

    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let now_ms = context.server.now_ms();
        let (store, mut reply) = context.parts();
        let Some(&key) = self.keys.first() else {
            return Err(Refusal::SYNTAX);
        };
        match self.what {
            What::Get => write(on!(store, get(key))?, &mut reply),
            What::Mget => {
                let keys = self.keys;
                let strings = store.atomically(keys, |tx| {
                    let get = |key: &&[u8]| match tx.get(key) {
                        Err(Error::WrongType) => Ok(None),
                        found => found,
                    };
                    keys.iter().map(get).collect::<forebay::Result<Vec<_>>>()
                })?;
                reply.array(strings.len());
                for string in strings {
                    write(string, &mut reply);
                }
            }
            What::Set {
                value,
                options,
                answer,
            } => {
                let done =
                    on!(store, set_with(key, value, options)).map_err(|error| match error {
                        Error::ExpireOutOfRange => invalid_expiry("set"),
                        error => error.into(),
                    })?;
                match answer {
                    Answer::Previous => write(done.previous, &mut reply),
                    Answer::Integer => reply.integer(i64::from(done.is_set)),
                    Answer::OkOrNull if done.is_set => reply.ok(),
                    Answer::OkOrNull => reply.null(),
                }
            }
            What::Mset => {
                let pairs = self.keys;
                let keys: Vec<&[u8]> = pairs.iter().step_by(2).copied().collect();
                store.atomically(&keys, |tx| {
                    pairs
                        .chunks_exact(2)
                        .try_for_each(|pair| tx.set(pair[0], pair[1]))
                })?;
                reply.ok();
            }
            What::Getdel => {
                let string = store.atomically(&[key], |tx| {
                    let string = tx.get(key)?;
                    tx.del(&[key])?;
                    Ok(string)
                })?;
                write(string, &mut reply);
            }
            What::Getex(expiry) => {
                let string = store.atomically(&[key], |tx| {
                    let string = tx.get(key)?;
                    match expiry {
                        None | Some(SetExpiry::Keep) => {}
                        Some(SetExpiry::Never) => {
                            tx.persist(key)?;
                        }
                        Some(SetExpiry::AtMs(at_ms)) => {
                            tx.pexpireat(key, at_ms, ExpireCondition::Always)?;
                        }
                        Some(SetExpiry::In(time)) => {
                            let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
                            let at_ms = ms.checked_add(now_ms).ok_or(Error::ExpireOutOfRange)?;
                            tx.pexpireat(key, at_ms, ExpireCondition::Always)?;
                        }
                    }
                    Ok(string)
                });
                let string = string.map_err(|error| match error {
                    Error::ExpireOutOfRange => invalid_expiry("getex"),
                    error => error.into(),
                })?;
                write(string, &mut reply);
            }
            What::Strlen => {
                let length = on!(store, get(key))?.map_or(0, |string| string.len());
                reply.integer(i64::try_from(length).unwrap_or(i64::MAX));
            }
            What::Append(value) => {
                let length = store.atomically(&[key], |tx| {
                    let mut string = tx.get(key)?.unwrap_or_default().to_vec();
                    string.extend_from_slice(value);
                    let options = SetOptions {
                        expiry: SetExpiry::Keep,
                        ..SetOptions::default()
                    };
                    tx.set_with(key, &string, options)?;
                    Ok(string.len())
                })?;
                reply.integer(i64::try_from(length).unwrap_or(i64::MAX));
            }
            What::Increment(by) => reply.integer(on!(store, incrby(key, by))?),
        }
        Ok(Flow::Next)
    }
}

fn write(string: Option<Bytes>, reply: &mut ReplyWriter<'_>) {
    match string {
        Some(string) => reply.bulk(string),
        None => reply.null(),
    }
}

//! Commands on all keys there are.

use bytes::Bytes;
use forebay::{KeyType, ScanOptions};

use super::Command;
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// A command on all keys there are.
#[derive(Debug)]
pub(crate) enum Names<'a> {
    Keys {
        pattern: &'a [u8],
    },
    Scan {
        cursor: u64,
        options: ScanOptions,
        /// TYPE of something that no key holds.
        no_such_type: bool,
    },
    Random,
    Count,
    Flush,
}

type Parsed<'a> = Result<AnyCommand<'a>, Refusal>;

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn keys<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let pattern = words[1];
    Ok(Command::Names(Names::Keys { pattern }).into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn random<'a>(_: &'a [&'a [u8]]) -> Parsed<'a> {
    Ok(Command::Names(Names::Random).into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn count<'a>(_: &'a [&'a [u8]]) -> Parsed<'a> {
    Ok(Command::Names(Names::Count).into())
}

pub(super) fn flush<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    match &words[1..] {
        [] => {}
        [how] if is(how, "ASYNC") || is(how, "SYNC") => {}
        _ => return Err(Refusal::SYNTAX),
    }
    Ok(Command::Names(Names::Flush).into())
}

pub(super) fn scan<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let cursor = core::str::from_utf8(words[1])
        .ok()
        .and_then(|cursor| cursor.parse().ok())
        .ok_or(Refusal::new("ERR invalid cursor"))?;
    let mut options = ScanOptions::default();
    let mut no_such_type = false;
    for option in words[2..].chunks(2) {
        let [name, value] = option else {
            return Err(Refusal::SYNTAX);
        };
        if is(name, "MATCH") {
            options.pattern = Some(Bytes::copy_from_slice(value));
        } else if is(name, "COUNT") {
            let count = integer(value)?;
            if count < 1 {
                return Err(Refusal::SYNTAX);
            }
            options.count = usize::try_from(count).unwrap_or(usize::MAX);
        } else if is(name, "TYPE") {
            options.key_type = KeyType::from_name(value);
            no_such_type = options.key_type.is_none();
        } else {
            return Err(Refusal::SYNTAX);
        }
    }
    Ok(Command::Names(Names::Scan {
        cursor,
        options,
        no_such_type,
    })
    .into())
}

impl Names<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        match self {
            Self::Keys { pattern } => {
                let names = on!(store, keys(pattern))?;
                reply.array(names.len());
                for name in names {
                    reply.bulk(name);
                }
            }
            Self::Scan {
                cursor,
                options,
                no_such_type,
            } => {
                let (cursor, names) = if no_such_type {
                    (0, Vec::new())
                } else {
                    on!(store, scan(cursor, options))?
                };
                reply.array(2);
                reply.bulk(cursor.to_string());
                reply.array(names.len());
                for name in names {
                    reply.bulk(name);
                }
            }
            Self::Random => match on!(store, randomkey())? {
                Some(name) => reply.bulk(name),
                None => reply.null(),
            },
            Self::Count => reply.integer(on!(store, dbsize())?.cast_signed()),
            Self::Flush => {
                on!(store, flushall())?;
                reply.ok();
            }
        }
        Ok(())
    }
}

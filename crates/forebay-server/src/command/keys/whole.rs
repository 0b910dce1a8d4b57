//! Deleting, renaming and copying keys, and what they hold.

use forebay::KeyType;

use super::Command;
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Keys, Refusal, on};

/// A command on one, two or several keys.
#[derive(Debug)]
pub(crate) enum Whole<'a> {
    Del {
        keys: &'a [&'a [u8]],
    },
    Exists {
        keys: &'a [&'a [u8]],
    },
    Type {
        key: &'a [u8],
    },
    Rename {
        source: &'a [u8],
        destination: &'a [u8],
        only_if_free: bool,
    },
    Copy {
        source: &'a [u8],
        destination: &'a [u8],
        replace: bool,
    },
}

type Parsed<'a> = Result<AnyCommand<'a>, Refusal>;

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn del<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    Ok(Command::Whole(Whole::Del { keys: &words[1..] }).into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn exists<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    Ok(Command::Whole(Whole::Exists { keys: &words[1..] }).into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn key_type<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    Ok(Command::Whole(Whole::Type { key: words[1] }).into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn rename<'a>(words: &'a [&'a [u8]], only_if_free: bool) -> Parsed<'a> {
    Ok(Command::Whole(Whole::Rename {
        source: words[1],
        destination: words[2],
        only_if_free,
    })
    .into())
}

pub(super) fn copy<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let mut replace = false;
    let mut options = &words[3..];
    while let [name, rest @ ..] = options {
        options = rest;
        if is(name, "REPLACE") {
            replace = true;
        } else if let ([database, rest @ ..], true) = (options, is(name, "DB")) {
            if integer(database)? != 0 {
                return Err(Refusal::new("ERR DB index is out of range"));
            }
            options = rest;
        } else {
            return Err(Refusal::SYNTAX);
        }
    }
    Ok(Command::Whole(Whole::Copy {
        source: words[1],
        destination: words[2],
        replace,
    })
    .into())
}

impl<'a> Whole<'a> {
    pub(super) fn keys(&self, keys: &mut Keys<'a>) {
        match self {
            Self::Del { keys: named } | Self::Exists { keys: named } => {
                keys.extend_from_slice(named);
            }
            Self::Type { key } => keys.push(key),
            Self::Rename {
                source,
                destination,
                ..
            }
            | Self::Copy {
                source,
                destination,
                ..
            } => keys.extend([*source, *destination]),
        }
    }

    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        match self {
            Self::Del { keys } => reply.integer(on!(store, del(keys))?.cast_signed()),
            Self::Exists { keys } => reply.integer(on!(store, exists(keys))?.cast_signed()),
            Self::Type { key } => {
                let found = on!(store, key_type(key))?;
                reply.simple(found.map_or("none", KeyType::name));
            }
            Self::Rename {
                source,
                destination,
                only_if_free: false,
            } => {
                on!(store, rename(source, destination))?;
                reply.ok();
            }
            Self::Rename {
                source,
                destination,
                only_if_free: true,
            } => {
                let is_renamed = on!(store, renamenx(source, destination))?;
                reply.integer(i64::from(is_renamed));
            }
            Self::Copy {
                source,
                destination,
                replace,
            } => {
                let is_copied = on!(store, copy(source, destination, replace))?;
                reply.integer(i64::from(is_copied));
            }
        }
        Ok(())
    }
}

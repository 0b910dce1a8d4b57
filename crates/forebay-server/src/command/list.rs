//! Commands on lists that do not wait.

use forebay::Side;

use super::arguments::positive;
use super::spec::{Flags, Group, KeyPositions, Spec};
use super::{Context, Flow, Keys, Refusal, on};

const PUSH: Flags = Flags::WRITE.union(Flags::DENYOOM).union(Flags::FAST);
const POP: Flags = Flags::WRITE.union(Flags::FAST);

const fn row(
    name: &'static str,
    arity: i32,
    syntax: &'static str,
    since: &'static str,
    summary: &'static str,
    parse: super::spec::Parse,
) -> Spec {
    Spec::new(Group::List, name, arity, syntax, since, summary, parse).keys(KeyPositions::FIRST)
}

pub(super) static COMMANDS: &[Spec] = &[
    row(
        "lpush",
        -3,
        "key element [element ...]",
        "1.0.0",
        "Adds elements at the head of a list, which is made if there is none.",
        |words| push(words, Side::Left, false),
    )
    .flags(PUSH),
    row(
        "rpush",
        -3,
        "key element [element ...]",
        "1.0.0",
        "Adds elements at the tail of a list, which is made if there is none.",
        |words| push(words, Side::Right, false),
    )
    .flags(PUSH),
    row(
        "lpop",
        -2,
        "key [count]",
        "1.0.0",
        "Removes elements at the head of a list and returns them.",
        |words| pop(words, Side::Left),
    )
    .flags(POP),
    row(
        "rpop",
        -2,
        "key [count]",
        "1.0.0",
        "Removes elements at the tail of a list and returns them.",
        |words| pop(words, Side::Right),
    )
    .flags(POP),
];

/// A command on lists.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Push {
        key: &'a [u8],
        elements: &'a [&'a [u8]],
        side: Side,
        only_if_exists: bool,
    },
    Pop {
        key: &'a [u8],
        side: Side,
        count: Option<u64>,
    },
}

fn push<'a>(
    words: &'a [&'a [u8]],
    side: Side,
    only_if_exists: bool,
) -> Result<super::Command<'a>, Refusal> {
    let [_, key, elements @ ..] = words else {
        return Err(Refusal::SYNTAX);
    };
    Ok(super::Command::List(Command::Push {
        key,
        elements,
        side,
        only_if_exists,
    }))
}

fn pop<'a>(words: &'a [&'a [u8]], side: Side) -> Result<super::Command<'a>, Refusal> {
    let (key, count) = match words {
        [_, key] => (key, None),
        [name, _, _, _, ..] => {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            return Err(Refusal::wrong_arity(&name));
        }
        [_, key, count] => (key, Some(positive(count)?)),
        _ => return Err(Refusal::SYNTAX),
    };
    Ok(super::Command::List(Command::Pop { key, side, count }))
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        match self {
            Self::Push { key, .. } | Self::Pop { key, .. } => keys.push(key),
        }
    }

    /// Writes the reply.
    #[inline]
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let (store, mut reply) = context.parts();
        match self {
            Self::Push {
                key,
                elements,
                side,
                only_if_exists,
            } => {
                let length = match (side, only_if_exists) {
                    (Side::Left, false) => on!(store, lpush(key, elements)),
                    (Side::Right, false) => on!(store, rpush(key, elements)),
                    (Side::Left, true) => on!(store, lpushx(key, elements)),
                    (Side::Right, true) => on!(store, rpushx(key, elements)),
                };
                reply.integer(length?.cast_signed());
            }
            Self::Pop {
                key,
                side,
                count: None,
            } => {
                let popped = match side {
                    Side::Left => on!(store, lpop_with(key, |element| reply.bulk(element))),
                    Side::Right => on!(store, rpop_with(key, |element| reply.bulk(element))),
                };
                if popped?.is_none() {
                    reply.null();
                }
            }
            Self::Pop {
                key,
                side,
                count: Some(count),
            } => {
                let popped = match side {
                    Side::Left => on!(store, lpop_count(key, count)),
                    Side::Right => on!(store, rpop_count(key, count)),
                };
                match popped? {
                    None => reply.null_array(),
                    Some(elements) => {
                        reply.array(elements.len());
                        elements.iter().for_each(|element| reply.bulk(element));
                    }
                }
            }
        }
        Ok(Flow::Next)
    }
}

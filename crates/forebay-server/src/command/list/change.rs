//! Commands that change one list: pushes, and what is done in its middle.

use forebay::{Position, Side};

use super::Command;
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// A command that changes one list.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(super) key: &'a [u8],
    how: How<'a>,
}

#[derive(Debug)]
enum How<'a> {
    Push {
        elements: &'a [&'a [u8]],
        side: Side,
        only_if_exists: bool,
    },
    Set {
        index: i64,
        element: &'a [u8],
    },
    Insert {
        position: Position,
        pivot: &'a [u8],
        element: &'a [u8],
    },
    Remove {
        count: i64,
        element: &'a [u8],
    },
    Trim {
        start: i64,
        stop: i64,
    },
}

fn change<'a>(key: &'a [u8], how: How<'a>) -> AnyCommand<'a> {
    Command::Change(Change { key, how }).into()
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn push<'a>(
    words: &'a [&'a [u8]],
    side: Side,
    only_if_exists: bool,
) -> Result<AnyCommand<'a>, Refusal> {
    let how = How::Push {
        elements: &words[2..],
        side,
        only_if_exists,
    };
    Ok(change(words[1], how))
}

pub(super) fn set<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let how = How::Set {
        index: integer(words[2])?,
        element: words[3],
    };
    Ok(change(words[1], how))
}

pub(super) fn insert<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let position = match words[2] {
        word if is(word, "BEFORE") => Position::Before,
        word if is(word, "AFTER") => Position::After,
        _ => return Err(Refusal::SYNTAX),
    };
    let how = How::Insert {
        position,
        pivot: words[3],
        element: words[4],
    };
    Ok(change(words[1], how))
}

pub(super) fn remove<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let how = How::Remove {
        count: integer(words[2])?,
        element: words[3],
    };
    Ok(change(words[1], how))
}

pub(super) fn trim<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let how = How::Trim {
        start: integer(words[2])?,
        stop: integer(words[3])?,
    };
    Ok(change(words[1], how))
}

impl Change<'_> {
    #[inline]
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let key = self.key;
        match self.how {
            How::Push {
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
            How::Set { index, element } => {
                on!(store, lset(key, index, element))?;
                reply.ok();
            }
            How::Insert {
                position,
                pivot,
                element,
            } => reply.integer(on!(store, linsert(key, position, pivot, element))?),
            How::Remove { count, element } => {
                reply.integer(on!(store, lrem(key, count, element))?.cast_signed());
            }
            How::Trim { start, stop } => {
                on!(store, ltrim(key, start, stop))?;
                reply.ok();
            }
        }
        Ok(())
    }
}

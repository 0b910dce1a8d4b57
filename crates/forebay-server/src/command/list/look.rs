//! Commands that look at a list.

use forebay::LposOptions;

use super::Command;
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// A command that looks at a list.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    pub(super) key: &'a [u8],
    at: At<'a>,
}

#[derive(Debug)]
enum At<'a> {
    Len,
    Range {
        start: i64,
        stop: i64,
    },
    Index(i64),
    Positions {
        element: &'a [u8],
        options: LposOptions,
    },
}

fn look<'a>(key: &'a [u8], at: At<'a>) -> AnyCommand<'a> {
    Command::Look(Look { key, at }).into()
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn len<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    Ok(look(words[1], At::Len))
}

pub(super) fn range<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let at = At::Range {
        start: integer(words[2])?,
        stop: integer(words[3])?,
    };
    Ok(look(words[1], at))
}

pub(super) fn index<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    Ok(look(words[1], At::Index(integer(words[2])?)))
}

pub(super) fn positions<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let mut options = LposOptions::default();
    for option in words[3..].chunks(2) {
        let [name, value] = option else {
            return Err(Refusal::SYNTAX);
        };
        if is(name, "RANK") {
            options.rank = integer(value)?;
            if options.rank == i64::MIN {
                return Err(Refusal::new(
                    "ERR value is out of range, value must between -9223372036854775807 and \
                     9223372036854775807",
                ));
            }
            if options.rank == 0 {
                return Err(forebay::Error::RankZero.into());
            }
        } else if is(name, "COUNT") {
            options.count = Some(not_negative(value, "ERR COUNT can't be negative")?);
        } else if is(name, "MAXLEN") {
            options.maxlen = not_negative(value, "ERR MAXLEN can't be negative")?;
        } else {
            return Err(Refusal::SYNTAX);
        }
    }
    let element = words[2];
    Ok(look(words[1], At::Positions { element, options }))
}

fn not_negative(word: &[u8], refusal: &'static str) -> Result<i64, Refusal> {
    match forebay_resp::parse_integer(word) {
        Some(value @ 0..) => Ok(value),
        _ => Err(Refusal::new(refusal)),
    }
}

impl Look<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let key = self.key;
        match self.at {
            At::Len => reply.integer(on!(store, llen(key))?.cast_signed()),
            At::Range { start, stop } => {
                let elements = on!(store, lrange(key, start, stop))?;
                reply.array(elements.len());
                for element in elements {
                    reply.bulk(element);
                }
            }
            At::Index(index) => match on!(store, lindex(key, index))? {
                Some(element) => reply.bulk(element),
                None => reply.null(),
            },
            At::Positions { element, options } => {
                let positions = on!(store, lpos_with(key, element, options))?;
                if options.count.is_some() {
                    reply.array(positions.len());
                    for position in positions {
                        reply.integer(position.cast_signed());
                    }
                } else {
                    match positions.first() {
                        Some(position) => reply.integer(position.cast_signed()),
                        None => reply.null(),
                    }
                }
            }
        }
        Ok(())
    }
}

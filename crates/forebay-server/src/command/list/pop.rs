//! LPOP, RPOP and LMPOP.

use bytes::Bytes;
use forebay::Side;
use forebay_resp::ReplyWriter;

use super::Command;
use crate::command::arguments::{above_zero, counted_keys, is, positive, side};
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// LPOP or RPOP.
#[derive(Debug)]
pub(crate) struct Pop<'a> {
    pub(super) key: &'a [u8],
    side: Side,
    count: Option<u64>,
}

/// LMPOP, and what BLMPOP has in common with it.
#[derive(Debug)]
pub(crate) struct Mpop<'a> {
    pub(crate) keys: &'a [&'a [u8]],
    pub(crate) side: Side,
    pub(crate) count: u64,
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]], side: Side) -> Result<AnyCommand<'a>, Refusal> {
    let count = match words {
        [_, _] => None,
        [_, _, count] => Some(positive(count)?),
        _ => {
            return Err(Refusal::wrong_arity(match side {
                Side::Left => "lpop",
                Side::Right => "rpop",
            }));
        }
    };
    let key = words[1];
    Ok(Command::Pop(Pop { key, side, count }).into())
}

/// `numkeys key [key ...] <LEFT | RIGHT> [COUNT count]`
pub(crate) fn parse_mpop<'a>(words: &'a [&'a [u8]]) -> Result<Mpop<'a>, Refusal> {
    let (keys, rest) = counted_keys(words)?;
    let (from, mut options) = rest.split_first().ok_or(Refusal::SYNTAX)?;
    let side = side(from)?;
    let mut count = None;
    while let [name, value, rest @ ..] = options {
        if !is(name, "COUNT") || count.is_some() {
            return Err(Refusal::SYNTAX);
        }
        let refusal = Refusal::new("ERR count should be greater than 0");
        count = Some(above_zero(value, refusal)?);
        options = rest;
    }
    if !options.is_empty() {
        return Err(Refusal::SYNTAX);
    }
    Ok(Mpop {
        keys,
        side,
        count: count.unwrap_or(1),
    })
}

/// A key, and the elements that were popped from it.
pub(crate) fn write_mpop((key, elements): (Bytes, Vec<Bytes>), reply: &mut ReplyWriter<'_>) {
    reply.array(2);
    reply.bulk(key);
    write_elements(&elements, reply);
}

pub(crate) fn write_elements(elements: &[Bytes], reply: &mut ReplyWriter<'_>) {
    reply.array(elements.len());
    for element in elements {
        reply.bulk(element);
    }
}

impl Pop<'_> {
    #[inline]
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let Self { key, side, count } = self;
        let Some(count) = count else {
            let popped = match side {
                Side::Left => on!(store, lpop_with(key, |element| reply.bulk(element))),
                Side::Right => on!(store, rpop_with(key, |element| reply.bulk(element))),
            };
            if popped?.is_none() {
                reply.null();
            }
            return Ok(());
        };
        let popped = match side {
            Side::Left => on!(store, lpop_count(key, count)),
            Side::Right => on!(store, rpop_count(key, count)),
        };
        match popped? {
            None => reply.null_array(),
            Some(elements) => write_elements(&elements, &mut reply),
        }
        Ok(())
    }
}

impl Mpop<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        match on!(store, lmpop(self.keys, self.side, self.count))? {
            Some(popped) => write_mpop(popped, &mut reply),
            None => reply.null_array(),
        }
        Ok(())
    }
}

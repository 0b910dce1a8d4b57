//! LMOVE, RPOPLPUSH and LMOVEM.

use forebay::{How, Order, Side};

use super::Command;
use super::pop::write_elements;
use crate::command::arguments::{above_zero, is, side};
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// A move from one list to another.
#[derive(Debug)]
pub(crate) struct Move<'a> {
    pub(super) source: &'a [u8],
    pub(super) destination: &'a [u8],
    from: Side,
    to: Side,
    /// How many elements, for LMOVEM.
    how: Option<How>,
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    Ok(Command::Move(Move {
        source: words[1],
        destination: words[2],
        from: side(words[3])?,
        to: side(words[4])?,
        how: None,
    })
    .into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn rpoplpush<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    Ok(Command::Move(Move {
        source: words[1],
        destination: words[2],
        from: Side::Right,
        to: Side::Left,
        how: None,
    })
    .into())
}

pub(super) fn parse_many<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    Ok(Command::Move(Move {
        source: words[1],
        destination: words[2],
        from: side(words[3])?,
        to: side(words[4])?,
        how: Some(parse_how(&words[5..])?),
    })
    .into())
}

/// `[<COUNT count | EXACTLY n> <OBO | BULK>]`
pub(crate) fn parse_how(words: &[&[u8]]) -> Result<How, Refusal> {
    let [kind, n, order] = words else {
        return if words.is_empty() {
            Ok(How::One)
        } else {
            Err(Refusal::SYNTAX)
        };
    };
    let order = match order {
        word if is(word, "OBO") => Order::OneByOne,
        word if is(word, "BULK") => Order::Bulk,
        _ => return Err(Refusal::SYNTAX),
    };
    if is(kind, "COUNT") {
        let refusal = Refusal::new("ERR count should be greater than 0");
        let n = above_zero(n, refusal)?;
        Ok(How::Count { n, order })
    } else if is(kind, "EXACTLY") {
        let refusal = Refusal::new("ERR exactly should be greater than 0");
        let n = above_zero(n, refusal)?;
        Ok(How::Exactly { n, order })
    } else {
        Err(Refusal::SYNTAX)
    }
}

impl Move<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let Self {
            source,
            destination,
            from,
            to,
            how,
        } = self;
        match how {
            None => match on!(store, lmove(source, destination, from, to))? {
                Some(element) => reply.bulk(element),
                None => reply.null(),
            },
            Some(how) => match on!(store, lmovem(source, destination, from, to, how))? {
                Some(elements) => write_elements(&elements, &mut reply),
                None => reply.null_array(),
            },
        }
        Ok(())
    }
}

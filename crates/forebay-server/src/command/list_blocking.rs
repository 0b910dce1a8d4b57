//! Commands on lists that wait for elements.

use bytes::Bytes;
use forebay::{How, Side, Timeout};
use forebay_resp::ReplyWriter;

use super::arguments::{side, timeout};
use super::flow::wait;
use super::list::{Mpop, parse_how, parse_mpop, write_elements, write_mpop};
use super::spec::{Spec, rows};
use super::{Command as AnyCommand, Context, Flow, Keys, Refusal, Store};

pub(super) static COMMANDS: &[Spec] = rows! { List:
    "blpop" -3 "key [key ...] timeout" "2.0.0" [WRITE NOSCRIPT BLOCKING] BUT_LAST
        |words| pop(words, Side::Left),
        "Removes the first element of the first list that has one, or waits for it.";
    "brpop" -3 "key [key ...] timeout" "2.0.0" [WRITE NOSCRIPT BLOCKING] BUT_LAST
        |words| pop(words, Side::Right),
        "Removes the last element of the first list that has one, or waits for it.";
    "blmpop" -5 "timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]" "7.0.0"
        [WRITE BLOCKING MOVABLEKEYS] NONE mpop,
        "Removes elements of the first list that has some, or waits for them.";
    "blmove" 6 "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout" "6.2.0"
        [WRITE DENYOOM NOSCRIPT BLOCKING] PAIR movement,
        "Moves an element from one list to another, or waits for it.";
    "brpoplpush" 4 "source destination timeout" "2.2.0"
        [WRITE DENYOOM NOSCRIPT BLOCKING] PAIR rpoplpush,
        "Moves the last element of a list to the head of another, or waits for it.";
    "blmovem" -6
        "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout [<COUNT count | EXACTLY n> <OBO | BULK>]"
        "8.10.0" [WRITE DENYOOM NOSCRIPT BLOCKING] PAIR movement_of_many,
        "Moves several elements from one list to another, or waits for them.";
};

/// A command on lists that waits.
#[derive(Debug)]
pub(crate) struct Command<'a> {
    timeout: Timeout,
    what: What<'a>,
}

#[derive(Debug)]
enum What<'a> {
    Pop {
        keys: &'a [&'a [u8]],
        side: Side,
    },
    Mpop(Mpop<'a>),
    Move {
        source: &'a [u8],
        destination: &'a [u8],
        from: Side,
        to: Side,
        /// How many elements, for BLMOVEM.
        how: Option<How>,
    },
}

fn command(timeout: Timeout, what: What<'_>) -> AnyCommand<'_> {
    AnyCommand::BlockingList(Command { timeout, what })
}

fn pop<'a>(words: &'a [&'a [u8]], side: Side) -> Result<AnyCommand<'a>, Refusal> {
    let [_, keys @ .., last] = words else {
        return Err(Refusal::SYNTAX);
    };
    Ok(command(timeout(last)?, What::Pop { keys, side }))
}

fn mpop<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let timeout = timeout(words[1])?;
    Ok(command(timeout, What::Mpop(parse_mpop(&words[2..])?)))
}

fn movement<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let what = What::Move {
        source: words[1],
        destination: words[2],
        from: side(words[3])?,
        to: side(words[4])?,
        how: None,
    };
    Ok(command(timeout(words[5])?, what))
}

fn rpoplpush<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let what = What::Move {
        source: words[1],
        destination: words[2],
        from: Side::Right,
        to: Side::Left,
        how: None,
    };
    Ok(command(timeout(words[3])?, what))
}

fn movement_of_many<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let what = What::Move {
        source: words[1],
        destination: words[2],
        from: side(words[3])?,
        to: side(words[4])?,
        how: Some(parse_how(&words[6..])?),
    };
    Ok(command(timeout(words[5])?, what))
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        match &self.what {
            What::Pop { keys: named, .. } => keys.extend_from_slice(named),
            What::Mpop(command) => keys.extend_from_slice(command.keys),
            What::Move {
                source,
                destination,
                ..
            } => keys.extend([*source, *destination]),
        }
    }

    /// Writes the reply, or waits for it.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let Self { timeout, what } = self;
        let Store::Engine(engine) = &mut context.store else {
            return what.execute_at_once(context);
        };
        match what {
            What::Pop { keys, side } => {
                let future = match side {
                    Side::Left => engine.blpop_async(keys, timeout),
                    Side::Right => engine.brpop_async(keys, timeout),
                };
                wait(context, future, write_pair, Refusal::from)
            }
            What::Mpop(Mpop { keys, side, count }) => {
                let future = engine.blmpop_async(timeout, keys, side, count);
                wait(context, future, write_mpop, Refusal::from)
            }
            What::Move {
                source,
                destination,
                from,
                to,
                how: None,
            } => {
                let future = engine.blmove_async(source, destination, from, to, timeout);
                let write = |element: Bytes, reply: &mut ReplyWriter<'_>| reply.bulk(element);
                wait(context, future, write, Refusal::from)
            }
            What::Move {
                source,
                destination,
                from,
                to,
                how: Some(how),
            } => {
                let future = engine.blmovem_async(source, destination, from, to, how, timeout);
                let write = |elements: Vec<Bytes>, reply: &mut ReplyWriter<'_>| {
                    write_elements(&elements, reply);
                };
                wait(context, future, write, Refusal::from)
            }
        }
    }
}

impl What<'_> {
    /// In a transaction, where nothing waits.
    fn execute_at_once(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let Store::Transaction(transaction) = &mut context.store else {
            return Err(Refusal::SYNTAX);
        };
        match self {
            Self::Pop { keys, side } => {
                let popped = transaction.lmpop(keys, side, 1)?;
                let mut reply = context.reply();
                match popped {
                    Some((key, mut elements)) => match elements.pop() {
                        Some(element) => write_pair((key, element), &mut reply),
                        None => reply.null_array(),
                    },
                    None => reply.null_array(),
                }
            }
            Self::Mpop(Mpop { keys, side, count }) => {
                match transaction.lmpop(keys, side, count)? {
                    Some(popped) => write_mpop(popped, &mut context.reply()),
                    None => context.reply().null_array(),
                }
            }
            Self::Move {
                source,
                destination,
                from,
                to,
                how: None,
            } => match transaction.lmove(source, destination, from, to)? {
                Some(element) => context.reply().bulk(element),
                None => context.reply().null(),
            },
            Self::Move {
                source,
                destination,
                from,
                to,
                how: Some(how),
            } => match transaction.lmovem(source, destination, from, to, how)? {
                Some(elements) if !elements.is_empty() => {
                    write_elements(&elements, &mut context.reply());
                }
                _ => context.reply().null_array(),
            },
        }
        Ok(Flow::Next)
    }
}

fn write_pair((key, element): (Bytes, Bytes), reply: &mut ReplyWriter<'_>) {
    reply.array(2);
    reply.bulk(key);
    reply.bulk(element);
}

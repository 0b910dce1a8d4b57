//! Commands on lists that wait for elements.

use bytes::Bytes;
use forebay::{Side, Timeout};
use forebay_resp::ReplyWriter;

use super::arguments::timeout;
use super::flow::wait;
use super::spec::{Flags, Group, KeyPositions, Spec};
use super::{Context, Flow, Keys, Refusal, Store};

const BLOCKING: Flags = Flags::WRITE.union(Flags::NOSCRIPT).union(Flags::BLOCKING);

pub(super) static COMMANDS: &[Spec] = &[
    Spec::new(
        Group::List,
        "blpop",
        -3,
        "key [key ...] timeout",
        "2.0.0",
        "Removes the first element of the first list that has one, or waits for it.",
        |words| pop(words, Side::Left),
    )
    .flags(BLOCKING)
    .keys(KeyPositions::new(1, -2, 1)),
    Spec::new(
        Group::List,
        "brpop",
        -3,
        "key [key ...] timeout",
        "2.0.0",
        "Removes the last element of the first list that has one, or waits for it.",
        |words| pop(words, Side::Right),
    )
    .flags(BLOCKING)
    .keys(KeyPositions::new(1, -2, 1)),
];

/// A command on lists that waits.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Pop {
        keys: &'a [&'a [u8]],
        side: Side,
        timeout: Timeout,
    },
}

fn pop<'a>(words: &'a [&'a [u8]], side: Side) -> Result<super::Command<'a>, Refusal> {
    let [_, keys @ .., last] = words else {
        return Err(Refusal::SYNTAX);
    };
    let timeout = timeout(last)?;
    Ok(super::Command::BlockingList(Command::Pop {
        keys,
        side,
        timeout,
    }))
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        match self {
            Self::Pop { keys: named, .. } => keys.extend_from_slice(named),
        }
    }

    /// Writes the reply, or waits for it.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        match self {
            Self::Pop {
                keys,
                side,
                timeout,
            } => {
                let future = match &mut context.store {
                    Store::Engine(engine) => match side {
                        Side::Left => engine.blpop_async(keys, timeout),
                        Side::Right => engine.brpop_async(keys, timeout),
                    },
                    Store::Transaction(transaction) => {
                        let popped = transaction.lmpop(keys, side, 1)?;
                        let mut reply = context.reply();
                        match popped {
                            Some((key, elements)) => pair(&key, &elements[0], &mut reply),
                            None => reply.null_array(),
                        }
                        return Ok(Flow::Next);
                    }
                };
                let write = |(key, element): (Bytes, Bytes), reply: &mut ReplyWriter<'_>| {
                    pair(&key, &element, reply);
                };
                wait(context, future, write, Refusal::from)
            }
        }
    }
}

fn pair(key: &[u8], element: &[u8], reply: &mut ReplyWriter<'_>) {
    reply.array(2);
    reply.bulk(key);
    reply.bulk(element);
}

//! Carries a command out on the engine: by name, by a handle, or inside a transaction.

use alloc::collections::BTreeSet;
use core::time::Duration;

use bytes::Bytes;
use forebay::{Engine, Error, KeyType, LposOptions, ScanOptions, Side};

use crate::command::{Command, ExpireUnit, Fault, RemainingUnit, Reply};

/// The ways to reach a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Name,
    Handle,
    Transaction,
}

/// How long a blocking command waits for what is not there.
const PATIENCE: Duration = Duration::from_millis(1);

/// Carries `command` out. `advance` moves the clock of the engine on.
pub(crate) fn apply(
    engine: &Engine,
    route: Route,
    command: &Command,
    advance: &dyn Fn(u64),
) -> Reply {
    match command {
        Command::Transaction { commands } => transaction(engine, &command.keys(), commands),
        Command::Advance { ms } => {
            advance(*ms);
            Reply::Done
        }
        _ => match route {
            Route::Transaction if is_allowed_in_transaction(command) => {
                match transaction(engine, &command.keys(), core::slice::from_ref(command)) {
                    Reply::All(mut replies) => replies.remove(0),
                    other => other,
                }
            }
            Route::Handle => by_handle(engine, command).unwrap_or_else(|| by_name(engine, command)),
            _ => by_name(engine, command),
        },
    }
}

fn is_allowed_in_transaction(command: &Command) -> bool {
    !matches!(
        command,
        Command::PopEach { .. }
            | Command::BlockingPop { .. }
            | Command::Blmove { .. }
            | Command::Brpoplpush { .. }
            | Command::Blmpop { .. }
            | Command::Blmovem { .. }
            | Command::Keys { .. }
            | Command::Scan { .. }
            | Command::Randomkey
            | Command::Dbsize
            | Command::Flushall
            | Command::Advance { .. }
            | Command::Transaction { .. }
    )
}

/// A refusal as data.
pub(crate) fn fault(error: &Error) -> Fault {
    match error {
        Error::NoSuchKey => Fault::NoSuchKey,
        Error::IndexOutOfRange => Fault::IndexOutOfRange,
        Error::RankZero => Fault::RankZero,
        Error::RankOutOfRange => Fault::RankOutOfRange,
        Error::NegativeCount => Fault::NegativeCount,
        Error::NegativeMaxlen => Fault::NegativeMaxlen,
        Error::CountZero => Fault::CountZero,
        Error::SameKey => Fault::SameKey,
        Error::ExpireOutOfRange => Fault::ExpireOutOfRange,
        Error::NoKeys => Fault::NoKeys,
        Error::NoElements => Fault::NoElements,
        other => panic!("a refusal that no Redis command knows: {other}"),
    }
}

fn ready<T>(result: Result<T, Error>, reply: impl FnOnce(T) -> Reply) -> Reply {
    match result {
        Ok(value) => reply(value),
        Err(error) => Reply::Fault(fault(&error)),
    }
}

fn done((): ()) -> Reply {
    Reply::Done
}

fn unsigned(value: u64) -> Reply {
    Reply::Integer(i64::try_from(value).expect("a short list"))
}

fn flag(value: bool) -> Reply {
    Reply::Integer(i64::from(value))
}

fn element(value: Option<Bytes>) -> Reply {
    value.map_or(Reply::Nothing, Reply::Element)
}

fn elements(value: Option<Vec<Bytes>>) -> Reply {
    value.map_or(Reply::Nothing, Reply::Elements)
}

fn from_key(value: Option<(Bytes, Vec<Bytes>)>) -> Reply {
    value.map_or(Reply::Nothing, |(key, elements)| Reply::From(key, elements))
}

fn key_type(value: Option<KeyType>) -> Reply {
    Reply::Element(Bytes::from_static(match value {
        None => b"none",
        Some(KeyType::List) => b"list",
        Some(_) => b"other",
    }))
}

fn indexes(found: Vec<u64>) -> Reply {
    Reply::Integers(
        found
            .into_iter()
            .map(|at| i64::try_from(at).expect("short"))
            .collect(),
    )
}

/// The commands that an engine and a transaction have under the same names.
macro_rules! on_keys {
    ($target:expr, $command:expr) => {
        match $command {
            Command::Push {
                side: Side::Left,
                only_existing: false,
                key,
                elements,
            } => ready($target.lpush(key, elements), unsigned),
            Command::Push {
                side: Side::Right,
                only_existing: false,
                key,
                elements,
            } => ready($target.rpush(key, elements), unsigned),
            Command::Push {
                side: Side::Left,
                only_existing: true,
                key,
                elements,
            } => ready($target.lpushx(key, elements), unsigned),
            Command::Push {
                side: Side::Right,
                only_existing: true,
                key,
                elements,
            } => ready($target.rpushx(key, elements), unsigned),
            Command::Pop {
                side: Side::Left,
                key,
            }
            | Command::PopWith {
                side: Side::Left,
                key,
            } => ready($target.lpop(key), element),
            Command::Pop {
                side: Side::Right,
                key,
            }
            | Command::PopWith {
                side: Side::Right,
                key,
            } => ready($target.rpop(key), element),
            Command::PopCount {
                side: Side::Left,
                key,
                count,
            } => ready($target.lpop_count(key, *count), elements),
            Command::PopCount {
                side: Side::Right,
                key,
                count,
            } => ready($target.rpop_count(key, *count), elements),
            Command::Llen { key } => ready($target.llen(key), unsigned),
            Command::Lrange { key, start, stop } => {
                ready($target.lrange(key, *start, *stop), Reply::Elements)
            }
            Command::Lindex { key, index } => ready($target.lindex(key, *index), element),
            Command::Lset {
                key,
                index,
                element,
            } => ready($target.lset(key, *index, element), done),
            Command::Linsert {
                key,
                position,
                pivot,
                element,
            } => ready(
                $target.linsert(key, *position, pivot, element),
                Reply::Integer,
            ),
            Command::Lrem {
                key,
                count,
                element,
            } => ready($target.lrem(key, *count, element), unsigned),
            Command::Ltrim { key, start, stop } => ready($target.ltrim(key, *start, *stop), done),
            Command::Lpos { key, element } => ready($target.lpos(key, element), |at| {
                at.map_or(Reply::Nothing, unsigned)
            }),
            Command::LposWith {
                key,
                element,
                rank,
                count,
                maxlen,
            } => ready(
                $target.lpos_with(key, element, lpos_options(*rank, *count, *maxlen)),
                indexes,
            ),
            Command::Lmove { src, dst, from, to } => {
                ready($target.lmove(src, dst, *from, *to), element)
            }
            Command::Rpoplpush { src, dst } => ready($target.rpoplpush(src, dst), element),
            Command::Lmpop { keys, side, count } => {
                ready($target.lmpop(keys, *side, *count), from_key)
            }
            Command::Lmovem {
                src,
                dst,
                from,
                to,
                how,
            } => ready($target.lmovem(src, dst, *from, *to, *how), elements),
            Command::Del { keys } => ready($target.del(keys), unsigned),
            Command::Unlink { keys } => ready($target.unlink(keys), unsigned),
            Command::Exists { keys } => ready($target.exists(keys), unsigned),
            Command::Type { key } => ready($target.key_type(key), key_type),
            Command::Rename { src, dst } => ready($target.rename(src, dst), done),
            Command::Renamenx { src, dst } => ready($target.renamenx(src, dst), flag),
            Command::Copy { src, dst, replace } => ready($target.copy(src, dst, *replace), flag),
            Command::Expire {
                unit,
                key,
                when,
                condition,
            } => ready(
                match unit {
                    ExpireUnit::Seconds => $target.expire(key, *when, *condition),
                    ExpireUnit::Milliseconds => $target.pexpire(key, *when, *condition),
                    ExpireUnit::AtSeconds => $target.expireat(key, *when, *condition),
                    ExpireUnit::AtMilliseconds => $target.pexpireat(key, *when, *condition),
                },
                flag,
            ),
            Command::Remaining { unit, key } => ready(
                match unit {
                    RemainingUnit::Seconds => $target.ttl(key),
                    RemainingUnit::Milliseconds => $target.pttl(key),
                    RemainingUnit::AtSeconds => $target.expiretime(key),
                    RemainingUnit::AtMilliseconds => $target.pexpiretime(key),
                },
                Reply::Integer,
            ),
            Command::Persist { key } => ready($target.persist(key), flag),
            other => panic!("not a command on keys: {other:?}"),
        }
    };
}

fn lpos_options(rank: i64, count: Option<i64>, maxlen: i64) -> LposOptions {
    LposOptions {
        rank,
        count,
        maxlen,
    }
}

fn transaction(engine: &Engine, keys: &[Bytes], commands: &[Command]) -> Reply {
    let replies = engine.transaction(keys, |tx| {
        commands
            .iter()
            .map(|command| on_keys!(tx, command))
            .collect::<Vec<_>>()
    });
    Reply::All(replies.expect("the keys are declared"))
}

fn by_name(engine: &Engine, command: &Command) -> Reply {
    match command {
        Command::PopWith { side, key } => ready(
            match side {
                Side::Left => engine.lpop_with(key, Bytes::copy_from_slice),
                Side::Right => engine.rpop_with(key, Bytes::copy_from_slice),
            },
            element,
        ),
        Command::PopEach { side, key, max } => {
            let mut out = Vec::new();
            let take = |bytes: &[u8]| out.push(Bytes::copy_from_slice(bytes));
            let count = match side {
                Side::Left => engine.lpop_each(key, *max, take),
                Side::Right => engine.rpop_each(key, *max, take),
            };
            assert_eq!(
                count.expect("no limit is passed"),
                out.len(),
                "one call for each element"
            );
            Reply::Elements(out)
        }
        Command::BlockingPop { side, keys } => ready(
            match side {
                Side::Left => engine.blpop(keys, PATIENCE),
                Side::Right => engine.brpop(keys, PATIENCE),
            },
            |found| from_key(found.map(|(key, element)| (key, vec![element]))),
        ),
        Command::Blmove { src, dst, from, to } => {
            ready(engine.blmove(src, dst, *from, *to, PATIENCE), element)
        }
        Command::Brpoplpush { src, dst } => ready(engine.brpoplpush(src, dst, PATIENCE), element),
        Command::Blmpop { keys, side, count } => {
            ready(engine.blmpop(PATIENCE, keys, *side, *count), from_key)
        }
        Command::Blmovem {
            src,
            dst,
            from,
            to,
            how,
        } => ready(
            engine.blmovem(src, dst, *from, *to, *how, PATIENCE),
            elements,
        ),
        Command::Keys { pattern } => ready(engine.keys(pattern), |keys| {
            Reply::Keys(keys.into_iter().collect())
        }),
        Command::Scan { pattern, count } => scan(engine, pattern.as_ref(), *count),
        Command::Randomkey => ready(engine.randomkey(), element),
        Command::Dbsize => ready(engine.dbsize(), unsigned),
        Command::Flushall => ready(engine.flushall(), done),
        _ => on_keys!(engine, command),
    }
}

/// A whole iteration.
fn scan(engine: &Engine, pattern: Option<&Bytes>, count: usize) -> Reply {
    let mut keys = BTreeSet::new();
    let mut cursor = 0;
    loop {
        let options = ScanOptions {
            pattern: pattern.cloned(),
            count,
            ..ScanOptions::default()
        };
        let (next, some) = engine.scan(cursor, options).expect("a right cursor");
        keys.extend(some);
        cursor = next;
        if cursor == 0 {
            return Reply::Keys(keys);
        }
    }
}

/// The commands that a handle has; of the others it knows nothing.
fn by_handle(engine: &Engine, command: &Command) -> Option<Reply> {
    let list = |key: &Bytes| engine.list(key).expect("a short key");
    Some(match command {
        Command::Push {
            side,
            only_existing,
            key,
            elements,
        } => ready(
            match (side, only_existing) {
                (Side::Left, false) => list(key).lpush(elements),
                (Side::Right, false) => list(key).rpush(elements),
                (Side::Left, true) => list(key).lpushx(elements),
                (Side::Right, true) => list(key).rpushx(elements),
            },
            unsigned,
        ),
        Command::Pop {
            side: Side::Left,
            key,
        } => ready(list(key).lpop(), element),
        Command::Pop {
            side: Side::Right,
            key,
        } => ready(list(key).rpop(), element),
        Command::PopWith {
            side: Side::Left,
            key,
        } => ready(list(key).lpop_with(Bytes::copy_from_slice), element),
        Command::PopWith {
            side: Side::Right,
            key,
        } => ready(list(key).rpop_with(Bytes::copy_from_slice), element),
        Command::PopCount {
            side: Side::Left,
            key,
            count,
        } => ready(list(key).lpop_count(*count), elements),
        Command::PopCount {
            side: Side::Right,
            key,
            count,
        } => ready(list(key).rpop_count(*count), elements),
        Command::PopEach { side, key, max } => {
            let mut out = Vec::new();
            let take = |bytes: &[u8]| out.push(Bytes::copy_from_slice(bytes));
            let count = match side {
                Side::Left => list(key).lpop_each(*max, take),
                Side::Right => list(key).rpop_each(*max, take),
            };
            assert_eq!(
                count.expect("no limit is passed"),
                out.len(),
                "one call for each element"
            );
            Reply::Elements(out)
        }
        Command::Llen { key } => ready(list(key).llen(), unsigned),
        Command::Lrange { key, start, stop } => {
            ready(list(key).lrange(*start, *stop), Reply::Elements)
        }
        Command::Lindex { key, index } => ready(list(key).lindex(*index), element),
        Command::Lset {
            key,
            index,
            element,
        } => ready(list(key).lset(*index, element), done),
        Command::Linsert {
            key,
            position,
            pivot,
            element,
        } => ready(list(key).linsert(*position, pivot, element), Reply::Integer),
        Command::Lrem {
            key,
            count,
            element,
        } => ready(list(key).lrem(*count, element), unsigned),
        Command::Ltrim { key, start, stop } => ready(list(key).ltrim(*start, *stop), done),
        Command::Lpos { key, element } => ready(list(key).lpos(element), |at| {
            at.map_or(Reply::Nothing, unsigned)
        }),
        Command::LposWith {
            key,
            element,
            rank,
            count,
            maxlen,
        } => ready(
            list(key).lpos_with(element, lpos_options(*rank, *count, *maxlen)),
            indexes,
        ),
        Command::BlockingPop { side, keys } if keys.len() == 1 => ready(
            match side {
                Side::Left => list(&keys[0]).blpop(PATIENCE),
                Side::Right => list(&keys[0]).brpop(PATIENCE),
            },
            |found| from_key(found.map(|element| (keys[0].clone(), vec![element]))),
        ),
        _ => return None,
    })
}

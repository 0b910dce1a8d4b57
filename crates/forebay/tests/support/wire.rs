//! Commands as Redis takes them, and its replies as the engine's.

use alloc::collections::BTreeSet;

use bytes::Bytes;
use forebay::{ExpireCondition, Position, Side};

use crate::command::{Command, ExpireUnit, Fault, RemainingUnit, Reply};
use crate::resp::{Client, Value};

/// The arguments of `command`; blocking commands wait for a millisecond.
///
/// # Panics
/// With a command that is newer than Redis 7.0, or is no single command.
pub(crate) fn encode(command: &Command) -> Vec<Bytes> {
    let line = Line::default();
    match command {
        Command::Push {
            side,
            only_existing,
            key,
            elements,
        } => line
            .word(match (side, only_existing) {
                (Side::Left, false) => "LPUSH",
                (Side::Right, false) => "RPUSH",
                (Side::Left, true) => "LPUSHX",
                (Side::Right, true) => "RPUSHX",
            })
            .bytes(key)
            .all(elements),
        Command::Pop { side, key } | Command::PopWith { side, key } => {
            line.word(pop(*side)).bytes(key)
        }
        Command::PopCount { side, key, count } => line.word(pop(*side)).bytes(key).number(count),
        Command::Llen { key } => line.word("LLEN").bytes(key),
        Command::Lrange { key, start, stop } => {
            line.word("LRANGE").bytes(key).number(start).number(stop)
        }
        Command::Lindex { key, index } => line.word("LINDEX").bytes(key).number(index),
        Command::Lset {
            key,
            index,
            element,
        } => line.word("LSET").bytes(key).number(index).bytes(element),
        Command::Linsert {
            key,
            position,
            pivot,
            element,
        } => line
            .word("LINSERT")
            .bytes(key)
            .word(if *position == Position::Before {
                "BEFORE"
            } else {
                "AFTER"
            })
            .bytes(pivot)
            .bytes(element),
        Command::Lrem {
            key,
            count,
            element,
        } => line.word("LREM").bytes(key).number(count).bytes(element),
        Command::Ltrim { key, start, stop } => {
            line.word("LTRIM").bytes(key).number(start).number(stop)
        }
        Command::Lpos { key, element } => line.word("LPOS").bytes(key).bytes(element),
        Command::LposWith {
            key,
            element,
            rank,
            count,
            maxlen,
        } => {
            let line = line
                .word("LPOS")
                .bytes(key)
                .bytes(element)
                .word("RANK")
                .number(rank);
            let line = match count {
                Some(count) => line.word("COUNT").number(count),
                None => line,
            };
            line.word("MAXLEN").number(maxlen)
        }
        Command::Lmove { src, dst, from, to } => line
            .word("LMOVE")
            .bytes(src)
            .bytes(dst)
            .side(*from)
            .side(*to),
        Command::Blmove { src, dst, from, to } => line
            .word("BLMOVE")
            .bytes(src)
            .bytes(dst)
            .side(*from)
            .side(*to)
            .word(PATIENCE),
        Command::Rpoplpush { src, dst } => line.word("RPOPLPUSH").bytes(src).bytes(dst),
        Command::Brpoplpush { src, dst } => {
            line.word("BRPOPLPUSH").bytes(src).bytes(dst).word(PATIENCE)
        }
        Command::Lmpop { keys, side, count } => line
            .word("LMPOP")
            .number(&keys.len())
            .all(keys)
            .side(*side)
            .word("COUNT")
            .number(count),
        Command::Blmpop { keys, side, count } => line
            .word("BLMPOP")
            .word(PATIENCE)
            .number(&keys.len())
            .all(keys)
            .side(*side)
            .word("COUNT")
            .number(count),
        Command::BlockingPop { side, keys } => line
            .word(if *side == Side::Left {
                "BLPOP"
            } else {
                "BRPOP"
            })
            .all(keys)
            .word(PATIENCE),
        Command::Del { keys } => line.word("DEL").all(keys),
        Command::Unlink { keys } => line.word("UNLINK").all(keys),
        Command::Exists { keys } => line.word("EXISTS").all(keys),
        Command::Type { key } => line.word("TYPE").bytes(key),
        Command::Rename { src, dst } => line.word("RENAME").bytes(src).bytes(dst),
        Command::Renamenx { src, dst } => line.word("RENAMENX").bytes(src).bytes(dst),
        Command::Copy { src, dst, replace } => {
            let line = line.word("COPY").bytes(src).bytes(dst);
            if *replace { line.word("REPLACE") } else { line }
        }
        Command::Keys { pattern } => line.word("KEYS").bytes(pattern),
        Command::Randomkey => line.word("RANDOMKEY"),
        Command::Dbsize => line.word("DBSIZE"),
        Command::Flushall => line.word("FLUSHALL"),
        Command::Expire {
            unit,
            key,
            when,
            condition,
        } => {
            let line = line.word(expire(*unit)).bytes(key).number(when);
            match condition {
                ExpireCondition::Always => line,
                ExpireCondition::Nx => line.word("NX"),
                ExpireCondition::Xx => line.word("XX"),
                ExpireCondition::Gt => line.word("GT"),
                ExpireCondition::Lt => line.word("LT"),
            }
        }
        Command::Remaining { unit, key } => line.word(remaining(*unit)).bytes(key),
        Command::Persist { key } => line.word("PERSIST").bytes(key),
        Command::PopEach { .. }
        | Command::Lmovem { .. }
        | Command::Blmovem { .. }
        | Command::Advance { .. }
        | Command::Scan { .. }
        | Command::Transaction { .. } => panic!("not one command of Redis 7.0: {command:?}"),
    }
    .0
}

const PATIENCE: &str = "0.001";

#[derive(Default)]
struct Line(Vec<Bytes>);

impl Line {
    fn word(mut self, word: &'static str) -> Self {
        self.0.push(Bytes::from_static(word.as_bytes()));
        self
    }

    fn bytes(mut self, bytes: &Bytes) -> Self {
        self.0.push(bytes.clone());
        self
    }

    fn all(mut self, bytes: &[Bytes]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn number(mut self, number: &impl ToString) -> Self {
        self.0.push(Bytes::from(number.to_string()));
        self
    }

    fn side(self, side: Side) -> Self {
        self.word(if side == Side::Left { "LEFT" } else { "RIGHT" })
    }
}

fn pop(side: Side) -> &'static str {
    if side == Side::Left { "LPOP" } else { "RPOP" }
}

fn expire(unit: ExpireUnit) -> &'static str {
    match unit {
        ExpireUnit::Seconds => "EXPIRE",
        ExpireUnit::Milliseconds => "PEXPIRE",
        ExpireUnit::AtSeconds => "EXPIREAT",
        ExpireUnit::AtMilliseconds => "PEXPIREAT",
    }
}

fn remaining(unit: RemainingUnit) -> &'static str {
    match unit {
        RemainingUnit::Seconds => "TTL",
        RemainingUnit::Milliseconds => "PTTL",
        RemainingUnit::AtSeconds => "EXPIRETIME",
        RemainingUnit::AtMilliseconds => "PEXPIRETIME",
    }
}

/// The reply to `command`, in the words of the engine.
pub(crate) fn decode(command: &Command, value: Value) -> Reply {
    match value {
        Value::Simple(text) if text == "OK" => Reply::Done,
        Value::Simple(text) => Reply::Element(Bytes::from(text)),
        Value::Error(text) => Reply::Fault(fault(&text)),
        // The engine's form of LPOS with options always answers a list.
        Value::Integer(at) if matches!(command, Command::LposWith { .. }) => {
            Reply::Integers(vec![at])
        }
        Value::Bulk(None) if matches!(command, Command::LposWith { .. }) => {
            Reply::Integers(Vec::new())
        }
        Value::Integer(value) => Reply::Integer(value),
        Value::Bulk(None) | Value::Array(None) => Reply::Nothing,
        Value::Bulk(Some(bytes)) => Reply::Element(Bytes::from(bytes)),
        Value::Array(Some(values)) => match command {
            Command::LposWith { .. } => Reply::Integers(values.into_iter().map(integer).collect()),
            Command::Keys { .. } => Reply::Keys(values.into_iter().map(bulk).collect()),
            Command::BlockingPop { .. } => {
                let mut parts = values.into_iter().map(bulk);
                let key = parts.next().expect("a key comes first");
                Reply::From(key, parts.collect())
            }
            Command::Lmpop { .. } | Command::Blmpop { .. } => {
                let mut parts = values.into_iter();
                let key = bulk(parts.next().expect("a key comes first"));
                let Some(Value::Array(Some(elements))) = parts.next() else {
                    panic!("elements come second")
                };
                Reply::From(key, elements.into_iter().map(bulk).collect())
            }
            _ => Reply::Elements(values.into_iter().map(bulk).collect()),
        },
    }
}

/// A whole iteration with SCAN.
pub(crate) fn scan(client: &mut Client, pattern: Option<&Bytes>, count: usize) -> Reply {
    let mut keys = BTreeSet::new();
    let mut cursor = Bytes::from_static(b"0");
    loop {
        let line = Line::default()
            .word("SCAN")
            .bytes(&cursor)
            .word("COUNT")
            .number(&count);
        let line = match pattern {
            Some(pattern) => line.word("MATCH").bytes(pattern),
            None => line,
        };
        let reply = client.call(&line.0).expect("the server answers");
        let Value::Array(Some(parts)) = reply else {
            panic!("SCAN answers an array")
        };
        let [next, Value::Array(Some(some))] = &parts[..] else {
            panic!("of two parts")
        };
        keys.extend(some.iter().cloned().map(bulk));
        cursor = bulk(next.clone());
        if cursor == "0" {
            return Reply::Keys(keys);
        }
    }
}

fn bulk(value: Value) -> Bytes {
    match value {
        Value::Bulk(Some(bytes)) => Bytes::from(bytes),
        other => panic!("not a string: {other:?}"),
    }
}

fn integer(value: Value) -> i64 {
    match value {
        Value::Integer(value) => value,
        other => panic!("not an integer: {other:?}"),
    }
}

fn fault(text: &str) -> Fault {
    match text {
        "ERR no such key" => Fault::NoSuchKey,
        "ERR index out of range" => Fault::IndexOutOfRange,
        "ERR COUNT can't be negative" => Fault::NegativeCount,
        "ERR MAXLEN can't be negative" => Fault::NegativeMaxlen,
        "ERR count should be greater than 0" => Fault::CountZero,
        "ERR source and destination objects are the same" => Fault::SameKey,
        _ if text.starts_with("ERR RANK can't be zero") => Fault::RankZero,
        _ if text.starts_with("ERR invalid expire time") => Fault::ExpireOutOfRange,
        _ if text.starts_with("ERR wrong number of arguments") => Fault::NoKeys,
        _ => panic!("an error of Redis that no command here should meet: {text}"),
    }
}

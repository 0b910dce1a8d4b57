//! Streams: the plain model and the engine answer what is written down, the model answers what a
//! real Redis answers, and the engine what the model answers.
//!
//! The second needs `redis-server` on the machine; without one the test says so and compares
//! nothing. What is newer than Redis 7.0 stands in the cases only.
#![cfg(test)]

extern crate alloc;

#[path = "support/redis_server.rs"]
mod redis_server;
#[path = "support/resp.rs"]
mod resp;
#[path = "support/streams/mod.rs"]
mod streams;

use std::collections::HashMap;

use bytes::Bytes;
use forebay::StreamId;
use proptest::prelude::*;
use proptest::test_runner::{Config as Proptest, TestRunner};

use redis_server::RedisServer;
use resp::{Client, Value};
use streams::cases::{Step, cases};
use streams::command::Command;
use streams::embedded::{Embedded, Manner};
use streams::generate::{lines, newest_lines};
use streams::model::Model;
use streams::notation::text;
use streams::parse::parse;
use streams::reply::Reply;
use streams::wire::value;

/// Where the clock of a case stands at first.
const START_MS: i64 = 1_700_000_000_000;

/// How many milliseconds two clocks may be apart.
const CLOCKS_MS: i64 = 60_000;

/// How many entries Redis puts into a node, so that trimming with `~` meets several.
const NODE_ENTRIES_MAX: u64 = 4;

/// No other number is so large.
const TIMES_FROM: i64 = 100_000_000;

/// Who can be asked.
trait Streams {
    fn apply(&mut self, now_ms: i64, command: &Command) -> Reply;
}

impl Streams for Model {
    fn apply(&mut self, now_ms: i64, command: &Command) -> Reply {
        self.apply(now_ms, command)
    }
}

impl Streams for Embedded {
    fn apply(&mut self, now_ms: i64, command: &Command) -> Reply {
        self.apply(now_ms, command)
    }
}

/// What is answered to a line.
fn ask(streams: &mut impl Streams, now_ms: i64, line: &str) -> (Option<Command>, Value) {
    match parse(line) {
        Ok(command) => {
            let reply = streams.apply(now_ms, &command);
            let value = value(Some(&command), &reply);
            (Some(command), value)
        }
        Err(error) => (None, value(None, &Reply::Refused(error))),
    }
}

macro_rules! case_files {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            let file = include_str!(concat!("cases/streams/", stringify!($name), ".txt"));
            check_cases(file, |_| Model::default());
            for manner in Manner::ALL {
                check_cases(file, |now_ms| Embedded::new(manner, now_ms));
            }
        })*
    };
}

case_files!(
    transcripts,
    ids,
    reading,
    idempotence,
    references,
    deletion,
    claiming,
    giving_back,
    limits,
    lag,
    groups,
);

fn check_cases<S: Streams>(file: &str, start: impl Fn(i64) -> S) {
    let mut wrong = Vec::new();
    for case in cases(file) {
        let mut streams = None;
        let mut now_ms = START_MS;
        for step in case.steps {
            match step {
                Step::Advance { ms } => now_ms += ms,
                Step::Ask { line, answer } => {
                    let streams = streams.get_or_insert_with(|| start(now_ms));
                    let actual = text(&ask(streams, now_ms, line).1);
                    if actual != answer {
                        wrong.push(format!(
                            "{}\n  > {line}\n  expected {answer}\n  actual   {actual}",
                            case.title
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A server, or a loud word that there is none.
fn server() -> Option<RedisServer> {
    match RedisServer::start() {
        Ok(server) => Some(server),
        Err(error) => {
            eprintln!("\n*** SKIPPED: nothing was compared with Redis: no redis-server: {error}\n");
            None
        }
    }
}

/// The value as far as two servers with two clocks, one of them of version 7.0, must agree on it:
/// without what that does not know, and with times to the nearest minute or so.
fn comparable(command: Option<&Command>, value: Value) -> Value {
    match command {
        Some(Command::XinfoStream { .. } | Command::XinfoStreamFull { .. }) => known(value),
        Some(Command::XinfoGroups { .. } | Command::XinfoConsumers { .. }) => each(value, known),
        Some(Command::XpendingRows { .. }) => each(value, |row| at(row, 2, rounded)),
        // Nothing, or an empty array.
        Some(Command::Xadd { .. } | Command::Xread { .. } | Command::Xreadgroup { .. }) => {
            match value {
                Value::Array(None) => Value::Bulk(None),
                value => value,
            }
        }
        _ => value,
    }
}

fn each(value: Value, f: impl FnMut(Value) -> Value) -> Value {
    match value {
        Value::Array(Some(values)) => Value::Array(Some(values.into_iter().map(f).collect())),
        value => value,
    }
}

fn at(value: Value, index: usize, f: impl FnOnce(Value) -> Value) -> Value {
    match value {
        Value::Array(Some(mut values)) => {
            let part = core::mem::replace(&mut values[index], Value::Bulk(None));
            values[index] = f(part);
            Value::Array(Some(values))
        }
        value => value,
    }
}

/// A short time as none.
fn rounded(value: Value) -> Value {
    match value {
        Value::Integer(0..CLOCKS_MS) => Value::Integer(0),
        value => value,
    }
}

/// Whether they are equal but for times that are a little apart.
fn agree(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(Some(a)), Value::Array(Some(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b))
        }
        (&Value::Integer(a), &Value::Integer(b)) if a.min(b) > TIMES_FROM => {
            (a - b).abs() < CLOCKS_MS
        }
        (a, b) => a == b,
    }
}

/// A map without the names that Redis 7.0 does not know, and with times rounded.
fn known(value: Value) -> Value {
    let Value::Array(Some(values)) = value else {
        return value;
    };
    let mut kept = Vec::new();
    let mut values = values.into_iter();
    while let Some((name, value)) = values.next().zip(values.next()) {
        let value = match text(&name).trim_matches('\'') {
            "idmp-duration" | "idmp-maxsize" | "pids-tracked" | "iids-tracked" | "iids-added"
            | "iids-duplicates" | "nacked-count" | "active-time" | "inactive"
            | "radix-tree-keys" | "radix-tree-nodes" => continue,
            "idle" | "seen-time" => rounded(value),
            "pending" => each(value, |row| {
                let time = match &row {
                    Value::Array(Some(parts)) => parts.len() - 2,
                    _ => 0,
                };
                at(row, time, rounded)
            }),
            "groups" | "consumers" => each(value, known),
            _ => value,
        };
        kept.push(name);
        kept.push(value);
    }
    Value::Array(Some(kept))
}

/// Runs `lines` on both. The model's clock is that of the server at each command.
fn compare(client: &mut Client, lines: &[String]) -> Result<(), TestCaseError> {
    client.call(&["FLUSHALL"]).unwrap();
    let entries_max = NODE_ENTRIES_MAX.to_string();
    client
        .call(&["CONFIG", "SET", "stream-node-max-entries", &entries_max])
        .unwrap();
    let ends = ["s", "t"].map(|key| format!("XINFO STREAM {key} FULL COUNT 0"));
    let lines: Vec<&String> = lines.iter().chain(&ends).collect();
    for line in &lines {
        client.queue(&["TIME"]);
        client.queue(&line.split(' ').collect::<Vec<_>>());
    }
    client.flush().unwrap();
    let mut model = Model::redis_70(NODE_ENTRIES_MAX);
    for (number, line) in lines.iter().enumerate() {
        let now_ms = unix_ms(&client.reply().unwrap());
        let redis = client.reply().unwrap();
        let now_ms = given_ms(&redis)
            .filter(|ms| (now_ms..now_ms + CLOCKS_MS).contains(ms))
            .unwrap_or(now_ms);
        let (command, expected) = ask(&mut model, now_ms, line);
        let command = command.as_ref();
        let (redis, expected) = (comparable(command, redis), comparable(command, expected));
        prop_assert!(
            agree(&redis, &expected),
            "command {number}: {line}\n redis {}\n model {}\n all {:#?}",
            text(&redis),
            text(&expected),
            &lines[..=number]
        );
    }
    Ok(())
}

fn unix_ms(time: &Value) -> i64 {
    let Value::Array(Some(parts)) = time else {
        panic!("TIME answers two numbers")
    };
    let number = |at: usize| -> i64 {
        text(&parts[at])
            .trim_matches('\'')
            .parse()
            .expect("a number")
    };
    number(0) * 1000 + number(1) / 1000
}

/// The time in an id.
fn given_ms(reply: &Value) -> Option<i64> {
    let id: StreamId = text(reply).trim_matches('\'').parse().ok()?;
    i64::try_from(id.ms).ok()
}

#[test]
fn the_model_answers_what_redis_answers() {
    let Some(server) = server() else { return };
    let long = std::env::var_os("FOREBAY_LONG").is_some();
    let (cases, len) = if long { (20_000, 300) } else { (500, 150) };
    let config = Proptest {
        cases,
        failure_persistence: None,
        ..Proptest::default()
    };
    TestRunner::new(config)
        .run(&lines(len), |lines| {
            compare(&mut server.connect().unwrap(), &lines)
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Runs `lines` on the engine and on the model.
fn compare_embedded(manner: Manner, lines: &[String]) -> Result<(), TestCaseError> {
    let mut engine = Embedded::new(manner, START_MS);
    let mut model = Model::by_ordinal();
    let mut given = Given::default();
    let ends = ["s", "t"].map(|key| format!("XINFO STREAM {key} FULL COUNT 0"));
    let lines = lines.iter().chain(&ends).enumerate();
    for ((number, line), now_ms) in lines.clone().zip((START_MS..).step_by(500)) {
        let (command, actual) = ask(&mut engine, now_ms, line);
        let expected = ask(&mut model, now_ms, line).1;
        prop_assert!(
            actual == expected,
            "command {number}: {line}\n engine {}\n model  {}\n all {:#?}",
            text(&actual),
            text(&expected),
            lines
                .take(number + 1)
                .map(|(_, line)| line)
                .collect::<Vec<_>>()
        );
        if given.is_given_again(command.as_ref(), &actual) {
            break;
        }
    }
    Ok(())
}

/// The last id that each stream has given to an entry.
///
/// XSETID can go back to before trimmed entries, so that their ids are given again. Redis then
/// takes the new entry for the old one where that is still pending, and the engine does not.
#[derive(Debug, Default)]
struct Given(HashMap<Bytes, StreamId>);

impl Given {
    fn is_given_again(&mut self, command: Option<&Command>, answer: &Value) -> bool {
        match command {
            Some(Command::Xadd { key, options, .. }) if options.idempotence.is_none() => {
                let Ok(id) = text(answer).trim_matches('\'').parse() else {
                    return false;
                };
                let before = self.0.insert(key.clone(), id);
                before.is_some_and(|before| id <= before)
            }
            Some(Command::Del { key }) => {
                self.0.remove(key);
                false
            }
            _ => false,
        }
    }
}

fn check_embedded(manner: Manner) {
    let long = std::env::var_os("FOREBAY_LONG").is_some();
    let (cases, len) = if long { (20_000, 400) } else { (300, 200) };
    let config = Proptest {
        cases,
        failure_persistence: None,
        ..Proptest::default()
    };
    TestRunner::new(config)
        .run(&newest_lines(len), |lines| compare_embedded(manner, &lines))
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_engine_answers_what_the_model_answers() {
    check_embedded(Manner::ByName);
}

#[test]
fn handles_answer_what_the_model_answers() {
    check_embedded(Manner::ByHandle);
}

#[test]
fn keys_that_need_attention_answer_what_the_model_answers() {
    check_embedded(Manner::Attended);
}

#[test]
fn transactions_answer_what_the_model_answers() {
    check_embedded(Manner::InTransaction);
}

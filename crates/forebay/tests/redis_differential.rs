//! Random command sequences on the engine give what a real Redis gives.
//!
//! Needs `redis-server` on the machine; without one the tests say so and compare nothing. Commands
//! newer than Redis 7.0 are left to the model.
#![cfg(test)]

extern crate alloc;

#[path = "support/command.rs"]
#[expect(dead_code, reason = "some commands are newer than Redis 7.0")]
mod command;
#[path = "support/embedded.rs"]
mod embedded;
#[path = "support/generate.rs"]
mod generate;
#[path = "support/redis_server.rs"]
mod redis_server;
#[path = "support/resp.rs"]
mod resp;
#[path = "support/wire.rs"]
mod wire;

use core::time::Duration;

use bytes::Bytes;
use forebay::{Config, Engine, Error, ExpireCondition, LposOptions, Position, Side};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Proptest, TestRunner};

use command::{Command, ExpireUnit, Fault, RemainingUnit, Reply};
use embedded::{Route, apply};
use generate::{commands, out_of_bounds, unit};
use redis_server::RedisServer;
use resp::{Client, Value};
use wire::{decode, encode};

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

fn engine() -> Engine {
    Engine::open(Config::in_memory().workers(1)).unwrap()
}

/// Expiries that are either long past or so far off that two clocks agree on them.
fn past_or_far() -> impl Strategy<Value = (ExpireUnit, i64)> {
    let far =
        (unit(), select(vec![-10_i64, 0, 2_000, 5_000, 9_000])).prop_map(|(unit, seconds)| {
            let day = 4_102_444_800;
            match unit {
                ExpireUnit::Seconds => (unit, seconds),
                ExpireUnit::Milliseconds => (unit, seconds * 1000),
                ExpireUnit::AtSeconds => (unit, if seconds > 0 { day + seconds } else { seconds }),
                ExpireUnit::AtMilliseconds => (
                    unit,
                    if seconds > 0 {
                        (day + seconds) * 1000
                    } else {
                        seconds
                    },
                ),
            }
        });
    prop_oneof![10 => far, 1 => (unit(), out_of_bounds())]
}

/// Runs `commands` and gives the decoded replies. All but iterations go in one pipeline.
fn ask(client: &mut Client, commands: &[Command]) -> Vec<Reply> {
    let mut replies = Vec::new();
    for run in commands.split_inclusive(|command| matches!(command, Command::Scan { .. })) {
        let piped = || {
            run.iter()
                .filter(|command| !matches!(command, Command::Scan { .. }))
        };
        piped().for_each(|command| queue(client, command));
        client.flush().unwrap();
        replies.extend(piped().map(|command| answer(client, command)));
        if let Some(Command::Scan { pattern, count }) = run.last() {
            replies.push(wire::scan(client, pattern.as_ref(), *count));
        }
    }
    replies
}

/// The commands that go within MULTI and EXEC: within them, blocking commands do not wait, while
/// outside Redis looks for timeouts only ten times a second.
fn within(command: &Command) -> Option<&[Command]> {
    match command {
        Command::Transaction { commands } => Some(commands),
        Command::BlockingPop { .. }
        | Command::Blmove { .. }
        | Command::Brpoplpush { .. }
        | Command::Blmpop { .. } => Some(core::slice::from_ref(command)),
        _ => None,
    }
}

fn queue(client: &mut Client, command: &Command) {
    match within(command) {
        None => client.queue(&encode(command)),
        Some(commands) => {
            client.queue(&["MULTI"]);
            for command in commands {
                client.queue(&encode(command));
            }
            client.queue(&["EXEC"]);
        }
    }
}

fn answer(client: &mut Client, command: &Command) -> Reply {
    let Some(commands) = within(command) else {
        return decode(command, client.reply().unwrap());
    };
    assert_eq!(
        client.reply().unwrap(),
        Value::Simple("OK".to_owned()),
        "MULTI"
    );
    let queued: Vec<Value> = commands.iter().map(|_| client.reply().unwrap()).collect();
    let mut replies: Vec<Reply> = match client.reply().unwrap() {
        Value::Array(Some(replies)) => commands
            .iter()
            .zip(replies)
            .map(|(command, reply)| decode(command, reply))
            .collect(),
        // Refused as it was queued, with too few arguments.
        _ => commands
            .iter()
            .zip(queued)
            .map(|(command, reply)| decode(command, reply))
            .collect(),
    };
    match command {
        Command::Transaction { .. } => Reply::All(replies),
        _ => replies.remove(0),
    }
}

/// Whether two right servers may answer so: the engine is asked a little later than Redis, and
/// any key is a random one.
fn agree(command: &Command, redis: &Reply, engine: &Reply) -> bool {
    let near = |a: i64, b: i64, limit: i64| a == b || (a >= 0 && b >= 0 && (a - b).abs() <= limit);
    match (command, redis, engine) {
        (Command::Randomkey, Reply::Element(_), Reply::Element(_)) => true,
        (Command::Remaining { unit, .. }, &Reply::Integer(a), &Reply::Integer(b)) => {
            let limit = match unit {
                RemainingUnit::Seconds | RemainingUnit::AtSeconds => 60,
                RemainingUnit::Milliseconds | RemainingUnit::AtMilliseconds => 60_000,
            };
            near(a, b, limit)
        }
        (Command::Transaction { commands }, Reply::All(redis), Reply::All(engine)) => {
            redis.len() == engine.len()
                && commands
                    .iter()
                    .zip(redis.iter().zip(engine))
                    .all(|(command, (redis, engine))| agree(command, redis, engine))
        }
        _ => redis == engine,
    }
}

/// The same command where two clocks that differ by a millisecond cannot tell: a time from now is
/// not compared with an earlier time from then, and no time is so late that Redis' own sums
/// overflow.
fn settle(command: Command) -> Command {
    match command {
        Command::Expire {
            unit: ExpireUnit::AtMilliseconds,
            key,
            when: i64::MAX,
            condition,
        } => Command::Expire {
            unit: ExpireUnit::AtSeconds,
            key,
            when: i64::MAX,
            condition,
        },
        Command::Expire {
            unit: ExpireUnit::Seconds | ExpireUnit::Milliseconds,
            key,
            when,
            condition: condition @ (ExpireCondition::Gt | ExpireCondition::Lt),
        } => Command::Expire {
            unit: ExpireUnit::AtMilliseconds,
            key,
            when: if when > 0 {
                5_000_000_000_000 + when % 1_000_000
            } else {
                when
            },
            condition,
        },
        Command::Transaction { commands } => Command::Transaction {
            commands: commands.into_iter().map(settle).collect(),
        },
        command => command,
    }
}

fn compare(
    client: &mut Client,
    commands: &[Command],
    routes: &[Route],
) -> Result<(), TestCaseError> {
    client.call(&["FLUSHALL"]).unwrap();
    let engine = engine();
    // What is left in the end is compared too.
    let keys = [&b"a"[..], b"b", b"user:7", b"", b"\0\xff\r\n"].map(Bytes::from_static);
    let last = keys.into_iter().map(|key| Command::Lrange {
        key,
        start: 0,
        stop: -1,
    });
    let commands: Vec<Command> = commands.iter().cloned().map(settle).chain(last).collect();
    let replies = ask(client, &commands);
    for (at, (command, redis)) in commands.iter().zip(replies).enumerate() {
        let route = routes[at % routes.len()];
        let actual = apply(&engine, route, command, &|_| ());
        prop_assert!(
            agree(command, &redis, &actual),
            "command {at} by {route:?}: {command:?}\n redis  {redis:?}\n engine {actual:?}"
        );
    }
    Ok(())
}

#[test]
fn any_sequence_of_commands_behaves_as_redis() {
    let Some(server) = server() else { return };
    let long = std::env::var_os("FOREBAY_LONG").is_some();
    let (cases, len) = if long { (10_000, 300) } else { (250, 80) };
    let routes = proptest::collection::vec(
        select(vec![Route::Name, Route::Handle, Route::Transaction]),
        1..8,
    );
    let nothing_more = Just(Command::Dbsize).boxed();
    let config = Proptest {
        cases,
        failure_persistence: None,
        ..Proptest::default()
    };
    TestRunner::new(config)
        .run(
            &(commands(len, &past_or_far().boxed(), &nothing_more), routes),
            |(commands, routes)| compare(&mut server.connect().unwrap(), &commands, &routes),
        )
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn refuses_what_redis_refuses() {
    let Some(server) = server() else { return };
    let mut client = server.connect().unwrap();
    let key = Bytes::from_static(b"a");
    let none: Vec<Bytes> = Vec::new();
    let expire = |unit, when| Command::Expire {
        unit,
        key: key.clone(),
        when,
        condition: ExpireCondition::Always,
    };
    let lpos = |rank, count, maxlen| Command::LposWith {
        key: key.clone(),
        element: key.clone(),
        rank,
        count,
        maxlen,
    };
    let lset = |index| Command::Lset {
        key: key.clone(),
        index,
        element: key.clone(),
    };
    let refused = [
        (lset(2), Fault::IndexOutOfRange),
        (lset(-3), Fault::IndexOutOfRange),
        (lset(i64::MIN), Fault::IndexOutOfRange),
        (
            Command::Lset {
                key: Bytes::from_static(b"none"),
                index: 0,
                element: key.clone(),
            },
            Fault::NoSuchKey,
        ),
        (lpos(0, None, 0), Fault::RankZero),
        (lpos(1, Some(-1), 0), Fault::NegativeCount),
        (lpos(1, None, -1), Fault::NegativeMaxlen),
        (
            Command::Lmpop {
                keys: vec![key.clone()],
                side: Side::Left,
                count: 0,
            },
            Fault::CountZero,
        ),
        (
            Command::Blmpop {
                keys: vec![key.clone()],
                side: Side::Left,
                count: 0,
            },
            Fault::CountZero,
        ),
        (
            Command::Copy {
                src: key.clone(),
                dst: key.clone(),
                replace: true,
            },
            Fault::SameKey,
        ),
        (
            Command::Rename {
                src: Bytes::from_static(b"none"),
                dst: key.clone(),
            },
            Fault::NoSuchKey,
        ),
        (
            Command::Renamenx {
                src: Bytes::from_static(b"none"),
                dst: key.clone(),
            },
            Fault::NoSuchKey,
        ),
        (
            expire(ExpireUnit::Seconds, i64::MAX),
            Fault::ExpireOutOfRange,
        ),
        (
            expire(ExpireUnit::Seconds, i64::MIN),
            Fault::ExpireOutOfRange,
        ),
        (
            expire(ExpireUnit::Milliseconds, i64::MAX),
            Fault::ExpireOutOfRange,
        ),
        (
            expire(ExpireUnit::AtSeconds, i64::MAX),
            Fault::ExpireOutOfRange,
        ),
        (Command::Del { keys: none.clone() }, Fault::NoKeys),
        (Command::Unlink { keys: none.clone() }, Fault::NoKeys),
        (Command::Exists { keys: none.clone() }, Fault::NoKeys),
        (
            Command::BlockingPop {
                side: Side::Left,
                keys: none.clone(),
            },
            Fault::NoKeys,
        ),
        (
            Command::Push {
                side: Side::Left,
                only_existing: false,
                key: key.clone(),
                elements: none,
            },
            Fault::NoElements,
        ),
    ];
    client.call(&["RPUSH", "a", "x", "y"]).unwrap();
    let engine = engine();
    engine.rpush("a", ["x", "y"]).unwrap();
    for (command, fault) in refused {
        let redis = ask(&mut client, core::slice::from_ref(&command));
        let expected = match (&command, &redis[0]) {
            // All that Redis says about too few arguments is that they are too few.
            (_, Reply::Fault(Fault::NoKeys)) => fault,
            (_, Reply::Fault(redis)) => *redis,
            (_, other) => panic!("{command:?} is answered by Redis with {other:?}"),
        };
        assert_eq!(expected, fault, "{command:?}");
        for route in [Route::Name, Route::Handle] {
            let actual = apply(&engine, route, &command, &|_| ());
            assert_eq!(actual, Reply::Fault(fault), "{command:?} by {route:?}");
        }
    }
    // Nothing changed.
    assert_eq!(engine.lrange("a", 0, -1).unwrap(), ["x", "y"]);
    assert_eq!(engine.pttl("a").unwrap(), -1);
    assert_eq!(engine.dbsize().unwrap(), 1);
}

#[test]
fn refuses_the_timeouts_that_redis_refuses() {
    let Some(server) = server() else { return };
    let mut client = server.connect().unwrap();
    client.call(&["RPUSH", "ready", "x"]).unwrap();
    let engine = engine();
    engine.rpush("ready", ["x"]).unwrap();
    // Redis 7.0 calls a timeout that is too long a negative one.
    for (seconds, text) in [(-1.0, "-1"), (-0.5, "-0.5"), (f64::NAN, "nan")] {
        let Value::Error(redis) = client.call(&["BLPOP", "ready", text]).unwrap() else {
            panic!("Redis takes {text} for a timeout")
        };
        let error = engine.blpop(&["ready"], seconds).unwrap_err();
        let expected = match error {
            Error::TimeoutNegative => "ERR timeout is negative",
            Error::TimeoutNotFinite => "ERR timeout is not a float or out of range",
            other => panic!("{text}: {other}"),
        };
        assert_eq!(redis, expected, "{text}");
    }
    assert_eq!(engine.llen("ready").unwrap(), 1, "nothing was popped");
}

/// What LPOS, LINSERT and LRANGE do at their edges, spelled out so that a failure is readable.
#[test]
fn agrees_with_redis_on_the_examples_of_its_documentation() {
    let Some(server) = server() else { return };
    let mut client = server.connect().unwrap();
    let engine = engine();
    let all = ["a", "b", "c", "1", "2", "3", "c", "c"];
    engine.rpush("k", all).unwrap();
    let mut push = vec!["RPUSH", "k"];
    push.extend(all);
    client.call(&push).unwrap();
    for rank in [-4, -3, -1, 1, 2, 4] {
        for count in 0..4 {
            for maxlen in [0, 1, 3, 7, 8, 9] {
                let (rank_text, count_text, maxlen_text) =
                    (rank.to_string(), count.to_string(), maxlen.to_string());
                let reply = client
                    .call(&[
                        "LPOS",
                        "k",
                        "c",
                        "RANK",
                        &rank_text,
                        "COUNT",
                        &count_text,
                        "MAXLEN",
                        &maxlen_text,
                    ])
                    .unwrap();
                let Value::Array(Some(positions)) = reply else {
                    panic!("{reply:?}")
                };
                let options = LposOptions {
                    rank,
                    count: Some(count),
                    maxlen,
                };
                let actual = engine.lpos_with("k", "c", options).unwrap();
                let actual: Vec<Value> = actual
                    .into_iter()
                    .map(|at| Value::Integer(i64::try_from(at).unwrap()))
                    .collect();
                assert_eq!(
                    actual, positions,
                    "RANK {rank} COUNT {count} MAXLEN {maxlen}"
                );
            }
        }
    }
    assert_eq!(
        client.call(&["LINSERT", "k", "AFTER", "c", "new"]).unwrap(),
        Value::Integer(9)
    );
    assert_eq!(engine.linsert("k", Position::After, "c", "new").unwrap(), 9);
    let waited = engine.blpop(&["none"], Duration::from_millis(2)).unwrap();
    assert_eq!(waited, None);
    assert_eq!(
        client.call(&["BLPOP", "none", "0.002"]).unwrap(),
        Value::Array(None)
    );
}

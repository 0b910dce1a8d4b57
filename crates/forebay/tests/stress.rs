//! Many threads for some seconds: every message is popped exactly once, each producer's in order.
//!
//! Eight threads on however many processors there are. `FOREBAY_LONG=1` runs twenty times as long.
#![cfg(test)]

extern crate alloc;

#[path = "support/executor.rs"]
mod executor;
#[path = "support/message.rs"]
mod message;
#[path = "support/random.rs"]
mod random;

use core::panic::AssertUnwindSafe;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::panic::{catch_unwind, resume_unwind};
use std::thread;

use bytes::Bytes;
use forebay::{Config, Engine, ExpireCondition, How, Order, Position, Side};

use executor::block_on;
use message::{Ledger, Message, Progress};
use random::Random;

/// No test may wait longer for a message than this.
const PATIENCE: Duration = Duration::from_secs(60);

fn engine() -> Engine {
    Engine::open(Config::in_memory()).unwrap()
}

fn scale(count: usize) -> usize {
    if std::env::var_os("FOREBAY_LONG").is_some() {
        count * 20
    } else {
        count
    }
}

/// Mostly small, some empty but for the header, a few of up to 100 KB.
fn padding(random: &mut Random) -> usize {
    let limit = match random.below(1_000) {
        0..700 => 100,
        700..980 => 1_000,
        980..998 => 9_000,
        _ => 100_000,
    };
    usize::try_from(random.below(limit)).unwrap()
}

/// Pushes `count` messages on the left, one by one or some together.
fn produce(engine: &Engine, key: &str, producer: usize, count: usize) {
    let mut random = Random::new(producer as u64);
    let list = engine.list(key).unwrap();
    let mut number = 0;
    while number < count {
        let batch = if random.one_in(8) {
            1 + usize::try_from(random.below(20)).unwrap()
        } else {
            1
        };
        let batch = batch.min(count - number);
        let messages: Vec<Vec<u8>> = (number..number + batch)
            .map(|number| Message { producer, number }.encode(padding(&mut random)))
            .collect();
        if random.one_in(3) {
            engine.lpush(key, &messages).unwrap();
        } else {
            list.lpush(&messages).unwrap();
        }
        number += batch;
        match random.below(400) {
            0..4 => thread::yield_now(),
            4 => thread::sleep(Duration::from_micros(random.below(300))),
            _ => {}
        }
    }
}

/// Pops on the right in every way there is until `total` messages are out.
fn consume(engine: &Engine, key: &str, seed: u64, popped: &Progress) -> Vec<Message> {
    let mut random = Random::new(seed);
    let list = engine.list(key).unwrap();
    let mut got = Vec::new();
    while popped.unfinished() {
        let before = got.len();
        let patience = Duration::from_micros(1 + random.below(3_000));
        match random.below(9) {
            0 => got.extend(list.rpop().unwrap().map(|bytes| Message::decode(&bytes))),
            1 => got.extend(list.rpop_with(Message::decode).unwrap()),
            2 => got.extend(engine.rpop_with(key, Message::decode).unwrap()),
            3 => {
                let some = list
                    .rpop_count(random.below(30))
                    .unwrap()
                    .unwrap_or_default();
                got.extend(some.iter().map(|bytes| Message::decode(bytes)));
            }
            4 => {
                let max = usize::try_from(random.below(30)).unwrap();
                let out = &mut got;
                let count = list
                    .rpop_each(max, |bytes| out.push(Message::decode(bytes)))
                    .unwrap();
                assert_eq!(count, got.len() - before);
            }
            5 => got.extend(
                list.brpop(patience)
                    .unwrap()
                    .map(|bytes| Message::decode(&bytes)),
            ),
            6 => {
                let found = engine.brpop(&["nothing here", key], patience).unwrap();
                got.extend(found.map(|(_, bytes)| Message::decode(&bytes)));
            }
            7 => {
                let found = block_on(engine.brpop_async(&[key], patience)).unwrap();
                got.extend(found.map(|(_, bytes)| Message::decode(&bytes)));
            }
            _ => {
                let found = engine.blmpop(patience, &[key], Side::Right, 5).unwrap();
                let found = found.map(|(_, elements)| elements).unwrap_or_default();
                got.extend(found.iter().map(|bytes| Message::decode(bytes)));
            }
        }
        popped.add(got.len() - before);
    }
    got
}

/// Does what freezes the list and changes no message.
fn disturb(engine: &Engine, key: &str, done: &AtomicBool) {
    let mut random = Random::new(77);
    while !done.load(SeqCst) {
        match random.below(12) {
            0 => drop(engine.lrange(key, 0, 3).unwrap()),
            1 => drop(engine.lindex(key, -1).unwrap()),
            2 => assert_eq!(engine.lrem(key, 0, "no such message").unwrap(), 0),
            3 => {
                let inserted = engine.linsert(key, Position::Before, "no such message", "x");
                assert!(inserted.unwrap() <= 0);
            }
            4 => engine.ltrim(key, 0, -1).unwrap(),
            5 => drop(engine.expire(key, 1_000, ExpireCondition::Always).unwrap()),
            6 => drop(engine.persist(key).unwrap()),
            7 => assert_eq!(engine.lpos(key, "no such message").unwrap(), None),
            8 => {
                let both = engine.transaction(&[key, "copy"], |tx| {
                    (tx.llen(key).unwrap(), tx.llen(key).unwrap())
                });
                let (first, second) = both.unwrap();
                assert_eq!(
                    first, second,
                    "nobody comes between two steps of a transaction"
                );
            }
            9 => {
                engine.copy(key, "copy", true).unwrap();
                engine.del(&["copy"]).unwrap();
            }
            10 => drop(engine.list(key).unwrap().llen().unwrap()),
            _ => engine.maintain(),
        }
        thread::sleep(Duration::from_micros(random.below(500)));
    }
}

#[test]
fn every_message_is_popped_once_and_in_order() {
    let engine = engine();
    let per_producer = scale(24_000);
    let (producers, consumers) = (4, 3);
    let total = producers * per_producer;
    let (popped, done) = (Progress::new(total), AtomicBool::new(false));
    let mut ledger = Ledger::new(&vec![per_producer; producers]);
    thread::scope(|scope| {
        let engine = &engine;
        let popped = &popped;
        for producer in 0..producers {
            scope.spawn(move || produce(engine, "mq", producer, per_producer));
        }
        let got: Vec<_> = (0..consumers)
            .map(|seed| scope.spawn(move || consume(engine, "mq", seed, popped)))
            .collect();
        scope.spawn(|| disturb(engine, "mq", &done));
        for got in got {
            ledger.enter(&got.join().unwrap());
        }
        done.store(true, SeqCst);
    });
    ledger.close();
    assert_eq!(engine.llen("mq").unwrap(), 0);
    assert_eq!(engine.exists(&["mq"]).unwrap(), 0);
}

/// Both ends at once: pushes on both sides and pops on both sides, each message once.
#[test]
fn both_ends_lose_nothing() {
    let engine = engine();
    let per_producer = scale(30_000);
    let total = 4 * per_producer;
    let popped = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 4]);
    thread::scope(|scope| {
        let (engine, popped) = (&engine, &popped);
        for producer in 0..4 {
            scope.spawn(move || {
                let list = engine.list("mq").unwrap();
                let mut random = Random::new(producer as u64);
                for number in 0..per_producer {
                    let message = Message { producer, number }.encode(padding(&mut random) / 4);
                    if producer % 2 == 0 {
                        list.lpush([message]).unwrap();
                    } else {
                        list.rpush([message]).unwrap();
                    }
                }
            });
        }
        let got: Vec<_> = (0..4_u64)
            .map(|seed| {
                scope.spawn(move || {
                    let list = engine.list("mq").unwrap();
                    let mut random = Random::new(seed);
                    let mut got = Vec::new();
                    while popped.unfinished() {
                        let found = match random.below(2) {
                            0 => list.lpop_with(Message::decode).unwrap(),
                            _ => list.rpop_with(Message::decode).unwrap(),
                        };
                        popped.add(usize::from(found.is_some()));
                        got.extend(found);
                    }
                    got
                })
            })
            .collect();
        for got in got {
            // With two ends there is no one order.
            let got = got.join().unwrap();
            for message in got {
                ledger.enter(&[message]);
            }
        }
    });
    ledger.close();
}

/// The reliable queue: a move into a backup list of one's own, and out of it when done.
#[test]
fn reliable_consumers_lose_nothing() {
    let engine = engine();
    let per_producer = scale(9_000);
    let total = 3 * per_producer;
    let finished = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 3]);
    thread::scope(|scope| {
        let (engine, finished) = (&engine, &finished);
        for producer in 0..3 {
            scope.spawn(move || produce(engine, "mq", producer, per_producer));
        }
        let got: Vec<_> = (0..4)
            .map(|consumer| {
                scope.spawn(move || {
                    let backup = format!("backup {consumer}");
                    let mut random = Random::new(consumer);
                    let mut got = Vec::new();
                    while finished.unfinished() {
                        let patience = Duration::from_micros(1 + random.below(4_000));
                        let found = engine
                            .blmove("mq", &backup, Side::Right, Side::Left, patience)
                            .unwrap();
                        let Some(found) = found else { continue };
                        assert_eq!(engine.lrem(&backup, 1, &found).unwrap(), 1);
                        got.push(Message::decode(&found));
                        finished.add(1);
                    }
                    assert_eq!(engine.exists(&[&backup]).unwrap(), 0);
                    got
                })
            })
            .collect();
        for got in got {
            ledger.enter(&got.join().unwrap());
        }
    });
    ledger.close();
}

/// A message whose closure panics goes back; none is lost, none is handled twice, nothing stays
/// locked.
#[test]
fn panicking_closures_hold_nothing() {
    let engine = engine();
    let per_producer = scale(9_000);
    let total = 4 * per_producer;
    let popped = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 4]);
    thread::scope(|scope| {
        let (engine, popped) = (&engine, &popped);
        for producer in 0..4 {
            scope.spawn(move || produce(engine, "mq", producer, per_producer));
        }
        let got: Vec<_> = (0..4)
            .map(|seed| {
                scope.spawn(move || {
                    let list = engine.list("mq").unwrap();
                    let mut random = Random::new(seed);
                    let (mut got, mut popped_before) = (Vec::new(), 0);
                    while popped.unfinished() {
                        let panics = random.one_in(3);
                        let mut look = |bytes: &[u8]| {
                            let message = Message::decode(bytes);
                            if panics {
                                // A panic that prints nothing.
                                resume_unwind(Box::new(message));
                            }
                            got.push(message);
                        };
                        let way = random.below(3);
                        let result = catch_unwind(AssertUnwindSafe(|| match way {
                            0 => drop(engine.rpop_with("mq", look).unwrap()),
                            1 => drop(list.rpop_with(look).unwrap()),
                            _ => drop(list.rpop_each(3, &mut look).unwrap()),
                        }));
                        if let Err(payload) = result {
                            assert!(panics && payload.is::<Message>(), "a panic of the engine");
                        }
                        popped.add(got.len() - popped_before);
                        popped_before = got.len();
                    }
                    got
                })
            })
            .collect();
        for got in got {
            // What goes back may be overtaken by what another consumer takes.
            for message in got.join().unwrap() {
                ledger.enter(&[message]);
            }
        }
    });
    ledger.close();
    assert_eq!(engine.exists(&["mq"]).unwrap(), 0);
    assert_eq!(engine.rpush("mq", ["still there"]).unwrap(), 1);
    assert_eq!(engine.lrange("mq", 0, -1).unwrap(), ["still there"]);
}

/// Futures are polled once or twice and dropped while messages arrive: what one had been handed
/// goes back to where it was, so that the order holds too.
#[test]
fn dropped_futures_lose_nothing() {
    let engine = engine();
    let per_producer = scale(9_000);
    let total = 3 * per_producer;
    let popped = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 3]);
    thread::scope(|scope| {
        let (engine, popped) = (&engine, &popped);
        for producer in 0..3 {
            scope.spawn(move || produce(engine, "mq", producer, per_producer));
        }
        let got: Vec<_> = (0..4)
            .map(|seed| {
                scope.spawn(move || {
                    let mut random = Random::new(seed);
                    let mut got = Vec::new();
                    let mut context = Context::from_waker(Waker::noop());
                    while popped.unfinished() {
                        let mut future = pin!(engine.brpop_async(&["other", "mq"], 0.0));
                        for _ in 0..=random.below(3) {
                            if let Poll::Ready(found) = future.as_mut().poll(&mut context) {
                                let (_, bytes) = found.unwrap().unwrap();
                                got.push(Message::decode(&bytes));
                                popped.add(1);
                                break;
                            }
                            if random.one_in(3) {
                                thread::sleep(Duration::from_micros(random.below(200)));
                            }
                        }
                    }
                    got
                })
            })
            .collect();
        for got in got {
            // Two futures of different threads may be dropped in either order, so only what came
            // and not in which order is certain here.
            for message in got.join().unwrap() {
                ledger.enter(&[message]);
            }
        }
    });
    ledger.close();
    assert_eq!(engine.llen("mq").unwrap(), 0);
    // No registration was left behind that would swallow a message.
    assert_eq!(engine.rpush("mq", ["x"]).unwrap(), 1);
    assert_eq!(engine.llen("mq").unwrap(), 1);
}

/// Timeouts come at the very time of the pushes.
#[test]
fn timeouts_race_pushes() {
    let engine = engine();
    let per_producer = scale(3_000);
    let total = 2 * per_producer;
    let popped = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 2]);
    thread::scope(|scope| {
        let (engine, popped) = (&engine, &popped);
        for producer in 0..2 {
            scope.spawn(move || {
                let mut random = Random::new(producer as u64);
                for number in 0..per_producer {
                    thread::sleep(Duration::from_micros(random.below(1_200)));
                    engine
                        .lpush("mq", [Message { producer, number }.encode(8)])
                        .unwrap();
                }
            });
        }
        let got: Vec<_> = (0..6)
            .map(|consumer| {
                scope.spawn(move || {
                    let mut got = Vec::new();
                    while popped.unfinished() {
                        let patience = Duration::from_millis(1);
                        let found = match consumer % 3 {
                            0 => engine.brpop(&["mq"], patience).unwrap(),
                            1 => engine.brpop(&["other", "mq", "another"], patience).unwrap(),
                            _ => block_on(engine.brpop_async(&["mq"], patience)).unwrap(),
                        };
                        let Some((_, bytes)) = found else { continue };
                        got.push(Message::decode(&bytes));
                        popped.add(1);
                    }
                    got
                })
            })
            .collect();
        for got in got {
            ledger.enter(&got.join().unwrap());
        }
    });
    ledger.close();
    assert_eq!(engine.dbsize().unwrap(), 0);
}

/// RENAME, DEL and FLUSHALL beside pushes and pops. What was deleted is counted in the same
/// transaction, so pushed = popped + deleted.
#[test]
fn renames_and_deletions_keep_the_count() {
    let engine = engine();
    let pushes = scale(60_000);
    let [pushed, taken] = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let done = AtomicBool::new(false);
    let keys = ["a", "b", "c"];
    thread::scope(|scope| {
        let (engine, pushed, taken, done) = (&engine, &pushed, &taken, &done);
        let pushing: Vec<_> = (0..3_u64)
            .map(|seed| {
                scope.spawn(move || {
                    let mut random = Random::new(seed);
                    for _ in 0..pushes / 3 {
                        let key = keys[usize::try_from(random.below(3)).unwrap()];
                        let count = 1 + usize::try_from(random.below(3)).unwrap();
                        engine.lpush(key, vec!["message"; count]).unwrap();
                        pushed.fetch_add(count, SeqCst);
                    }
                })
            })
            .collect();
        for seed in 10..12 {
            scope.spawn(move || {
                let mut random = Random::new(seed);
                while !done.load(SeqCst) {
                    let key = keys[usize::try_from(random.below(3)).unwrap()];
                    let found = engine
                        .brpop(&[key, "b"], Duration::from_micros(200))
                        .unwrap();
                    taken.fetch_add(usize::from(found.is_some()), SeqCst);
                }
            });
        }
        for seed in 20..23 {
            scope.spawn(move || {
                let mut random = Random::new(seed);
                while !done.load(SeqCst) {
                    let src = keys[usize::try_from(random.below(3)).unwrap()];
                    let dst = keys[usize::try_from(random.below(3)).unwrap()];
                    match random.below(4) {
                        0 if src != dst => {
                            let lost = engine.transaction(&[src, dst], |tx| {
                                let lost = tx.llen(dst).unwrap();
                                if tx.rename(src, dst).is_ok() { lost } else { 0 }
                            });
                            taken.fetch_add(usize::try_from(lost.unwrap()).unwrap(), SeqCst);
                        }
                        1 => drop(engine.renamenx(src, dst)),
                        2 => {
                            let lost = engine.transaction(&[src], |tx| {
                                let lost = tx.llen(src).unwrap();
                                assert_eq!(tx.del(&[src]).unwrap(), u64::from(lost > 0));
                                lost
                            });
                            taken.fetch_add(usize::try_from(lost.unwrap()).unwrap(), SeqCst);
                        }
                        _ => drop(engine.lmove(src, dst, Side::Left, Side::Right).unwrap()),
                    }
                    thread::sleep(Duration::from_micros(random.below(200)));
                }
            });
        }
        for pushing in pushing {
            pushing.join().unwrap();
        }
        thread::sleep(Duration::from_millis(5));
        done.store(true, SeqCst);
    });
    let left: u64 = keys.iter().map(|key| engine.llen(key).unwrap()).sum();
    let left = usize::try_from(left).unwrap();
    assert_eq!(
        pushed.load(SeqCst),
        taken.load(SeqCst) + left,
        "{left} are left"
    );
}

/// RENAME, DEL and FLUSHALL as a program calls them: nothing comes twice or out of order, nothing
/// hangs, and in the end nothing is left.
#[test]
fn flushes_beside_everything_else() {
    let engine = engine();
    let per_producer = scale(18_000);
    let done = AtomicBool::new(false);
    let mut ledger = Ledger::new(&[per_producer; 3]);
    thread::scope(|scope| {
        let (engine, done) = (&engine, &done);
        let pushing: Vec<_> = (0..3)
            .map(|producer| scope.spawn(move || produce(engine, "mq", producer, per_producer)))
            .collect();
        let got: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(move || {
                    let mut got = Vec::new();
                    while !done.load(SeqCst) {
                        let found = engine.brpop(&["mq"], Duration::from_millis(1)).unwrap();
                        got.extend(found.map(|(_, bytes)| Message::decode(&bytes)));
                    }
                    got
                })
            })
            .collect();
        scope.spawn(move || {
            let mut random = Random::new(5);
            while !done.load(SeqCst) {
                match random.below(5) {
                    0 => engine.flushall().unwrap(),
                    1 => drop(engine.del(&["mq", "old"]).unwrap()),
                    2 => drop(engine.rename("mq", "old")),
                    3 => drop(engine.unlink(&["old"]).unwrap()),
                    _ => {
                        engine.maintain();
                        assert!(engine.dbsize().unwrap() <= 2);
                        assert!(engine.keys("*").unwrap().len() <= 2);
                    }
                }
                thread::sleep(Duration::from_micros(random.below(1_000)));
            }
        });
        for pushing in pushing {
            pushing.join().unwrap();
        }
        done.store(true, SeqCst);
        for got in got {
            ledger.enter(&got.join().unwrap());
        }
    });
    assert!(ledger.total() > 0, "something came through");
    engine.flushall().unwrap();
    assert_eq!(engine.dbsize().unwrap(), 0);
    assert_eq!(engine.keys("*").unwrap(), Vec::<Bytes>::new());
    assert_eq!(engine.lpush("mq", ["x"]).unwrap(), 1);
}

/// Waiters of all kinds on several keys while messages wander from key to key.
#[test]
fn chains_of_moves_deliver_everything() {
    let engine = engine();
    let count = scale(12_000);
    let arrived = Progress::new(count);
    let mut ledger = Ledger::new(&[count]);
    thread::scope(|scope| {
        let (engine, arrived) = (&engine, &arrived);
        for (src, dst) in [("a", "b"), ("b", "c"), ("c", "d")] {
            for _ in 0..2 {
                scope.spawn(move || {
                    while arrived.unfinished() {
                        let patience = Duration::from_millis(2);
                        drop(
                            engine
                                .blmove(src, dst, Side::Right, Side::Left, patience)
                                .unwrap(),
                        );
                    }
                });
            }
        }
        let consumer = scope.spawn(move || {
            let mut got = Vec::new();
            while got.len() < count {
                let found = engine.brpop(&["d"], PATIENCE).unwrap();
                let (_, bytes) = found.expect("a message arrives in time");
                got.push(Message::decode(&bytes));
            }
            arrived.add(count);
            got
        });
        for number in 0..count {
            engine
                .lpush(
                    "a",
                    [Message {
                        producer: 0,
                        number,
                    }
                    .encode(number % 90)],
                )
                .unwrap();
        }
        ledger.enter(&consumer.join().unwrap());
    });
    ledger.close();
    assert_eq!(engine.dbsize().unwrap(), 0);
}

/// Elements wander between keys by every move there is; whoever looks at all keys in one step sees
/// all of them, and no two steps over the same keys stop one another for ever.
#[test]
fn transactions_see_whole_moves() {
    let engine = engine();
    let keys = ["a", "b", "c", "d", "e"];
    let steps = scale(6_000);
    let total = 500;
    for number in 0..total {
        engine
            .rpush(
                keys[number % keys.len()],
                [Message {
                    producer: 0,
                    number,
                }
                .encode(20)],
            )
            .unwrap();
    }
    thread::scope(|scope| {
        let engine = &engine;
        for seed in 0..5 {
            scope.spawn(move || {
                let mut random = Random::new(seed);
                let any = |random: &mut Random| keys[usize::try_from(random.below(5)).unwrap()];
                for _ in 0..steps {
                    let (src, dst) = (any(&mut random), any(&mut random));
                    match random.below(4) {
                        0 => drop(engine.lmove(src, dst, Side::Left, Side::Left).unwrap()),
                        1 => drop(engine.rpoplpush(src, dst).unwrap()),
                        2 => {
                            let how = How::Count {
                                n: 3,
                                order: Order::Bulk,
                            };
                            drop(
                                engine
                                    .lmovem(src, dst, Side::Left, Side::Right, how)
                                    .unwrap(),
                            );
                        }
                        _ => engine
                            .transaction(&[dst, src], |tx| {
                                if let Some(element) = tx.lpop(src).unwrap() {
                                    tx.rpush(dst, [element]).unwrap();
                                }
                            })
                            .unwrap(),
                    }
                }
            });
        }
        for seed in 10..12 {
            scope.spawn(move || {
                let mut random = Random::new(seed);
                for _ in 0..steps / 10 {
                    // In any order: the engine has one of its own.
                    let mut order = keys;
                    order.rotate_left(usize::try_from(random.below(5)).unwrap());
                    order.swap(0, usize::try_from(random.below(5)).unwrap());
                    let seen = engine.transaction(&order, |tx| {
                        order.iter().map(|key| tx.llen(key).unwrap()).sum::<u64>()
                    });
                    assert_eq!(seen.unwrap(), total as u64);
                }
            });
        }
    });
    let mut ledger = Ledger::new(&[total]);
    for key in keys {
        while let Some(message) = engine.lpop_with(key, Message::decode).unwrap() {
            ledger.enter(&[message]);
        }
    }
    ledger.close();
}

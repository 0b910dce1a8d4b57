//! Many threads for some seconds: every message is popped exactly once, each producer's in order.
//!
//! Eight threads on however many processors there are. `FOREBAY_LONG=1` runs twenty times as long.
#![cfg(test)]

extern crate alloc;

#[path = "../support/executor.rs"]
mod executor;
#[path = "../support/message.rs"]
mod message;
#[path = "../support/random.rs"]
mod random;

mod keys;
mod queue;
mod streams;
mod unwound;

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

//! How much memory keys take, and that it comes back.
//!
//! A program of its own, for it counts what the whole process allocates. With `FOREBAY_LONG=1`, and
//! in a release build, there are ten times as many keys. Segments of long lists are mapped from the
//! system and not counted here: see `resident.rs`.
#![cfg(test)]

#[expect(dead_code, reason = "what is out at the end is counted here")]
#[path = "support/counting_allocator.rs"]
mod counting_allocator;

use std::sync::{Mutex, MutexGuard, PoisonError};

use forebay::{Config, Engine, ScanOptions};

use counting_allocator::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// One test at a time, or they count one another.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn engine() -> Engine {
    Engine::open(Config::in_memory().workers(0)).unwrap()
}

/// A million, or a tenth of it where that would take too long.
fn count() -> u64 {
    let all = !cfg!(debug_assertions) || std::env::var_os("FOREBAY_LONG").is_some();
    if all { 1_000_000 } else { 100_000 }
}

fn key(number: u64) -> String {
    format!("queue:{number:010}")
}

const MESSAGE: [u8; 64] = [1; 64];
/// What an engine may keep for the next burst.
const KEPT_BYTES_MAX: u64 = 2 << 20;

/// Runs the upkeep until it has nothing more to give back.
fn give_back(engine: &Engine) {
    let mut before = u64::MAX;
    let mut same = 0;
    while same < 200 {
        engine.maintain();
        let now = ALLOCATOR.bytes();
        same = if now < before { 0 } else { same + 1 };
        before = before.min(now);
    }
}

#[test]
fn a_key_with_one_entry_is_small() {
    let _alone = alone();
    let count = count();
    let engine = engine();
    let before = ALLOCATOR.bytes();
    for number in 0..count {
        engine.xadd(key(number), [("value", MESSAGE)]).unwrap();
    }
    let per_key = (ALLOCATOR.bytes() - before) / count;
    let beside = per_key - (key(0).len() + MESSAGE.len()) as u64;
    eprintln!("{count} streams: {per_key} bytes each, {beside} beside key and entry");
    assert!(beside <= 512, "{beside} bytes beside key and entry");
}

#[test]
fn a_key_with_one_message_is_small() {
    let _alone = alone();
    let count = count();
    let engine = engine();
    let before = ALLOCATOR.bytes();
    for number in 0..count {
        engine.lpush(key(number), [MESSAGE]).unwrap();
    }
    let per_key = (ALLOCATOR.bytes() - before) / count;
    let beside = per_key - (key(0).len() + MESSAGE.len()) as u64;
    eprintln!("{count} keys: {per_key} bytes each, {beside} beside key and message");
    assert!(beside <= 320, "{beside} bytes beside key and message");
    assert_eq!(engine.dbsize().unwrap(), count);

    for number in 0..count {
        assert_eq!(
            engine.rpop_with(key(number), <[u8]>::len).unwrap(),
            Some(MESSAGE.len())
        );
    }
    assert_eq!(engine.dbsize().unwrap(), 0);
    give_back(&engine);
    let left = ALLOCATOR.bytes().saturating_sub(before);
    eprintln!("{left} bytes are left of {}", per_key * count);
    assert!(
        left <= KEPT_BYTES_MAX,
        "{left} bytes are left after the drain"
    );
}

/// What is deleted is as good as drained.
#[test]
fn flushed_keys_give_their_memory_back() {
    let _alone = alone();
    let engine = engine();
    let before = ALLOCATOR.bytes();
    for number in 0..count() / 4 {
        engine.lpush(key(number), [MESSAGE]).unwrap();
    }
    engine.flushall().unwrap();
    give_back(&engine);
    let left = ALLOCATOR.bytes().saturating_sub(before);
    assert!(
        left <= KEPT_BYTES_MAX,
        "{left} bytes are left after FLUSHALL"
    );
}

/// The upkeep of a keyspace that is in use drops no key that is.
#[test]
fn upkeep_drops_nothing_that_is_used() {
    let _alone = alone();
    let engine = engine();
    let count = 10_000;
    let held: Vec<_> = (0..100)
        .map(|number| engine.list(format!("held {number}")).unwrap())
        .collect();
    for number in 0..count {
        engine.lpush(key(number), [MESSAGE]).unwrap();
        if number % 2 == 0 {
            engine.rpop(key(number)).unwrap();
        }
    }
    give_back(&engine);
    assert_eq!(engine.dbsize().unwrap(), count / 2);
    for list in &held {
        assert_eq!(list.lpush([MESSAGE]).unwrap(), 1);
    }
    for number in 0..100 {
        assert_eq!(
            engine.llen(format!("held {number}")).unwrap(),
            1,
            "handle and name are one list"
        );
    }
    let mut found = 0;
    let mut cursor = 0;
    loop {
        let (next, keys) = engine.scan(cursor, ScanOptions::default()).unwrap();
        found += keys.len() as u64;
        cursor = next;
        if cursor == 0 {
            break;
        }
    }
    assert_eq!(found, count / 2 + 100);
}

/// Big messages leave with their memory.
#[test]
fn big_messages_give_their_memory_back() {
    let _alone = alone();
    let engine = engine();
    let list = engine.list("mq").unwrap();
    let before = ALLOCATOR.bytes();
    let message = vec![7_u8; 1 << 20];
    for _ in 0..20 {
        list.lpush([&message]).unwrap();
    }
    for _ in 0..10 {
        assert_eq!(list.rpop().unwrap().unwrap(), message);
    }
    assert_eq!(list.lrem(0, &message).unwrap(), 10);
    drop(message);
    let left = ALLOCATOR.bytes().saturating_sub(before);
    assert!(left <= KEPT_BYTES_MAX, "{left} bytes are left");
}

/// An engine that is dropped leaves nothing behind but what threads remember.
#[test]
fn a_dropped_engine_gives_everything_back() {
    let _alone = alone();
    let before = ALLOCATOR.bytes();
    let engine = engine();
    for number in 0..1_000 {
        engine.lpush(key(number), vec![[1_u8; 1_000]; 10]).unwrap();
    }
    engine.close();
    drop(engine);
    let left = ALLOCATOR.bytes().saturating_sub(before);
    assert!(left <= KEPT_BYTES_MAX, "{left} bytes are left");
}

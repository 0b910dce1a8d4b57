//! The transcripts that a user of Redis lists types, on the embedded API.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test has threads that outlive a scope"
)]

use core::time::Duration;
use std::thread;

use bytes::Bytes;
use forebay::{Config, Engine, Side, Timeout};

fn engine() -> Engine {
    Engine::open(Config::in_memory()).unwrap()
}

/// `LPUSH mq "101030001:stock:5"` -> `(integer) 1`
#[test]
fn lpush_answers_the_length() {
    let engine = engine();
    assert_eq!(engine.lpush("mq", ["101030001:stock:5"]).unwrap(), 1);
    assert_eq!(engine.list("mq").unwrap().llen().unwrap(), 1);
}

/// `LPUSH mq 5`, `LPUSH mq 3`, `RPOP mq` -> "5", then "3"
#[test]
fn lpush_and_rpop_keep_the_order() {
    let engine = engine();
    assert_eq!(engine.lpush("mq", ["5"]).unwrap(), 1);
    assert_eq!(engine.lpush("mq", ["3"]).unwrap(), 2);
    assert_eq!(engine.rpop("mq").unwrap(), Some(Bytes::from("5")));
    assert_eq!(engine.rpop("mq").unwrap(), Some(Bytes::from("3")));
    assert_eq!(engine.rpop("mq").unwrap(), None);
}

/// The same by a handle.
#[test]
fn a_handle_keeps_the_order() {
    let mq = engine().list("mq").unwrap();
    assert_eq!(mq.lpush(["5"]).unwrap(), 1);
    assert_eq!(mq.lpush(["3"]).unwrap(), 2);
    assert_eq!(mq.rpop().unwrap(), Some(Bytes::from("5")));
    assert_eq!(mq.rpop().unwrap(), Some(Bytes::from("3")));
    assert_eq!(mq.rpop().unwrap(), None);
}

/// `BRPOPLPUSH mq mqback 0` -> "5", and `mqback` holds "5" until it is removed
#[test]
fn brpoplpush_leaves_a_backup_until_it_is_removed() {
    let engine = engine();
    engine.lpush("mq", ["5"]).unwrap();
    engine.lpush("mq", ["3"]).unwrap();
    assert_eq!(
        engine.brpoplpush("mq", "mqback", 0.0).unwrap(),
        Some(Bytes::from("5"))
    );
    assert_eq!(engine.lrange("mqback", 0, -1).unwrap(), ["5"]);
    assert_eq!(engine.lrange("mq", 0, -1).unwrap(), ["3"]);
    assert_eq!(engine.lrem("mqback", 1, "5").unwrap(), 1);
    assert_eq!(engine.exists(&["mqback"]).unwrap(), 0);
}

/// The same, asked before there is anything: it sleeps until the message comes.
#[test]
fn brpoplpush_sleeps_until_a_message_comes() {
    let engine = engine();
    let consumer = {
        let engine = engine.clone();
        thread::spawn(move || engine.brpoplpush("mq", "mqback", 0.0))
    };
    thread::sleep(Duration::from_millis(30));
    assert!(!consumer.is_finished());
    // The length is the one after the push and before the waiting consumer is served.
    assert_eq!(engine.lpush("mq", ["5"]).unwrap(), 1);
    assert_eq!(consumer.join().unwrap().unwrap(), Some(Bytes::from("5")));
    assert_eq!(engine.lrange("mqback", 0, -1).unwrap(), ["5"]);
    assert_eq!(engine.exists(&["mq"]).unwrap(), 0);
}

/// "Set stock to 5", then "set stock to 3": with either pair of ends nobody ever sees them swapped.
#[test]
fn either_pair_of_ends_is_a_queue() {
    let engine = engine();
    for (key, push, pop) in [
        ("a", Side::Left, Side::Right),
        ("b", Side::Right, Side::Left),
    ] {
        for stock in ["5", "3"] {
            match push {
                Side::Left => engine.lpush(key, [stock]).unwrap(),
                Side::Right => engine.rpush(key, [stock]).unwrap(),
            };
        }
        let found = engine.blmpop(Timeout::FOREVER, &[key], pop, 10).unwrap();
        assert_eq!(
            found,
            Some((Bytes::from(key), vec![Bytes::from("5"), Bytes::from("3")]))
        );
    }
}

/// A consumer died half-way: what it had taken is read again from its backup list.
#[test]
fn unfinished_work_is_recovered_from_the_backup() {
    let engine = engine();
    engine
        .lpush("mq", ["1:stock:5", "2:stock:3", "3:stock:1"])
        .unwrap();
    let died = {
        let engine = engine.clone();
        thread::spawn(move || {
            engine.brpoplpush("mq", "mqback", 0.0).unwrap();
            let second = engine.brpoplpush("mq", "mqback", 0.0).unwrap().unwrap();
            assert_ne!(
                second, "2:stock:3",
                "the consumer dies with two messages in its hands"
            );
        })
    };
    assert!(died.join().is_err());
    let unfinished = engine.lrange("mqback", 0, -1).unwrap();
    assert_eq!(
        unfinished,
        ["2:stock:3", "1:stock:5"],
        "newest first, as pushed on the left"
    );
    while engine
        .lmove("mqback", "mq", Side::Left, Side::Right)
        .unwrap()
        .is_some()
    {}
    assert_eq!(
        engine.rpop_count("mq", 9).unwrap().unwrap(),
        ["1:stock:5", "2:stock:3", "3:stock:1"]
    );
}

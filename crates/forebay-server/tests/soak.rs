//! Clients come, wait, work and die, and every message is accounted for.
//!
//! `FOREBAY_SOAK_SECONDS=600 cargo test -p forebay-server --test soak` is the long form.
#![forbid(unsafe_code)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a process has no other clock, and helpers of tests are outside #[test] functions"
)]

mod support;

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use core::time::Duration;
use std::collections::HashMap;
use std::thread;
use std::time::Instant;

use forebay_resp::Reply;
use support::random::Random;
use support::{Client, Server, text};

const PRODUCERS: u64 = 2;
const WORKERS: u64 = 12;

/// How long it takes.
fn duration() -> Duration {
    let seconds = std::env::var("FOREBAY_SOAK_SECONDS").ok();
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(4))
}

/// Pushes messages until `is_over`; how many.
fn produce(port: u16, producer: u64, is_over: &AtomicBool) -> u64 {
    let mut client = Client::connect(port);
    let mut random = Random::new(producer);
    let mut number = 0;
    while !is_over.load(Relaxed) {
        let count = 1 + random.below(5);
        let mut words = vec!["LPUSH".to_owned(), "mq".to_owned()];
        for _ in 0..count {
            words.push(format!("{producer}:{number}"));
            number += 1;
        }
        assert!(
            matches!(client.call(&words), Reply::Integer(_)),
            "a push is counted"
        );
        if random.one_in(4) {
            thread::sleep(Duration::from_micros(500));
        }
    }
    number
}

/// Takes messages over, does them, and now and then dies: while it waits, with a message in hand, or
/// in the middle of a transaction. What it was told that it has done.
fn work(port: u16, seed: u64, is_over: &AtomicBool) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut done = Vec::new();
    while !is_over.load(Relaxed) {
        let mut client = Client::connect(port);
        if random.one_in(3) {
            client.call(&["HELLO", "3"]);
        }
        loop {
            let take = ["BLMOVE", "mq", "doing", "RIGHT", "LEFT", "0.05"];
            if random.one_in(50) {
                // Dies while it waits, or with what it was just given.
                client.send(&take);
                break;
            }
            let message = match client.call(&take) {
                Reply::Bulk(message) => String::from_utf8(message.to_vec()).unwrap(),
                nothing => {
                    assert!(nothing.is_null(), "{}", text(&nothing));
                    if is_over.load(Relaxed) {
                        return done;
                    }
                    continue;
                }
            };
            if random.one_in(60) {
                break;
            }
            client.call(&["MULTI"]);
            client.call(&["LREM", "doing", "1", &message]);
            client.call(&["LPUSH", "done", &message]);
            if random.one_in(60) {
                break;
            }
            let executed = text(&client.call(&["EXEC"]));
            assert!(executed.starts_with("[1, "), "{message}: {executed}");
            done.push(message);
        }
    }
    done
}

#[test]
fn every_message_is_accounted_for() {
    let server = Server::start(&[]);
    let port = server.port;
    let is_over = AtomicBool::new(false);
    let (produced, done) = thread::scope(|scope| {
        let is_over = &is_over;
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| scope.spawn(move || produce(port, producer, is_over)))
            .collect();
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| scope.spawn(move || work(port, 100 + worker, is_over)))
            .collect();
        let end = Instant::now() + duration();
        while Instant::now() < end {
            thread::sleep(Duration::from_millis(50));
        }
        is_over.store(true, Relaxed);
        let produced: Vec<u64> = producers
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        let done: Vec<String> = workers
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        (produced, done)
    });

    let mut client = server.connect();
    support::eventually("the dead are gone", || {
        client
            .ask("INFO clients")
            .contains("connected_clients:1\r\n")
    });
    let mut found: HashMap<String, usize> = HashMap::new();
    for list in ["mq", "doing", "done"] {
        let Reply::Array(messages) = client.call(&["LRANGE", list, "0", "-1"]) else {
            panic!("{list} is a list");
        };
        for message in &messages {
            *found.entry(text(message)).or_default() += 1;
        }
    }
    let total: u64 = produced.iter().sum();
    assert_eq!(found.len() as u64, total, "each message is somewhere");
    assert!(
        found.values().all(|&times| times == 1),
        "and in one place only"
    );
    let Reply::Array(finished) = client.call(&["LRANGE", "done", "0", "-1"]) else {
        panic!("some are done");
    };
    assert!(
        finished.len() >= done.len(),
        "who was told that it is done can rely on it"
    );
    let finished: std::collections::HashSet<String> = finished.iter().map(text).collect();
    assert!(
        done.iter().all(|message| finished.contains(message)),
        "every one of them"
    );
    assert!(!done.is_empty(), "something was done");
}

//! Commands on two keys are one step even while the keys come into being.
//!
//! One thread pushes to `first` and then to `second`, names that nobody has used before; whoever
//! finds something in `second` must find something in `first`.
#![cfg(test)]

#[expect(dead_code, reason = "numbers are enough here")]
#[path = "support/random.rs"]
mod random;

use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use forebay::{Config, Engine, Side};

use random::Random;

fn rounds() -> usize {
    if std::env::var_os("FOREBAY_LONG").is_some() {
        2_000_000
    } else {
        20_000
    }
}

/// Waits until both threads have come to `round`.
fn meet(arrived: &AtomicUsize, round: usize) {
    arrived.fetch_add(1, SeqCst);
    let mut spins = 0_u32;
    while arrived.load(SeqCst) < 2 * (round + 1) {
        spins += 1;
        if spins.is_multiple_of(100) {
            thread::yield_now();
        } else {
            core::hint::spin_loop();
        }
    }
}

fn spin(turns: u64) {
    for _ in 0..turns {
        core::hint::spin_loop();
    }
}

/// Runs `is_right` on the names of every round while they come into being.
#[track_caller]
fn beside_two_pushes(is_right: impl Fn(&Engine, [&str; 2]) -> bool) {
    let engine = Engine::open(Config::in_memory().workers(1)).unwrap();
    let arrived = AtomicUsize::new(0);
    let mut wrong = 0;
    let names = |round: usize| [format!("first {round}"), format!("second {round}")];
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random::new(1);
            for round in 0..rounds() {
                let [first, second] = names(round);
                meet(&arrived, round);
                spin(random.below(60));
                engine.rpush(&first, ["x"]).unwrap();
                engine.rpush(&second, ["x"]).unwrap();
            }
        });
        let mut random = Random::new(2);
        for round in 0..rounds() {
            let [first, second] = names(round);
            meet(&arrived, round);
            spin(random.below(60));
            wrong += u32::from(!is_right(&engine, [&first, &second]));
        }
    });
    assert_eq!(
        wrong, 0,
        "so often the second key was seen, and the first not"
    );
}

#[test]
fn lmpop_takes_from_the_first_key_that_exists() {
    beside_two_pushes(|engine, keys| {
        let popped = engine.lmpop(&keys, Side::Left, 1).unwrap();
        popped.is_none_or(|(key, _)| key == keys[0])
    });
}

#[test]
fn blpop_takes_from_the_first_key_that_exists() {
    beside_two_pushes(|engine, keys| {
        let popped = engine.blpop(&keys, 60.0).unwrap();
        popped.expect("there is a push").0 == keys[0]
    });
}

#[test]
fn a_transaction_sees_one_moment() {
    beside_two_pushes(|engine, keys| {
        let lens = engine.transaction(&keys, |tx| keys.map(|key| tx.llen(key).unwrap()));
        lens.unwrap() != [0, 1]
    });
}

/// What found only one of the two has found the first.
#[test]
fn del_deletes_what_is_there_at_one_moment() {
    beside_two_pushes(|engine, keys| {
        engine.del(&keys).unwrap() != 1 || engine.exists(&[keys[0]]).unwrap() == 0
    });
}

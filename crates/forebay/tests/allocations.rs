//! A push and a pop in place allocate nothing once the list is warm.
//!
//! A program of its own, for it counts what the whole process allocates.
#![cfg(test)]

#[expect(dead_code, reason = "there is no peak to be known")]
#[path = "support/counting_allocator.rs"]
mod counting_allocator;

use core::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

use forebay::{Config, Engine, Side};

use counting_allocator::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// One test at a time, or they count one another.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rounds that are counted.
const ROUNDS: u32 = 20_000;
/// Rounds before that: a list takes larger segments until it has proven to be busy.
const WARM_UP_ROUNDS: u32 = 100_000;

/// An engine whose upkeep runs when it is told to, and not beside what is measured.
fn engine() -> Engine {
    Engine::open(Config::in_memory().workers(0)).unwrap()
}

/// Sees to it that `round` does not allocate, once the lists are warm.
#[track_caller]
fn never_allocates(mut round: impl FnMut()) {
    for _ in 0..WARM_UP_ROUNDS {
        round();
    }
    let before = ALLOCATOR.calls();
    for _ in 0..ROUNDS {
        round();
    }
    let calls = ALLOCATOR.calls() - before;
    assert_eq!(calls, 0, "{calls} allocations in {ROUNDS} rounds");
}

#[test]
fn counter_counts() {
    let _alone = alone();
    let (calls, bytes) = (ALLOCATOR.calls(), ALLOCATOR.bytes());
    let million = black_box(vec![0_u8; 1_000_000]);
    assert_eq!(ALLOCATOR.calls(), calls + 1);
    // The harness may allocate a little on another thread.
    assert!(ALLOCATOR.bytes() > bytes + 900_000);
    drop(million);
    assert!(ALLOCATOR.bytes() < bytes + 100_000);
}

#[test]
fn push_and_pop_by_handle() {
    let _alone = alone();
    let engine = engine();
    for (push_left, len) in [(true, 0), (true, 8), (true, 64), (false, 64), (true, 1_024)] {
        let list = engine.list(format!("{push_left} {len}")).unwrap();
        let message = vec![1; len];
        never_allocates(|| {
            let popped = if push_left {
                list.lpush([&message]).unwrap();
                list.rpop_with(<[u8]>::len).unwrap()
            } else {
                list.rpush([&message]).unwrap();
                list.lpop_with(<[u8]>::len).unwrap()
            };
            assert_eq!(popped, Some(len));
        });
    }
}

#[test]
fn push_and_pop_by_name() {
    let _alone = alone();
    let engine = engine();
    let keys: Vec<String> = (0..4).map(|at| format!("queue number {at}")).collect();
    never_allocates(|| {
        for key in &keys {
            engine.lpush(key, [[1; 64]]).unwrap();
        }
        for key in &keys {
            assert_eq!(engine.rpop_with(key, |bytes| bytes[0]).unwrap(), Some(1));
        }
    });
}

/// The list always holds some thousand messages, so that segments come and go.
#[test]
fn push_and_pop_through_a_backlog() {
    let _alone = alone();
    let engine = engine();
    let list = engine.list("mq").unwrap();
    for _ in 0..5_000 {
        list.lpush([[1; 64]]).unwrap();
    }
    never_allocates(|| {
        list.lpush([[1; 64]]).unwrap();
        assert_eq!(list.rpop_with(|bytes| bytes[63]).unwrap(), Some(1));
    });
    assert_eq!(list.llen().unwrap(), 5_000);
}

/// The list is filled and emptied again and again.
#[test]
fn waves() {
    let _alone = alone();
    let engine = engine();
    let list = engine.list("mq").unwrap();
    let wave = || {
        for _ in 0..200 {
            list.lpush([[1; 64]]).unwrap();
        }
        for _ in 0..200 {
            assert_eq!(list.rpop_with(|bytes| bytes[63]).unwrap(), Some(1));
        }
    };
    for _ in 0..100 {
        wave();
    }
    let before = ALLOCATOR.calls();
    for _ in 0..100 {
        wave();
    }
    assert_eq!(ALLOCATOR.calls() - before, 0);
}

#[test]
fn batches() {
    let _alone = alone();
    let engine = engine();
    let list = engine.list("mq").unwrap();
    let messages = [[1_u8; 64]; 10];
    never_allocates(|| {
        list.lpush(messages).unwrap();
        let mut sum = 0;
        let mut popped = 0;
        while popped < 10 {
            popped += list
                .rpop_each(10, |bytes| sum += usize::from(bytes[0]))
                .unwrap();
        }
        assert_eq!((popped, sum), (10, 10));
    });
}

/// Whatever a program looks at while it works: these do not allocate either.
#[test]
fn lengths() {
    let _alone = alone();
    let engine = engine();
    let list = engine.list("mq").unwrap();
    list.rpush(["x"]).unwrap();
    let none: [&str; 0] = [];
    never_allocates(|| {
        assert_eq!(list.llen().unwrap(), 1);
        assert_eq!(engine.llen("mq").unwrap(), 1);
        assert_eq!(engine.exists(&["mq"]).unwrap(), 1);
        assert_eq!(list.lpush(none).unwrap_err(), forebay::Error::NoElements);
        assert_eq!(engine.lpop_with("no such key", <[u8]>::len).unwrap(), None);
    });
}

/// A handle and the names lead to one list, whichever end is used.
#[test]
fn either_side() {
    let _alone = alone();
    let engine = engine();
    let list = engine.list("mq").unwrap();
    for (push, pop) in [(Side::Left, Side::Left), (Side::Right, Side::Right)] {
        never_allocates(|| {
            match push {
                Side::Left => list.lpush([[1; 64]]).unwrap(),
                Side::Right => list.rpush([[1; 64]]).unwrap(),
            };
            let popped = match pop {
                Side::Left => list.lpop_with(<[u8]>::len).unwrap(),
                Side::Right => list.rpop_with(<[u8]>::len).unwrap(),
            };
            assert_eq!(popped, Some(64));
        });
    }
}

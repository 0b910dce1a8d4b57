//! The keyspace as a whole: what is listed, counted, scanned and forgotten.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test measures real time")]

use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use core::time::Duration;
use std::collections::HashSet;
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use forebay::{Clock, Config, Engine, Error, ExpireCondition, KeyType, ScanOptions, Side};

fn engine() -> Engine {
    Engine::open(Config::in_memory()).unwrap()
}

/// A whole iteration.
fn scan(engine: &Engine, options: &ScanOptions) -> Vec<Bytes> {
    let mut found = Vec::new();
    let mut cursor = 0;
    loop {
        let (next, keys) = engine.scan(cursor, options.clone()).unwrap();
        found.extend(keys);
        cursor = next;
        if cursor == 0 {
            return found;
        }
    }
}

#[test]
fn an_iteration_finds_every_key() {
    let engine = engine();
    let names: HashSet<Bytes> = (0..5_000)
        .map(|at| Bytes::from(format!("key:{at}")))
        .collect();
    for name in &names {
        engine.rpush(name, ["x"]).unwrap();
    }
    assert_eq!(engine.dbsize().unwrap(), 5_000);
    assert_eq!(
        engine
            .keys("*")
            .unwrap()
            .into_iter()
            .collect::<HashSet<_>>(),
        names
    );
    for count in [1, 10, 333, 100_000] {
        let found = scan(
            &engine,
            &ScanOptions {
                count,
                ..ScanOptions::default()
            },
        );
        assert_eq!(
            found.iter().cloned().collect::<HashSet<_>>(),
            names,
            "COUNT {count}"
        );
        assert_eq!(
            found.len(),
            5_000,
            "nothing comes twice when nothing changes"
        );
    }
    let some = ScanOptions {
        pattern: Some(Bytes::from("key:12*")),
        ..ScanOptions::default()
    };
    assert_eq!(scan(&engine, &some).len(), 111);
    let lists = ScanOptions {
        key_type: Some(KeyType::List),
        ..ScanOptions::default()
    };
    assert_eq!(scan(&engine, &lists).len(), 5_000);
}

/// What is there from the beginning of an iteration to its end is found, whatever else comes and
/// goes.
#[test]
fn an_iteration_beside_changes_finds_what_stays() {
    let engine = engine();
    let staying: Vec<String> = (0..2_000).map(|at| format!("staying:{at}")).collect();
    for name in &staying {
        engine.rpush(name, ["x"]).unwrap();
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..2 {
            let (engine, done) = (&engine, &done);
            scope.spawn(move || {
                let mut at = 0_u64;
                while !done.load(SeqCst) {
                    at += 1;
                    engine
                        .rpush(format!("coming {thread} {at}"), ["x"])
                        .unwrap();
                    if at > 500 {
                        engine
                            .del(&[format!("coming {thread} {}", at - 500)])
                            .unwrap();
                    }
                    if at.is_multiple_of(1_000) {
                        engine.maintain();
                    }
                }
            });
        }
        for round in 0..20 {
            let options = ScanOptions {
                count: 1 + round * 7,
                ..ScanOptions::default()
            };
            let found: HashSet<Bytes> = scan(&engine, &options).into_iter().collect();
            let missing: Vec<_> = staying
                .iter()
                .filter(|name| !found.contains(name.as_bytes()))
                .collect();
            assert!(
                missing.is_empty(),
                "round {round}: {} are missing",
                missing.len()
            );
        }
        done.store(true, SeqCst);
    });
}

#[test]
fn a_random_key_may_be_any_key() {
    let engine = engine();
    assert_eq!(engine.randomkey().unwrap(), None);
    for at in 0..10 {
        engine.rpush(format!("key {at}"), ["x"]).unwrap();
    }
    let seen: HashSet<Bytes> = (0..2_000)
        .map(|_| engine.randomkey().unwrap().unwrap())
        .collect();
    assert_eq!(seen.len(), 10);
}

/// Handles, blocked calls and expired lists leave names behind that are no keys.
#[test]
fn what_holds_nothing_is_no_key() {
    let clock = Clock::manual(1_000);
    let engine = Engine::open(Config::in_memory().workers(0).clock(clock.clone())).unwrap();
    let handle = engine.list("handle").unwrap();
    engine.rpush("expired", ["x"]).unwrap();
    engine
        .pexpire("expired", 5, ExpireCondition::Always)
        .unwrap();
    engine.rpush("emptied", ["x"]).unwrap();
    engine.lpop("emptied").unwrap();
    clock.advance(Duration::from_millis(5));
    for _ in 0..2 {
        assert_eq!(engine.dbsize().unwrap(), 0);
        assert_eq!(engine.keys("*").unwrap(), Vec::<Bytes>::new());
        assert_eq!(scan(&engine, &ScanOptions::default()), Vec::<Bytes>::new());
        assert_eq!(engine.randomkey().unwrap(), None);
        assert_eq!(engine.exists(&["handle", "expired", "emptied"]).unwrap(), 0);
        assert_eq!(engine.key_type("expired").unwrap(), None);
        assert_eq!(engine.rename("expired", "new"), Err(Error::NoSuchKey));
        engine.maintain();
    }
    handle.rpush(["x"]).unwrap();
    assert_eq!(engine.keys("*").unwrap(), ["handle"]);
}

/// A handle stays good whatever happens to its key.
#[test]
fn a_handle_follows_its_name() {
    let engine = engine();
    let list = engine.list("a").unwrap();
    list.rpush(["1"]).unwrap();
    engine.rename("a", "b").unwrap();
    assert_eq!(list.llen().unwrap(), 0);
    list.rpush(["2"]).unwrap();
    assert_eq!(engine.lrange("a", 0, -1).unwrap(), ["2"]);
    engine.flushall().unwrap();
    engine.maintain();
    list.rpush(["3"]).unwrap();
    engine.rpush("c", ["4"]).unwrap();
    engine.rename("c", "a").unwrap();
    assert_eq!(list.lrange(0, -1).unwrap(), ["4"]);
    assert_eq!(list.key(), b"a");
}

/// Nobody looks at the key; a worker does.
#[test]
fn expired_lists_are_removed_by_themselves() {
    let engine = engine();
    let big = vec![0; 1 << 20];
    for at in 0..50 {
        let key = format!("key {at}");
        engine.rpush(&key, [&big]).unwrap();
        engine
            .pexpire(&key, 20 + at, ExpireCondition::Always)
            .unwrap();
    }
    let started = Instant::now();
    while engine.dbsize().unwrap() > 0 {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "expired lists stay"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

/// An expiry is exact to the millisecond, for every way to ask.
#[test]
fn a_list_is_gone_at_the_very_millisecond() {
    let clock = Clock::manual(1_000_000);
    let engine = Engine::open(Config::in_memory().workers(0).clock(clock.clone())).unwrap();
    let list = engine.list("k").unwrap();
    for way in 0..6 {
        list.rpush(["x", "y"]).unwrap();
        assert!(engine.pexpire("k", 100, ExpireCondition::Always).unwrap());
        clock.advance(Duration::from_millis(99));
        assert_eq!(engine.pttl("k").unwrap(), 1);
        assert_eq!(list.llen().unwrap(), 2);
        clock.advance(Duration::from_millis(1));
        match way {
            0 => assert_eq!(list.llen().unwrap(), 0),
            1 => assert_eq!(list.lpop().unwrap(), None),
            2 => assert_eq!(list.rpop_with(<[u8]>::len).unwrap(), None),
            3 => assert_eq!(engine.lrange("k", 0, -1).unwrap(), Vec::<Bytes>::new()),
            4 => assert_eq!(list.rpush(["new"]).unwrap(), 1),
            _ => assert_eq!(list.lpop_each(9, |_| ()).unwrap(), 0),
        }
        assert_eq!(engine.pttl("k").unwrap(), if way == 4 { -1 } else { -2 });
        engine.del(&["k"]).unwrap();
    }
}

/// Everything says that the engine is closed, and nothing is left in it.
#[test]
fn a_closed_engine_refuses_everything() {
    let engine = engine();
    let list = engine.list("k").unwrap();
    list.rpush(["x"]).unwrap();
    engine.close();
    assert_eq!(list.rpush(["y"]), Err(Error::Closed));
    assert_eq!(list.lpop(), Err(Error::Closed));
    assert_eq!(list.rpop_with(<[u8]>::len), Err(Error::Closed));
    assert_eq!(list.lpop_each(3, |_| ()), Err(Error::Closed));
    assert_eq!(list.llen(), Err(Error::Closed));
    assert_eq!(engine.rpush("k", ["y"]), Err(Error::Closed));
    assert_eq!(engine.rpush("other", ["y"]), Err(Error::Closed));
    assert_eq!(
        engine.lmove("k", "other", Side::Left, Side::Left),
        Err(Error::Closed)
    );
    assert_eq!(engine.transaction(&["k"], |_| ()), Err(Error::Closed));
    assert_eq!(engine.dbsize(), Err(Error::Closed));
    assert_eq!(engine.exists(&["k"]), Err(Error::Closed));
    engine.maintain();
}

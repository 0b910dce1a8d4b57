//! Keys, expiry, transactions and upkeep, on a clock that stands still.

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::catch_unwind;
use std::thread;

use forebay_sync::Side;

use crate::{Clock, Config, Engine, Error, ExpireCondition, KeyType, ScanOptions};

const ALWAYS: ExpireCondition = ExpireCondition::Always;

fn engine() -> (Engine, Clock) {
    let clock = Clock::manual(1_000_000);
    let engine = Engine::open(Config::in_memory().workers(0).clock(clock.clone())).unwrap();
    (engine, clock)
}

/// The elements in a row, from the left.
fn all(engine: &Engine, key: &str) -> String {
    let elements = engine.lrange(key, 0, -1).unwrap();
    elements
        .iter()
        .map(|element| str::from_utf8(element).unwrap())
        .collect()
}

fn scan_all(engine: &Engine, options: &ScanOptions) -> Vec<String> {
    let (mut cursor, mut keys) = (0, Vec::new());
    loop {
        let (next, found) = engine.scan(cursor, options.clone()).unwrap();
        keys.extend(
            found
                .iter()
                .map(|key| str::from_utf8(key).unwrap().to_owned()),
        );
        if next == 0 {
            keys.sort();
            return keys;
        }
        cursor = next;
    }
}

#[test]
fn handles_go_from_thread_to_thread() {
    fn check<T: Send + Sync + Unpin + 'static>() {}
    check::<Engine>();
    check::<crate::List>();
    check::<crate::Blocking<crate::Bytes>>();
    check::<Error>();
}

#[test]
fn an_empty_list_is_no_key() {
    let (engine, _) = engine();
    let mq = engine.list("mq").unwrap();
    assert_eq!(engine.exists(&["mq"]), Ok(0));
    assert_eq!(engine.key_type("mq"), Ok(None));
    mq.rpush(["a"]).unwrap();
    assert_eq!(engine.exists(&["mq", "other", "mq"]), Ok(2));
    assert_eq!(engine.key_type("mq"), Ok(Some(KeyType::List)));
    assert_eq!(engine.keys("*").unwrap(), ["mq"]);
    assert_eq!(engine.randomkey().unwrap().unwrap(), "mq");
    assert_eq!(engine.dbsize(), Ok(1));
    mq.lpop().unwrap();
    assert_eq!(engine.keys("*").unwrap(), [""; 0]);
    assert_eq!(engine.randomkey(), Ok(None));
    assert_eq!(engine.dbsize(), Ok(0));
    assert_eq!(scan_all(&engine, &ScanOptions::default()), [""; 0]);
}

#[test]
fn handles_follow_their_key() {
    let (engine, _) = engine();
    let (a, b) = (engine.list("a").unwrap(), engine.list("b").unwrap());
    a.rpush(["x"]).unwrap();
    engine.rename("a", "b").unwrap();
    assert_eq!((a.llen(), b.llen()), (Ok(0), Ok(1)));
    a.rpush(["y"]).unwrap();
    assert_eq!(engine.del(&["a", "b", "a"]), Ok(2));
    assert_eq!((a.llen(), b.llen()), (Ok(0), Ok(0)));
    a.rpush(["z"]).unwrap();
    engine.flushall().unwrap();
    assert_eq!(a.lpop(), Ok(None));
}

#[test]
fn long_lists_are_deleted_and_renamed_too() {
    let (engine, _) = engine();
    let many: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
    engine.rpush("a", &many).unwrap();
    engine.rename("a", "b").unwrap();
    assert_eq!(engine.lrange("b", 0, -1).unwrap(), many);
    assert_eq!(engine.unlink(&["b"]), Ok(1));
    assert_eq!(engine.llen("b"), Ok(0));
}

#[test]
fn rename_wants_a_source() {
    let (engine, _) = engine();
    assert_eq!(engine.rename("a", "b"), Err(Error::NoSuchKey));
    assert_eq!(engine.rename("a", "a"), Err(Error::NoSuchKey));
    assert_eq!(engine.renamenx("a", "a"), Err(Error::NoSuchKey));
    engine.rpush("a", ["x"]).unwrap();
    assert_eq!(engine.rename("a", "a"), Ok(()));
    assert_eq!(engine.renamenx("a", "a"), Ok(false));
    assert_eq!(all(&engine, "a"), "x");
}

#[test]
fn copy_checks_its_keys() {
    let (engine, _) = engine();
    assert_eq!(engine.copy("a", "a", true), Err(Error::SameKey));
    assert_eq!(engine.copy("a", "b", true), Ok(false));
    engine.rpush("a", ["x", "y"]).unwrap();
    engine.rpush("b", ["z"]).unwrap();
    assert_eq!(engine.copy("a", "b", false), Ok(false));
    assert_eq!(engine.copy("a", "b", true), Ok(true));
    assert_eq!(
        (all(&engine, "a"), all(&engine, "b")),
        ("xy".into(), "xy".into())
    );
}

#[test]
fn keys_by_pattern() {
    let (engine, _) = engine();
    for key in ["mq:1", "mq:2", "audit"] {
        engine.rpush(key, ["x"]).unwrap();
    }
    let mut keys = engine.keys("mq:*").unwrap();
    keys.sort();
    assert_eq!(keys, ["mq:1", "mq:2"]);
    let options = ScanOptions {
        pattern: Some("mq:?".into()),
        count: 1,
        key_type: Some(KeyType::List),
    };
    assert_eq!(scan_all(&engine, &options), ["mq:1", "mq:2"]);
    assert_eq!(
        engine
            .scan(
                0,
                ScanOptions {
                    // A key that does not match counts as well.
                    pattern: None,
                    count: 0,
                    ..options
                }
            )
            .unwrap()
            .1
            .len(),
        1
    );
}

#[test]
fn keys_are_gone_when_they_are_due() {
    let (engine, clock) = engine();
    let mq = engine.list("mq").unwrap();
    mq.rpush(["a"]).unwrap();
    assert_eq!(engine.pexpire("mq", 100, ALWAYS), Ok(true));
    clock.advance(Duration::from_millis(99));
    assert_eq!(engine.pttl("mq"), Ok(1));
    assert_eq!(mq.llen(), Ok(1));
    clock.advance(Duration::from_millis(1));
    assert_eq!(mq.llen(), Ok(0));
    assert_eq!(engine.pttl("mq"), Ok(-2));
    assert_eq!(mq.rpush(["b"]), Ok(1), "a new key");
    assert_eq!(engine.ttl("mq"), Ok(-1));
}

#[test]
fn what_is_due_is_in_no_listing() {
    let (engine, clock) = engine();
    engine.rpush("mq", ["a"]).unwrap();
    engine.expire("mq", 1, ALWAYS).unwrap();
    clock.advance(Duration::from_secs(1));
    assert_eq!(engine.keys("*").unwrap(), [""; 0]);
    assert_eq!(scan_all(&engine, &ScanOptions::default()), [""; 0]);
    assert_eq!(engine.randomkey(), Ok(None));
    assert_eq!(engine.dbsize(), Ok(0));
    assert_eq!(engine.rename("mq", "b"), Err(Error::NoSuchKey));
}

#[test]
fn expiry_goes_with_the_contents() {
    let (engine, _) = engine();
    engine.rpush("a", ["x"]).unwrap();
    engine.rpush("b", ["y"]).unwrap();
    engine.expire("a", 10, ALWAYS).unwrap();
    engine.expire("b", 20, ALWAYS).unwrap();
    engine.copy("a", "c", false).unwrap();
    assert_eq!(engine.ttl("c"), Ok(10));
    engine.rename("a", "b").unwrap();
    assert_eq!((engine.ttl("a"), engine.ttl("b")), (Ok(-2), Ok(10)));
    engine.rpush("d", ["z"]).unwrap();
    engine.rename("d", "b").unwrap();
    assert_eq!(engine.ttl("b"), Ok(-1), "the new contents never expire");
    engine.lpop("c").unwrap();
    engine.rpush("c", ["x"]).unwrap();
    assert_eq!(engine.ttl("c"), Ok(-1), "an emptied key has no expiry");
}

#[test]
fn an_expiry_in_the_past_deletes() {
    let (engine, _) = engine();
    for at_ms in [-5, 0, 1_000_000] {
        engine.rpush("mq", ["a"]).unwrap();
        assert_eq!(engine.pexpireat("mq", at_ms, ALWAYS), Ok(true));
        assert_eq!(engine.exists(&["mq"]), Ok(0), "{at_ms}");
    }
    assert_eq!(
        engine.expire("mq", i64::MAX, ALWAYS),
        Err(Error::ExpireOutOfRange)
    );
    assert_eq!(
        engine.pexpire("mq", i64::MAX, ALWAYS),
        Err(Error::ExpireOutOfRange)
    );
    assert_eq!(engine.pexpireat("mq", i64::MAX, ALWAYS), Ok(false));
}

#[test]
fn persisting_opens_the_fast_path_again() {
    let (engine, clock) = engine();
    let mq = engine.list("mq").unwrap();
    mq.rpush(["a"]).unwrap();
    engine.expire("mq", 1, ALWAYS).unwrap();
    assert!(mq.object.list.is_attended());
    assert_eq!(engine.persist("mq"), Ok(true));
    assert!(!mq.object.list.is_attended());
    assert!(
        engine
            .core()
            .shards
            .iter()
            .all(crate::shard::Shard::has_no_timers)
    );
    clock.advance(Duration::from_secs(2));
    assert_eq!(mq.llen(), Ok(1));
}

#[test]
fn maintenance_removes_what_is_due() {
    let (engine, clock) = engine();
    let lists: Vec<_> = (0..1_000_u32)
        .map(|number| {
            let key = number.to_le_bytes();
            engine.rpush(key, ["x"]).unwrap();
            engine
                .expire(key, i64::from(number % 2) + 1, ALWAYS)
                .unwrap();
            engine.list(key).unwrap()
        })
        .collect();
    clock.advance(Duration::from_secs(1));
    for _ in 0..10 {
        engine.maintain();
    }
    let left = lists.iter().filter(|mq| !mq.object.list.is_empty()).count();
    assert_eq!(left, 500, "removed though nobody looked");
}

#[test]
fn maintenance_drops_husks() {
    let (engine, _) = engine();
    let held = engine.list("held").unwrap();
    for number in 0..1_000_u32 {
        let key = number.to_le_bytes();
        engine.rpush(key, ["x"]).unwrap();
        engine.lpop(key).unwrap();
    }
    engine.rpush("full", ["x"]).unwrap();
    let objects = || {
        let keyspace = engine.core().keyspace();
        (0..crate::keyspace::SLICES)
            .map(|slice| keyspace.collect(slice, |_| true).len())
            .sum::<usize>()
    };
    assert!(objects() >= 1_000);
    for _ in 0..200 {
        engine.maintain();
    }
    // This thread remembers some of them.
    assert!(objects() <= 130, "{} objects are left", objects());
    held.rpush(["x"]).unwrap();
    assert_eq!(engine.dbsize(), Ok(2));
}

#[cfg(feature = "sim")]
#[test]
fn husks_of_an_engine_with_a_journal_leave_their_order_behind() {
    use forebay_wal::sim::SimDisk;
    use std::sync::Arc;

    let disk = SimDisk::new(1);
    let config = Config::on_storage(Arc::new(disk)).workers(0).shards(1);
    let (engine, _hand) = Engine::open_by_hand(config).unwrap();
    let engine = engine.at_level(crate::Level::None);
    for number in 0..500 {
        let key = format!("mq:{number}");
        engine.rpush(&key, ["a"]).unwrap();
        engine.rpop(&key).unwrap();
    }
    let objects = || -> usize {
        let slices = 0..crate::keyspace::SLICES;
        let all = slices.map(|slice| engine.core().keyspace().collect(slice, |_| true).len());
        all.sum()
    };
    assert_eq!(objects(), 500);
    for _ in 0..100 {
        engine.maintain();
    }
    // Each thread remembers some.
    assert!(objects() < 200, "{}", objects());
    assert!(engine.core().journal().unwrap().floor() >= 2);
}

#[test]
fn workers_expire_and_sweep() {
    let engine = Engine::open(Config::in_memory().shards(3).workers(2)).unwrap();
    let mq = engine.list("mq").unwrap();
    mq.rpush(["a"]).unwrap();
    engine.pexpire("mq", 20, ALWAYS).unwrap();
    while !mq.object.list.is_empty() {
        thread::sleep(Duration::from_millis(1));
    }
    engine.close();
}

#[test]
fn transactions_are_one_step() {
    let (engine, _) = engine();
    engine.rpush("a", ["x", "y"]).unwrap();
    let moved = engine.transaction(&["a", "b", "a"], |tx| {
        assert_eq!(tx.llen("c"), Err(Error::KeyNotDeclared));
        tx.lmove("a", "b", Side::Left, Side::Left)?;
        tx.rename("a", "b")?;
        tx.lrange("b", 0, -1)
    });
    assert_eq!(moved.unwrap().unwrap(), ["y"]);
    assert_eq!(engine.dbsize(), Ok(1));
}

#[test]
fn an_emptied_key_loses_its_expiry_inside_a_transaction_too() {
    let (engine, _) = engine();
    engine.rpush("mq", ["a"]).unwrap();
    engine.expire("mq", 10, ALWAYS).unwrap();
    let ttl = engine.transaction(&["mq"], |tx| {
        tx.lpop("mq")?;
        tx.rpush("mq", ["b"])?;
        tx.ttl("mq")
    });
    assert_eq!(ttl, Ok(Ok(-1)));
    assert!(
        engine
            .core()
            .shards
            .iter()
            .all(crate::shard::Shard::has_no_timers)
    );
}

#[test]
fn a_panic_in_a_transaction_lets_go() {
    let (engine, _) = engine();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        engine.transaction(&["mq"], |tx| {
            tx.rpush("mq", ["a"]).unwrap();
            std::panic::resume_unwind(Box::new("no"));
        })
    }));
    assert!(outcome.is_err());
    assert_eq!(
        engine.lpop("mq").unwrap().unwrap(),
        "a",
        "what was done stays done"
    );
}

#[test]
fn nothing_is_done_when_a_message_is_too_long() {
    let engine = Engine::open(
        Config::in_memory()
            .workers(0)
            .message_bytes_max(3)
            .key_bytes_max(5),
    )
    .unwrap();
    let too_large = Error::MessageTooLarge { len: 4, max: 3 };
    assert_eq!(engine.lpush("mq", ["abc", "abcd"]), Err(too_large.clone()));
    assert_eq!(
        engine.lpush("too long", ["abcd"]),
        Err(too_large.clone()),
        "before the key"
    );
    assert_eq!(engine.lset("mq", 0, "abcd"), Err(too_large.clone()));
    assert_eq!(engine.lpushx("mq", ["abcd"]), Err(too_large.clone()));
    assert_eq!(
        engine.linsert("mq", crate::Position::After, "a", "abcd"),
        Err(too_large.clone())
    );
    let inside = engine
        .transaction(&["mq"], |tx| tx.rpush("mq", ["abcd"]))
        .unwrap();
    assert_eq!(inside, Err(too_large));
    assert_eq!(engine.llen("mq"), Ok(0));
    assert_eq!(
        engine.llen("too long"),
        Err(Error::KeyTooLarge { len: 8, max: 5 })
    );
    assert_eq!(engine.lpush("mq", [""; 0]), Err(Error::NoElements));
}

#[test]
fn a_closed_engine_refuses_everything() {
    let (engine, _) = engine();
    let mq = engine.list("mq").unwrap();
    mq.rpush(["a"]).unwrap();
    engine.expire("mq", 10, ALWAYS).unwrap();
    engine.close();
    engine.close();
    assert_eq!(mq.rpush(["a"]), Err(Error::Closed));
    assert_eq!(mq.lpop(), Err(Error::Closed));
    assert_eq!(mq.llen(), Err(Error::Closed));
    assert_eq!(mq.blpop(0.0), Err(Error::Closed));
    assert_eq!(mq.lpop_with(<[u8]>::len), Err(Error::Closed));
    assert_eq!(mq.lrange(0, -1), Err(Error::Closed));
    assert_eq!(engine.llen("mq"), Err(Error::Closed));
    assert_eq!(engine.llen("other"), Err(Error::Closed));
    assert_eq!(engine.lpush("other", ["a"]), Err(Error::Closed));
    assert_eq!(engine.keys("*"), Err(Error::Closed));
    assert_eq!(engine.dbsize(), Err(Error::Closed));
    assert_eq!(engine.del(&["mq"]), Err(Error::Closed));
    assert_eq!(engine.transaction(&["mq"], |_| ()), Err(Error::Closed));
    assert!(matches!(engine.list("mq"), Err(Error::Closed)));
    engine.maintain();
}

#[test]
fn the_last_handle_closes() {
    let engine = Engine::open(Config::in_memory().shards(2).workers(2)).unwrap();
    let mq = engine.list("mq").unwrap();
    drop(engine);
    mq.rpush(["a"]).unwrap();
    let object = std::sync::Arc::clone(&mq.object);
    drop(mq);
    assert!(
        object.list.is_empty(),
        "the contents are dropped with the engine"
    );
}

#[test]
fn closures_may_use_the_engine() {
    let (engine, _) = engine();
    for _ in 0..3 {
        engine.rpush("mq", ["a"]).unwrap();
    }
    let inner = engine.lpop_with("mq", |first| {
        assert_eq!(first, b"a");
        engine.rpush("mq", ["b"]).unwrap();
        engine.lpop_with("mq", <[u8]>::to_vec).unwrap()
    });
    assert_eq!(inner.unwrap().flatten().unwrap(), b"a");
    assert_eq!(all(&engine, "mq"), "ab");
    engine.expire("mq", 10, ALWAYS).unwrap();
    let len = engine.lpop_with("mq", |_| engine.lrange("mq", 0, -1).unwrap().len());
    assert_eq!(len.unwrap(), Some(1));
}

#[test]
fn a_panic_gives_the_element_back() {
    let (engine, _) = engine();
    let pop = || {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            engine.rpop_with("mq", |_| std::panic::resume_unwind(Box::new("no")))
        }));
        assert!(outcome.is_err());
    };
    engine.lpush("mq", ["a", "b"]).unwrap();
    pop();
    assert_eq!(all(&engine, "mq"), "ba");
    engine.expire("mq", 10, ALWAYS).unwrap();
    pop();
    assert_eq!(all(&engine, "mq"), "ba");
}

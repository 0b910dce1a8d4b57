//! Strings and sets beside lists and streams: one key holds one thing.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use core::time::Duration;

use forebay::value::{SetCondition, SetExpiry, SetOptions};
use forebay::{Clock, Config, Engine, Error, ExpireCondition, KeyType, Side};

fn engine() -> Engine {
    Engine::open(Config::in_memory()).unwrap()
}

#[test]
fn each_type_refuses_the_commands_of_the_others() {
    let engine = engine();
    engine.set("string", "v").unwrap();
    engine.sadd("set", &["m"]).unwrap();
    engine.rpush("list", ["e"]).unwrap();
    engine.xadd("stream", [("f", "v")]).unwrap();
    for (key, key_type) in [
        ("string", KeyType::String),
        ("set", KeyType::Set),
        ("list", KeyType::List),
        ("stream", KeyType::Stream),
    ] {
        assert_eq!(engine.key_type(key).unwrap(), Some(key_type));
        let wrong = Err(Error::WrongType);
        if key_type != KeyType::String {
            assert_eq!(engine.get(key).map(drop), wrong, "GET {key}");
            assert_eq!(engine.incrby(key, 1).map(drop), wrong, "INCRBY {key}");
        }
        if key_type != KeyType::Set {
            assert_eq!(engine.sadd(key, &["m"]).map(drop), wrong, "SADD {key}");
            assert_eq!(engine.srem(key, &["m"]).map(drop), wrong, "SREM {key}");
            assert_eq!(engine.scard(key).map(drop), wrong, "SCARD {key}");
        }
        if key_type != KeyType::List {
            assert_eq!(engine.rpush(key, ["e"]).map(drop), wrong, "RPUSH {key}");
            assert_eq!(engine.lpop(key).map(drop), wrong, "LPOP {key}");
            assert_eq!(engine.llen(key).map(drop), wrong, "LLEN {key}");
            assert_eq!(engine.lpushx(key, ["e"]).map(drop), wrong, "LPUSHX {key}");
            let moved = engine.lmove("list", key, Side::Left, Side::Left);
            assert_eq!(moved.map(drop), wrong, "LMOVE to {key}");
            assert_eq!(engine.llen("list"), Ok(1));
        }
        if key_type != KeyType::Stream {
            let added = engine.xadd(key, [("f", "v")]);
            assert_eq!(added.map(drop), wrong, "XADD {key}");
            assert_eq!(engine.xlen(key).map(drop), wrong, "XLEN {key}");
        }
    }
    let mut keys = engine.keys("*").unwrap();
    keys.sort();
    assert_eq!(keys, ["list", "set", "stream", "string"]);
}

#[test]
fn values_are_renamed_copied_deleted_and_overwritten_as_others() {
    let engine = engine();
    engine.sadd("a", &["m", "n"]).unwrap();
    assert!(engine.copy("a", "b", false).unwrap());
    assert_eq!(engine.srem("a", &["m"]).unwrap(), 1);
    assert_eq!(engine.scard("b").unwrap(), 2, "a copy is a copy");
    engine.rpush("list", ["e"]).unwrap();
    engine.rename("b", "list").unwrap();
    assert_eq!(engine.key_type("list").unwrap(), Some(KeyType::Set));
    assert_eq!(engine.key_type("b").unwrap(), None);
    engine.set("list", "v").unwrap();
    assert_eq!(engine.get("list").unwrap().unwrap(), "v");
    assert_eq!(engine.del(&["list", "a"]).unwrap(), 2);
    assert_eq!(engine.dbsize().unwrap(), 0);
    assert_eq!(engine.rpush("list", ["e"]).unwrap(), 1);
}

#[test]
fn an_empty_set_does_not_exist_and_has_no_expiry() {
    let engine = engine();
    engine.sadd("s", &["m"]).unwrap();
    engine.expire("s", 100, ExpireCondition::Always).unwrap();
    assert_eq!(engine.srem("s", &["m"]).unwrap(), 1);
    assert_eq!(engine.ttl("s").unwrap(), -2);
    engine.sadd("s", &["m"]).unwrap();
    assert_eq!(engine.ttl("s").unwrap(), -1);
}

#[test]
fn set_keeps_or_replaces_the_expiry() {
    let clock = Clock::manual(1_000);
    let engine = Engine::open(Config::in_memory().clock(clock.clone())).unwrap();
    let with = |expiry| SetOptions {
        expiry,
        ..SetOptions::default()
    };
    let set = |expiry| engine.set_with("k", "v", with(expiry)).unwrap();
    assert!(set(SetExpiry::In(Duration::from_millis(500))).is_set);
    assert_eq!(engine.pttl("k").unwrap(), 500);
    set(SetExpiry::Keep);
    assert_eq!(engine.incrby("n", 1).unwrap(), 1);
    assert_eq!(engine.pttl("k").unwrap(), 500);
    set(SetExpiry::Never);
    assert_eq!(engine.pttl("k").unwrap(), -1);
    set(SetExpiry::AtMs(1_200));
    clock.advance(Duration::from_millis(199));
    assert_eq!(engine.pttl("k").unwrap(), 1);
    clock.advance(Duration::from_millis(1));
    assert_eq!(engine.get("k").unwrap(), None);
    assert!(set(SetExpiry::AtMs(1)).is_set);
    assert_eq!(engine.get("k").unwrap(), None, "it has expired at once");
}

#[test]
fn set_looks_before_it_sets() {
    let engine = engine();
    engine.rpush("list", ["e"]).unwrap();
    let get = SetOptions {
        get: true,
        ..SetOptions::default()
    };
    assert_eq!(
        engine.set_with("list", "v", get),
        Err(Error::WrongType),
        "GET wants a string"
    );
    assert_eq!(engine.llen("list"), Ok(1));
    let xx = SetOptions {
        condition: SetCondition::Xx,
        ..get
    };
    let reply = engine.set_with("k", "1", xx).unwrap();
    assert_eq!((reply.is_set, reply.previous), (false, None));
    engine.set("k", "1").unwrap();
    let reply = engine.set_with("k", "2", xx).unwrap();
    assert_eq!((reply.is_set, reply.previous), (true, Some("1".into())));
}

#[test]
fn only_integers_are_counted_up() {
    let engine = engine();
    assert_eq!(engine.incrby("n", i64::MAX).unwrap(), i64::MAX);
    assert_eq!(engine.incrby("n", 1), Err(Error::IncrementOverflow));
    assert_eq!(engine.get("n").unwrap().unwrap(), i64::MAX.to_string());
    for text in ["", " 1", "01", "1.0", "+1", "-0", "9223372036854775808"] {
        engine.set("n", text).unwrap();
        assert_eq!(engine.incrby("n", 1), Err(Error::NotInteger), "{text:?}");
    }
}

#[tokio::test]
async fn who_waits_for_an_element_outlasts_a_value() {
    let engine = engine();
    let waiting = engine.blpop_async(&["k"], 10.0);
    let waiting = tokio::spawn(waiting);
    tokio::task::yield_now().await;
    engine.set("k", "v").unwrap();
    engine.sadd("s", &["m"]).unwrap();
    engine.rename("s", "k").unwrap();
    assert_eq!(engine.key_type("k").unwrap(), Some(KeyType::Set));
    engine.del(&["k"]).unwrap();
    engine.rpush("k", ["e"]).unwrap();
    let served = waiting.await.unwrap().unwrap().unwrap();
    assert_eq!((&served.0[..], &served.1[..]), (&b"k"[..], &b"e"[..]));
}

#[test]
fn a_transaction_sees_and_changes_values() {
    let engine = engine();
    let sum = engine
        .transaction(&["n", "s"], |tx| {
            tx.set("n", "4")?;
            tx.sadd("s", &["m"])?;
            assert!(tx.sismember("s", "m")?);
            tx.rename("s", "n")?;
            assert_eq!(tx.get("n"), Err(Error::WrongType));
            tx.del(&["n"])?;
            tx.incrby("n", 2)
        })
        .unwrap();
    assert_eq!(sum, Ok(2));
}

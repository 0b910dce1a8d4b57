//! Keys that hold a stream, as the commands of keys and of lists see them.

use super::*;
use crate::command::keys::KeyType;
use crate::error::Error;
use crate::journal::Cost;
use crate::{Clock, ExpireCondition, How, Position, Side};

fn engine_with_stream(key: &str) -> Engine {
    let engine = Engine::open(Config::in_memory().clock(Clock::manual(1_000))).unwrap();
    let object = engine.core.object(key.as_bytes()).unwrap();
    engine
        .core
        .make_stream(&object, Cost::NONE, |_| Ok(()))
        .unwrap();
    engine
}

#[test]
fn an_empty_stream_exists() {
    let engine = engine_with_stream("s");
    assert_eq!(engine.key_type("s").unwrap(), Some(KeyType::Stream));
    assert_eq!(engine.exists(&["s", "s"]).unwrap(), 2);
    assert_eq!(engine.dbsize().unwrap(), 1);
    assert_eq!(engine.keys("*").unwrap(), ["s"]);
    engine.maintain();
    assert_eq!(engine.key_type("s").unwrap(), Some(KeyType::Stream));
    assert_eq!(engine.del(&["s"]).unwrap(), 1);
    assert_eq!(engine.key_type("s").unwrap(), None);
    assert_eq!(engine.del(&["s"]).unwrap(), 0);
}

#[test]
fn commands_of_lists_refuse_a_stream() {
    let engine = engine_with_stream("s");
    let list = engine.list("s").unwrap();
    let refused = Err(Error::WrongType);
    assert_eq!(engine.lpush("s", ["a"]), refused);
    assert_eq!(list.rpush(["a", "b"]), refused);
    assert_eq!(list.lpushx(["a"]), refused);
    assert_eq!(engine.llen("s"), refused);
    assert_eq!(list.llen(), refused);
    assert_eq!(engine.lpop("s").unwrap_err(), Error::WrongType);
    assert_eq!(list.rpop_with(|_| ()).unwrap_err(), Error::WrongType);
    assert_eq!(list.lpop_each(2, |_| ()).unwrap_err(), Error::WrongType);
    assert_eq!(engine.lpop_count("s", 2).unwrap_err(), Error::WrongType);
    assert_eq!(engine.lrange("s", 0, -1).unwrap_err(), Error::WrongType);
    assert_eq!(engine.lset("s", 0, "a"), Err(Error::WrongType));
    assert_eq!(
        engine.linsert("s", Position::Before, "a", "b"),
        Err(Error::WrongType)
    );
    assert_eq!(engine.ltrim("s", 0, 1), Err(Error::WrongType));
    assert_eq!(engine.lpos("s", "a"), Err(Error::WrongType));
    let popped = engine.lmpop(&["none", "s"], Side::Left, 1);
    assert_eq!(popped.unwrap_err(), Error::WrongType);
    assert_eq!(engine.blpop(&["none", "s"], 0.0), Err(Error::WrongType));
    assert_eq!(list.brpop(0.0), Err(Error::WrongType));
    let refused = engine
        .transaction(&["s"], |tx| tx.rpush("s", ["a"]))
        .unwrap();
    assert_eq!(refused, Err(Error::WrongType));
}

#[test]
fn what_is_moved_to_a_stream_stays() {
    let engine = engine_with_stream("s");
    let (left, right) = (Side::Left, Side::Right);
    assert_eq!(engine.lmove("none", "s", left, right), Ok(None));
    assert_eq!(
        engine.lmove("s", "none", left, right),
        Err(Error::WrongType)
    );
    assert_eq!(engine.lmove("s", "s", left, right), Err(Error::WrongType));
    engine.rpush("l", ["a"]).unwrap();
    assert_eq!(engine.lmove("l", "s", left, right), Err(Error::WrongType));
    assert_eq!(
        engine.lmovem("l", "s", left, right, How::One),
        Err(Error::WrongType)
    );
    assert_eq!(
        engine.blmove("l", "s", left, right, 0.0),
        Err(Error::WrongType)
    );
    let moved = engine.transaction(&["l", "s"], |tx| {
        assert_eq!(
            tx.lmove("none", "s", left, right),
            Err(Error::KeyNotDeclared)
        );
        tx.lmove("l", "s", left, right)
    });
    assert_eq!(moved.unwrap(), Err(Error::WrongType));
    assert_eq!(engine.llen("l"), Ok(1));
}

#[test]
fn a_stream_takes_part_in_the_commands_of_keys() {
    let engine = engine_with_stream("s");
    assert_eq!(engine.ttl("s"), Ok(-1));
    assert!(engine.copy("s", "copy", false).unwrap());
    engine.rpush("l", ["a"]).unwrap();
    assert!(!engine.renamenx("s", "l").unwrap());
    engine.rename("s", "l").unwrap();
    assert_eq!(engine.key_type("s").unwrap(), None);
    assert_eq!(engine.key_type("l").unwrap(), Some(KeyType::Stream));
    assert_eq!(engine.key_type("copy").unwrap(), Some(KeyType::Stream));
    engine.rpush("s", ["b"]).unwrap();
    assert_eq!(engine.key_type("s").unwrap(), Some(KeyType::List));
    assert!(engine.copy("s", "l", true).unwrap());
    assert_eq!(engine.lpop("l").unwrap().unwrap(), "b");
    engine.flushall().unwrap();
    assert_eq!(engine.dbsize(), Ok(0));
}

#[test]
fn a_stream_expires() {
    let engine = engine_with_stream("s");
    assert!(engine.pexpire("s", 10, ExpireCondition::Always).unwrap());
    assert_eq!(engine.pttl("s"), Ok(10));
    engine
        .core
        .clock()
        .advance(core::time::Duration::from_millis(10));
    assert_eq!(engine.key_type("s"), Ok(None));
    assert_eq!(engine.rpush("s", ["a"]), Ok(1));
    assert_eq!(engine.ttl("s"), Ok(-1));
}

#[test]
fn scan_tells_types() {
    let engine = engine_with_stream("s");
    engine.rpush("l", ["a"]).unwrap();
    let scan = |key_type| {
        let options = ScanOptions {
            key_type,
            count: 100,
            ..ScanOptions::default()
        };
        let (cursor, mut keys) = engine.scan(0, options).unwrap();
        assert_eq!(cursor, 0);
        keys.sort();
        keys
    };
    assert_eq!(scan(None), ["l", "s"]);
    assert_eq!(scan(Some(KeyType::Stream)), ["s"]);
    assert_eq!(scan(Some(KeyType::List)), ["l"]);
}

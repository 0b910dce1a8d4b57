//! Streams as what keys hold: what the commands of keys do to them.
#![cfg(test)]

use core::time::Duration;

use forebay::stream::{
    GroupReadFrom, GroupStart, NewId, References, Trim, XaddOptions, XcfgsetOptions, XreadOptions,
    XreadgroupOptions, XsetidOptions,
};
use forebay::{Clock, Config, Engine, Error, ExpireCondition, KeyType, StreamId};

const NEW: GroupReadFrom = GroupReadFrom::New;

fn engine() -> (Engine, Clock) {
    let clock = Clock::manual(1_000_000);
    let config = Config::in_memory().workers(0).clock(clock.clone());
    (Engine::open(config).unwrap(), clock)
}

/// A stream of three entries and a group, of which two are pending for `c`.
fn fill(engine: &Engine, key: &str) -> Vec<StreamId> {
    let ids = ["1", "2", "3"].map(|value| engine.xadd(key, [("v", value)]).unwrap());
    engine
        .xgroup_create(key, "g", GroupStart::BEGINNING)
        .unwrap();
    let two = XreadgroupOptions {
        count: Some(2),
        ..XreadgroupOptions::default()
    };
    let read = engine.xreadgroup("g", "c", &[(key, NEW)], &two).unwrap();
    assert_eq!(read[0].1.len(), 2);
    ids.to_vec()
}

#[test]
fn a_renamed_stream_takes_everything_along() {
    let (engine, _) = engine();
    let ids = fill(&engine, "a");
    let (a, b) = (engine.stream("a").unwrap(), engine.stream("b").unwrap());
    let group_of_a = a.group("g");
    let before = a.xinfo_stream_full(0).unwrap();
    engine.xadd("b", [("old", "x")]).unwrap();
    engine.rename("a", "b").unwrap();
    assert_eq!(b.xinfo_stream_full(0).unwrap(), before);
    assert_eq!(a.xlen(), Ok(0));
    assert_eq!(group_of_a.xack([ids[0]]), Ok(0), "that group has gone");
    assert_eq!(b.group("g").xack([ids[0]]), Ok(1));
    let next = b.xadd([("v", "4")]).unwrap();
    assert!(next > ids[2]);
    engine.rename("b", "a").unwrap();
    assert_eq!(group_of_a.xack([ids[1]]), Ok(1), "it is there again");
    let rest = group_of_a.consumer("c").read(10).unwrap();
    assert_eq!(
        rest.iter().map(|entry| entry.id).collect::<Vec<_>>(),
        [ids[2], next]
    );
}

#[test]
fn a_copy_goes_its_own_way() {
    let (engine, _) = engine();
    let ids = fill(&engine, "a");
    assert!(engine.copy("a", "b", false).unwrap());
    assert!(!engine.copy("a", "b", false).unwrap());
    let (a, b) = (engine.stream("a").unwrap(), engine.stream("b").unwrap());
    assert_eq!(
        a.xinfo_stream_full(0).unwrap(),
        b.xinfo_stream_full(0).unwrap()
    );
    assert_eq!(b.group("g").xack(&ids), Ok(2));
    assert_eq!(b.xtrim(&Trim::maxlen(0)), Ok(3));
    assert_eq!(a.group("g").xpending().unwrap().count, 2);
    assert_eq!(a.group("g").consumer("c").read(10).unwrap().len(), 1);
    assert_eq!(b.group("g").consumer("c").read(10).unwrap().len(), 0);
    assert_eq!((a.xlen(), b.xlen()), (Ok(3), Ok(0)));
}

#[test]
fn a_deleted_stream_begins_anew() {
    let (engine, _) = engine();
    let stream = engine.stream("s").unwrap();
    fill(&engine, "s");
    assert_eq!(engine.del(&["s"]), Ok(1));
    assert_eq!(stream.xinfo_stream().unwrap_err(), Error::NoSuchKey);
    let first = XaddOptions {
        id: NewId::from(StreamId::new(1, 0)),
        ..XaddOptions::default()
    };
    let added = stream.xadd_with(&first, [("v", "1")]);
    assert_eq!(added, Ok(Some(StreamId::new(1, 0))));
    assert_eq!(stream.xinfo_groups().unwrap(), []);
    assert_eq!(stream.xinfo_stream().unwrap().counters.entries_added, 1);
}

#[test]
fn a_stream_without_entries_is_still_there() {
    let (engine, _) = engine();
    let ids = fill(&engine, "s");
    assert_eq!(engine.xdel("s", &ids), Ok(3));
    engine.maintain();
    assert_eq!(engine.key_type("s"), Ok(Some(KeyType::Stream)));
    assert_eq!(engine.xpending("s", "g").unwrap().count, 2);
    assert!(engine.xadd("s", [("v", "4")]).unwrap() > ids[2]);
}

#[test]
fn a_stream_expires_with_its_groups() {
    let (engine, clock) = engine();
    fill(&engine, "s");
    let stream = engine.stream("s").unwrap();
    assert!(engine.pexpire("s", 100, ExpireCondition::Always).unwrap());
    stream.xadd([("v", "4")]).unwrap();
    assert_eq!(stream.group("g").consumer("c").read(10).unwrap().len(), 2);
    clock.advance(Duration::from_millis(99));
    assert_eq!(stream.xlen(), Ok(4));
    clock.advance(Duration::from_millis(1));
    assert_eq!(stream.xlen(), Ok(0));
    assert_eq!(stream.xrange(.., None), Ok(Vec::new()));
    assert_eq!(
        stream.group("g").consumer("c").read(10),
        Err(Error::NoGroup { at: 0 })
    );
    assert_eq!(engine.dbsize(), Ok(0));
    stream.xadd([("v", "5")]).unwrap();
    assert_eq!(engine.ttl("s"), Ok(-1));
}

#[test]
fn an_expiry_goes_along() {
    let (engine, clock) = engine();
    fill(&engine, "a");
    engine.pexpire("a", 100, ExpireCondition::Always).unwrap();
    engine.rename("a", "b").unwrap();
    assert!(engine.copy("b", "c", false).unwrap());
    assert_eq!((engine.pttl("b"), engine.pttl("c")), (Ok(100), Ok(100)));
    assert!(engine.persist("c").unwrap());
    clock.advance(Duration::from_millis(100));
    engine.maintain();
    assert_eq!((engine.xlen("b"), engine.xlen("c")), (Ok(0), Ok(3)));
}

#[test]
fn a_list_becomes_a_stream_and_back() {
    let (engine, _) = engine();
    let (list, stream) = (engine.list("k").unwrap(), engine.stream("k").unwrap());
    for _ in 0..3 {
        list.rpush(["a", "b"]).unwrap();
        assert_eq!(stream.xadd([("v", "1")]), Err(Error::WrongType));
        assert_eq!(list.lpop().unwrap().unwrap(), "a");
        assert_eq!(stream.xlen(), Err(Error::WrongType));
        assert_eq!(list.lpop().unwrap().unwrap(), "b");
        // It is empty, and so there is no such key.
        stream.xadd([("v", "1")]).unwrap();
        assert_eq!(list.rpush(["a"]), Err(Error::WrongType));
        assert_eq!(engine.del(&["k"]), Ok(1));
    }
}

#[test]
fn commands_of_streams_refuse_a_list() {
    let (engine, _) = engine();
    engine.rpush("l", ["a"]).unwrap();
    let stream = engine.stream("l").unwrap();
    let (group, consumer) = (stream.group("g"), stream.group("g").consumer("c"));
    let id = StreamId::new(1, 0);
    let options = XreadgroupOptions::default();
    let refusals: [Result<(), Error>; 17] = [
        stream.xadd([("v", "1")]).map(drop),
        stream
            .xadd_with(&XaddOptions::default(), [("v", "1")])
            .map(drop),
        stream.xlen().map(drop),
        stream.xrange(.., None).map(drop),
        stream.xrevrange(.., None).map(drop),
        stream.xread(id, &XreadOptions::default()).map(drop),
        stream.xdel([id]).map(drop),
        stream.xdelex(References::Keep, [id]).map(drop),
        stream.xtrim(&Trim::maxlen(1)).map(drop),
        stream.xsetid(id, &XsetidOptions::default()),
        stream.xcfgset(&XcfgsetOptions::default()),
        stream.xgroup_create("g", GroupStart::Now),
        stream.xinfo_stream().map(drop),
        group.xack([id]).map(drop),
        group.xpending().map(drop),
        consumer.xreadgroup(NEW, &options).map(drop),
        consumer
            .xautoclaim(0, id, &forebay::stream::XautoclaimOptions::default())
            .map(drop),
    ];
    for (number, refusal) in refusals.into_iter().enumerate() {
        assert_eq!(refusal, Err(Error::WrongType), "number {number}");
    }
    assert_eq!(engine.llen("l"), Ok(1));
}

#[test]
fn a_transaction_sees_what_it_has_done() {
    let (engine, _) = engine();
    fill(&engine, "s");
    engine
        .transaction(&["s", "t", "l"], |tx| {
            assert_eq!(tx.del(&["s"]), Ok(1));
            assert_eq!(tx.key_type("s"), Ok(None));
            assert_eq!(tx.xpending("s", "g"), Err(Error::NoGroup { at: 0 }));
            tx.rpush("s", ["a"]).unwrap();
            assert_eq!(tx.xadd("s", [("v", "1")]), Err(Error::WrongType));
            tx.xadd("t", [("v", "1")]).unwrap();
            tx.rename("t", "s").unwrap();
            assert_eq!(tx.llen("s"), Err(Error::WrongType));
            assert_eq!(tx.xlen("s"), Ok(1));
            assert!(tx.copy("s", "l", false).unwrap());
            assert_eq!(tx.exists(&["s", "t", "l"]), Ok(2));
        })
        .unwrap();
    assert_eq!((engine.xlen("s"), engine.xlen("l")), (Ok(1), Ok(1)));
}

#[test]
fn a_closed_engine_has_no_streams() {
    let (engine, _) = engine();
    fill(&engine, "s");
    let stream = engine.stream("s").unwrap();
    let consumer = stream.group("g").consumer("c");
    engine.close();
    assert_eq!(stream.xadd([("v", "1")]), Err(Error::Closed));
    assert_eq!(stream.xlen(), Err(Error::Closed));
    assert_eq!(consumer.read(1), Err(Error::Closed));
    assert_eq!(stream.xtrim(&Trim::maxlen(0)), Err(Error::Closed));
    assert_eq!(engine.xlen("s"), Err(Error::Closed));
}

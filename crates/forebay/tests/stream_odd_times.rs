//! Streams whose clocks and ids go back.
#![cfg(test)]

use forebay::stream::{
    GroupReadFrom, GroupStart, NewId, References, Trim, XaddOptions, XclaimOptions,
    XreadgroupOptions, XsetidOptions,
};
use forebay::{Clock, Config, Engine, Stream, StreamId};

fn engine() -> (Engine, Clock) {
    let clock = Clock::manual(1_000_000);
    let config = Config::in_memory().workers(0).clock(clock.clone());
    (Engine::open(config).unwrap(), clock)
}

fn add(stream: &Stream, ms: u64) -> StreamId {
    let options = XaddOptions {
        id: NewId::Exactly(StreamId::new(ms, 0)),
        ..XaddOptions::default()
    };
    stream.xadd_with(&options, [("n", "x")]).unwrap().unwrap()
}

/// What was delivered a moment ago by a clock that has gone back since can be taken over at once by
/// who does not ask for any idle time: with XCLAIM, and with XREADGROUP.
#[test]
fn claim_without_an_idle_time_after_the_clock_went_back() {
    let (engine, clock) = engine();
    let mq = engine.stream("mq").unwrap();
    let ids = [add(&mq, 1), add(&mq, 2)];
    mq.xgroup_create("g", GroupStart::BEGINNING).unwrap();
    let group = mq.group("g");
    assert_eq!(group.consumer("a").read(10).unwrap().len(), 2);
    clock.set(500_000);
    let claiming = XreadgroupOptions {
        claim: Some(0),
        ..XreadgroupOptions::default()
    };
    let delivered = group
        .consumer("c")
        .xreadgroup(GroupReadFrom::New, &claiming)
        .unwrap();
    let delivered: Vec<StreamId> = delivered.iter().map(|entry| entry.id).collect();
    assert_eq!(delivered, ids, "XREADGROUP");
    clock.set(250_000);
    let claimed = group
        .consumer("b")
        .xclaim(0, [ids[0]], &XclaimOptions::default())
        .unwrap();
    assert_eq!(claimed.len(), 1, "XCLAIM");
}

/// An id that was trimmed away and given once more, because XSETID went back, is one id for a
/// group: what is pending under it can be acknowledged.
#[test]
fn an_id_that_comes_again_is_pending_once() {
    let (engine, _) = engine();
    let mq = engine.stream("mq").unwrap();
    let first = add(&mq, 1);
    mq.xgroup_create("g", GroupStart::BEGINNING).unwrap();
    let group = mq.group("g");
    assert_eq!(group.consumer("a").read(10).unwrap().len(), 1);
    mq.xtrim(&Trim::maxlen(0)).unwrap();
    mq.xsetid(StreamId::MIN, &XsetidOptions::default()).unwrap();
    assert_eq!(add(&mq, 1), first);
    assert_eq!(group.xack([first]).unwrap(), 1);
    assert_eq!(group.xpending().unwrap().count, 0);
}

/// A copy of a stream that was trimmed to nothing is as good as the stream.
#[test]
fn a_copy_of_what_was_trimmed_to_nothing() {
    let (engine, _) = engine();
    let mq = engine.stream("mq").unwrap();
    for ms in 1..=500 {
        add(&mq, ms);
    }
    mq.xgroup_create("g", GroupStart::BEGINNING).unwrap();
    assert_eq!(mq.group("g").consumer("a").read(500).unwrap().len(), 500);
    mq.xtrim(&Trim::maxlen(0)).unwrap();
    engine.copy("mq", "copy", false).unwrap();
    let copy = engine.stream("copy").unwrap();
    let group = copy.group("g");
    assert_eq!(group.xack([StreamId::new(499, 0)]).unwrap(), 1);
    add(&copy, 501);
    add(&mq, 501);
    let segments = |stream: &Stream| stream.xinfo_stream().unwrap().counters.radix_tree_keys;
    assert_eq!(segments(&copy), segments(&mq));
    assert_eq!(group.xack([StreamId::new(498, 0)]).unwrap(), 1);
    let by_trim = Trim {
        references: References::Delete,
        ..Trim::maxlen(0)
    };
    assert_eq!(copy.xtrim(&by_trim).unwrap(), 1);
    assert_eq!(group.xpending().unwrap().count, 498);
}

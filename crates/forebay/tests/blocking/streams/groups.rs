//! XREADGROUP with BLOCK.

use super::*;
use forebay::stream::{NackMode, XnackOptions};
use forebay::{Clock, ExpireCondition};

fn manual() -> (Engine, Clock) {
    let clock = Clock::manual(1_000_000);
    let config = Config::in_memory().clock(clock.clone()).workers(0);
    (Engine::open(config).unwrap(), clock)
}

fn claiming(min_idle_ms: u64) -> XreadgroupOptions {
    XreadgroupOptions {
        claim: Some(min_idle_ms),
        ..group_forever()
    }
}

#[test]
fn who_waits_longest_is_served_first() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let [first, second, third] = ["c1", "c2", "c3"]
        .map(|consumer| xreadgroup(&engine, "g", consumer, &["s"], &group_forever()));
    add(&engine, "s", "1");
    add(&engine, "s", "2");
    assert!(!third.is_woken());
    assert_eq!(
        pending(&engine, "s", "g", "c1"),
        1,
        "it is given before it wakes"
    );
    assert_eq!(delivered(second.output()), "s: 2");
    assert_eq!(delivered(first.output()), "s: 1");
    add(&engine, "s", "3");
    assert_eq!(delivered(third.output()), "s: 3");
}

#[test]
fn every_group_gets_every_entry() {
    let engine = engine();
    make_groups(&engine, "s", &["g", "h"]);
    let [g1, g2, h1] = [("g", "c1"), ("g", "c2"), ("h", "c1")]
        .map(|(group, consumer)| xreadgroup(&engine, group, consumer, &["s"], &group_forever()));
    let reader = xread(&engine, &["s"]);
    add(&engine, "s", "1");
    assert_eq!(delivered(g1.output()), "s: 1");
    assert_eq!(delivered(h1.output()), "s: 1");
    assert_eq!(values(reader.output()), "s: 1");
    assert!(!g2.is_woken());
}

#[test]
fn entries_that_come_together_are_shared_as_counts_say() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let one = XreadgroupOptions {
        count: Some(1),
        ..group_forever()
    };
    let first = xreadgroup(&engine, "g", "c1", &["s"], &one);
    let second = xreadgroup(&engine, "g", "c2", &["s"], &group_forever());
    let third = xreadgroup(&engine, "g", "c3", &["s"], &one);
    engine
        .transaction(&["s"], |tx| {
            for value in ["1", "2", "3"] {
                tx.xadd("s", [("v", value)]).unwrap();
            }
        })
        .unwrap();
    assert_eq!(delivered(first.output()), "s: 1");
    assert_eq!(delivered(second.output()), "s: 2 3");
    assert!(!third.is_woken());
}

#[test]
fn all_streams_of_a_transaction_are_read() {
    let engine = engine();
    make_groups(&engine, "a", &["g"]);
    make_groups(&engine, "b", &["g"]);
    let both = xreadgroup(&engine, "g", "c1", &["a", "b"], &group_forever());
    let other = xreadgroup(&engine, "g", "c2", &["b"], &group_forever());
    engine
        .transaction(&["a", "b"], |tx| {
            tx.xadd("b", [("v", "1")]).unwrap();
            tx.xadd("a", [("v", "2")]).unwrap();
        })
        .unwrap();
    assert_eq!(delivered(both.output()), "a: 2; b: 1");
    assert!(!other.is_woken());
}

#[test]
fn what_was_delivered_before_is_not_waited_for() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let history = [("s", GroupReadFrom::PendingAfter(StreamId::MIN))];
    let read = |consumer| engine.xreadgroup("g", consumer, &history, &group_forever());
    assert_eq!(read("c1"), Ok(vec![("s".into(), Vec::new())]));
    add(&engine, "s", "1");
    let new = [("s", GroupReadFrom::New)];
    assert_eq!(
        engine
            .xreadgroup("g", "c1", &new, &group_forever())
            .unwrap()[0]
            .1
            .len(),
        1
    );
    assert_eq!(read("c1").unwrap()[0].1.len(), 1);
    assert_eq!(read("c2").unwrap()[0].1.len(), 0);
}

#[test]
fn without_acknowledging_nothing_is_pending() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let noack = XreadgroupOptions {
        noack: true,
        ..group_forever()
    };
    let consumer = xreadgroup(&engine, "g", "c1", &["s"], &noack);
    add(&engine, "s", "1");
    assert_eq!(delivered(consumer.output()), "s: 1");
    assert_eq!(pending(&engine, "s", "g", "c1"), 0);
}

#[test]
fn a_consumer_that_has_gone_keeps_what_it_was_given() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let gone = xreadgroup(&engine, "g", "gone", &["s"], &group_forever());
    let served = xreadgroup(&engine, "g", "served", &["s"], &group_forever());
    drop(gone);
    add(&engine, "s", "1");
    assert!(served.is_woken());
    drop(served);
    assert_eq!(pending(&engine, "s", "g", "served"), 1);
    let history = [("s", GroupReadFrom::PendingAfter(StreamId::MIN))];
    let read = engine.xreadgroup("g", "served", &history, &group_forever());
    assert_eq!(delivered(read.map(Some)), "s: 1");
}

#[test]
fn a_group_that_goes_ends_the_wait() {
    let engine = engine();
    let ends: [&dyn Fn(); 5] = [
        &|| {
            assert_eq!(engine.xgroup_destroy("s", "g"), Ok(true));
        },
        &|| assert_eq!(engine.del(&["s"]), Ok(1)),
        &|| engine.rename("s", "t").unwrap(),
        &|| engine.flushall().unwrap(),
        &|| {
            add(&engine, "without", "1");
            assert!(engine.copy("without", "s", true).unwrap());
        },
    ];
    for end in ends {
        engine.flushall().unwrap();
        make_groups(&engine, "s", &["g", "h"]);
        make_groups(&engine, "first", &["g"]);
        let consumers = [
            xreadgroup(&engine, "g", "c1", &["s"], &group_forever()),
            xreadgroup(&engine, "g", "c2", &["first", "s"], &group_forever()),
        ];
        end();
        let [one, two] = consumers.map(Task::output);
        assert_eq!(one, Err(Error::NoGroup { at: 0 }));
        assert!(matches!(two, Err(Error::NoGroup { .. })), "{two:?}");
    }
}

#[test]
fn another_group_that_goes_does_not_matter() {
    let engine = engine();
    make_groups(&engine, "s", &["g", "h"]);
    let consumer = xreadgroup(&engine, "g", "c1", &["s"], &group_forever());
    let gone = engine.transaction(&["s"], |tx| tx.xgroup_destroy("s", "h"));
    assert_eq!(gone.unwrap(), Ok(true));
    assert!(!consumer.is_woken());
}

#[test]
fn a_group_that_is_there_again_at_the_end_has_never_gone() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let consumer = xreadgroup(&engine, "g", "c1", &["s"], &group_forever());
    engine
        .transaction(&["s"], |tx| {
            tx.del(&["s"]).unwrap();
            tx.xadd("s", [("v", "1")]).unwrap();
            tx.xgroup_create("s", "g", GroupStart::Now).unwrap();
        })
        .unwrap();
    assert!(!consumer.is_woken());
    add(&engine, "s", "2");
    assert_eq!(delivered(consumer.output()), "s: 2");
}

#[test]
fn a_stream_that_expires_ends_the_wait() {
    let (engine, clock) = manual();
    make_groups(&engine, "s", &["g"]);
    let consumer = xreadgroup(&engine, "g", "c1", &["s"], &group_forever());
    engine.pexpire("s", 10, ExpireCondition::Always).unwrap();
    clock.advance(Duration::from_millis(10));
    engine.maintain();
    assert_eq!(consumer.output(), Err(Error::NoGroup { at: 0 }));
}

#[test]
fn another_kind_of_value_ends_the_wait() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let consumer = xreadgroup(&engine, "g", "c1", &["s"], &group_forever());
    engine.rpush("list", ["a"]).unwrap();
    engine.rename("list", "s").unwrap();
    assert_eq!(consumer.output(), Err(Error::WrongType));
}

#[test]
fn the_first_key_without_the_group_is_named() {
    let engine = engine();
    make_groups(&engine, "a", &["g"]);
    make_groups(&engine, "b", &["h"]);
    let read = |keys: &[&str]| {
        let streams: Vec<_> = keys.iter().map(|key| (*key, GroupReadFrom::New)).collect();
        engine.xreadgroup("g", "c1", &streams, &group_forever())
    };
    assert_eq!(read(&["none", "a"]), Err(Error::NoGroup { at: 0 }));
    assert_eq!(read(&["a", "b"]), Err(Error::NoGroup { at: 1 }));
    engine.rpush("list", ["a"]).unwrap();
    assert_eq!(read(&["a", "list", "b"]), Err(Error::WrongType));
}

#[test]
fn entries_that_were_left_too_long_are_claimed_while_waiting() {
    let (engine, clock) = manual();
    make_groups(&engine, "s", &["g"]);
    add(&engine, "s", "1");
    add(&engine, "s", "2");
    let new = [("s", GroupReadFrom::New)];
    engine
        .xreadgroup("g", "died", &new, &group_forever())
        .unwrap();
    let late = xreadgroup(&engine, "g", "late", &["s"], &claiming(200));
    let soon = xreadgroup(&engine, "g", "soon", &["s"], &claiming(100));
    clock.advance(Duration::from_millis(99));
    engine.maintain();
    assert!(!soon.is_woken());
    clock.advance(Duration::from_millis(1));
    engine.maintain();
    let read = soon.output();
    let entries = &read.as_ref().unwrap().as_ref().unwrap()[0].1;
    assert_eq!((entries[0].idle_ms, entries[0].deliveries), (Some(100), 1));
    assert_eq!(delivered(read), "s: 1 2");
    clock.advance(Duration::from_millis(199));
    engine.maintain();
    assert!(!late.is_woken(), "its time begins again");
    clock.advance(Duration::from_millis(1));
    engine.maintain();
    assert_eq!(delivered(late.output()), "s: 1 2");
}

#[test]
fn a_worker_looks_after_claims() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    add(&engine, "s", "1");
    let new = [("s", GroupReadFrom::New)];
    engine
        .xreadgroup("g", "died", &new, &group_forever())
        .unwrap();
    let read = engine.xreadgroup("g", "heir", &new, &claiming(20));
    assert_eq!(delivered(read.map(Some)), "s: 1");
}

#[test]
fn what_is_given_back_is_claimed_at_once() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let id = add(&engine, "s", "1");
    let new = [("s", GroupReadFrom::New)];
    engine
        .xreadgroup("g", "c1", &new, &group_forever())
        .unwrap();
    let heir = xreadgroup(&engine, "g", "heir", &["s"], &claiming(1_000_000));
    let patient = xreadgroup(&engine, "g", "patient", &["s"], &group_forever());
    let given_back = engine.xnack("s", "g", NackMode::Fail, [id], &XnackOptions::default());
    assert_eq!(given_back, Ok(1));
    let read = heir.output();
    let entries = &read.as_ref().unwrap().as_ref().unwrap()[0].1;
    assert_eq!((entries[0].idle_ms, entries[0].deliveries), (None, 1));
    assert!(!patient.is_woken());
}

#[test]
fn deleted_entries_are_not_claimed() {
    let (engine, clock) = manual();
    make_groups(&engine, "s", &["g"]);
    let id = add(&engine, "s", "1");
    let new = [("s", GroupReadFrom::New)];
    engine
        .xreadgroup("g", "died", &new, &group_forever())
        .unwrap();
    assert_eq!(engine.xdel("s", [id]), Ok(1));
    let heir = xreadgroup(&engine, "g", "heir", &["s"], &claiming(100));
    clock.advance(Duration::from_millis(100));
    engine.maintain();
    assert!(!heir.is_woken());
    assert_eq!(pending(&engine, "s", "g", "died"), 0);
}

#[test]
fn nothing_comes_when_the_time_is_over() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let options = XreadgroupOptions {
        block: Some(Duration::from_millis(20).into()),
        ..XreadgroupOptions::default()
    };
    let new = [("s", GroupReadFrom::New)];
    assert_eq!(engine.xreadgroup("g", "c1", &new, &options), Ok(Vec::new()));
    let waited = block_on(engine.xreadgroup_async("g", "c1", &new, &options));
    assert_eq!(waited, Ok(None));
}

#[test]
fn threads_wait_too() {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    let waiting = engine.clone();
    let consumer = spawn_blocked(move || {
        let new = [("s", GroupReadFrom::New)];
        waiting.xreadgroup("g", "c1", &new, &group_forever())
    });
    add(&engine, "s", "1");
    assert_eq!(delivered(consumer.join().unwrap().map(Some)), "s: 1");
}

//! The entries of a consumer as an asynchronous stream.

use super::*;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use forebay::stream::Entries;

fn entries(engine: &Engine, consumer: &str, options: &XreadgroupOptions) -> Entries {
    let group = engine.stream("s").unwrap().group("g");
    group.consumer(consumer).entries(options)
}

/// The value of the next entry; nothing when it has to be waited for.
fn next(entries: &mut Entries) -> Option<String> {
    let next = pin!(entries.next());
    match next.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(entry) => {
            let entry = entry.expect("it does not end").unwrap();
            Some(text(entry.fields.value("v").unwrap()))
        }
        Poll::Pending => None,
    }
}

fn stream_of(values: &[&str]) -> Engine {
    let engine = engine();
    make_groups(&engine, "s", &["g"]);
    for value in values {
        add(&engine, "s", value);
    }
    engine
}

#[test]
fn an_entry_is_done_when_the_next_one_is_asked_for() {
    let engine = stream_of(&["1", "2"]);
    let mut entries = entries(&engine, "c", &group_forever());
    assert_eq!(next(&mut entries).as_deref(), Some("1"));
    assert_eq!(pending(&engine, "s", "g", "c"), 2, "both were fetched");
    assert_eq!(next(&mut entries).as_deref(), Some("2"));
    assert_eq!(pending(&engine, "s", "g", "c"), 1);
    assert_eq!(next(&mut entries), None);
    assert_eq!(pending(&engine, "s", "g", "c"), 0);
    add(&engine, "s", "3");
    assert_eq!(next(&mut entries).as_deref(), Some("3"));
}

#[test]
fn what_was_not_done_comes_first_the_next_time() {
    let engine = stream_of(&["1", "2", "3"]);
    let mut first = entries(&engine, "c", &group_forever());
    assert_eq!(next(&mut first).as_deref(), Some("1"));
    assert_eq!(next(&mut first).as_deref(), Some("2"));
    drop(first);
    add(&engine, "s", "4");
    let one = XreadgroupOptions {
        count: Some(1),
        ..group_forever()
    };
    let mut second = entries(&engine, "c", &one);
    let values: Vec<_> = core::iter::from_fn(|| next(&mut second)).collect();
    assert_eq!(values, ["2", "3", "4"]);
    assert_eq!(pending(&engine, "s", "g", "c"), 0);
}

#[test]
fn who_waits_is_woken() {
    let engine = stream_of(&[]);
    let mut entries = entries(&engine, "c", &group_forever());
    let waiting = Task::waiting(async move { entries.next().await.unwrap().unwrap() });
    let id = add(&engine, "s", "1");
    assert_eq!(waiting.output().id, id);
}

#[test]
fn a_call_that_is_dropped_while_it_waits_loses_nothing() {
    let engine = stream_of(&[]);
    let mut entries = entries(&engine, "c", &group_forever());
    assert_eq!(next(&mut entries), None);
    add(&engine, "s", "1");
    add(&engine, "s", "2");
    assert_eq!(next(&mut entries).as_deref(), Some("1"));
    assert_eq!(next(&mut entries).as_deref(), Some("2"));
}

#[test]
fn what_was_deleted_is_passed_over() {
    let engine = stream_of(&["1"]);
    let deleted = add(&engine, "s", "2");
    add(&engine, "s", "3");
    engine
        .xreadgroup("g", "c", &[("s", GroupReadFrom::New)], &group_forever())
        .unwrap();
    engine.xdel("s", [deleted]).unwrap();
    let mut entries = entries(&engine, "c", &group_forever());
    let values: Vec<_> = core::iter::from_fn(|| next(&mut entries)).collect();
    assert_eq!(values, ["1", "3"]);
    assert_eq!(pending(&engine, "s", "g", "c"), 0);
}

#[test]
fn it_ends_when_nothing_comes() {
    let engine = stream_of(&["1"]);
    let options = XreadgroupOptions {
        block: Some(Duration::from_millis(5).into()),
        ..XreadgroupOptions::default()
    };
    let mut entries = entries(&engine, "c", &options);
    block_on(async {
        assert!(entries.next().await.is_some());
        assert!(entries.next().await.is_none());
        add(&engine, "s", "2");
        assert!(entries.next().await.is_none(), "it has ended");
    });
    assert_eq!(engine.xpending("s", "g").unwrap().count, 0);
}

#[test]
fn it_ends_with_its_group() {
    let engine = stream_of(&[]);
    let mut entries = entries(&engine, "c", &group_forever());
    assert_eq!(next(&mut entries), None);
    engine.xgroup_destroy("s", "g").unwrap();
    block_on(async {
        assert_eq!(entries.next().await, Some(Err(Error::NoGroup { at: 0 })));
        assert_eq!(entries.next().await, None);
    });
}

#[test]
fn without_acknowledging_nothing_is_pending() {
    let engine = stream_of(&["1", "2"]);
    let noack = XreadgroupOptions {
        noack: true,
        ..group_forever()
    };
    let mut entries = entries(&engine, "c", &noack);
    assert_eq!(next(&mut entries).as_deref(), Some("1"));
    assert_eq!(pending(&engine, "s", "g", "c"), 0);
    assert_eq!(next(&mut entries).as_deref(), Some("2"));
}

//! Calls that lend entries show what those show that copy them.
#![cfg(test)]

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use forebay::stream::{Entry, EntryRef, GroupStart, XreadOptions, XreadgroupOptions};
use forebay::{Config, Engine, ExpireCondition, Stream, StreamId};

const ENTRIES: u64 = 300;

fn filled(engine: &Engine) -> Stream {
    let mq = engine.stream("mq").unwrap();
    for number in 0..ENTRIES {
        let text = number.to_string();
        let long = vec![b'x'; if number % 50 == 0 { 5_000 } else { 3 }];
        mq.xadd([("number", text.as_bytes()), ("text", &long[..])])
            .unwrap();
    }
    mq
}

/// What `call` lends, as copies; it says how many that were.
fn kept(call: impl FnOnce(&mut dyn FnMut(EntryRef<'_>)) -> forebay::Result<usize>) -> Vec<Entry> {
    let mut kept = Vec::new();
    let count = call(&mut |entry| kept.push(entry.to_entry())).unwrap();
    assert_eq!(count, kept.len());
    kept
}

fn compare(mq: &Stream) {
    let all = mq.xrange(.., None).unwrap();
    assert_eq!(all.len() as u64, ENTRIES);
    for (from, to) in [(0, 299), (7, 8), (100, 250)] {
        let range = all[from].id..=all[to].id;
        for count in [None, Some(0), Some(1), Some(16), Some(17), Some(200)] {
            let (there, back) = (range.clone(), range.clone());
            assert_eq!(
                kept(|f| mq.xrange_with(there, count, f)),
                mq.xrange(range.clone(), count).unwrap()
            );
            assert_eq!(
                kept(|f| mq.xrevrange_with(back, count, f)),
                mq.xrevrange(range.clone(), count).unwrap()
            );
        }
    }
    for (count, maxsize) in [(None, None), (Some(20), None), (None, Some(12_000))] {
        let options = XreadOptions {
            count,
            maxsize,
            ..XreadOptions::default()
        };
        let copied = mq.xread(all[10].id, &options).unwrap();
        assert_eq!(kept(|f| mq.xread_with(all[10].id, &options, f)), copied);
        assert!(copied.len() < 290 || maxsize.is_none(), "{options:?}");
    }
}

#[test]
fn lent_entries_are_those_that_are_copied() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    compare(&filled(&engine));
}

#[test]
fn also_when_the_key_needs_attention() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mq = filled(&engine);
    assert!(
        engine
            .pexpire("mq", 100_000, ExpireCondition::Always)
            .unwrap()
    );
    compare(&mq);
}

#[test]
fn a_group_is_lent_each_entry_once() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mq = filled(&engine);
    let all = mq.xrange(.., None).unwrap();
    mq.xgroup_create("workers", GroupStart::BEGINNING).unwrap();
    let worker = mq.group("workers").consumer("w");
    let first = kept(|f| worker.read_with(100, f));
    assert!(
        engine
            .pexpire("mq", 100_000, ExpireCondition::Always)
            .unwrap()
    );
    let second = kept(|f| worker.read_with(1_000, f));
    assert_eq!([first, second].concat(), all);
    assert_eq!(worker.read_with(1, |_| ()).unwrap(), 0);
    assert_eq!(mq.group("workers").xpending().unwrap().count, ENTRIES);
}

#[test]
fn who_is_lent_an_entry_may_use_the_stream() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mq = filled(&engine);
    let mut added = 0;
    let lent = mq
        .xrange_with(.., None, |entry| {
            if added < 5 {
                added += 1;
                mq.xadd(entry.fields.iter().collect::<Vec<_>>()).unwrap();
                mq.xdel([entry.id]).unwrap();
            }
        })
        .unwrap();
    assert_eq!(lent as u64, ENTRIES, "as it was before");
    assert_eq!(mq.xlen().unwrap(), ENTRIES);
}

#[test]
fn what_was_lent_when_somebody_panicked_is_pending() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mq = filled(&engine);
    mq.xgroup_create("workers", GroupStart::BEGINNING).unwrap();
    let worker = mq.group("workers").consumer("w");
    let read = || worker.read_with(3, |_| panic!("the worker has a bug"));
    assert!(catch_unwind(AssertUnwindSafe(read)).is_err());
    assert_eq!(mq.group("workers").xpending().unwrap().count, 3);
    let left = worker
        .xreadgroup(StreamId::MIN, &XreadgroupOptions::default())
        .unwrap();
    assert_eq!(left.len(), 3);
}

#[test]
fn a_reader_that_waits_is_lent_what_came() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mq = engine.stream("mq").unwrap();
    let options = XreadOptions {
        block: Some(20.into()),
        ..XreadOptions::default()
    };
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| kept(|f| mq.xread_with(StreamId::MIN, &options, f)));
        std::thread::sleep(core::time::Duration::from_millis(30));
        let id = mq.xadd([("job", "7")]).unwrap();
        let read = reader.join().unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!((read[0].id, &read[0].fields), (id, &[("job", "7")].into()));
    });
}

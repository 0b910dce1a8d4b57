//! Streams under many threads: every entry goes to one consumer of a group, readers miss nothing,
//! and whatever is removed meanwhile, the books balance.
//!
//! `FOREBAY_LONG=1` runs twenty times as long.
#![cfg(test)]

#[path = "support/random.rs"]
mod random;

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::collections::HashSet;
use std::thread;

use forebay::stream::{
    GroupReadFrom, GroupStart, IdBound, NackMode, References, Trim, XaddOptions, XautoclaimOptions,
    XgroupCreateOptions, XnackOptions, XpendingOptions, XreadOptions, XreadgroupOptions,
};
use forebay::{Config, Engine, Error, Stream, StreamId};

use random::Random;

fn engine() -> Engine {
    Engine::open(Config::in_memory()).unwrap()
}

fn scale(count: u64) -> u64 {
    if std::env::var_os("FOREBAY_LONG").is_some() {
        count * 20
    } else {
        count
    }
}

/// Tells all others when its thread panics, that they do not wait for it.
struct Panicked<'a>(&'a AtomicBool);

impl Drop for Panicked<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, SeqCst);
        }
    }
}

/// Adds `count` entries and returns their ids. Some are long.
fn add(stream: &Stream, count: u64, random: &mut Random) -> Vec<StreamId> {
    let long = [7; 3_000];
    let ids = (0..count).map(|number| {
        let number = number.to_string();
        let len = usize::try_from(random.below(60)).unwrap();
        let len = if random.one_in(100) { 3_000 } else { len };
        let fields = [("n", number.as_bytes()), ("padding", &long[..len])];
        stream.xadd(fields).unwrap()
    });
    ids.collect()
}

#[test]
fn every_entry_goes_to_one_consumer() {
    let engine = engine();
    let stream = engine.stream("mq").unwrap();
    let options = XgroupCreateOptions {
        mkstream: true,
        ..XgroupCreateOptions::default()
    };
    stream
        .xgroup_create_with("g", GroupStart::BEGINNING, &options)
        .unwrap();
    let count = scale(30_000);
    let left = AtomicU64::new(2 * count);
    let has_failed = AtomicBool::new(false);
    let goes_on = || left.load(SeqCst) > 0 && !has_failed.load(SeqCst);
    let (added, delivered) = thread::scope(|scope| {
        let adders = [1, 2].map(|seed| {
            let (stream, has_failed) = (&stream, &has_failed);
            scope.spawn(move || {
                let _failure = Panicked(has_failed);
                add(stream, count, &mut Random::new(seed))
            })
        });
        let consumers = ["a", "b", "c"].map(|name| {
            let (stream, left, has_failed, goes_on) = (&stream, &left, &has_failed, &goes_on);
            scope.spawn(move || {
                let _failure = Panicked(has_failed);
                let group = stream.group("g");
                let consumer = group.consumer(name);
                let mut random = Random::new(u64::from(name.as_bytes()[0]));
                let mut all = Vec::new();
                while goes_on() {
                    let entries = consumer.read(1 + random.below(50)).unwrap();
                    let ids: Vec<StreamId> = entries.iter().map(|entry| entry.id).collect();
                    left.fetch_sub(ids.len() as u64, SeqCst);
                    if !ids.is_empty() {
                        assert_eq!(group.xack(&ids).unwrap(), ids.len() as u64, "{name}");
                    }
                    all.extend(ids);
                }
                assert!(all.is_sorted(), "{name} was given entries in order");
                all
            })
        });
        // What is done with goes, in front and in the middle.
        scope.spawn(|| {
            let _failure = Panicked(&has_failed);
            let mut random = Random::new(9);
            while goes_on() {
                let trim = match random.below(2) {
                    0 => Trim::maxlen(100),
                    _ => Trim::maxlen(0).at_most(0),
                };
                stream.xtrim(&trim.references(References::Acked)).unwrap();
                let newest = stream.xrevrange(.., Some(20)).unwrap();
                assert!(
                    newest.is_sorted_by(|a, b| a.id > b.id),
                    "backwards: {newest:?}"
                );
                let ids: Vec<StreamId> = newest.iter().map(|entry| entry.id).collect();
                if !ids.is_empty() {
                    stream.xdelex(References::Acked, &ids).unwrap();
                }
            }
        });
        let added = adders.map(|adder| adder.join().unwrap()).concat();
        let delivered = consumers.map(|consumer| consumer.join().unwrap()).concat();
        (added, delivered)
    });
    let unique: HashSet<StreamId> = delivered.iter().copied().collect();
    assert_eq!(unique.len(), delivered.len(), "none twice");
    assert_eq!(unique, added.into_iter().collect(), "none lost");
    assert_eq!(stream.group("g").xpending().unwrap().count, 0);
    stream
        .xtrim(&Trim::maxlen(0).references(References::Acked))
        .unwrap();
    assert_eq!(stream.xlen().unwrap(), 0, "all of them are acknowledged");
}

#[test]
fn readers_see_everything_in_order() {
    let engine = engine();
    let stream = engine.stream("mq").unwrap();
    let count = scale(40_000);
    let has_failed = AtomicBool::new(false);
    thread::scope(|scope| {
        let adders = [1, 2].map(|seed| {
            let (stream, has_failed) = (&stream, &has_failed);
            scope.spawn(move || {
                let _failure = Panicked(has_failed);
                add(stream, count, &mut Random::new(seed))
            })
        });
        let readers = [10, 100].map(|count_max| {
            let (stream, has_failed) = (&stream, &has_failed);
            scope.spawn(move || {
                let options = XreadOptions {
                    count: Some(count_max),
                    ..XreadOptions::default()
                };
                let (mut last, mut seen) = (StreamId::MIN, Vec::new());
                while (seen.len() as u64) < 2 * count && !has_failed.load(SeqCst) {
                    for entry in stream.xread(last, &options).unwrap() {
                        assert!(entry.id > last, "{} after {last}", entry.id);
                        last = entry.id;
                        seen.push(last);
                    }
                }
                seen
            })
        });
        let mut added = adders.map(|adder| adder.join().unwrap()).concat();
        added.sort_unstable();
        for reader in readers {
            assert_eq!(reader.join().unwrap(), added, "all, and in order");
        }
    });
}

/// One of many things that can be done to a stream.
fn disturb(engine: &Engine, stream: &Stream, random: &mut Random) -> Result<(), Error> {
    let group = stream.group(["g", "h"][usize::from(random.one_in(2))]);
    let consumer = group.consumer(["a", "b", "c"][usize::try_from(random.below(3)).unwrap()]);
    let some = |random: &mut Random| {
        let count = 1 + random.below(30);
        let pending = group.xpending_range(&XpendingOptions::first(count))?;
        Ok::<Vec<StreamId>, Error>(pending.iter().map(|pending| pending.id).collect())
    };
    match random.below(40) {
        0..8 => drop(add(stream, 20, random)),
        8 => {
            let trim = Trim::maxlen(random.below(300));
            let options = XaddOptions {
                trim: Some(trim.approximately()),
                ..XaddOptions::default()
            };
            stream.xadd_with(&options, [("n", "x")])?;
        }
        9 => drop(stream.xtrim(&Trim::maxlen(random.below(300)))?),
        10 => {
            let trim = Trim::maxlen(random.below(300)).references(References::Delete);
            stream.xtrim(&trim)?;
        }
        11 => {
            let trim = Trim::maxlen(random.below(100)).references(References::Acked);
            stream.xtrim(&trim)?;
        }
        12 | 13 => {
            let ids = some(random)?;
            if !ids.is_empty() {
                stream.xdel(&ids)?;
            }
        }
        14..20 => drop(consumer.read(1 + random.below(40))?),
        20..24 => {
            let ids = some(random)?;
            if !ids.is_empty() {
                group.xack(&ids)?;
            }
        }
        24 => {
            let ids = some(random)?;
            if !ids.is_empty() {
                group.xnack(NackMode::Fail, &ids, &XnackOptions::default())?;
            }
        }
        25 => {
            let ids = some(random)?;
            if !ids.is_empty() {
                group.xackdel(References::Acked, &ids)?;
            }
        }
        26 | 27 => {
            let options = XreadgroupOptions {
                count: Some(10),
                claim: Some(0),
                ..XreadgroupOptions::default()
            };
            consumer.xreadgroup(GroupReadFrom::New, &options)?;
        }
        28 => {
            let options = XreadgroupOptions::default();
            consumer.xreadgroup(StreamId::MIN, &options)?;
        }
        29 => {
            let options = XautoclaimOptions { count: 20 };
            consumer.xautoclaim(0, IdBound::Min, &options)?;
        }
        30 => drop(stream.xinfo_stream_full(5)?),
        31 => drop(stream.xinfo_groups()?),
        32 => drop(group.xgroup_delconsumer("c")?),
        33 => {
            if random.one_in(10) {
                stream.xgroup_destroy(group.name())?;
            }
        }
        34 => {
            if random.one_in(20) {
                engine.del(&["s"])?;
            }
        }
        35 => {
            if random.one_in(4) {
                engine.rename("s", "t")?;
                engine.rename("t", "s")?;
            }
        }
        36 => drop(engine.copy("s", "t", true)?),
        _ => {
            let options = XgroupCreateOptions {
                mkstream: true,
                ..XgroupCreateOptions::default()
            };
            stream.xgroup_create_with(group.name(), GroupStart::BEGINNING, &options)?;
        }
    }
    Ok(())
}

/// What the parts of a stream say about each other.
fn check_books(stream: &Stream) {
    let Ok(info) = stream.xinfo_stream_full(0) else {
        return;
    };
    assert_eq!(info.counters.length, info.entries.len() as u64, "{info:?}");
    assert!(info.entries.is_sorted_by(|a, b| a.id < b.id), "{info:?}");
    for group in info.groups {
        assert_eq!(group.pel_count, group.pending.len() as u64, "{group:?}");
        assert!(group.pending.is_sorted_by(|a, b| a.id < b.id), "{group:?}");
        let held: u64 = group.consumers.iter().map(|each| each.pel_count).sum();
        assert_eq!(held + group.nacked_count, group.pel_count, "{group:?}");
    }
}

#[test]
fn the_books_balance_whatever_happens() {
    let engine = engine();
    let steps = scale(6_000);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let threads = [1, 2, 3].map(|seed| {
            let (engine, is_over) = (&engine, &is_over);
            scope.spawn(move || {
                let _failure = Panicked(is_over);
                let stream = engine.stream("s").unwrap();
                let mut random = Random::new(seed);
                for _ in 0..steps {
                    // Errors: what there is not, or already is.
                    let _ = disturb(engine, &stream, &mut random);
                }
            })
        });
        scope.spawn(|| {
            let streams = ["s", "t"].map(|key| engine.stream(key).unwrap());
            while !is_over.load(SeqCst) {
                streams.iter().for_each(check_books);
            }
        });
        for thread in threads {
            thread.join().unwrap();
        }
        is_over.store(true, SeqCst);
    });
    for key in ["s", "t"] {
        check_books(&engine.stream(key).unwrap());
    }
}

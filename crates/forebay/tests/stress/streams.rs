//! Streams and their groups: every entry once in every group, whoever dies.

use super::*;
use core::pin::pin;
use forebay::stream::{
    Delivered, Entry, Fields, GroupReadFrom, GroupStart, NackMode, ReadFrom, Trim,
    XautoclaimOptions, XgroupCreateOptions, XnackOptions, XreadOptions, XreadgroupOptions,
};
use forebay::{Consumer, Error, StreamId};
use std::collections::HashSet;

const KEY: &str = "s";
const GROUPS: [&str; 2] = ["g", "h"];

fn engine_with_groups() -> Engine {
    let engine = engine();
    let options = XgroupCreateOptions {
        mkstream: true,
        ..XgroupCreateOptions::default()
    };
    for group in GROUPS {
        let made = engine.xgroup_create_with(KEY, group, GroupStart::BEGINNING, &options);
        made.unwrap();
    }
    engine
}

fn message(fields: &Fields) -> Message {
    Message::decode(fields.value("m").unwrap())
}

/// Adds `count` entries, one by one or some together.
fn add(engine: &Engine, producer: usize, count: usize) {
    let mut random = Random::new(producer as u64);
    let stream = engine.stream(KEY).unwrap();
    let mut last = StreamId::MIN;
    for number in 0..count {
        let bytes = Message { producer, number }.encode(padding(&mut random) / 4);
        let id = match random.below(8) {
            0 => engine.xadd(KEY, [("m", bytes)]).unwrap(),
            1 => {
                let added = engine.transaction(&[KEY, "other"], |tx| {
                    tx.xadd("other", [("m", "x")]).unwrap();
                    tx.xtrim("other", &Trim::maxlen(3)).unwrap();
                    tx.xadd(KEY, [("m", bytes)]).unwrap()
                });
                added.unwrap()
            }
            _ => stream.xadd([("m", bytes)]).unwrap(),
        };
        assert!(id > last, "{id} after {last}");
        last = id;
        match random.below(300) {
            0..4 => thread::yield_now(),
            4 => thread::sleep(Duration::from_micros(random.below(300))),
            _ => {}
        }
    }
}

/// Does what freezes the stream and changes no entry.
fn disturb_stream(engine: &Engine, done: &AtomicBool) {
    let mut random = Random::new(78);
    while !done.load(SeqCst) {
        match random.below(9) {
            0 => drop(engine.xrange(KEY, .., Some(3)).unwrap()),
            1 => drop(engine.expire(KEY, 1_000, ExpireCondition::Always).unwrap()),
            2 => drop(engine.persist(KEY).unwrap()),
            3 => {
                let both = engine.transaction(&[KEY, "copy"], |tx| {
                    let first = (tx.xlen(KEY).unwrap(), tx.xpending(KEY, "g").unwrap());
                    thread::yield_now();
                    (
                        first,
                        (tx.xlen(KEY).unwrap(), tx.xpending(KEY, "g").unwrap()),
                    )
                });
                let (first, second) = both.unwrap();
                assert_eq!(first, second, "nobody comes between two steps");
            }
            4 => {
                engine.copy(KEY, "copy", true).unwrap();
                engine.del(&["copy"]).unwrap();
            }
            5 => drop(engine.xinfo_groups(KEY).unwrap()),
            6 => assert_eq!(engine.llen(KEY), Err(Error::WrongType)),
            7 => {
                engine.rename(KEY, KEY).unwrap();
                assert_eq!(engine.xdel(KEY, [StreamId::new(1, 1)]), Ok(0));
            }
            _ => engine.maintain(),
        }
        thread::sleep(Duration::from_micros(random.below(700)));
    }
}

/// Reads new entries in every way there is.
fn read_new(engine: &Engine, consumer: &Consumer, random: &mut Random) -> Vec<Delivered> {
    let (group, name) = (consumer.group().name(), consumer.name());
    let patience = Duration::from_micros(1 + random.below(3_000));
    let mut options = XreadgroupOptions {
        count: Some(1 + random.below(20)),
        ..XreadgroupOptions::default()
    };
    let new = [(KEY, GroupReadFrom::New)];
    let of_key = |mut read: Vec<(Bytes, Vec<Delivered>)>| {
        let read = read.pop().map(|(_, delivered)| delivered);
        read.unwrap_or_default()
    };
    match random.below(6) {
        0 => consumer.xreadgroup(GroupReadFrom::New, &options).unwrap(),
        1 => of_key(engine.xreadgroup(group, name, &new, &options).unwrap()),
        way => {
            options.block = Some(patience.into());
            match way {
                2 => consumer.xreadgroup(GroupReadFrom::New, &options).unwrap(),
                3 => of_key(engine.xreadgroup(group, name, &new, &options).unwrap()),
                4 => {
                    let read = consumer.xreadgroup_async(GroupReadFrom::New, &options);
                    block_on(read).unwrap().unwrap_or_default()
                }
                _ => {
                    let read = engine.xreadgroup_async(group, name, &new, &options);
                    of_key(block_on(read).unwrap().unwrap_or_default())
                }
            }
        }
    }
}

#[test]
fn every_group_is_given_every_entry_once_and_in_order() {
    let engine = engine_with_groups();
    let per_producer = scale(8_000);
    let total = 3 * per_producer;
    let done = AtomicBool::new(false);
    let progress = GROUPS.map(|_| Progress::new(total));
    let mut ledgers = GROUPS.map(|_| Ledger::new(&[per_producer; 3]));
    thread::scope(|scope| {
        let (engine, done) = (&engine, &done);
        for producer in 0..3 {
            scope.spawn(move || add(engine, producer, per_producer));
        }
        let got: Vec<_> = (0..6)
            .map(|seed| {
                let progress = &progress[seed % 2];
                scope.spawn(move || {
                    let mut random = Random::new(seed as u64);
                    let group = engine.stream(KEY).unwrap().group(GROUPS[seed % 2]);
                    let consumer = group.consumer(format!("consumer {seed}"));
                    let mut got = Vec::new();
                    while progress.unfinished() {
                        let delivered = read_new(engine, &consumer, &mut random);
                        let ids: Vec<_> = delivered.iter().map(|entry| entry.id).collect();
                        if !ids.is_empty() {
                            assert_eq!(group.xack(&ids), Ok(ids.len() as u64));
                        }
                        progress.add(delivered.len());
                        let fields = delivered.iter().filter_map(|entry| entry.fields.as_ref());
                        got.extend(fields.map(message));
                    }
                    got
                })
            })
            .collect();
        scope.spawn(move || disturb_stream(engine, done));
        for (seed, got) in got.into_iter().enumerate() {
            ledgers[seed % 2].enter(&got.join().unwrap());
        }
        done.store(true, SeqCst);
    });
    ledgers.iter().for_each(Ledger::close);
    for group in GROUPS {
        assert_eq!(engine.xpending(KEY, group).unwrap().count, 0);
    }
    assert_eq!(engine.xlen(KEY), Ok(total as u64));
}

#[test]
fn every_reader_sees_every_entry_in_order() {
    let engine = engine_with_groups();
    let per_producer = scale(6_000);
    let total = 3 * per_producer;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (engine, done) = (&engine, &done);
        for producer in 0..3 {
            scope.spawn(move || add(engine, producer, per_producer));
        }
        let readers: Vec<_> = (0..4)
            .map(|seed| {
                scope.spawn(move || {
                    let mut random = Random::new(seed);
                    let stream = engine.stream(KEY).unwrap();
                    let (mut last, mut seen) = (StreamId::MIN, 0);
                    let mut ledger = Ledger::new(&[per_producer; 3]);
                    let progress = Progress::new(total);
                    while progress.unfinished() {
                        let patience = Duration::from_micros(1 + random.below(3_000));
                        let options = XreadOptions {
                            count: Some(1 + random.below(50)),
                            block: (!random.one_in(3)).then(|| patience.into()),
                            ..XreadOptions::default()
                        };
                        let from = ReadFrom::After(last);
                        let entries: Vec<Entry> = match random.below(3) {
                            0 => stream.xread(from, &options).unwrap(),
                            1 => {
                                let both = [("none", ReadFrom::Now), (KEY, from)];
                                let read = engine.xread(&both, &options).unwrap();
                                read.into_iter().flat_map(|(_, entries)| entries).collect()
                            }
                            _ => block_on(stream.xread_async(from, &options))
                                .unwrap()
                                .unwrap_or_default(),
                        };
                        for entry in &entries {
                            assert!(entry.id > last, "{} after {last}", entry.id);
                            last = entry.id;
                        }
                        seen += entries.len();
                        progress.add(entries.len());
                        let read: Vec<_> =
                            entries.iter().map(|entry| message(&entry.fields)).collect();
                        ledger.enter(&read);
                    }
                    ledger.close();
                    seen
                })
            })
            .collect();
        scope.spawn(move || disturb_stream(engine, done));
        for reader in readers {
            assert_eq!(reader.join().unwrap(), total);
        }
        done.store(true, SeqCst);
    });
}

/// What a consumer that may die does with what it is given: acknowledges some, gives some back, and
/// forgets the rest. Returns what it has acknowledged.
fn work(consumer: &Consumer, ids: &[StreamId], random: &mut Random) -> Vec<StreamId> {
    let group = consumer.group();
    let mut acked = Vec::new();
    for &id in ids {
        match random.below(10) {
            0 => {}
            1 => {
                let options = XnackOptions::default();
                group.xnack(NackMode::Fail, [id], &options).unwrap();
            }
            _ => {
                // Somebody may have taken it over meanwhile and been faster.
                if group.xack([id]).unwrap() == 1 {
                    acked.push(id);
                }
            }
        }
    }
    acked
}

/// Consumers die with entries in their hands, in the middle of a wait too; the others take over
/// what they have left. Every entry is acknowledged exactly once.
#[test]
fn what_the_dead_have_left_is_done_by_others() {
    let engine = engine_with_groups();
    let per_producer = scale(4_000);
    let total = 2 * per_producer;
    let done = AtomicBool::new(false);
    let finished = Progress::new(total);
    let mut all = HashSet::new();
    thread::scope(|scope| {
        let (engine, done, finished) = (&engine, &done, &finished);
        for producer in 0..2 {
            scope.spawn(move || add(engine, producer, per_producer));
        }
        let acked: Vec<_> = (0..5_usize)
            .map(|seed| {
                scope.spawn(move || {
                    let mut random = Random::new(seed as u64);
                    let group = engine.stream(KEY).unwrap().group("g");
                    let mut lives = 0;
                    let mut consumer = group.consumer(format!("{seed}.{lives}"));
                    let mut acked = Vec::new();
                    while finished.unfinished() {
                        let ids = take_over(&consumer, engine, &mut random);
                        let mine = work(&consumer, &ids, &mut random);
                        finished.add(mine.len());
                        acked.extend(mine);
                        if random.one_in(20) {
                            lives += 1;
                            consumer = group.consumer(format!("{seed}.{lives}"));
                        }
                    }
                    acked
                })
            })
            .collect();
        scope.spawn(move || disturb_stream(engine, done));
        for acked in acked {
            for id in acked.join().unwrap() {
                assert!(all.insert(id), "{id} was acknowledged twice");
            }
        }
        done.store(true, SeqCst);
    });
    assert_eq!(all.len(), total);
    assert_eq!(engine.xpending(KEY, "g").unwrap().count, 0);
    assert_eq!(engine.xinfo_groups(KEY).unwrap()[0].lag, Some(0));
}

/// Gets entries, new ones or those that others have left.
fn take_over(consumer: &Consumer, engine: &Engine, random: &mut Random) -> Vec<StreamId> {
    let ids = |delivered: Vec<Delivered>| delivered.iter().map(|entry| entry.id).collect();
    let claiming = XreadgroupOptions {
        count: Some(10),
        claim: Some(1 + random.below(5)),
        block: Some(Duration::from_millis(2).into()),
        ..XreadgroupOptions::default()
    };
    match random.below(5) {
        0 => {
            let options = XautoclaimOptions { count: 10 };
            let step = consumer.xautoclaim_justid(2, StreamId::MIN, &options);
            step.unwrap().claimed
        }
        1 => ids(consumer.xreadgroup(GroupReadFrom::New, &claiming).unwrap()),
        2 => {
            // It dies while it waits, or when it has just been served.
            let read = consumer.xreadgroup_async(GroupReadFrom::New, &claiming);
            let mut read = Box::pin(read);
            let polled = pin!(&mut read).poll(&mut Context::from_waker(Waker::noop()));
            thread::sleep(Duration::from_micros(random.below(400)));
            match polled {
                Poll::Ready(read) => ids(read.unwrap().unwrap_or_default()),
                Poll::Pending => Vec::new(),
            }
        }
        _ => ids(read_new(engine, consumer, random)),
    }
}

/// Groups and keys come and go under those who wait: each hears of it, and nobody waits for ever.
#[test]
fn nobody_waits_for_a_group_that_has_gone() {
    let engine = engine_with_groups();
    let rounds = scale(400);
    let done = AtomicBool::new(false);
    let ended = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (engine, done, ended) = (&engine, &done, &ended);
        let waiters: Vec<_> = (0..4)
            .map(|seed| {
                scope.spawn(move || {
                    let forever = XreadgroupOptions {
                        block: Some(Duration::ZERO.into()),
                        ..XreadgroupOptions::default()
                    };
                    let new = [(KEY, GroupReadFrom::New)];
                    while !done.load(SeqCst) {
                        let name = format!("consumer {seed}");
                        match engine.xreadgroup("g", name, &new, &forever) {
                            Ok(read) => assert!(!read.is_empty()),
                            Err(Error::NoGroup { at: 0 } | Error::WrongType) => {
                                ended.fetch_add(1, SeqCst);
                                thread::yield_now();
                            }
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        let mut random = Random::new(5);
        let options = XgroupCreateOptions {
            mkstream: true,
            ..XgroupCreateOptions::default()
        };
        for _ in 0..rounds {
            let _ = engine.xgroup_create_with(KEY, "g", GroupStart::Now, &options);
            thread::sleep(Duration::from_micros(random.below(300)));
            let _ = engine.xadd(KEY, [("m", "x")]);
            match random.below(5) {
                0 => drop(engine.xgroup_destroy(KEY, "g")),
                1 => drop(engine.del(&[KEY])),
                2 => drop(engine.rename(KEY, "gone")),
                3 => {
                    engine.del(&["list"]).unwrap();
                    engine.rpush("list", ["a"]).unwrap();
                    engine.rename("list", KEY).unwrap();
                    thread::sleep(Duration::from_micros(random.below(100)));
                    engine.del(&[KEY]).unwrap();
                }
                _ => engine.flushall().unwrap(),
            }
        }
        done.store(true, SeqCst);
        while !waiters.iter().all(thread::ScopedJoinHandle::is_finished) {
            let _ = engine.del(&[KEY]);
            thread::sleep(Duration::from_millis(1));
        }
    });
    assert!(ended.load(SeqCst) > 0);
}

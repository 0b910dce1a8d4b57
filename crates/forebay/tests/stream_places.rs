//! What a group keeps about places never leads to an entry of another stream, whatever the key goes
//! through while somebody acknowledges, reads, or is about to.
//!
//! `FOREBAY_LONG=1` runs twenty times as long.
#![cfg(test)]

#[path = "support/random.rs"]
mod random;

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

use forebay::stream::{
    GroupReadFrom, GroupStart, NewId, Trim, XaddOptions, XreadgroupOptions, XsetidOptions,
};
use forebay::{Config, Engine, Error, Stream, StreamId};

use random::Random;

/// Entries of each life of the key.
const ENTRIES: u64 = 40;

fn lives() -> u64 {
    if std::env::var_os("FOREBAY_LONG").is_some() {
        20_000
    } else {
        400
    }
}

/// Tells the others when this thread ends, however it does.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// Entry `number` of a life: no two lives have an id in common.
fn id(life: u64, number: u64) -> StreamId {
    StreamId::new(life + 1, number)
}

/// All entries of a life, delivered to one consumer. Returns how many were delivered: some may be trimmed before.
fn fill(stream: &Stream, life: u64) -> u64 {
    for number in 0..ENTRIES {
        let options = XaddOptions {
            id: NewId::Exactly(id(life, number)),
            ..XaddOptions::default()
        };
        stream.xadd_with(&options, [("n", "x")]).unwrap();
    }
    stream.xgroup_create("g", GroupStart::BEGINNING).unwrap();
    let read = stream.group("g").consumer("c").read(ENTRIES).unwrap();
    read.len() as u64
}

/// Gives the key another life.
fn replace(engine: &Engine, mq: &Stream, life: u64, random: &mut Random) -> u64 {
    match random.below(3) {
        0 => {
            engine.del(&["mq"]).unwrap();
            fill(mq, life)
        }
        1 => {
            engine.flushall().unwrap();
            fill(mq, life)
        }
        _ => {
            // A new key, and so the same segments as in every other one.
            let next = format!("next-{life}");
            let delivered = fill(&engine.stream(&next).unwrap(), life);
            engine.rename(&next, "mq").unwrap();
            delivered
        }
    }
}

/// Every acknowledgement is of the entry that it names, and counted once.
#[test]
fn an_acknowledgement_never_meets_an_entry_of_another_life() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mq = engine.stream("mq").unwrap();
    let life = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let acked: Vec<AtomicU64> = (0..=lives()).map(|_| AtomicU64::new(0)).collect();
    let mut delivered = vec![fill(&mq, 0)];
    thread::scope(|scope| {
        let ackers = [1, 2].map(|seed| {
            let (mq, life, done, acked) = (&mq, &life, &done, &acked);
            scope.spawn(move || {
                let _done = Done(done);
                let mut random = Random::new(seed);
                let group = mq.group("g");
                while !done.load(SeqCst) {
                    // This life, the one before, or the one to come.
                    let life = (life.load(SeqCst) + random.below(3)).saturating_sub(1);
                    let from = random.below(ENTRIES);
                    let count = random.below(ENTRIES) + 1;
                    let ids: Vec<_> = (from..from + count).map(|n| id(life, n)).collect();
                    let counted = group.xack(&ids).unwrap();
                    if let Some(acked) = acked.get(usize::try_from(life).unwrap()) {
                        acked.fetch_add(counted, SeqCst);
                    } else {
                        assert_eq!(counted, 0, "nothing has these ids");
                    }
                }
            })
        });
        let trimmer = scope.spawn(|| {
            let _done = Done(&done);
            let mut random = Random::new(3);
            while !done.load(SeqCst) {
                let life = life.load(SeqCst);
                let one = id(life, random.below(ENTRIES));
                match random.below(3) {
                    0 => {
                        mq.xtrim(&Trim::maxlen(random.below(ENTRIES))).unwrap();
                    }
                    1 => {
                        mq.xdel([one]).unwrap();
                    }
                    _ => {
                        let options = XsetidOptions::default();
                        match mq.xsetid(id(life, ENTRIES), &options) {
                            // The next life may have begun, and has greater ids.
                            Ok(())
                            | Err(
                                Error::NoSuchKey
                                | Error::SetidBelowLastEntry
                                | Error::SetidBelowDeleted,
                            ) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            }
        });
        let _done = Done(&done);
        let mut random = Random::new(4);
        for next in 1..=lives() {
            thread::yield_now();
            // What is pending is in the books of this life, but for acknowledgements whose count
            // is on its way: they are in when the others have ended.
            let pending = mq.group("g").xpending().unwrap();
            assert!(pending.count <= ENTRIES, "{pending:?}");
            if let Some((first, last)) = pending.range {
                let now = id(next - 1, 0)..=id(next - 1, ENTRIES);
                assert!(now.contains(&first) && now.contains(&last), "{pending:?}");
            }
            if next % 8 == 0 {
                // A life in which everything is acknowledged.
                let all: Vec<_> = (0..ENTRIES).map(|n| id(next - 1, n)).collect();
                let counted = mq.group("g").xack(&all).unwrap();
                acked[usize::try_from(next - 1).unwrap()].fetch_add(counted, SeqCst);
                let left = mq.group("g").xpending().unwrap().count;
                assert_eq!(left, 0, "the ids are all that was pending");
            }
            // `mq` may be gone for a moment: XTRIM and XSETID must not make it.
            delivered.push(replace(&engine, &mq, next, &mut random));
            life.store(next, SeqCst);
        }
        done.store(true, SeqCst);
        for acker in ackers {
            acker.join().unwrap();
        }
        trimmer.join().unwrap();
    });
    let left = mq.group("g").xpending().unwrap().count;
    let lives = delivered.len();
    for (life, (acked, delivered)) in acked.iter().zip(delivered).enumerate() {
        let acked = acked.load(SeqCst);
        assert!(acked <= delivered, "life {life}: {acked} of {delivered}");
        if (life + 1) % 8 == 0 {
            assert_eq!(acked, delivered, "life {life}: each once");
        }
        if life + 1 == lives {
            assert_eq!(left + acked, delivered, "the books of the last life");
        }
    }
}

/// Consumers come and go, the group too, and its position jumps, while others read: what is pending
/// is what was delivered, and each consumer's count is its own.
#[test]
fn readers_against_delconsumer_setid_and_destroy() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mq = engine.stream("mq").unwrap();
    fill(&mq, 0);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers = [1, 2].map(|seed| {
            let (mq, done) = (&mq, &done);
            scope.spawn(move || {
                let _done = Done(done);
                let mut random = Random::new(seed);
                let group = mq.group("g");
                while !done.load(SeqCst) {
                    let consumer = group.consumer(format!("c{}", random.below(7)));
                    let options = XreadgroupOptions {
                        count: Some(random.below(9) + 1),
                        claim: random.one_in(4).then_some(0),
                        ..XreadgroupOptions::default()
                    };
                    let from = if random.one_in(3) {
                        GroupReadFrom::PendingAfter(id(0, random.below(ENTRIES)))
                    } else {
                        GroupReadFrom::New
                    };
                    match consumer.xreadgroup(from, &options) {
                        Ok(read) => {
                            let ids: Vec<_> = read.iter().map(|entry| entry.id).collect();
                            assert!(group.xack(&ids).is_ok() || ids.is_empty());
                        }
                        Err(error) => assert_eq!(error, Error::NoGroup { at: 0 }),
                    }
                }
            })
        });
        let _done = Done(&done);
        let mut random = Random::new(9);
        let group = mq.group("g");
        for round in 0..lives() * 10 {
            let consumer = format!("c{}", random.below(7));
            match random.below(6) {
                0 => assert!(mq.xgroup_destroy("g").unwrap(), "only here"),
                1 => {
                    group.xgroup_delconsumer(consumer).unwrap();
                }
                2 => {
                    mq.xtrim(&Trim::maxlen(random.below(ENTRIES))).unwrap();
                }
                3 => {
                    mq.xadd([("n", "y")]).unwrap();
                }
                _ => {
                    mq.xgroup_setid("g", GroupStart::BEGINNING, None).unwrap();
                }
            }
            match mq.xgroup_create("g", GroupStart::BEGINNING) {
                Ok(()) | Err(Error::GroupExists) => {}
                Err(error) => panic!("{error}"),
            }
            let pending = group.xpending().unwrap();
            let of_consumers: u64 = pending.consumers.iter().map(|(_, count)| count).sum();
            assert_eq!(of_consumers, pending.count, "round {round}: {pending:?}");
        }
        done.store(true, SeqCst);
        for reader in readers {
            reader.join().unwrap();
        }
    });
}

//! Many threads on one engine, whose disk crashes while they work.
//!
//! Producers push numbers of their own, in order; consumers pop them, move them between lists, and
//! acknowledge what they read of a stream. Each notes a number when the call has returned, and so
//! when it is acknowledged.

use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use forebay::stream::{GroupStart, XreadgroupOptions};
use forebay::{Config, Engine, Error, StreamId};
use forebay_wal::sim::{Fault, SimDisk};

const PRODUCERS: u64 = 3;

fn config(disk: &SimDisk) -> Config {
    Config::on_storage(Arc::new(disk.clone()))
        .log_bytes_max(1 << 20)
        .workers(1)
}

/// What a thread knows: which numbers a call has taken on, and which of them are acknowledged.
#[derive(Default)]
struct Noted {
    tried: BTreeSet<u64>,
    done: BTreeSet<u64>,
}

/// Calls `f` with one number after the other until it fails.
fn until_it_fails(
    numbers: impl Iterator<Item = u64>,
    f: impl Fn(u64) -> Result<(), Error>,
) -> Noted {
    let mut noted = Noted::default();
    for number in numbers {
        noted.tried.insert(number);
        if f(number).is_err() {
            break;
        }
        noted.done.insert(number);
    }
    noted
}

fn number(element: &[u8]) -> u64 {
    core::str::from_utf8(element)
        .expect("the tests' elements are text")
        .parse()
        .expect("the tests' elements are numbers")
}

fn numbers(engine: &Engine, key: &str) -> Vec<u64> {
    let elements = engine.lrange(key, 0, -1).expect("a list");
    elements.iter().map(|element| number(element)).collect()
}

/// The numbers of each producer rise.
fn assert_order(numbers: &[u64], what: &str) {
    for producer in 0..PRODUCERS {
        let own: Vec<_> = numbers
            .iter()
            .filter(|&&n| n / 1_000_000 == producer)
            .collect();
        assert!(own.is_sorted(), "{what}: producer {producer} finds {own:?}");
    }
}

fn produced() -> impl Iterator<Item = (u64, core::ops::Range<u64>)> {
    (0..PRODUCERS).map(|producer| (producer, producer * 1_000_000..(producer + 1) * 1_000_000))
}

/// One life and one death; then what is there is judged.
fn live_and_die(seed: u64) -> Work {
    let disk = SimDisk::new(seed);
    let engine = Engine::open(config(&disk)).expect("a new disk");
    engine
        .stream("log")
        .and_then(|log| log.xadd([("n", "0")]).map(|_| log))
        .and_then(|log| log.xgroup_create("g", GroupStart::Now))
        .expect("a new engine");
    disk.inject(disk.operations() + 20 + seed % 200, Fault::Crash);
    let over = AtomicBool::new(false);
    let (pushed, added, popped, acked) = thread::scope(|scope| {
        let (engine, over) = (&engine, &over);
        let pushers: Vec<_> = produced()
            .map(|(_, range)| {
                scope.spawn(|| {
                    until_it_fails(range, |n| engine.lpush("mq", [n.to_string()]).map(drop))
                })
            })
            .collect();
        let adder = scope.spawn(|| {
            until_it_fails(1..1_000_000, |n| {
                engine.xadd("log", [("n", n.to_string())]).map(drop)
            })
        });
        let mover = scope.spawn(|| {
            while engine.brpoplpush("mq", "doing", 0.01).is_ok() && !over.load(SeqCst) {}
        });
        // Blocked half of the time: what is handed over is in the log too.
        let popper = scope.spawn(|| {
            let mut popped = BTreeSet::new();
            while let Ok(element) = engine.brpop(&["doing"], 0.01) {
                popped.extend(element.map(|(_, element)| number(&element)));
                if over.load(SeqCst) {
                    break;
                }
            }
            popped
        });
        let reader = scope.spawn(|| {
            let consumer = engine.stream("log").expect("open").group("g").consumer("c");
            let mut acked = BTreeSet::new();
            while let Ok(entries) = consumer.read(3) {
                for entry in entries {
                    let n = number(entry.fields.iter().next().expect("one").1);
                    if consumer.group().xack([entry.id]) == Ok(1) {
                        acked.insert(n);
                    }
                }
                if over.load(SeqCst) {
                    break;
                }
            }
            acked
        });
        let join = |thread: thread::ScopedJoinHandle<'_, Noted>| thread.join().expect("no panic");
        let pushed: Vec<_> = pushers.into_iter().map(join).collect();
        let added = adder.join().expect("no panic");
        assert!(
            disk.is_stopped(),
            "seed {seed}: only the crash ends the work"
        );
        over.store(true, SeqCst);
        mover.join().expect("no panic");
        let popped = popper.join().expect("no panic");
        (pushed, added, popped, reader.join().expect("no panic"))
    });
    drop(engine);
    disk.restart();
    let engine = Engine::open(config(&disk)).expect("a crash damages nothing");
    let (mq, doing) = (numbers(&engine, "mq"), numbers(&engine, "doing"));
    // The oldest first.
    let left: Vec<_> = mq.iter().chain(&doing).rev().copied().collect();
    assert_order(&left, "lists");
    let found: BTreeSet<_> = left.iter().copied().collect();
    assert_eq!(
        found.len(),
        left.len(),
        "seed {seed}: nothing is there twice"
    );
    for number in &popped {
        assert!(
            !found.contains(number),
            "seed {seed}: {number} was popped and is back"
        );
    }
    let mut missing = 0;
    for producer in &pushed {
        for number in &producer.done {
            // It may have been popped by a call that did not return.
            missing += u64::from(!found.contains(number) && !popped.contains(number));
        }
        for number in &found {
            let own = pushed.iter().any(|noted| noted.tried.contains(number));
            assert!(own, "seed {seed}: {number} was never pushed");
        }
    }
    assert!(
        missing <= 1,
        "seed {seed}: {missing} acknowledged elements are missing"
    );

    let entries = engine.xrange("log", .., None).expect("a stream");
    let there: BTreeSet<_> = entries
        .iter()
        .map(|entry| number(entry.fields.iter().next().expect("one").1))
        .collect();
    for n in &added.done {
        assert!(there.contains(n), "seed {seed}: entry {n} is lost");
    }
    let group = engine.stream("log").expect("open").group("g");
    let pending = group
        .consumer("c")
        .xreadgroup(StreamId::MIN, &XreadgroupOptions::default());
    for entry in pending.expect("the group is there") {
        let fields = entry.fields.expect("nothing was deleted");
        let n = number(fields.iter().next().expect("one").1);
        assert!(
            !acked.contains(&n),
            "seed {seed}: entry {n} was acknowledged and is pending"
        );
    }
    Work {
        pushed: pushed.iter().map(|noted| noted.done.len()).sum(),
        popped: popped.len(),
        acked: acked.len(),
    }
}

/// How much was done.
#[derive(Debug, Default)]
struct Work {
    pushed: usize,
    popped: usize,
    acked: usize,
}

#[test]
fn threads_lose_nothing_that_was_acknowledged() {
    let mut all = Work::default();
    for seed in 0..100 {
        let work = live_and_die(seed);
        all.pushed += work.pushed;
        all.popped += work.popped;
        all.acked += work.acked;
    }
    let each = [all.pushed, all.popped, all.acked];
    assert!(each.iter().all(|&count| count > 100), "{all:?}");
}

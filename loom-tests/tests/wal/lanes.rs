//! Appending against gathering: tags, parities, wake-ups, closing.

use forebay_wal::model::{Batch, Lane, Lanes};
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Notify};
use loom::thread;
use loom_tests::outcomes::Outcomes;

/// The epochs in whose batches `record` is.
fn epochs_with(batches: &[Batch], record: u8) -> Vec<u64> {
    let with = batches
        .iter()
        .filter(|batch| batch.records.contains(&record));
    with.map(|batch| batch.epoch).collect()
}

/// A record is gathered once and with the epoch of its tag: when that is written, so is the record.
#[test]
fn an_append_against_the_advance_of_the_epoch() {
    Outcomes::exactly(&[1, 2, 3]).explore(|| {
        let lanes = Arc::new(Lanes::new());
        let lane = lanes.add();
        let appender = {
            let lanes = Arc::clone(&lanes);
            thread::spawn(move || lanes.append(&lane, 7).unwrap().0)
        };
        let early = [lanes.gather(), lanes.gather()];
        let tag = appender.join().unwrap();
        let batches: Vec<_> = early.into_iter().chain([lanes.gather()]).collect();
        assert_eq!(epochs_with(&batches, 7), [tag], "{batches:?}");
        tag
    });
}

/// What a thread's first append races with is also the making of its lane.
#[test]
fn a_new_lane_against_the_advance_of_the_epoch() {
    Outcomes::exactly(&[1, 2, 3]).explore(|| {
        let lanes = Arc::new(Lanes::new());
        let appender = {
            let lanes = Arc::clone(&lanes);
            thread::spawn(move || lanes.append(&lanes.add(), 7).unwrap().0)
        };
        let early = [lanes.gather(), lanes.gather()];
        let tag = appender.join().unwrap();
        let batches: Vec<_> = early.into_iter().chain([lanes.gather()]).collect();
        assert_eq!(epochs_with(&batches, 7), [tag], "{batches:?}");
        tag
    });
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consequence {
    None,
    SameBatch,
    LaterBatch,
}

/// No batch has a consequence whose cause is in a later one: each prefix of the log is a consistent
/// cut, although cause and consequence are in different lanes.
#[test]
fn a_cause_and_its_consequence() {
    const CAUSE: u8 = 1;
    const CONSEQUENCE: u8 = 2;
    Outcomes::exactly(&[
        Consequence::None,
        Consequence::SameBatch,
        Consequence::LaterBatch,
    ])
    .explore(|| {
        let lanes = Arc::new(Lanes::new());
        let (first, second) = (lanes.add(), lanes.add());
        let published = Arc::new(AtomicBool::new(false));
        let cause = {
            let (lanes, published) = (Arc::clone(&lanes), Arc::clone(&published));
            thread::spawn(move || {
                lanes.append(&first, CAUSE).unwrap();
                // Release: the load of the other thread.
                published.store(true, Ordering::Release);
            })
        };
        let consequence = {
            let lanes = Arc::clone(&lanes);
            thread::spawn(move || {
                // Acquire: the store of the other thread.
                if published.load(Ordering::Acquire) {
                    lanes.append(&second, CONSEQUENCE).unwrap();
                }
            })
        };
        let early = lanes.gather();
        cause.join().unwrap();
        consequence.join().unwrap();
        let batches = [early, lanes.gather(), lanes.gather()];
        let cause = epochs_with(&batches, CAUSE);
        let consequence = epochs_with(&batches, CONSEQUENCE);
        assert_eq!(cause.len(), 1, "{batches:?}");
        match consequence.first() {
            None => Consequence::None,
            Some(epoch) => {
                assert!(*epoch >= cause[0], "without its cause: {batches:?}");
                if *epoch == cause[0] {
                    Consequence::SameBatch
                } else {
                    Consequence::LaterBatch
                }
            }
        }
    });
}

/// Gathers and sleeps as the writer does, until it has seen `count` records.
fn write_until(lanes: &Lanes, sleep: &Notify, count: usize) {
    let mut seen = 0;
    while seen < count {
        let batch = lanes.gather();
        seen += batch.records.len();
        if seen < count && batch.quiet {
            sleep.wait();
        }
    }
}

/// Appends and wakes as a caller does; says whether the writer had to be woken.
fn append(lanes: &Lanes, lane: &Lane, sleep: &Notify) -> bool {
    let (_, wake) = lanes.append(lane, 7).unwrap();
    if wake {
        sleep.notify();
    }
    wake
}

/// A lost wake-up shows as a deadlock.
#[test]
fn two_appends_against_a_writer_that_sleeps() {
    Outcomes::exactly(&[(true, false), (true, true)]).explore(|| {
        let (lanes, sleep) = (Arc::new(Lanes::new()), Arc::new(Notify::new()));
        let lane = lanes.add();
        let writer = {
            let (lanes, sleep) = (Arc::clone(&lanes), Arc::clone(&sleep));
            thread::spawn(move || write_until(&lanes, &sleep, 2))
        };
        let woken = (append(&lanes, &lane, &sleep), append(&lanes, &lane, &sleep));
        writer.join().unwrap();
        woken
    });
}

#[test]
fn a_new_lane_against_a_writer_that_sleeps() {
    Outcomes::exactly(&[true]).explore(|| {
        let (lanes, sleep) = (Arc::new(Lanes::new()), Arc::new(Notify::new()));
        let writer = {
            let (lanes, sleep) = (Arc::clone(&lanes), Arc::clone(&sleep));
            thread::spawn(move || write_until(&lanes, &sleep, 1))
        };
        let woken = append(&lanes, &lanes.add(), &sleep);
        writer.join().unwrap();
        woken
    });
}

/// What is accepted is in the gatherings after the closing; what comes later is refused, in an old
/// lane and in a new one.
#[test]
fn closing_against_appends() {
    Outcomes::exactly(&[0, 1, 2]).explore(|| {
        let lanes = Arc::new(Lanes::new());
        let lane = lanes.add();
        let appender = {
            let lanes = Arc::clone(&lanes);
            thread::spawn(move || {
                let first = lanes.append(&lane, 7).is_some();
                let second = lanes.append(&lanes.add(), 8).is_some();
                assert!(first || !second, "closed is closed");
                usize::from(first) + usize::from(second)
            })
        };
        let early = lanes.gather().records.len();
        lanes.close();
        let late = lanes.gather().records.len();
        let accepted = appender.join().unwrap();
        assert_eq!(early + late, accepted, "all that was accepted");
        assert!(lanes.gather().records.is_empty(), "and nothing later");
        accepted
    });
}

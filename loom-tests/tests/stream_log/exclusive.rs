//! Exclusive mode: one thread at a time, which sees whole entries and is seen as one step.

use forebay_sync::loom::AtomicU32;
use forebay_sync::loom::Ordering::{Acquire, Release};
use forebay_sync::stream_log::{AddError, NewId, StreamLog};
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{Log, add, found, log_of, number, rest, sorted};

/// An entry whose slot is claimed when the log is frozen is waited for, and is whole.
#[test]
fn freeze_against_a_claimed_slot() {
    const EXPECTED: &[&[u8]] = &[&[0], &[0, 1], &[0, 2], &[0, 1, 2], &[0, 2, 1]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, _) = log_of::<()>(&[0]);
        let acknowledged = Arc::new(AtomicU32::new(0));
        let adders = [1, 2].map(|number| {
            let (log, acknowledged) = (Arc::clone(&log), Arc::clone(&acknowledged));
            thread::spawn(move || {
                add(&log, number);
                // Release: whoever reads it knows of the add.
                acknowledged.fetch_add(1, Release);
            })
        });
        let known = acknowledged.load(Acquire) as usize;
        let alone = log.freeze();
        let seen: Vec<u8> = alone.iter().map(number).collect();
        assert_eq!(alone.len(), seen.len() as u64, "whole");
        drop(alone);
        assert!(seen.len() > known, "acknowledged, so it is there");
        for adder in adders {
            adder.join().unwrap();
        }
        let left = rest(&log);
        assert_eq!(left[..seen.len()], seen, "what was seen stays");
        assert_eq!(sorted(left), [0, 1, 2], "exactly once");
        found(EXPECTED, &seen)
    });
}

/// A claimed slot is trimmed, or deleted, before its entry is there.
#[test]
fn trim_against_a_claimed_slot() {
    Outcomes::exactly(&[1, 2]).explore(|| {
        let (log, _) = log_of::<()>(&[0]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 1).place);
        let trimmed = log.freeze().trim(2);
        let place = adder.join().unwrap();
        let left = rest(&log);
        assert_eq!(left.len() as u64, 2 - trimmed, "all that are not trimmed");
        assert_eq!(
            log.pin().at(place).is_some(),
            trimmed == 1,
            "the same by place"
        );
        trimmed
    });
}

/// The owner's data have one user at a time, who sees what the one before it did.
#[test]
fn freeze_against_freeze() {
    fn count(log: &StreamLog<u32>) -> u32 {
        let mut alone = log.freeze();
        *alone.extra_mut() += 1;
        *alone.extra()
    }
    Outcomes::exactly(&[[1, 2], [2, 1]]).explore(|| {
        let log: Arc<StreamLog<u32>> = log_of(&[]).0;
        let other = Arc::clone(&log);
        let counter = thread::spawn(move || count(&other));
        let own = count(&log);
        [own, counter.join().unwrap()]
    });
}

/// Two that take away what the other one has left.
#[test]
fn trim_against_trim() {
    Outcomes::exactly(&[(1, 2), (1, 1)]).explore(|| {
        let (log, _) = log_of::<()>(&[0, 1, 2, 3]);
        let other = Arc::clone(&log);
        let trimmer = thread::spawn(move || other.freeze().trim(1));
        let mut alone = log.freeze();
        let first = alone.first().map(number);
        let trimmed = alone.trim(2);
        assert_eq!(alone.len(), if first == Some(0) { 2 } else { 1 }, "exact");
        drop(alone);
        assert_eq!(
            (trimmed, trimmer.join().unwrap()),
            (2, 1),
            "there was enough"
        );
        assert_eq!(rest(&log), [3], "what is left");
        (1, if first == Some(0) { 2 } else { 1 })
    });
}

/// A section adds while another thread does: before it or behind it.
#[test]
fn a_section_against_add() {
    Outcomes::exactly(&[[1, 7], [7, 1]]).explore(|| {
        let (log, _) = log_of::<()>(&[0]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 1).ordinal);
        let mut alone = log.freeze();
        let seen = alone.len();
        let new = NewId::Auto { now_ms: 1 };
        let added = alone.add(new, &[(b"n", &[7; 5])]).unwrap();
        assert_eq!(
            (added.ordinal, alone.len()),
            (seen, seen + 1),
            "nobody else is there"
        );
        drop(alone);
        assert_eq!(adder.join().unwrap(), 3 - seen, "before or behind");
        let left = rest(&log);
        [left[1], left[2]]
    });
}

/// A section goes on to a new segment while another thread adds.
#[test]
fn a_section_with_a_new_segment_against_add() {
    Outcomes::exactly(&[[1, 7], [7, 1]]).explore(|| {
        let (log, _) = log_of::<()>(&[0, 0]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 1));
        let mut alone = log.freeze();
        let new = NewId::Sequence { ms: 1 << 40 };
        alone.add(new, &[(b"n", &[7; 5])]).unwrap();
        drop(alone);
        adder.join().unwrap();
        let left = rest(&log);
        [left[2], left[3]]
    });
}

/// The owner wants to look at every add: none gets by, and none that was accepted is lost.
#[test]
fn attended_against_add() {
    const EXPECTED: &[(bool, &[u8])] = &[(true, &[0, 1]), (false, &[0])];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, _) = log_of::<()>(&[0]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || {
            let new = NewId::Auto { now_ms: 1 };
            other.add(new, &[(b"n", &[1; 5])])
        });
        let mut alone = log.freeze();
        alone.set_attended(true);
        let seen: Vec<u8> = alone.iter().map(number).collect();
        drop(alone);
        let added = adder.join().unwrap();
        assert!(
            added.is_ok() || added == Err(AddError::Attended),
            "nothing else"
        );
        assert_eq!(rest(&log), seen, "no add gets by");
        let outcome = |expected: &&(bool, &[u8])| **expected == (added.is_ok(), &seen[..]);
        *EXPECTED.iter().find(outcome).unwrap()
    });
}

/// The same with a tail that is full, so that the add is on its way to a new segment.
#[test]
fn attended_against_add_at_a_full_segment() {
    Outcomes::exactly(&[true, false]).explore(|| {
        let (log, _) = log_of::<()>(&[0, 1, 2]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || {
            let new = NewId::Auto { now_ms: 1 };
            other.add(new, &[(b"n", &[3; 5])]).is_ok()
        });
        let mut alone = log.freeze();
        alone.set_attended(true);
        let seen = alone.len();
        drop(alone);
        let is_accepted = adder.join().unwrap();
        assert_eq!(seen == 4, is_accepted, "no add gets by");
        assert_eq!(log.len(), seen, "no add gets by");
        is_accepted
    });
}

/// The contents go to another log and come back, while somebody adds.
#[test]
fn contents_that_move_against_add() {
    const EXPECTED: &[&[u8]] = &[&[0, 1], &[1], &[1, 0]];
    Outcomes {
        required: &EXPECTED[..2],
        allowed: &[],
    }
    .explore(|| {
        let log: Arc<Log> = log_of(&[0]).0;
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 1));
        let contents = log.freeze().take_all();
        let taken = contents.len();
        let target: Log = StreamLog::new();
        target.freeze().put_all(contents);
        adder.join().unwrap();
        assert_eq!(target.len(), taken, "they are there now");
        assert_eq!(log.len(), 2 - taken, "exactly once");
        let mut all = if taken == 2 {
            rest(&target)
        } else {
            rest(&log)
        };
        all.retain(|&number| taken == 2 || number == 1);
        found(EXPECTED, &all)
    });
}

//! Reads against what exclusive mode takes away: each read is of one moment, and of memory that is
//! there.

use forebay_sync::loom::AtomicBool;
use forebay_sync::loom::Ordering::Relaxed;
use forebay_sync::stream_log::{Id, NewId, StreamLog};
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{Log, add, found, log_of, number, read, rest};

/// A prefix goes, its segment with it, while a reader is in there.
#[test]
fn trim_against_read() {
    const EXPECTED: &[&[u8]] = &[&[0, 1, 2, 3], &[3]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let log: Arc<Log> = log_of(&[0, 1, 2, 3]).0;
        let other = Arc::clone(&log);
        let trimmer = thread::spawn(move || other.freeze().trim(3));
        let reader = log.pin();
        let seen = read(&reader);
        let first = reader.first().map(number);
        assert!(
            first == Some(3) || seen.len() == 4,
            "what is gone stays gone"
        );
        drop(reader);
        assert_eq!(trimmer.join().unwrap(), 3, "all that was asked for");
        assert_eq!(rest(&log), [3], "what is kept");
        found(EXPECTED, &seen)
    });
}

/// The same, read from the end.
#[test]
fn trim_against_read_back() {
    const EXPECTED: &[&[u8]] = &[&[3, 2, 1, 0], &[3]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let log: Arc<Log> = log_of(&[0, 1, 2, 3]).0;
        let other = Arc::clone(&log);
        let trimmer = thread::spawn(move || other.freeze().trim(3));
        let reader = log.pin();
        let back = reader.range_back(Id::MAX, Id::MIN, usize::MAX);
        let seen: Vec<u8> = back.map(number).collect();
        drop(reader);
        trimmer.join().unwrap();
        found(EXPECTED, &seen)
    });
}

/// Two entries are deleted in one step: nobody sees one of them.
#[test]
fn delete_against_read() {
    const EXPECTED: &[&[u8]] = &[&[0, 1, 2], &[1]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, places) = log_of::<()>(&[0, 1, 2]);
        let other = Arc::clone(&log);
        let deleter = thread::spawn(move || {
            let mut alone = other.freeze();
            assert!(alone.delete(places[0]), "it is there");
            assert!(alone.delete(places[2]), "it is there");
        });
        let seen = read(&log.pin());
        deleter.join().unwrap();
        assert_eq!(rest(&log), [1], "what is left");
        found(EXPECTED, &seen)
    });
}

/// A segment in the middle loses its entries and leaves; the entry in front goes with it.
#[test]
fn delete_of_a_segment_against_read() {
    const EXPECTED: &[&[u8]] = &[&[0, 1, 2, 3, 4, 5, 6], &[1, 2, 6]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, places) = log_of::<()>(&[0, 1, 2, 3, 4, 5, 6]);
        let other = Arc::clone(&log);
        let deleter = thread::spawn(move || {
            let mut alone = other.freeze();
            for place in [&places[..1], &places[3..6]].concat() {
                assert!(alone.delete(place), "it is there");
            }
        });
        let seen = read(&log.pin());
        deleter.join().unwrap();
        assert_eq!(rest(&log), [1, 2, 6], "what is left");
        found(EXPECTED, &seen)
    });
}

/// The same, read from the end; the entry behind goes with it.
#[test]
fn delete_of_a_segment_against_read_back() {
    const EXPECTED: &[&[u8]] = &[&[6, 5, 4, 3, 2, 1, 0], &[2, 1, 0]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, places) = log_of::<()>(&[0, 1, 2, 3, 4, 5, 6]);
        let other = Arc::clone(&log);
        let deleter = thread::spawn(move || {
            let mut alone = other.freeze();
            for &place in &places[3..] {
                assert!(alone.delete(place), "it is there");
            }
        });
        let reader = log.pin();
        let back = reader.range_back(Id::MAX, Id::MIN, usize::MAX);
        let seen: Vec<u8> = back.map(number).collect();
        drop(reader);
        deleter.join().unwrap();
        found(EXPECTED, &seen)
    });
}

/// The tail has lost its entries, and leaves when the log goes on: who has it for the last segment
/// finds the new one behind the others.
#[test]
fn a_tail_that_leaves_against_read() {
    const EXPECTED: &[&[u8]] = &[&[0, 1, 2], &[0, 1, 2, 7]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, places) = log_of::<()>(&[0, 1, 2, 3]);
        assert!(log.freeze().delete(places[3]), "it is there");
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || {
            let new = NewId::Sequence { ms: 1 << 40 };
            other.freeze().add(new, &[(b"n", &[7; 5])]).unwrap();
        });
        let seen = read(&log.pin());
        adder.join().unwrap();
        assert_eq!(rest(&log), [0, 1, 2, 7], "what is left");
        found(EXPECTED, &seen)
    });
}

/// A log is kept at its length: the counters of one read belong together, and to its entries.
#[test]
fn the_counters_against_add_and_trim() {
    Outcomes::exactly(&[2, 3]).explore(|| {
        let log: Arc<Log> = log_of(&[0, 1]).0;
        let other = Arc::clone(&log);
        let keeper = thread::spawn(move || {
            let mut alone = other.freeze();
            let new = NewId::Auto { now_ms: 1 };
            alone.add(new, &[(b"n", &[2; 5])]).unwrap();
            alone.trim(1);
        });
        let reader = log.pin();
        let state = reader.state();
        assert_eq!(state.len, 2, "one comes, one goes");
        let expected = Id::new(1, state.entries_added - 2);
        assert_eq!(state.first_id, Some(expected), "of the same moment");
        let last = Id::new(1, state.entries_added - 1);
        assert_eq!(state.last_id, last, "of the same moment");
        drop(reader);
        keeper.join().unwrap();
        state.entries_added
    });
}

/// The same for what a delete counts, and a set does.
#[test]
fn the_counters_against_delete() {
    Outcomes::exactly(&[false, true]).explore(|| {
        let (log, places) = log_of::<()>(&[0, 1]);
        let other = Arc::clone(&log);
        let deleter = thread::spawn(move || {
            let mut alone = other.freeze();
            assert!(alone.delete(places[0]), "it is there");
            alone.set_entries_added(9);
        });
        let state = log.pin().state();
        let is_before = state.len == 2;
        let first = if is_before {
            Id::new(1, 0)
        } else {
            Id::new(1, 1)
        };
        assert_eq!(state.first_id, Some(first), "{state:?}");
        let deleted = if is_before { Id::MIN } else { Id::new(1, 0) };
        assert_eq!(state.max_deleted_id, deleted, "{state:?}");
        assert_eq!(
            state.entries_added,
            if is_before { 2 } else { 9 },
            "{state:?}"
        );
        deleter.join().unwrap();
        is_before
    });
}

/// Who finds a place empty knows that the section that has emptied it is over.
#[test]
fn a_place_against_trim() {
    Outcomes::exactly(&[Some(0), None]).explore(|| {
        let (log, places) = log_of::<()>(&[0, 1, 2, 3]);
        let is_over = Arc::new(AtomicBool::new(false));
        let (other, over) = (Arc::clone(&log), Arc::clone(&is_over));
        let trimmer = thread::spawn(move || {
            let mut alone = other.freeze();
            alone.trim(3);
            // Relaxed: what ends the section brings it along.
            over.store(true, Relaxed);
        });
        let reader = log.pin();
        let seen = reader.at(places[0]).map(number);
        assert!(seen.is_some() || is_over.load(Relaxed), "in one step");
        drop(reader);
        trimmer.join().unwrap();
        seen
    });
}

/// Who does not want to wait is told so, and not given half a section.
#[test]
fn a_reader_that_does_not_wait() {
    const EXPECTED: &[Option<&[u8]>] = &[None, Some(&[0, 1]), Some(&[1, 2])];
    Outcomes::exactly(EXPECTED).explore(|| {
        let log: Arc<Log> = log_of(&[0, 1]).0;
        let other = Arc::clone(&log);
        let keeper = thread::spawn(move || {
            let mut alone = other.freeze();
            alone.trim(1);
            let new = NewId::Auto { now_ms: 1 };
            alone.add(new, &[(b"n", &[2; 5])]).unwrap();
        });
        let reader = log.pin();
        let seen = reader.without_waiting().range(Id::MIN, Id::MAX, 9);
        let seen = seen.ok().map(|all| all.map(number).collect::<Vec<_>>());
        drop(reader);
        keeper.join().unwrap();
        *EXPECTED
            .iter()
            .find(|&&outcome| outcome == seen.as_deref())
            .unwrap()
    });
}

/// A log that is given up while somebody reads what was in it.
#[test]
fn clear_against_read() {
    const EXPECTED: &[&[u8]] = &[&[0, 1, 2, 3], &[]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let log: Arc<Log> = log_of(&[0, 1, 2, 3]).0;
        let other = Arc::clone(&log);
        let clearer = thread::spawn(move || other.freeze().clear());
        let reader = log.pin();
        let seen = read(&reader);
        drop(reader);
        clearer.join().unwrap();
        assert!(rest(&log).is_empty(), "all are gone");
        add(&log, 7);
        assert_eq!(rest(&log), [7], "it goes on");
        found(EXPECTED, &seen)
    });
}

/// The contents go to another log, where an entry is deleted: readers of either see all or what is
/// left, and nobody sees them twice in the order of the moves.
#[test]
fn contents_that_move_against_read() {
    const EXPECTED: &[&[u8]] = &[&[0, 1], &[]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, places) = log_of::<()>(&[0, 1]);
        let other = Arc::clone(&log);
        let mover = thread::spawn(move || {
            let target: Log = StreamLog::new();
            let contents = other.freeze().take_all();
            let mut alone = target.freeze();
            alone.put_all(contents);
            assert!(alone.delete(places[0]), "places stay what they were");
            drop(alone);
            add(&target, 2);
            assert_eq!(rest(&target), [1, 2], "all but one, and it goes on");
        });
        let reader = log.pin();
        let seen = read(&reader);
        drop(reader);
        mover.join().unwrap();
        found(EXPECTED, &seen)
    });
}

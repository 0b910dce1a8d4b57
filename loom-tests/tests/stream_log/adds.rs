//! Adds against each other, and against a reader: which entries are seen, and in which order.

use forebay_sync::stream_log::{AddError, Id, NewId};
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{Log, SLOTS, add, found, log_of, number, read, rest, sorted};

/// Nobody sees an entry before those with smaller ids, and what was seen stays.
#[test]
fn two_adders_and_a_reader() {
    const EXPECTED: &[&[u8]] = &[&[0], &[0, 1], &[0, 2], &[0, 1, 2], &[0, 2, 1]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, _) = log_of::<()>(&[0]);
        let adders = [1, 2].map(|number| {
            let log = Arc::clone(&log);
            thread::spawn(move || add(&log, number))
        });
        let seen = read(&log.pin());
        let added = adders.map(|adder| adder.join().unwrap());
        let ids = added.map(|added| added.id);
        let [first, last] = [ids.iter().min().unwrap(), ids.iter().max().unwrap()];
        assert_eq!(
            [*first, *last],
            [Id::new(1, 1), Id::new(1, 2)],
            "one behind the other"
        );
        let left = rest(&log);
        assert_eq!(left[..seen.len()], seen, "what was seen stays");
        assert_eq!(sorted(left), [0, 1, 2], "exactly once");
        found(EXPECTED, &seen)
    });
}

/// What an add has returned is there for whoever hears of it, by id and by place.
#[test]
fn an_add_that_has_returned_is_seen() {
    Outcomes::exactly(&[1, 2]).explore(|| {
        let (log, _) = log_of::<()>(&[0]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 1));
        let own = add(&log, 2);
        let reader = log.pin();
        assert_eq!(number(reader.get(own.id).unwrap()), 2, "by id");
        assert_eq!(number(reader.at(own.place).unwrap()), 2, "by place");
        assert!(reader.last().unwrap().id() >= own.id, "it or a later one");
        drop(reader);
        adder.join().unwrap();
        own.ordinal
    });
}

/// One slot is left for two adders: one of them makes a new segment.
#[test]
fn two_adders_for_the_last_slot() {
    Outcomes::exactly(&[[1, 2], [2, 1]]).explore(|| {
        let (log, _) = log_of::<()>(&[0, 0]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 1));
        let own = add(&log, 2);
        let others = adder.join().unwrap();
        let mut both = [own, others];
        both.sort_by_key(|added| added.id);
        let [first, second] = both;
        assert_eq!(
            (first.ordinal, second.ordinal),
            (SLOTS - 1, SLOTS),
            "no gap"
        );
        assert_eq!(
            first.place.segment + 1,
            second.place.segment,
            "across the border"
        );
        let left = rest(&log);
        [left[2], left[3]]
    });
}

/// A reader while the log goes on to a new segment.
#[test]
fn a_new_segment_against_a_reader() {
    const EXPECTED: &[&[u8]] = &[&[0, 1, 2], &[0, 1, 2, 3]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let (log, _) = log_of::<()>(&[0, 1, 2]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 3));
        let reader = log.pin();
        let seen = read(&reader);
        let back = reader.range_back(Id::MAX, Id::MIN, usize::MAX);
        let mut back: Vec<u8> = back.map(number).collect();
        back.reverse();
        assert_eq!(back[..seen.len()], seen, "what was seen stays");
        drop(reader);
        adder.join().unwrap();
        assert_eq!(rest(&log), [0, 1, 2, 3], "all of them");
        found(EXPECTED, &seen)
    });
}

/// Two adders find the tail full; one segment is enough for both.
#[test]
fn two_adders_at_a_full_segment() {
    Outcomes::exactly(&[[1, 2], [2, 1]]).explore(|| {
        let (log, _) = log_of::<()>(&[0, 0, 0]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 1));
        let own = add(&log, 2);
        let others = adder.join().unwrap();
        assert_eq!(own.place.segment, others.place.segment, "the same segment");
        let left = rest(&log);
        [left[3], left[4]]
    });
}

/// An id that was asked for, against one that is chosen.
#[test]
fn an_explicit_id_against_an_automatic_one() {
    Outcomes::exactly(&[true, false]).explore(|| {
        let (log, _) = log_of::<()>(&[0]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 1).id);
        let asked = Id::new(1, 1);
        let own = log.add(NewId::Exact(asked), &[(b"n", &[2; 5])]);
        let others = adder.join().unwrap();
        match own {
            Ok(added) => {
                assert_eq!(
                    (added.id, others),
                    (asked, Id::new(1, 2)),
                    "the first of two"
                );
                assert_eq!(rest(&log), [0, 2, 1], "in order");
            }
            Err(error) => {
                assert!(matches!(error, AddError::Id(_)), "{error}");
                assert_eq!((others, rest(&log)), (asked, vec![0, 1]), "it was taken");
            }
        }
        own.is_ok()
    });
}

/// The length is that of one moment.
#[test]
fn the_length_against_adds() {
    Outcomes::exactly(&[2, 3, 4]).explore(|| {
        let log: Arc<Log> = log_of(&[0, 0]).0;
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || {
            add(&other, 1);
            add(&other, 2);
        });
        let seen = log.len();
        assert!(log.len() >= seen, "it grows");
        adder.join().unwrap();
        seen
    });
}

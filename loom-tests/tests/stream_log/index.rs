//! The index against those who search in it, while it grows and shrinks.

use forebay_sync::stream_log::{Id, StreamLog};
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{Log, add, log_of, number, rest};

/// Four segments that are full, but for the last.
const NUMBERS: [u8; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/// The second segment makes the index; everything is found before and after, by id and by place.
#[test]
fn a_new_index_against_search() {
    Outcomes::exactly(&[3, 4]).explore(|| {
        let (log, places) = log_of::<()>(&NUMBERS[..3]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 3));
        let reader = log.pin();
        let last = reader.last().unwrap();
        assert_eq!(reader.at(places[1]).map(number), Some(1), "by place");
        assert_eq!(reader.get(Id::new(1, 2)).map(number), Some(2), "by id");
        assert_eq!(
            reader.get(last.id()).map(number),
            Some(number(last)),
            "by id"
        );
        let seen = u64::from(number(last)) + 1;
        drop(reader);
        adder.join().unwrap();
        seen
    });
}

/// The index gets a root over its root.
#[test]
fn a_new_root_against_search() {
    Outcomes::exactly(&[6, 7]).explore(|| {
        let (log, places) = log_of::<()>(&NUMBERS[..6]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 6));
        let reader = log.pin();
        let last = reader.last().unwrap();
        assert_eq!(reader.at(places[1]).map(number), Some(1), "by place");
        assert_eq!(reader.get(Id::new(1, 4)).map(number), Some(4), "by id");
        assert_eq!(
            reader.at(last.place()).map(number),
            Some(number(last)),
            "by place"
        );
        let seen = u64::from(number(last)) + 1;
        drop(reader);
        adder.join().unwrap();
        seen
    });
}

/// The index gets one more leaf, and one more place in it.
#[test]
fn a_growing_index_against_search() {
    Outcomes::exactly(&[None, Some(9)]).explore(|| {
        let (log, places) = log_of::<()>(&NUMBERS[..9]);
        let other = Arc::clone(&log);
        let adder = thread::spawn(move || add(&other, 9));
        let reader = log.pin();
        let seen = reader.get(Id::new(1, 9)).map(number);
        assert_eq!(reader.at(places[4]).map(number), Some(4), "by place");
        assert_eq!(reader.get(Id::new(1, 7)).map(number), Some(7), "by id");
        drop(reader);
        adder.join().unwrap();
        seen
    });
}

/// The first half of the index goes, and its root with it.
#[test]
fn a_shrinking_index_against_search() {
    Outcomes::exactly(&[Some(1), None]).explore(|| {
        let (log, places) = log_of::<()>(&NUMBERS);
        let other = Arc::clone(&log);
        let trimmer = thread::spawn(move || other.freeze().trim(6));
        let reader = log.pin();
        let first = reader.get(Id::new(1, 1)).map(number);
        assert_eq!(reader.at(places[7]).map(number), Some(7), "by place");
        drop(reader);
        trimmer.join().unwrap();
        assert_eq!(rest(&log), NUMBERS[6..], "what is left");
        first
    });
}

/// A segment in the middle leaves: the search goes past it.
#[test]
fn a_hole_in_the_index_against_search() {
    Outcomes::exactly(&[Some(4), None]).explore(|| {
        let (log, places) = log_of::<()>(&NUMBERS[..7]);
        let (other, leaving) = (Arc::clone(&log), places.clone());
        let deleter = thread::spawn(move || {
            let mut alone = other.freeze();
            for &place in &leaving[3..6] {
                assert!(alone.delete(place), "it is there");
            }
            let segments = alone.leaving().map(|segment| segment.number());
            assert!(segments.eq([leaving[3].segment]), "told once");
        });
        let reader = log.pin();
        let seen = reader.get(Id::new(1, 4)).map(number);
        drop(reader);
        deleter.join().unwrap();
        assert_eq!(rest(&log), [0, 1, 2, 6], "what is left");
        seen
    });
}

/// A log goes away with all that it has, when a reader of the one where its contents were may still
/// be there.
#[test]
fn drop_of_contents_against_search() {
    Outcomes::exactly(&[None, Some(1)]).explore(|| {
        let (log, _) = log_of::<()>(&NUMBERS[..7]);
        let other = Arc::clone(&log);
        let mover = thread::spawn(move || {
            let target: Log = StreamLog::new();
            let contents = other.freeze().take_all();
            target.freeze().put_all(contents);
        });
        let reader = log.pin();
        let seen = reader.get(Id::new(1, 1)).map(number);
        let behind = reader.get(Id::new(1, 5)).map(number);
        assert!(seen.is_some() || behind.is_none(), "all at once");
        drop(reader);
        mover.join().unwrap();
        seen
    });
}

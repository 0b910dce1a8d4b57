//! Models of the stream log, one module per concept. The mutants that each model kills are in the
//! table in `teeth.rs`.
//!
//! In a model a segment has three slots, so four entries cross a border; there is an index from two
//! segments on, and its nodes have two places, so three segments need a second level. Memory is
//! reclaimed by a scheme that knows who looks at what is gone.
#![cfg(loom)]
#![expect(clippy::unwrap_used, reason = "a failure of a model is a panic")]

mod adds;
mod blocking;
mod exclusive;
mod index;
mod reads;
mod teeth;

use forebay_sync::stream_log::{Added, EntryRef, Id, NewId, Place, Reader, StreamLog};
use loom::sync::Arc;

/// A log without data of the owner's.
type Log = StreamLog<()>;

/// The slots of a segment.
const SLOTS: u64 = 3;

/// Adds an entry that shows when a part of it is missing.
fn add<X>(log: &StreamLog<X>, number: u8) -> Added {
    log.add(NewId::Auto { now_ms: 1 }, &[(b"n", &[number; 5])])
        .unwrap()
}

/// The number of a whole entry.
fn number(entry: EntryRef<'_>) -> u8 {
    let (name, value) = entry.fields().next().unwrap();
    assert_eq!(name, b"n", "a whole entry");
    assert_eq!(value, [value[0]; 5], "a whole entry");
    value[0]
}

/// A log with these entries, and their places.
fn log_of<X: Default>(numbers: &[u8]) -> (Arc<StreamLog<X>>, Vec<Place>) {
    let log = StreamLog::new();
    let places = numbers.iter().map(|&number| add(&log, number).place);
    let places = places.collect();
    (Arc::new(log), places)
}

/// All entries as one read finds them; ids and ordinals rise by one.
fn read<X>(reader: &Reader<'_, X>) -> Vec<u8> {
    let mut before: Option<EntryRef<'_>> = None;
    let all = reader.range(Id::MIN, Id::MAX, usize::MAX);
    all.map(|entry| {
        if let Some(before) = before {
            assert!(entry.id() > before.id(), "ids rise");
        }
        before = Some(entry);
        number(entry)
    })
    .collect()
}

/// All entries when all threads have ended; the length says the same.
fn rest<X>(log: &StreamLog<X>) -> Vec<u8> {
    let numbers = read(&log.pin());
    assert_eq!(log.len(), numbers.len() as u64, "the length at rest");
    numbers
}

fn sorted(mut numbers: Vec<u8>) -> Vec<u8> {
    numbers.sort_unstable();
    numbers
}

/// The outcome of the table that has these numbers.
fn found(expected: &[&'static [u8]], numbers: &[u8]) -> &'static [u8] {
    let outcome = expected.iter().find(|&&outcome| outcome == numbers);
    outcome.unwrap_or_else(|| panic!("an outcome that is not in the table: {numbers:?}"))
}

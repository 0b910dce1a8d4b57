//! The stream log at its limits: the last ids, the longest entries, and owners who panic.
#![expect(clippy::std_instead_of_core, reason = "a test: where there is no core")]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use forebay_sync::stream_log::{AddError, Field, Id, IdError, NewId, StreamLog};
use support::unwind;

type Log = StreamLog<()>;

const MAX: u64 = u64::MAX;

fn add(log: &Log, new: NewId) -> Result<Id, AddError> {
    log.add(new, &[(b"n", b"x")]).map(|added| added.id)
}

fn ids(log: &Log) -> Vec<Id> {
    let reader = log.pin();
    let all = reader.range(Id::MIN, Id::MAX, usize::MAX);
    all.map(|entry| entry.id()).collect()
}

#[test]
fn the_last_id_is_the_last() {
    let log = Log::new();
    let exhausted = Err(AddError::Id(IdError::Exhausted));
    let before = Id::MAX.previous().unwrap();
    assert_eq!(add(&log, NewId::Exact(before)), Ok(before));
    assert_eq!(add(&log, NewId::Auto { now_ms: 5 }), Ok(Id::MAX));
    for new in [
        NewId::Auto { now_ms: 5 },
        NewId::Auto { now_ms: MAX },
        NewId::Sequence { ms: MAX },
        NewId::Exact(Id::MAX),
    ] {
        assert_eq!(add(&log, new), exhausted, "{new:?}");
        let mut alone = log.freeze();
        let error = alone.add(new, &[(b"n", b"x")]).unwrap_err();
        assert_eq!(error, IdError::Exhausted, "{new:?}");
    }
    let reader = log.pin();
    assert_eq!(reader.get(Id::MAX).unwrap().id(), Id::MAX);
    assert_eq!(reader.after(Id::MAX, None, 9).len(), 0, "nothing is behind");
    let back = reader.range_back(Id::MAX, Id::MAX, 9);
    assert_eq!(back.map(|entry| entry.id()).collect::<Vec<_>>(), [Id::MAX]);
    assert_eq!(ids(&log), [before, Id::MAX]);
}

#[test]
fn the_last_number_of_a_time_leads_to_the_next_time() {
    let log = Log::new();
    for ms in [7, 1 << 40, MAX - 1] {
        let last = Id::new(ms, MAX - 1);
        assert_eq!(add(&log, NewId::Exact(last)), Ok(last));
        assert_eq!(add(&log, NewId::Sequence { ms }), Ok(Id::new(ms, MAX)));
        let full = add(&log, NewId::Sequence { ms });
        assert_eq!(full, Err(AddError::Id(IdError::NotGreater)), "{ms}");
        let next = add(&log, NewId::Auto { now_ms: 1 });
        assert_eq!(next, Ok(Id::new(ms + 1, 0)), "{ms}");
    }
    assert!(ids(&log).is_sorted(), "in order");
}

/// Segments keep ids relative to their first one, in 15 and 24 bits.
#[test]
fn ids_at_the_limits_of_a_segment() {
    const SEQ: u64 = (1 << 15) - 1;
    const MS: u64 = (1 << 24) - 1;
    let base = Id::new(1000, 500);
    let log = Log::new();
    let expected = [
        base,
        Id::new(1000, 500 + SEQ),
        Id::new(1000, 501 + SEQ),
        Id::new(1000, 501 + SEQ + SEQ),
        Id::new(1001, SEQ),
        Id::new(1001, SEQ + 1),
        Id::new(1001 + MS, 0),
        Id::new(1002 + MS, MAX),
        Id::new(1003 + MS, 0),
        Id::new(MAX, 0),
        Id::new(MAX, SEQ),
        Id::MAX,
    ];
    for id in expected {
        assert_eq!(add(&log, NewId::Exact(id)), Ok(id));
        assert_eq!(log.last_id(), id, "the last one");
    }
    assert_eq!(ids(&log), expected);
    let reader = log.pin();
    for (index, &id) in expected.iter().enumerate() {
        assert_eq!(reader.get(id).unwrap().ordinal(), index as u64, "{id}");
        let from = reader.range(id, Id::MAX, 99);
        assert_eq!(from.len(), expected.len() - index, "from {id}");
        let behind = reader.after(id, None, 99);
        assert_eq!(behind.len(), expected.len() - index - 1, "behind {id}");
        let back = reader.range_back(id, Id::MIN, 99);
        assert_eq!(back.len(), index + 1, "back from {id}");
    }
}

/// One hint is as good as another: the entry behind is found in any case.
#[test]
fn a_place_of_another_entry_misleads_nobody() {
    let (log, other) = (Log::new(), Log::new());
    let mut places = Vec::new();
    for ms in 1..3000 {
        let new = NewId::Exact(Id::new(ms, 0));
        places.push(log.add(new, &[(b"n", b"x")]).unwrap().place);
        add(&other, NewId::Exact(Id::new(2 * ms, 0))).unwrap();
    }
    let reader = other.pin();
    for (ms, &place) in (1..).zip(&places) {
        let next = reader.after(Id::new(ms, 0), Some(place), 1).next();
        let expected = Id::new((ms / 2 + 1) * 2, 0);
        assert_eq!(next.map(|entry| entry.id()), Some(expected), "behind {ms}");
    }
}

#[test]
fn entries_of_every_length() {
    let log = Log::new();
    let mut lens: Vec<usize> = (0..200).collect();
    lens.extend([1000, 1015, 1020, 1021, 1022, 1023, 1024, 1025, 1026, 1030]);
    lens.extend([8000, 65_000, 65_535, 65_536, 70_000, 1 << 20, 5 << 20]);
    for &len in &lens {
        let value = vec![len.to_le_bytes()[0]; len];
        let fields: [Field<'_>; 2] = [(b"short", b"1"), (b"long", &value)];
        log.add(NewId::Auto { now_ms: 1 }, &fields).unwrap();
        // The name is long.
        let fields: [Field<'_>; 1] = [(&value, b"2")];
        log.freeze()
            .add(NewId::Auto { now_ms: 1 }, &fields)
            .unwrap();
    }
    let reader = log.pin();
    let mut entries = reader.range(Id::MIN, Id::MAX, usize::MAX);
    for len in lens {
        let value = vec![len.to_le_bytes()[0]; len];
        let fields = entries.next().unwrap().fields();
        assert!(
            fields.eq([(&b"short"[..], &b"1"[..]), (&b"long"[..], &value[..])]),
            "{len}"
        );
        let fields = entries.next().unwrap().fields();
        assert!(fields.eq([(&value[..], &b"2"[..])]), "a name of {len}");
    }
    assert!(entries.next().is_none(), "no more than these");
}

#[test]
fn entries_of_many_fields() {
    let log = Log::new();
    let names: Vec<[u8; 2]> = (0..3000_u16).map(u16::to_le_bytes).collect();
    for count in [0, 1, 10, 100, 127, 128, 129, 500, 3000] {
        let fields: Vec<Field<'_>> = names[..count]
            .iter()
            .map(|name| (&name[..], &b"v"[..]))
            .collect();
        for _ in 0..3 {
            log.add(NewId::Auto { now_ms: 1 }, &fields).unwrap();
            let reader = log.pin();
            let last = reader.last().unwrap();
            assert!(last.fields().eq(fields.iter().copied()), "{count} fields");
        }
    }
}

/// What an exclusive mode has done until its owner panicked stays, and the log goes on.
#[test]
fn a_panic_in_exclusive_mode_ends_it() {
    let log = Log::new();
    for ms in 1..=100 {
        add(&log, NewId::Exact(Id::new(ms, 0))).unwrap();
    }
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let mut alone = log.freeze();
        alone.trim(10);
        let new = NewId::Exact(Id::new(101, 0));
        alone.add(new, &[(b"n", b"x")]).unwrap();
        unwind()
    }));
    assert!(caught.is_err(), "the panic goes on");
    assert_eq!(log.len(), 91, "ten less, one more");
    add(&log, NewId::Auto { now_ms: 1 }).unwrap();
    assert_eq!(ids(&log).last(), Some(&Id::new(101, 1)), "it goes on");
}

/// Exclusive mode that never ends: nobody can read the log, and dropping it is harmless.
#[test]
fn a_forgotten_exclusive_mode_leaks_the_log() {
    let log = Log::new();
    add(&log, NewId::Auto { now_ms: 1 }).unwrap();
    let mut alone = log.freeze();
    alone.trim(1);
    let alone = core::mem::ManuallyDrop::new(alone);
    assert!(alone.is_empty(), "for its owner");
    assert!(log.pin().without_waiting().snapshot().is_err(), "frozen");
}

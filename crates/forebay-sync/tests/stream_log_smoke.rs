//! The stream log, one thread: what each call does.
#![expect(clippy::unwrap_used, reason = "a test: a failure is a panic")]

use forebay_sync::stream_log::{
    AddError, Added, Field, Id, IdError, NewId, Place, State, StreamLog,
};

type Log = StreamLog<u32>;

fn auto(now_ms: u64) -> NewId {
    NewId::Auto { now_ms }
}

/// Entries 1-0, 2-0, ... each with its number as a value.
fn log_of(count: u64) -> Log {
    let log = Log::new();
    for ms in 1..=count {
        add(&log, ms);
    }
    log
}

fn add(log: &Log, ms: u64) -> Added {
    let value = ms.to_string();
    let fields: [Field<'_>; 1] = [(b"n", value.as_bytes())];
    log.add(NewId::Exact(Id::new(ms, 0)), &fields).unwrap()
}

fn ids(log: &Log) -> Vec<u64> {
    let reader = log.pin();
    let entries = reader.range(Id::MIN, Id::MAX, usize::MAX);
    entries
        .map(|entry| {
            let (name, value) = entry.fields().next().unwrap();
            assert_eq!(name, b"n", "{entry:?}");
            let expected = entry.id().ms.to_string();
            assert_eq!(value, expected.as_bytes(), "{entry:?}");
            let again = reader.at(entry.place()).unwrap();
            assert_eq!(again.id(), entry.id(), "{entry:?}");
            entry.id().ms
        })
        .collect()
}

#[test]
fn a_new_log_is_empty() {
    let log = Log::new();
    assert!(log.is_empty());
    assert_eq!(log.last_id(), Id::MIN);
    let reader = log.pin();
    assert!(reader.first().is_none() && reader.last().is_none());
    assert_eq!(reader.range(Id::MIN, Id::MAX, 9).len(), 0);
    assert_eq!(reader.range_back(Id::MAX, Id::MIN, 9).len(), 0);
    assert_eq!(reader.after(Id::MIN, None, 9).len(), 0);
    assert!(reader.get(Id::MIN).is_none());
    let nowhere = Place {
        segment: 0,
        slot: 0,
    };
    assert!(reader.at(nowhere).is_none());
    assert_eq!(
        reader.state(),
        State {
            len: 0,
            first_id: None,
            last_id: Id::MIN,
            entries_added: 0,
            max_deleted_id: Id::MIN
        }
    );
    assert!(format!("{log:?} {reader:?}").contains("slots: 0"));
}

#[test]
fn ids_rise_and_never_fall() {
    let log = Log::new();
    let fields: &[Field<'_>] = &[(b"a", b"1")];
    assert_eq!(log.add(auto(0), fields).unwrap().id, Id::new(0, 1));
    assert_eq!(log.add(auto(5), fields).unwrap().id, Id::new(5, 0));
    assert_eq!(log.add(auto(4), fields).unwrap().id, Id::new(5, 1));
    let same = NewId::Sequence { ms: 5 };
    assert_eq!(log.add(same, fields).unwrap().id, Id::new(5, 2));
    for id in [Id::MIN, Id::new(5, 2), Id::new(4, 9)] {
        assert_eq!(
            log.add(NewId::Exact(id), fields),
            Err(AddError::Id(IdError::NotGreater)),
            "{id}"
        );
    }
    let last = Id::MAX.previous().unwrap();
    assert_eq!(log.add(NewId::Exact(last), fields).unwrap().id, last);
    assert_eq!(log.add(auto(9), fields).unwrap().id, Id::MAX);
    for new in [auto(9), NewId::Exact(Id::MAX), NewId::Exact(Id::MIN)] {
        assert_eq!(
            log.add(new, fields),
            Err(AddError::Id(IdError::Exhausted)),
            "{new:?}"
        );
    }
    let reader = log.pin();
    assert_eq!(reader.last().unwrap().id(), Id::MAX);
    assert_eq!(reader.range(last, Id::MAX, 9).len(), 2);
    assert_eq!(reader.after(last, None, 9).len(), 1);
    assert_eq!(reader.after(Id::MAX, None, 9).len(), 0);
    assert_eq!(reader.get(Id::MAX).unwrap().id(), Id::MAX);
}

#[test]
fn ranges_from_and_to_every_id() {
    let log = log_of(300);
    let reader = log.pin();
    for from in 0..=301 {
        for to in [0, 1, 7, 150, 299, 300, 301] {
            let (low, high) = (Id::new(from, 0), Id::new(to, u64::MAX));
            let found: Vec<u64> = reader.range(low, high, 400).map(|e| e.id().ms).collect();
            let expected: Vec<u64> = (from.max(1)..=to.min(300)).collect();
            assert_eq!(found, expected, "{from} to {to}");
            let mut back: Vec<u64> = reader
                .range_back(high, low, 400)
                .map(|e| e.id().ms)
                .collect();
            back.reverse();
            assert_eq!(back, expected, "{to} back to {from}");
        }
    }
    assert!(
        reader
            .range(Id::MIN, Id::MAX, 2)
            .map(|e| e.id().ms)
            .eq([1, 2])
    );
    let newest = reader.range_back(Id::MAX, Id::MIN, 2);
    assert!(newest.map(|e| e.id().ms).eq([300, 299]));
}

#[test]
fn a_place_leads_on_to_the_next_entry() {
    let log = log_of(100);
    let reader = log.pin();
    let mut cursor = (Id::MIN, None);
    for ms in 1..=100 {
        let next = reader.after(cursor.0, cursor.1, 1).next().unwrap();
        assert_eq!((next.id().ms, next.ordinal()), (ms, ms - 1));
        cursor = (next.id(), Some(next.place()));
    }
    assert_eq!(reader.after(cursor.0, cursor.1, 1).len(), 0);
    let first = reader.first().unwrap();
    log.freeze().trim(50);
    let mut after = reader.after(first.id(), Some(first.place()), 1);
    assert_eq!(after.next().unwrap().id().ms, 51, "a place that is gone");
}

#[test]
fn fields_of_all_shapes() {
    let log = Log::new();
    let (long, longer) = ([3; 900], vec![4; 70_000]);
    let shapes: [&[Field<'_>]; 7] = [
        &[(b"name", b"value")],
        &[(b"name", b"other value")],
        &[],
        &[(b"", b"")],
        &[(b"name", b"value"), (b"second", &long)],
        &[(b"name", &longer)],
        &[(&longer, b"v")],
    ];
    for (turn, shape) in (0..200).zip(shapes.iter().cycle()) {
        log.add(auto(turn), shape).unwrap();
    }
    let reader = log.pin();
    let entries = reader.range(Id::MIN, Id::MAX, usize::MAX);
    assert_eq!(entries.len(), 200);
    for (turn, entry) in entries.enumerate() {
        let expected = shapes[turn % 7];
        assert!(entry.fields().eq(expected.iter().copied()), "{turn}");
        assert!(entry.encoded().fields().eq(expected.iter().copied()));
    }
}

#[test]
fn deleting_and_trimming_keep_the_counters() {
    let log = log_of(10);
    let places: Vec<Place> = {
        let reader = log.pin();
        let all = reader.range(Id::MIN, Id::MAX, 10);
        all.map(|entry| entry.place()).collect()
    };
    assert!(places.is_sorted());
    let mut alone = log.freeze();
    assert!(alone.delete(places[4]) && !alone.delete(places[4]));
    assert!(alone.delete(places[2]));
    assert!(alone.get(Id::new(5, 0)).is_none());
    assert_eq!(alone.len(), 8);
    drop(alone);
    assert_eq!(ids(&log), [1, 2, 4, 6, 7, 8, 9, 10]);
    assert_eq!(log.freeze().trim(3), 3);
    assert_eq!(ids(&log), [6, 7, 8, 9, 10]);
    assert!(!log.freeze().delete(places[0]), "it was trimmed");
    assert_eq!(
        log.pin().state(),
        State {
            len: 5,
            first_id: Some(Id::new(6, 0)),
            last_id: Id::new(10, 0),
            entries_added: 10,
            max_deleted_id: Id::new(5, 0),
        }
    );
    assert!(log.freeze().delete(places[5]), "the first one");
    assert_eq!(log.pin().first().unwrap().id().ms, 7);
    assert_eq!(log.freeze().trim(u64::MAX), 4);
    assert!(log.is_empty());
    assert_eq!(log.last_id(), Id::new(10, 0));
    assert_eq!(add(&log, 11).ordinal, 10);
    assert_eq!(ids(&log), [11]);
}

#[test]
fn counters_can_be_set() {
    let log = log_of(3);
    let mut alone = log.freeze();
    assert!(!alone.set_last_id(Id::new(2, 0)), "an entry is greater");
    assert!(alone.set_last_id(Id::new(50, 7)));
    alone.set_entries_added(1000);
    alone.set_max_deleted_id(Id::new(40, 0));
    drop(alone);
    let state = log.pin().state();
    assert_eq!((state.len, state.entries_added), (3, 1000));
    assert_eq!(state.max_deleted_id, Id::new(40, 0));
    assert_eq!(state.last_id, Id::new(50, 7));
    assert_eq!(
        log.add(auto(9), &[(b"n", b"x")]).unwrap().id,
        Id::new(50, 8)
    );
    assert_eq!(log.pin().state().entries_added, 1001);
    assert_eq!(log.len(), 4);
}

#[test]
fn the_last_id_goes_back_as_far_as_entries_allow() {
    let log = log_of(5);
    let last = log.pin().last().unwrap().place();
    let mut alone = log.freeze();
    alone.delete(last);
    assert!(alone.set_last_id(Id::new(4, 0)));
    drop(alone);
    assert_eq!(add(&log, 5).ordinal, 5);
    assert_eq!(ids(&log), [1, 2, 3, 4, 5]);
    assert_eq!(log.pin().get(Id::new(4, 0)).unwrap().id().ms, 4);
}

#[test]
fn contents_move_and_places_with_them() {
    let (from, to) = (log_of(500), log_of(3));
    let place = from.pin().get(Id::new(400, 0)).unwrap().place();
    let contents = from.freeze().take_all();
    assert_eq!((contents.len(), contents.is_empty()), (500, false));
    assert_eq!((from.len(), from.last_id()), (0, Id::MIN));
    to.freeze().put_all(contents);
    assert!(ids(&to).into_iter().eq(1..=500));
    assert_eq!(to.pin().at(place).unwrap().id().ms, 400);
    assert_eq!(to.last_id(), Id::new(500, 0));
    add(&to, 501);
    add(&from, 1);
    assert_eq!((from.len(), to.len()), (1, 501));
    assert_eq!(ids(&from), [1]);
    let mut alone = to.freeze();
    let contents = alone.take_all();
    alone.put_all(contents);
    alone.clear();
    assert!(alone.is_empty());
    drop(alone);
    assert_eq!((to.len(), to.last_id()), (0, Id::MIN));
    add(&to, 1);
    assert_eq!(ids(&to), [1]);
}

#[test]
fn an_attended_log_is_added_to_in_exclusive_mode_only() {
    let log = log_of(1);
    log.freeze().set_attended(true);
    let fields: &[Field<'_>] = &[(b"n", b"2")];
    assert!(log.is_attended());
    assert_eq!(log.add(auto(2), fields), Err(AddError::Attended));
    let mut alone = log.freeze();
    assert!(alone.is_attended());
    for ms in 2..100 {
        alone.add(auto(ms), fields).unwrap();
    }
    *alone.extra_mut() += 1;
    drop(alone);
    assert_eq!(log.len(), 99, "reading goes on");
    assert_eq!(log.add(auto(200), fields), Err(AddError::Attended));
    log.freeze().set_attended(false);
    assert!(log.add(auto(200), fields).is_ok());
    assert_eq!(*log.freeze().extra(), 1);
}

#[test]
fn segments_that_leave_are_told_once() {
    let log = log_of(1000);
    let mut alone = log.freeze();
    alone.trim(700);
    let gone: Vec<(u64, u16, Id)> = alone
        .leaving()
        .flat_map(|segment| {
            let number = segment.number();
            segment.ids().map(move |(slot, id)| (number, slot, id))
        })
        .collect();
    assert!(!gone.is_empty());
    for (turn, &(segment, slot, id)) in gone.iter().enumerate() {
        assert_eq!(id.ms, turn as u64 + 1, "all from the front");
        assert!(alone.at(Place { segment, slot }).is_none());
    }
    drop(alone);
    assert_eq!(log.freeze().leaving().count(), 0);
}

#[test]
fn the_owner_hears_of_a_segment_that_an_add_has_left_empty() {
    let log = Log::new();
    let mut heard = Vec::new();
    for ms in 1..=2000 {
        let added = add(&log, ms);
        let mut alone = log.freeze();
        assert!(alone.delete(added.place));
        let leaving = alone.leaving();
        heard.extend(leaving.flat_map(|segment| segment.ids().map(|(_, id)| id.ms)));
    }
    assert!(log.is_empty());
    assert!(heard.iter().copied().eq(1..=heard.len() as u64), "in order");
    assert!(heard.len() > 900, "{} of 2000", heard.len());
}

#[test]
fn ids_that_jump_open_new_segments() {
    let log = Log::new();
    let mut expected = Vec::new();
    for turn in 0..500_u64 {
        let id = match turn % 3 {
            0 => Id::new((turn + 1) << 30, turn << 40),
            1 => Id::new(turn << 30, (turn << 40) + 5),
            _ => Id::new(turn << 30, u64::MAX - 500 + turn),
        };
        if log.add(NewId::Exact(id), &[(b"n", b"x")]).is_ok() {
            expected.push(id);
        }
    }
    assert!(expected.len() > 300);
    let reader = log.pin();
    let all = reader.range(Id::MIN, Id::MAX, usize::MAX);
    assert!(all.map(|entry| entry.id()).eq(expected.iter().copied()));
    for &id in &expected {
        assert_eq!(reader.get(id).unwrap().id(), id);
        assert!(
            reader
                .get(id.next().unwrap())
                .is_none_or(|entry| entry.id() != id)
        );
    }
}

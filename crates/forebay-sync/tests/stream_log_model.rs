//! The stream log against a plain model: random operations, one thread.
#![expect(clippy::unwrap_used, reason = "a test: a failure is a panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use forebay_sync::stream_log::{
    Added, EntryRef, Field, Id, IdError, NewId, Place, State, StreamExclusive, StreamLog,
};
use support::Random;

/// What a log is meant to be.
#[derive(Clone, Debug, Default)]
struct Model {
    entries: BTreeMap<Id, (Place, u64, Vec<u8>)>,
    last_id: Id,
    added: u64,
    ordinal: u64,
    max_deleted_id: Id,
    /// Places that were given out and lead nowhere any more.
    gone: Vec<Place>,
    places: BTreeSet<Place>,
}

impl Model {
    fn add(&mut self, added: Added, value: Vec<u8>) {
        assert!(added.id > self.last_id, "ids rise");
        assert_eq!(added.ordinal, self.ordinal, "ordinals count");
        assert!(self.places.insert(added.place), "a place is new");
        self.last_id = added.id;
        self.added += 1;
        self.ordinal += 1;
        let entry = (added.place, added.ordinal, value);
        self.entries.insert(added.id, entry);
    }

    fn remove(&mut self, id: Id) {
        let (place, ..) = self.entries.remove(&id).unwrap();
        self.gone.push(place);
    }

    fn trim(&mut self, count: u64) -> u64 {
        let mut trimmed = 0;
        while trimmed < count
            && let Some((id, (place, ..))) = self.entries.pop_first()
        {
            self.gone.push(place);
            trimmed += 1;
            assert!(id <= self.last_id, "{id}");
        }
        trimmed
    }

    /// All entries are gone, and the counters too.
    fn start_over(&mut self) {
        let places = self.entries.values().map(|entry| entry.0);
        self.gone.extend(places);
        let gone = core::mem::take(&mut self.gone);
        let places = core::mem::take(&mut self.places);
        *self = Self {
            gone,
            places,
            ..Self::default()
        };
    }

    fn state(&self) -> State {
        State {
            len: self.entries.len() as u64,
            first_id: self.entries.keys().next().copied(),
            last_id: self.last_id,
            entries_added: self.added,
            max_deleted_id: self.max_deleted_id,
        }
    }

    fn random_id(&self, random: &mut Random) -> Id {
        let mut known = self.entries.keys();
        let id = match random.below(4) {
            0 => Id::new(random.below(u64::MAX), random.below(5)),
            1 => self.last_id,
            _ if self.entries.is_empty() => Id::MIN,
            _ => *known
                .nth(usize::try_from(random.below(self.entries.len() as u64)).unwrap())
                .unwrap(),
        };
        match random.below(4) {
            0 => id.next().unwrap_or(id),
            1 => id.previous().unwrap_or(id),
            _ => id,
        }
    }

    fn is(&self, entry: EntryRef<'_>) {
        let (place, ordinal, value) = &self.entries[&entry.id()];
        assert_eq!(entry.place(), *place, "{entry:?}");
        assert_eq!(entry.ordinal(), *ordinal, "{entry:?}");
        let (name, found) = entry.fields().next().unwrap();
        assert!(found == value && name == name_of(value), "{entry:?}");
    }
}

fn name_of(value: &[u8]) -> &'static [u8] {
    if value.len().is_multiple_of(5) {
        b"a name of its own"
    } else {
        b"item"
    }
}

fn new_id(random: &mut Random, last: Id) -> NewId {
    match random.below(60) {
        0 => NewId::Exact(Id::new(last.ms + (1 << 40), random.below(1 << 50))),
        1 => NewId::Exact(Id::new(
            last.ms,
            last.seq.saturating_add(random.below(1 << 20)),
        )),
        2 => NewId::Sequence {
            ms: last.ms + random.below(3),
        },
        3 => NewId::Exact(Id::new(random.below(1 << 40), 0)),
        _ => NewId::Auto {
            now_ms: last.ms.saturating_sub(2) + random.below(5),
        },
    }
}

/// One operation in exclusive mode, on the log and on the model.
fn change(alone: &mut StreamExclusive<'_, ()>, model: &mut Model, random: &mut Random) {
    match random.below(100) {
        0..55 => {
            let id = model.random_id(random);
            let place = model.entries.get(&id).map(|entry| entry.0);
            let place = place.or_else(|| model.gone.last().copied());
            let is_live = model.entries.contains_key(&id);
            if let Some(place) = place {
                assert_eq!(alone.delete(place), is_live, "{id} at {place:?}");
            }
            if is_live {
                model.remove(id);
                model.max_deleted_id = model.max_deleted_id.max(id);
            }
        }
        55..85 => {
            let bound = [60, 60, 60, 60, 2000][usize::try_from(random.below(5)).unwrap()];
            let count = random.below(bound);
            assert_eq!(alone.trim(count), model.trim(count), "{count}");
        }
        85..88 => {
            let id = model.random_id(random);
            let is_free = model
                .entries
                .keys()
                .next_back()
                .is_none_or(|last| *last <= id);
            assert_eq!(alone.set_last_id(id), is_free, "{id}");
            if is_free {
                model.last_id = id;
            }
        }
        88..90 => {
            model.added = random.below(1 << 60);
            alone.set_entries_added(model.added);
            model.max_deleted_id = model.random_id(random);
            alone.set_max_deleted_id(model.max_deleted_id);
        }
        90 => {
            alone.clear();
            model.start_over();
        }
        91..94 => {
            let contents = alone.take_all();
            assert_eq!(contents.len(), model.entries.len() as u64, "all of them");
            assert!(alone.is_empty(), "nothing is left");
            alone.put_all(contents);
        }
        _ => {
            for _ in 0..random.below(300) {
                let value = vec![7; random.len()];
                let fields: [Field<'_>; 1] = [(name_of(&value), &value)];
                let new = NewId::Auto {
                    now_ms: model.last_id.ms,
                };
                if let Ok(added) = alone.add(new, &fields) {
                    model.add(added, value);
                }
            }
        }
    }
    let leaving = alone.leaving().flat_map(|segment| {
        let number = segment.number();
        segment.ids().map(move |(slot, _)| Place {
            segment: number,
            slot,
        })
    });
    for place in leaving {
        assert!(alone.at(place).is_none(), "{place:?} has left");
    }
    assert_eq!(alone.state(), model.state(), "in exclusive mode");
}

/// Reads that are compared with the model.
fn look(log: &StreamLog<()>, model: &Model, random: &mut Random) {
    let reader = log.pin();
    assert_eq!(reader.state(), model.state(), "for a reader");
    let (a, b) = (model.random_id(random), model.random_id(random));
    let (from, to) = (a.min(b), a.max(b));
    let limit = usize::try_from(random.below(200)).unwrap();
    let expected = || model.entries.range(from..=to).map(|(id, _)| *id);
    let found = reader.range(from, to, limit);
    assert!(
        found.map(|entry| entry.id()).eq(expected().take(limit)),
        "{from} to {to}"
    );
    let found = reader.range_back(to, from, limit);
    assert!(
        found
            .map(|entry| entry.id())
            .eq(expected().rev().take(limit)),
        "{to} back to {from}"
    );
    let place = model.entries.get(&from).map(|entry| entry.0);
    let place = place.filter(|_| random.below(2) == 0);
    let behind = model.entries.range(from..).filter(|(id, _)| **id > from);
    let found = reader.after(from, place, limit);
    assert!(
        found
            .map(|entry| entry.id())
            .eq(behind.map(|(id, _)| *id).take(limit)),
        "after {from}, {place:?}"
    );
    assert_eq!(
        reader.get(from).map(|entry| entry.id()),
        model.entries.get(&from).map(|_| from),
        "the entry {from}"
    );
    for entry in reader.range(from, Id::MAX, 20) {
        model.is(entry);
        model.is(reader.at(entry.place()).unwrap());
    }
    if let Some(&gone) = model.gone.last() {
        assert!(reader.at(gone).is_none(), "{gone:?}");
    }
    let first = model.entries.keys().next().copied();
    assert_eq!(reader.first().map(|entry| entry.id()), first, "first");
    let last = model.entries.keys().next_back().copied();
    assert_eq!(reader.last().map(|entry| entry.id()), last, "last");
}

fn run(seed: u64, operations: u64, changes: u64) {
    let mut random = Random::new(seed);
    let log = StreamLog::<()>::new();
    let mut model = Model::default();
    for _ in 0..operations {
        if random.below(1000) < changes {
            let mut alone = log.freeze();
            for _ in 0..=random.below(3) {
                change(&mut alone, &mut model, &mut random);
            }
        }
        let value = vec![random.below(200).to_le_bytes()[0]; random.len()];
        let new = new_id(&mut random, model.last_id);
        let fields: [Field<'_>; 1] = [(name_of(&value), &value)];
        match log.add(new, &fields) {
            Ok(added) => model.add(added, value),
            Err(error) => assert_eq!(error, IdError::NotGreater.into(), "{new:?}"),
        }
        if random.below(20) == 0 {
            look(&log, &model, &mut random);
        }
    }
    look(&log, &model, &mut random);
    let reader = log.pin();
    let all = reader.range(Id::MIN, Id::MAX, usize::MAX);
    assert_eq!(all.len(), model.entries.len(), "all of them");
    all.for_each(|entry| model.is(entry));
}

#[test]
fn mostly_adds() {
    for seed in 0..6 {
        run(seed, 4000, 2);
    }
}

#[test]
fn adds_and_changes() {
    for seed in 10..30 {
        run(seed, 1500, 60);
    }
}

#[test]
fn mostly_changes() {
    for seed in 30..60 {
        run(seed, 300, 800);
    }
}

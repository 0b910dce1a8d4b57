//! The stream log, several threads: what a read may and may not see.
#![expect(clippy::unwrap_used, reason = "a test: a failure is a panic")]

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use forebay_sync::stream_log::{AddError, EntryRef, Field, Id, NewId, Place, StreamLog};

const ADDERS: usize = 3;
const EACH: u64 = if cfg!(debug_assertions) { 4000 } else { 40_000 };

/// An entry that shows when a part of it is missing.
fn with_entry<R>(adder: u64, number: u64, f: impl FnOnce(&[Field<'_>]) -> R) -> R {
    let filling = [number.to_le_bytes()[0]; 40];
    let len = usize::try_from(number % 40).unwrap();
    let fields: [Field<'_>; 3] = [
        (b"adder", &adder.to_le_bytes()),
        (b"number", &number.to_le_bytes()),
        (b"filling", &filling[..len]),
    ];
    f(&fields)
}

fn read(entry: EntryRef<'_>) -> (u64, u64) {
    let mut fields = entry.fields();
    let mut word = |name: &[u8]| {
        let (found, value) = fields.next().unwrap();
        assert_eq!(found, name, "{entry:?}");
        u64::from_le_bytes(value.try_into().unwrap())
    };
    let (adder, number) = (word(b"adder"), word(b"number"));
    let (_, filling) = fields.next().unwrap();
    assert_eq!(filling.len() as u64, number % 40, "{entry:?}");
    assert!(
        filling.iter().all(|&byte| byte == number.to_le_bytes()[0]),
        "{entry:?}"
    );
    (adder, number)
}

/// Numbers of each adder without a gap.
#[derive(Default)]
struct Order([u64; ADDERS]);

impl Order {
    fn check(&mut self, (adder, number): (u64, u64)) {
        let next = &mut self.0[usize::try_from(adder).unwrap()];
        assert_eq!(*next, number, "of adder {adder}");
        *next += 1;
    }
}

fn add(log: &StreamLog<()>, adder: u64, number: u64) -> (Id, Place) {
    with_entry(adder, number, |fields| {
        let new = NewId::Auto {
            now_ms: number / 100,
        };
        loop {
            match log.add(new, fields) {
                Ok(added) => return (added.id, added.place),
                Err(AddError::Attended) => {
                    if let Ok(added) = log.freeze().add(new, fields) {
                        return (added.id, added.place);
                    }
                }
                Err(error) => panic!("{error}"),
            }
        }
    })
}

#[test]
fn every_entry_once_in_order_and_seen_when_its_add_has_returned() {
    let log = StreamLog::<()>::new();
    let done = AtomicU64::new(0);
    thread::scope(|scope| {
        for adder in 0..ADDERS as u64 {
            let (log, done) = (&log, &done);
            scope.spawn(move || {
                let mut before = Id::MIN;
                for number in 0..EACH {
                    let (id, place) = add(log, adder, number);
                    assert!(id > before, "ids rise");
                    before = id;
                    let reader = log.pin();
                    assert_eq!(read(reader.at(place).unwrap()), (adder, number));
                    if number % 64 == 0 {
                        assert_eq!(reader.get(id).unwrap().place(), place, "{id}");
                        assert!(reader.last().unwrap().id() >= id, "{id} is seen");
                    }
                }
                done.fetch_add(1, Ordering::Release);
            });
        }
        scope.spawn(|| {
            // Follows the log, as a consumer does.
            let mut order = Order::default();
            let (mut last, mut place, mut count) = (Id::MIN, None, 0);
            loop {
                let is_last = done.load(Ordering::Acquire) == ADDERS as u64;
                let reader = log.pin();
                let entries = reader.after(last, place, 100);
                if entries.len() == 0 && is_last {
                    break;
                }
                for entry in entries {
                    assert!(entry.id() > last, "ids rise");
                    assert_eq!(entry.ordinal(), count, "none is skipped");
                    order.check(read(entry));
                    (last, place) = (entry.id(), Some(entry.place()));
                    count += 1;
                }
            }
            assert_eq!(count, ADDERS as u64 * EACH, "all of them");
        });
    });
    assert_eq!(log.len(), ADDERS as u64 * EACH, "all of them");
}

/// Trimming to a fixed length while others add and read: a range has no hole.
#[test]
fn a_trimmed_log_is_read_without_holes() {
    const KEPT: u64 = 200;
    let log = StreamLog::<()>::new();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|turn| {
                let (log, is_over) = (&log, &is_over);
                scope.spawn(move || {
                    let mut reads = 0_u64;
                    while !is_over.load(Ordering::Acquire) {
                        let reader = log.pin();
                        let state = reader.state();
                        assert!(state.len <= KEPT + 2, "{state:?}");
                        let mut ids: Vec<(u64, u64)> = if turn == 0 {
                            let all = reader.range(Id::MIN, Id::MAX, usize::MAX);
                            all.map(|entry| (entry.ordinal(), read(entry).1)).collect()
                        } else {
                            let all = reader.range_back(Id::MAX, Id::MIN, usize::MAX);
                            let mut ids: Vec<_> =
                                all.map(|entry| (entry.ordinal(), read(entry).1)).collect();
                            ids.reverse();
                            ids
                        };
                        let len = ids.len() as u64;
                        assert!(len <= KEPT + 2 && len + 2 >= state.len.min(KEPT), "{len}");
                        let mut before = ids.drain(..1.min(ids.len())).next();
                        for next in ids {
                            let expected = before.map(|(ordinal, _)| ordinal + 1);
                            assert_eq!(Some(next.0), expected, "no hole");
                            before = Some(next);
                        }
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        let adders: Vec<_> = (0..2)
            .map(|adder| {
                let log = &log;
                scope.spawn(move || {
                    for number in 0..EACH {
                        add(log, adder, number);
                        let mut alone = log.freeze();
                        let len = alone.len();
                        alone.trim(len.saturating_sub(KEPT));
                    }
                })
            })
            .collect();
        for adder in adders {
            adder.join().unwrap();
        }
        is_over.store(true, Ordering::Release);
        for reader in readers {
            assert!(reader.join().unwrap() > 0, "it has read");
        }
    });
    assert_eq!(log.len(), KEPT, "what is kept");
}

/// Pairs of entries are added and deleted in one step: nobody sees half a pair.
#[test]
fn nobody_sees_half_a_pair() {
    let log = StreamLog::<()>::new();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0_u64;
            while !is_over.load(Ordering::Acquire) {
                let reader = log.pin();
                let all = reader.range(Id::MIN, Id::MAX, usize::MAX);
                assert_eq!(all.len() % 2, 0, "whole pairs");
                let numbers: Vec<u64> = all.map(|entry| read(entry).1).collect();
                for pair in numbers.chunks(2) {
                    assert_eq!(pair[0], pair[1], "{numbers:?}");
                }
                seen += numbers.len() as u64;
                let back = reader.range_back(Id::MAX, Id::MIN, usize::MAX);
                assert_eq!(back.len() % 2, 0, "whole pairs");
                assert_eq!(reader.state().len % 2, 0, "whole pairs");
            }
            seen
        });
        let mut pairs: Vec<[Place; 2]> = Vec::new();
        let mut random = 1_u64;
        for number in 0..EACH {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let mut alone = log.freeze();
            if random >> 62 == 0 || pairs.len() < 50 {
                let pair = [0, 1].map(|adder| {
                    let new = NewId::Auto { now_ms: number };
                    with_entry(adder, number, |fields| {
                        alone.add(new, fields).unwrap().place
                    })
                });
                pairs.push(pair);
            } else {
                let index = (random >> 33) as usize % pairs.len();
                for place in pairs.remove(index) {
                    assert!(alone.delete(place), "{place:?}");
                }
            }
            drop(alone);
        }
        is_over.store(true, Ordering::Release);
        assert!(reader.join().unwrap() > 0, "it has read");
    });
}

/// The contents go from log to log while others add to both and read them.
#[test]
fn contents_that_move_are_read_and_added_to() {
    let logs = [(); 2].map(|()| StreamLog::<()>::new());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for log in &logs {
            scope.spawn(|| {
                while !is_over.load(Ordering::Acquire) {
                    let reader = log.pin();
                    let mut before = Id::MIN;
                    for entry in reader.range(Id::MIN, Id::MAX, usize::MAX) {
                        assert!(entry.id() > before, "ids rise");
                        before = entry.id();
                        read(entry);
                    }
                }
            });
        }
        let added: Vec<_> = (0..2)
            .map(|adder| {
                let log = &logs[adder];
                scope.spawn(move || {
                    for number in 0..EACH {
                        add(log, adder as u64, number);
                    }
                })
            })
            .collect();
        for turn in 0..200 {
            let (mut first, mut second) = (logs[0].freeze(), logs[1].freeze());
            let (from, to) = if turn % 2 == 0 {
                (&mut first, &mut second)
            } else {
                (&mut second, &mut first)
            };
            let contents = from.take_all();
            let other = to.take_all();
            to.put_all(contents);
            from.put_all(other);
            from.trim(10);
            drop((first, second));
            thread::yield_now();
        }
        for adder in added {
            adder.join().unwrap();
        }
        is_over.store(true, Ordering::Release);
    });
}

/// Adders are told to stop, by an owner who then looks at each add.
#[test]
fn an_owner_who_attends_misses_no_add() {
    let log = StreamLog::<()>::new();
    thread::scope(|scope| {
        for adder in 0..2 {
            let log = &log;
            scope.spawn(move || (0..EACH).for_each(|number| _ = add(log, adder, number)));
        }
        for turn in 0..200 {
            log.freeze().set_attended(turn % 2 == 0);
            thread::yield_now();
        }
        log.freeze().set_attended(false);
    });
    let reader = log.pin();
    let mut order = Order::default();
    for entry in reader.range(Id::MIN, Id::MAX, usize::MAX) {
        order.check(read(entry));
    }
    assert_eq!(order.0, [EACH, EACH, 0], "all of them");
}

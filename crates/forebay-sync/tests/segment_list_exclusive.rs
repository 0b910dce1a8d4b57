//! Exclusive mode among threads that push and pop.
#![expect(
    clippy::cast_possible_truncation,
    clippy::semicolon_if_nothing_returned,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    reason = "a test: small numbers, and a failure is a panic"
)]

mod support;

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use forebay_sync::{Exclusive, SegmentList, Side};
use support::{Random, assert_exactly_once, message, read};

type List = SegmentList<u64>;

/// One random operation of exclusive mode. What it takes out for good goes to `gone`.
fn edit(list: &List, random: &mut Random, gone: &mut Vec<(u32, u32)>) {
    let mut alone = list.freeze();
    *alone.extra_mut() += 1;
    let len = alone.len();
    let index = random.below(len + 1);
    match random.below(12) {
        0 | 1 => {
            if let Some(popped) = alone.pop(random.side()) {
                gone.push(read(&popped));
            }
        }
        2 => {
            // From one place to another.
            if let Some(moved) = alone.get(index).map(<[u8]>::to_vec) {
                assert!(alone.remove(index), "it was there");
                alone.insert(random.below(len), &moved);
            }
        }
        3 => {
            // To the other end.
            let side = random.side();
            if let Some(moved) = alone.pop(side) {
                alone.push(side.opposite(), &moved);
            }
        }
        4 => {
            // The same message with more or less filling.
            if let Some((producer, number)) = alone.get(index).map(read) {
                assert!(
                    alone.set(index, &message(producer, number, random.len())),
                    "it was there"
                );
            }
        }
        5 => {
            let (side, rest) = (random.side(), random.below(5) as u32);
            let is_match = |bytes: &[u8]| read(bytes).1 % 5 == rest;
            gone.extend(alone.iter().filter(|bytes| is_match(bytes)).map(read));
            alone.remove_matching(side, u64::MAX, is_match);
        }
        6 => {
            let start = random.below(3);
            let end = len.saturating_sub(random.below(3));
            let all: Vec<_> = alone.iter().map(read).collect();
            alone.truncate_to(start, end);
            let kept: Vec<_> = alone.iter().map(read).collect();
            gone.extend(all.into_iter().filter(|read| !kept.contains(read)));
        }
        7 => {
            let contents = alone.take_all();
            assert!(alone.is_empty(), "all is taken");
            alone.put_all(contents);
            assert_eq!(alone.len(), len, "and put back");
        }
        8 => alone.release_memory(),
        9 => {
            let forwards: Vec<_> = alone.iter().map(read).collect();
            let mut backwards: Vec<_> = alone.iter().rev().map(read).collect();
            backwards.reverse();
            assert!(forwards == backwards, "both ways the same");
            assert_eq!(forwards.len() as u64, len, "as many as it says");
        }
        10 => {
            let range: Vec<_> = alone.range(index, index + 10).map(read).collect();
            let got = (index..len.min(index + 10)).filter_map(|at| alone.get(at).map(read));
            assert!(got.eq(range), "one by one the same");
        }
        _ => {
            gone.extend(alone.iter().map(read));
            alone.clear();
        }
    }
}

fn run_mixed(workers: u32, each: u32) {
    let list: List = SegmentList::new();
    let mut popped = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|producer| {
                let list = &list;
                scope.spawn(move || {
                    let mut random = Random::new(u64::from(producer));
                    let mut popped = Vec::new();
                    for number in 0..each {
                        let message = message(producer, number, random.len());
                        let side = if random.below(4) == 0 {
                            Side::Right
                        } else {
                            Side::Left
                        };
                        list.push(side, &message).unwrap();
                        match random.below(8) {
                            0 | 1 => edit(list, &mut random, &mut popped),
                            2 => {
                                let count = list.pop_many_with(Side::Right, 3, |bytes| {
                                    popped.push(read(bytes))
                                });
                                assert!(count.unwrap() <= 3, "not more than asked for");
                            }
                            3..6 => popped.extend(list.pop_with(Side::Right, read).unwrap()),
                            _ => {}
                        }
                    }
                    popped
                })
            })
            .collect();
        let popped = workers.into_iter().map(|worker| worker.join().unwrap());
        popped.collect::<Vec<_>>().concat()
    });
    while let Some(read) = list.pop_with(Side::Left, read).unwrap() {
        popped.push(read);
    }
    assert_exactly_once(popped, workers, each);
}

#[test]
fn edits_while_two_threads_push_and_pop() {
    run_mixed(2, 4000);
}

#[test]
fn edits_oversubscribed() {
    run_mixed(8, 1000);
}

/// The owner's data are changed by one thread at a time.
#[test]
fn the_owners_data() {
    let list: List = SegmentList::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..3000 {
                    let mut alone = list.freeze();
                    *alone.extra_mut() += 1;
                    drop(alone);
                    list.push(Side::Left, b"x").unwrap();
                }
            });
        }
    });
    let alone = list.freeze();
    assert_eq!(
        (*alone.extra(), alone.len()),
        (12_000, 12_000),
        "none is lost"
    );
}

/// A list that always holds a message, which goes round in single steps of exclusive mode.
#[test]
fn a_list_that_is_never_empty() {
    let list: List = SegmentList::new();
    list.push(Side::Left, &message(0, 0, 20)).unwrap();
    let turners = AtomicU32::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut random = Random::new(7);
                for _ in 0..5000 {
                    let mut alone = list.freeze();
                    let side = random.side();
                    let popped = alone.pop(side).unwrap();
                    alone.push(random.side(), &popped);
                }
                turners.fetch_sub(1, Relaxed);
            });
        }
        scope.spawn(|| {
            while turners.load(Relaxed) > 0 {
                assert_eq!(
                    (list.is_empty(), list.len()),
                    (false, 1),
                    "between two steps"
                );
            }
        });
    });
}

/// Messages go to and fro between two lists, which are frozen in one order; none is in both or in
/// neither.
#[test]
fn moves_between_two_lists() {
    const COUNT: u32 = 200;
    fn freeze_both<'a>(a: &'a List, b: &'a List) -> [Exclusive<'a, u64>; 2] {
        if std::ptr::from_ref(a) < std::ptr::from_ref(b) {
            let first = a.freeze();
            [first, b.freeze()]
        } else {
            let second = b.freeze();
            [a.freeze(), second]
        }
    }
    let lists: [List; 2] = Default::default();
    for number in 0..COUNT {
        lists[number as usize % 2]
            .push(Side::Left, &message(0, number, number as usize * 10))
            .unwrap();
    }
    thread::scope(|scope| {
        for worker in 0..6_u64 {
            let lists = &lists;
            scope.spawn(move || {
                let mut random = Random::new(worker);
                let from = worker as usize % 2;
                for _ in 0..1000 {
                    let [mut from, mut to] = freeze_both(&lists[from], &lists[1 - from]);
                    assert_eq!(
                        from.len() + to.len(),
                        u64::from(COUNT),
                        "none in both or neither"
                    );
                    let moved = from.move_to(random.side(), &mut to, random.side());
                    moved.as_deref().map(read);
                }
            });
        }
    });
    let rest = lists.iter().flat_map(|list| {
        let alone = list.freeze();
        alone.iter().map(read).collect::<Vec<_>>()
    });
    assert_exactly_once(rest.collect(), 1, COUNT);
}

/// Contents go from list to list while others push to them and pop from them.
#[test]
fn contents_between_two_lists() {
    const EACH: u32 = 3000;
    let lists: [List; 2] = Default::default();
    let busy = AtomicU32::new(3);
    let popped = thread::scope(|scope| {
        let workers: Vec<_> = (0..3)
            .map(|producer| {
                let (lists, busy) = (&lists, &busy);
                scope.spawn(move || {
                    let mut random = Random::new(u64::from(producer));
                    let mut popped = Vec::new();
                    for number in 0..EACH {
                        let message = message(producer, number, random.len());
                        lists[random.below(2) as usize]
                            .push(Side::Left, &message)
                            .unwrap();
                        let list = &lists[random.below(2) as usize];
                        popped.extend(list.pop_with(Side::Right, read).unwrap());
                    }
                    busy.fetch_sub(1, Relaxed);
                    popped
                })
            })
            .collect();
        let mut moved = Vec::new();
        while busy.load(Relaxed) > 0 {
            let contents = lists[0].freeze().take_all();
            let mut alone = lists[1].freeze();
            moved.extend(alone.iter().map(read));
            alone.put_all(contents);
            drop(alone);
            thread::yield_now();
        }
        for worker in workers {
            moved.extend(worker.join().unwrap());
        }
        moved
    });
    let rest = lists.iter().flat_map(|list| {
        let alone = list.freeze();
        alone.iter().map(read).collect::<Vec<_>>()
    });
    assert_exactly_once(popped.into_iter().chain(rest).collect(), 3, EACH);
}

/// A thread that freezes the list again and again does not keep a pusher out.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test measures real time")]
fn a_busy_reader_gives_way() {
    let list: List = SegmentList::new();
    for number in 0..5000 {
        list.push(Side::Left, &message(0, number, 20)).unwrap();
    }
    let is_done = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while is_done.load(Relaxed) == 0 {
                assert!(list.freeze().iter().count() >= 5000, "all of them");
            }
        });
        let begun = Instant::now();
        for number in 0..200 {
            list.push(Side::Left, &message(1, number, 20)).unwrap();
        }
        let took = begun.elapsed();
        is_done.store(1, Relaxed);
        assert!(took < Duration::from_secs(20), "{took:?} for 200 pushes");
    });
}

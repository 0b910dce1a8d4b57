//! Threads push and pop: each message once, whole, and in its producer's order.
#![expect(
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    reason = "a test: small numbers, and a failure is a panic"
)]

mod support;

use std::sync::Barrier;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::thread;

use forebay_sync::{SegmentList, Side};
use support::{Order, Random, assert_exactly_once, message, read};

const SIDES: [Side; 2] = [Side::Left, Side::Right];

/// Pushes `each` messages of random lengths.
fn produce(list: &SegmentList<()>, side: Side, producer: u32, each: u32) {
    let mut random = Random::new(u64::from(producer));
    for number in 0..each {
        let len = list.push(side, &message(producer, number, random.len()));
        assert!(len.unwrap() >= 1, "the new message is counted");
    }
}

/// Pops until `left` messages have been popped by all consumers together.
fn consume(list: &SegmentList<()>, side: Side, left: &AtomicU64, mut each: impl FnMut((u32, u32))) {
    while left.load(Relaxed) > 0 {
        match list.pop_with(side, read).unwrap() {
            Some(read) => {
                each(read);
                left.fetch_sub(1, Relaxed);
            }
            None => thread::yield_now(),
        }
    }
}

/// Runs producers at `side` and consumers at the other side.
fn run_queue(side: Side, producers: u32, consumers: u32, each: u32) {
    let list: SegmentList<()> = SegmentList::new();
    let left = AtomicU64::new(u64::from(producers * each));
    let start = Barrier::new((producers + consumers) as usize);
    let popped = thread::scope(|scope| {
        for producer in 0..producers {
            let (list, start) = (&list, &start);
            scope.spawn(move || {
                start.wait();
                produce(list, side, producer, each);
            });
        }
        let consumers: Vec<_> = (0..consumers)
            .map(|_| {
                scope.spawn(|| {
                    let (mut order, mut popped) = (Order::default(), Vec::new());
                    start.wait();
                    consume(&list, side.opposite(), &left, |read| {
                        order.check(read);
                        popped.push(read);
                    });
                    popped
                })
            })
            .collect();
        let popped = consumers
            .into_iter()
            .map(|consumer| consumer.join().unwrap());
        popped.collect::<Vec<_>>().concat()
    });
    assert_exactly_once(popped, producers, each);
    assert!(list.is_empty(), "nothing is left");
}

#[test]
fn spsc() {
    for side in SIDES {
        run_queue(side, 1, 1, 20_000);
    }
}

#[test]
fn mpsc() {
    run_queue(Side::Left, 3, 1, 6_000);
}

#[test]
fn spmc() {
    run_queue(Side::Right, 1, 3, 15_000);
}

#[test]
fn mpmc() {
    run_queue(Side::Left, 3, 3, 5_000);
}

#[test]
fn mpmc_oversubscribed() {
    run_queue(Side::Right, 5, 5, 2_000);
}

/// A short queue that goes round in the same segments all the time.
#[test]
fn ping_pong() {
    let lists: [SegmentList<()>; 2] = Default::default();
    let [there, back] = &lists;
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..5_000 {
                while there.pop_with(Side::Right, read).unwrap().is_none() {
                    thread::yield_now();
                }
                back.push(Side::Left, b"answer").unwrap();
            }
        });
        let mut random = Random::new(1);
        for number in 0..5_000 {
            there
                .push(Side::Left, &message(0, number, random.len()))
                .unwrap();
            while back.pop(Side::Right).unwrap().is_none() {
                thread::yield_now();
            }
        }
    });
}

/// Everybody pushes and pops at both ends.
#[test]
fn both_sides_at_once() {
    const THREADS: u32 = 8;
    const EACH: u32 = 1500;
    let list: SegmentList<()> = SegmentList::new();
    let start = Barrier::new(THREADS as usize);
    let mut popped = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|producer| {
                let (list, start) = (&list, &start);
                scope.spawn(move || {
                    let mut random = Random::new(u64::from(producer));
                    let mut popped = Vec::new();
                    start.wait();
                    for number in 0..EACH {
                        let message = message(producer, number, random.len());
                        list.push(random.side(), &message).unwrap();
                        if random.below(8) > 0 {
                            let side = random.side();
                            popped.extend(match random.below(3) {
                                0 => list.pop(side).unwrap().as_deref().map(read),
                                _ => list.pop_with(side, read).unwrap(),
                            });
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
    assert_exactly_once(popped, THREADS, EACH);
}

/// A length lies between what is certainly in and what may be in.
#[test]
fn lengths_while_others_push_and_pop() {
    const EACH: u64 = 8_000;
    let list: SegmentList<()> = SegmentList::new();
    let [push_begun, pushed, pop_begun, popped] = [const { AtomicU64::new(0) }; 4];
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..EACH {
                push_begun.fetch_add(1, SeqCst);
                list.push(Side::Left, &[0; 50]).unwrap();
                pushed.fetch_add(1, SeqCst);
            }
        });
        scope.spawn(|| {
            let mut left = EACH;
            while left > 0 {
                pop_begun.fetch_add(1, SeqCst);
                let found = list.pop_with(Side::Right, |_| ()).unwrap();
                if found.is_some() {
                    popped.fetch_add(1, SeqCst);
                    left -= 1;
                } else {
                    pop_begun.fetch_sub(1, SeqCst);
                }
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                while popped.load(SeqCst) < EACH {
                    let (in_before, out_before) = (pushed.load(SeqCst), popped.load(SeqCst));
                    let (len, is_empty) = (list.len(), list.is_empty());
                    let (in_after, out_after) = (push_begun.load(SeqCst), pop_begun.load(SeqCst));
                    let least = in_before.saturating_sub(out_after);
                    assert!(
                        least <= len && len <= in_after - out_before,
                        "{least} <= {len}"
                    );
                    assert!(!is_empty || least == 0, "{least} are certainly there");
                }
            });
        }
    });
    assert_eq!((list.len(), list.is_empty()), (0, true), "at rest");
}

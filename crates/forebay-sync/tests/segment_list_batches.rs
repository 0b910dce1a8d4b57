//! Batches: pushed as one step, popped as one step.
#![expect(
    clippy::cast_possible_truncation,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    reason = "a test: small numbers, and a failure is a panic"
)]

mod support;

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use forebay_sync::{SegmentList, Side};
use support::{Order, Random, assert_exactly_once, contents, message, read};

/// The batches of one producer, `each` messages in all: their first numbers and their ends.
fn batches(producer: u32, each: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut random = Random::new(u64::from(producer));
    let mut next = 0;
    std::iter::from_fn(move || {
        let wanted = match random.below(40) {
            // More than the largest segment has slots.
            0 => 1100 + random.below(100),
            1..10 => 1 + random.below(200),
            _ => 1 + random.below(8),
        };
        let first = next;
        next = each.min(first + wanted as u32);
        (first < each).then_some((first, next))
    })
}

fn produce(list: &SegmentList<()>, side: Side, producer: u32, each: u32) {
    let mut random = Random::new(u64::from(producer));
    for (first, end) in batches(producer, each) {
        let batch: Vec<Vec<u8>> = (first..end)
            .map(|number| message(producer, number, random.len()))
            .collect();
        list.push_many(side, &batch).unwrap();
    }
}

/// The messages of a batch stay together, whoever pushes meanwhile.
#[test]
fn pushed_batches_are_consecutive() {
    const PRODUCERS: u32 = 4;
    const EACH: u32 = 4_000;
    let list: SegmentList<()> = SegmentList::new();
    let popped = thread::scope(|scope| {
        for producer in 0..PRODUCERS {
            let list = &list;
            scope.spawn(move || produce(list, Side::Left, producer, EACH));
        }
        let mut popped = Vec::new();
        while popped.len() < (PRODUCERS * EACH) as usize {
            popped.extend(list.pop_with(Side::Right, read).unwrap());
        }
        popped
    });
    let mut all = [const { Vec::new() }; PRODUCERS as usize];
    for (producer, all) in (0..).zip(&mut all) {
        all.extend(batches(producer, EACH));
        all.reverse();
    }
    let mut rest = &popped[..];
    while let [(producer, first), ..] = *rest {
        let (expected, end) = all[producer as usize].pop().unwrap();
        assert_eq!(first, expected, "a batch begins");
        let (batch, others) = rest.split_at((end - first) as usize);
        let whole = (first..end).map(|number| (producer, number));
        assert!(
            whole.eq(batch.iter().copied()),
            "a batch is not mixed with others"
        );
        rest = others;
    }
    assert_exactly_once(popped, PRODUCERS, EACH);
}

/// Popped batches are consecutive: nobody else gets one from their middle.
#[test]
fn popped_batches_are_consecutive() {
    const EACH: u32 = 30_000;
    let list: SegmentList<()> = SegmentList::new();
    let left = AtomicU64::new(u64::from(EACH));
    let popped = thread::scope(|scope| {
        scope.spawn(|| produce(&list, Side::Right, 0, EACH));
        let consumers: Vec<_> = (0..3)
            .map(|consumer| {
                let (list, left) = (&list, &left);
                scope.spawn(move || {
                    let mut random = Random::new(100 + consumer);
                    let (mut order, mut popped) = (Order::default(), Vec::new());
                    while left.load(Relaxed) > 0 {
                        let begin = popped.len();
                        let max = 1 + random.below(50) as usize;
                        let count = list.pop_many_with(Side::Left, max, |message| {
                            let read = read(message);
                            order.check(read);
                            popped.push(read);
                        });
                        let batch = &popped[begin..];
                        assert_eq!(count, Ok(batch.len()), "each is counted");
                        assert!(batch.len() <= max, "{} of {max}", batch.len());
                        let consecutive = batch.windows(2).all(|pair| pair[0].1 + 1 == pair[1].1);
                        assert!(consecutive, "{batch:?}");
                        left.fetch_sub(batch.len() as u64, Relaxed);
                    }
                    popped
                })
            })
            .collect();
        let popped = consumers
            .into_iter()
            .map(|consumer| consumer.join().unwrap());
        popped.collect::<Vec<_>>().concat()
    });
    assert_exactly_once(popped, 1, EACH);
}

/// A frozen reader sees whole batches only.
#[test]
fn a_reader_sees_whole_batches() {
    const BATCH: u64 = 7;
    let list: SegmentList<()> = SegmentList::new();
    let stop = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..2000 {
                    let len = list
                        .push_many(Side::Left, &[[7; 100]; BATCH as usize])
                        .unwrap();
                    assert_eq!(len % BATCH, 0, "a length between two batches");
                    if len > 500 {
                        list.freeze().truncate_to(0, 70);
                    }
                }
                stop.fetch_add(1, Relaxed);
            });
        }
        while stop.load(Relaxed) < 2 {
            assert_eq!(list.len() % BATCH, 0, "a length between two batches");
            let alone = list.freeze();
            assert_eq!(alone.len() % BATCH, 0, "a frozen length");
            assert_eq!(
                alone.iter().count() as u64,
                alone.len(),
                "as many as it says"
            );
        }
    });
}

#[test]
fn a_batch_larger_than_any_segment() {
    let list: SegmentList<()> = SegmentList::new();
    for side in [Side::Left, Side::Right] {
        let batch: Vec<Vec<u8>> = (0..3000).map(|number| message(1, number, 900)).collect();
        assert_eq!(list.push_many(side, &batch), Ok(3000), "all of them");
        let mut expected = batch;
        if side == Side::Left {
            expected.reverse();
        }
        assert!(contents(&list) == expected, "in order");
        list.freeze().clear();
    }
}

/// A step does not cross the border of a segment, but it is never empty while messages are there.
#[test]
fn a_batch_pop_makes_progress() {
    let list: SegmentList<()> = SegmentList::new();
    for side in [Side::Left, Side::Right] {
        for number in 0..5000 {
            list.push(Side::Right, &message(0, number, 20)).unwrap();
        }
        assert_eq!(
            list.pop_many_with(side, 0, |_| ()),
            Ok(0),
            "none was asked for"
        );
        let mut popped = 0;
        while !list.is_empty() {
            let count = list
                .pop_many_with(side, usize::MAX, |_| popped += 1)
                .unwrap();
            assert!(count > 0, "some are there");
        }
        assert_eq!(popped, 5000, "all of them");
    }
}

//! Pushes and pops across the border of a segment: nothing is lost, and lengths stay exact.

use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{List, list_of, pop, push, rest, sorted};

/// One slot is left for two pushers: one of them makes the next segment.
#[test]
fn two_pushers_for_the_last_slot() {
    Outcomes::exactly(&[[1, 2], [2, 1]]).explore(|| {
        let list: Arc<List> = list_of(&[9]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 1));
        let own = push(&list, 2);
        let others = pusher.join().unwrap();
        assert_eq!(own + others, 2 + 3, "each has its own place");
        let left = rest(&list);
        assert_eq!(left[0], 9, "the first stays the first");
        [left[1], left[2]]
    });
}

/// No slot is left: one pusher makes the next segment, the other one finds it.
#[test]
fn two_pushers_at_a_full_segment() {
    Outcomes::exactly(&[[1, 2], [2, 1]]).explore(|| {
        let list: Arc<List> = list_of(&[8, 9]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 1));
        let own = push(&list, 2);
        let others = pusher.join().unwrap();
        assert_eq!(own + others, 3 + 4, "each has its own place");
        let left = rest(&list);
        assert_eq!(left[..2], [8, 9], "the first stay the first");
        [left[2], left[3]]
    });
}

/// One popper moves the head on to the next segment, the other one follows.
#[test]
fn two_poppers_across_the_border() {
    Outcomes::exactly(&[1, 2, 3]).explore(|| {
        let list: Arc<List> = list_of(&[0, 1, 2, 3]);
        assert_eq!(pop(&list), Some(0), "one is left in front of the border");
        let other = Arc::clone(&list);
        let popper = thread::spawn(move || [pop(&other), pop(&other)]);
        let own = pop(&list).unwrap();
        let [first, second] = popper.join().unwrap().map(Option::unwrap);
        assert!(first < second, "in order");
        assert_eq!(sorted([own, first, second]), [1, 2, 3], "exactly once");
        own
    });
}

/// A producer goes across the border while a consumer follows it.
#[test]
fn the_consumer_follows_the_producer() {
    const EXPECTED: &[[Option<u8>; 3]] = &[
        [Some(0), None, None],
        [Some(0), None, Some(1)],
        [Some(0), Some(1), None],
        [Some(0), Some(1), Some(2)],
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || {
            push(&other, 1);
            push(&other, 2);
        });
        let popped = [pop(&list), pop(&list), pop(&list)];
        pusher.join().unwrap();
        let all: Vec<u8> = popped.into_iter().flatten().chain(rest(&list)).collect();
        assert_eq!(all, [0, 1, 2], "in order, exactly once");
        popped
    });
}

/// Two producers, one of which goes across the border, and a consumer.
#[test]
fn each_producer_keeps_its_order() {
    Outcomes::exactly(&[None, Some(1), Some(3)])
        .explore(|| explore_producers(|list| [pop(list)])[0]);
}

/// The same with one pop more.
#[test]
#[ignore = "half a minute"]
fn each_producer_keeps_its_order_at_two_pops() {
    const EXPECTED: &[[Option<u8>; 2]] = &[
        [None, None],
        [None, Some(1)],
        [None, Some(3)],
        [Some(1), None],
        [Some(3), None],
        [Some(1), Some(2)],
        [Some(1), Some(3)],
        [Some(3), Some(1)],
    ];
    Outcomes::exactly(EXPECTED).explore(|| explore_producers(|list| [pop(list), pop(list)]));
}

fn explore_producers<const N: usize>(consume: fn(&List) -> [Option<u8>; N]) -> [Option<u8>; N] {
    let list: Arc<List> = list_of(&[]);
    let other = Arc::clone(&list);
    let consumer = thread::spawn(move || consume(&other));
    let other = Arc::clone(&list);
    let producer = thread::spawn(move || push(&other, 3));
    push(&list, 1);
    push(&list, 2);
    producer.join().unwrap();
    let popped = consumer.join().unwrap();
    let all: Vec<u8> = popped.into_iter().flatten().chain(rest(&list)).collect();
    assert_eq!(all.len(), 3, "nothing is lost or doubled: {all:?}");
    assert!(
        all.contains(&3),
        "the other producer's message is there: {all:?}"
    );
    let own: Vec<u8> = all.into_iter().filter(|&number| number != 3).collect();
    assert_eq!(own, [1, 2], "a producer's order");
    popped
}

/// The consumer drains the first segment while the producer begins the second.
#[test]
fn the_last_slot_is_pushed_and_popped() {
    Outcomes::exactly(&[None, Some(1)]).explore(|| {
        let list: Arc<List> = list_of(&[0]);
        assert_eq!(pop(&list), Some(0), "nobody else is there");
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || {
            push(&other, 1);
            push(&other, 2)
        });
        let popped = pop(&list);
        let len = pusher.join().unwrap();
        assert!((1..=2).contains(&len), "the length after a push: {len}");
        let all: Vec<u8> = popped.into_iter().chain(rest(&list)).collect();
        assert_eq!(all, [1, 2], "in order, exactly once");
        popped
    });
}

#[test]
fn the_length_against_pushes() {
    const EXPECTED: &[[u64; 2]] = &[[1, 1], [1, 2], [1, 3], [2, 2], [2, 3], [3, 3]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || {
            assert_eq!(push(&other, 1), 2, "the last slot");
            assert_eq!(push(&other, 2), 3, "a new segment");
        });
        let lengths = [list.len(), list.len()];
        pusher.join().unwrap();
        lengths
    });
}

/// The head moves on to the second segment, which changes what the length is computed with.
#[test]
fn the_length_against_pops() {
    const EXPECTED: &[[u64; 2]] = &[
        [3, 3],
        [3, 2],
        [3, 1],
        [3, 0],
        [2, 2],
        [2, 1],
        [2, 0],
        [1, 1],
        [1, 0],
        [0, 0],
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0, 1, 2]);
        let other = Arc::clone(&list);
        let popper = thread::spawn(move || [pop(&other), pop(&other), pop(&other)]);
        let lengths = [list.len(), list.len()];
        assert_eq!(popper.join().unwrap(), [0, 1, 2].map(Some), "in order");
        lengths
    });
}

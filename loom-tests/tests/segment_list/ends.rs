//! Pushes and pops within one segment: each message is popped once, whole, and in its producer's order.

use forebay_sync::Side;
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{drain, list_of, number, pop, push, sorted};

#[test]
fn push_against_pop() {
    Outcomes::exactly(&[None, Some(1)]).explore(|| {
        let list = list_of(&[]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 1));
        let popped = pop(&list);
        assert_eq!(pusher.join().unwrap(), 1, "the length after a push counts it");
        assert_eq!(sorted(popped.into_iter().chain(drain(&list))), [1], "exactly once");
        popped
    });
}

#[test]
fn two_pushers_against_a_popper() {
    const EXPECTED: &[[Option<u8>; 2]] = &[
        [None, None],
        [None, Some(1)],
        [None, Some(2)],
        [Some(1), None],
        [Some(2), None],
        [Some(1), Some(2)],
        [Some(2), Some(1)],
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list = list_of(&[]);
        let pushers = [1, 2].map(|number| {
            let list = Arc::clone(&list);
            thread::spawn(move || push(&list, number))
        });
        let popped = [pop(&list), pop(&list)];
        for pusher in pushers {
            let len = pusher.join().unwrap();
            assert!((1..=2).contains(&len), "the length after a push: {len}");
        }
        assert_eq!(sorted(popped.into_iter().flatten().chain(drain(&list))), [1, 2], "exactly once");
        popped
    });
}

#[test]
fn pusher_against_two_poppers() {
    const EXPECTED: &[(Option<u8>, Option<u8>)] = &[
        (None, None),
        (None, Some(1)),
        (Some(1), None),
        (Some(1), Some(2)),
        (Some(2), Some(1)),
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list = list_of(&[]);
        let [first, second] = [(); 2].map(|()| {
            let list = Arc::clone(&list);
            thread::spawn(move || pop(&list))
        });
        push(&list, 1);
        push(&list, 2);
        let popped = (first.join().unwrap(), second.join().unwrap());
        let all = popped.0.into_iter().chain(popped.1).chain(drain(&list));
        assert_eq!(sorted(all), [1, 2], "exactly once");
        popped
    });
}

/// One message and a popper at each end: at the head it is a claim, at the tail exclusive mode.
#[test]
fn pops_at_both_ends_for_one_message() {
    Outcomes::exactly(&[(None, Some(1)), (Some(1), None)]).explore(|| {
        let list = list_of(&[1]);
        let other = Arc::clone(&list);
        let at_tail = thread::spawn(move || other.pop_with(Side::Left, number).unwrap());
        let at_head = pop(&list);
        let popped = (at_head, at_tail.join().unwrap());
        assert!(drain(&list).is_empty(), "nothing is left");
        popped
    });
}

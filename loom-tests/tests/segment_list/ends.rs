//! Pushes and pops within one segment: each message is popped once, and whole.

use forebay_sync::Side;
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{List, list_of, message, number, numbers, pop, push, rest, sorted};

#[test]
fn push_against_pop() {
    Outcomes::exactly(&[None, Some(1)]).explore(|| {
        let list: Arc<List> = list_of(&[]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 1));
        let popped = pop(&list);
        assert_eq!(pusher.join().unwrap(), 1, "the new message is counted");
        assert_eq!(
            sorted(popped.into_iter().chain(rest(&list))),
            [1],
            "exactly once"
        );
        popped
    });
}

/// The first push to an empty list decides on which side it grows, and takes exclusive mode when
/// that is another one.
#[test]
fn push_at_the_other_side_against_pop() {
    Outcomes::exactly(&[None, Some(1)]).explore(|| {
        let list: Arc<List> = list_of(&[]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || other.push(Side::Left, &message(1)).unwrap());
        let popped = list.pop_with(Side::Right, number).unwrap();
        assert_eq!(pusher.join().unwrap(), 1, "the new message is counted");
        assert_eq!(
            sorted(popped.into_iter().chain(rest(&list))),
            [1],
            "exactly once"
        );
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
        let list: Arc<List> = list_of(&[]);
        let pushers = [1, 2].map(|number| {
            let list = Arc::clone(&list);
            thread::spawn(move || push(&list, number))
        });
        let popped = [pop(&list), pop(&list)];
        for pusher in pushers {
            let len = pusher.join().unwrap();
            assert!((1..=2).contains(&len), "the length after a push: {len}");
        }
        assert_eq!(
            sorted(popped.into_iter().flatten().chain(rest(&list))),
            [1, 2],
            "exactly once"
        );
        popped
    });
}

#[test]
fn a_pusher_against_two_poppers() {
    const EXPECTED: &[(Option<u8>, Option<u8>)] = &[
        (None, None),
        (None, Some(1)),
        (Some(1), None),
        (Some(1), Some(2)),
        (Some(2), Some(1)),
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[]);
        let [first, second] = [(); 2].map(|()| {
            let list = Arc::clone(&list);
            thread::spawn(move || pop(&list))
        });
        push(&list, 1);
        push(&list, 2);
        let popped = (first.join().unwrap(), second.join().unwrap());
        let all = popped.0.into_iter().chain(popped.1).chain(rest(&list));
        assert_eq!(sorted(all), [1, 2], "exactly once");
        popped
    });
}

/// One message and a popper at each end: at the head it is a claim, at the tail exclusive mode.
#[test]
fn pops_at_both_ends_for_one_message() {
    Outcomes::exactly(&[(None, Some(1)), (Some(1), None)]).explore(|| {
        let list: Arc<List> = list_of(&[1]);
        let other = Arc::clone(&list);
        let at_tail = thread::spawn(move || other.pop_with(Side::Right, number).unwrap());
        let at_head = pop(&list);
        let popped = (at_head, at_tail.join().unwrap());
        assert!(rest(&list).is_empty(), "nobody puts it back");
        popped
    });
}

/// A batch is one step: a frozen reader sees all of it or nothing.
#[test]
fn a_batch_against_a_reader() {
    Outcomes::exactly(&[0, 2]).explore(|| {
        let list: Arc<List> = list_of(&[]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || {
            let batch = [1, 2].map(message);
            other.push_many(Side::Right, &batch).unwrap()
        });
        let seen = numbers(&list.freeze());
        assert_eq!(seen, [1, 2][..seen.len()], "in order");
        assert_eq!(pusher.join().unwrap(), 2, "both are counted");
        assert_eq!(rest(&list), [1, 2], "nothing is lost");
        seen.len()
    });
}

/// A batch pop is one step, too: the messages are consecutive, though others pop as well.
#[test]
fn a_batch_pop_against_a_pop() {
    const EXPECTED: &[(&[u8], Option<u8>)] = &[
        (&[], Some(1)),
        (&[1], Some(2)),
        (&[1], None),
        (&[1, 2], None),
        (&[2], Some(1)),
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[1]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 2));
        let other = Arc::clone(&list);
        let popper = thread::spawn(move || pop(&other));
        let mut batch = Vec::new();
        let count = list.pop_many_with(Side::Left, 2, |message| batch.push(number(message)));
        assert_eq!(count, Ok(batch.len()), "each is counted");
        pusher.join().unwrap();
        let single = popper.join().unwrap();
        let all = batch.iter().copied().chain(single).chain(rest(&list));
        assert_eq!(sorted(all), [1, 2], "exactly once");
        let expected = EXPECTED
            .iter()
            .find(|outcome| outcome.0 == batch && outcome.1 == single);
        *expected.unwrap_or_else(|| panic!("{batch:?}, {single:?}"))
    });
}

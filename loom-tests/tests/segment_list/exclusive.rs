//! Exclusive mode: one thread at a time, which sees whole messages and is seen as one step.

use forebay_sync::loom::AtomicU32;
use forebay_sync::loom::Ordering::{Acquire, Release};
use forebay_sync::{Attended, Exclusive, SegmentList, Side};
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{List, list_of, message, number, numbers, pop, push, rest, sorted};

/// A frozen list holds every message that was acknowledged, and each that it holds is whole.
#[test]
fn freeze_against_two_pushes() {
    const EXPECTED: &[&[u8]] = &[&[], &[1], &[2], &[1, 2], &[2, 1]];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[]);
        let acknowledged = Arc::new(AtomicU32::new(0));
        let pushers = [1, 2].map(|number| {
            let (list, acknowledged) = (Arc::clone(&list), Arc::clone(&acknowledged));
            thread::spawn(move || {
                push(&list, number);
                // Release: whoever reads it knows of the push.
                acknowledged.fetch_add(u32::from(number), Release);
            })
        });
        let known = acknowledged.load(Acquire);
        let seen = numbers(&list.freeze());
        for number in [1, 2] {
            let is_known = known & u32::from(number) != 0;
            assert!(
                !is_known || seen.contains(&number),
                "acknowledged, so it is there"
            );
        }
        for pusher in pushers {
            pusher.join().unwrap();
        }
        let left = rest(&list);
        assert_eq!(left[..seen.len()], seen, "what was seen stays");
        assert_eq!(sorted(left), [1, 2], "exactly once");
        *EXPECTED.iter().find(|&&expected| expected == seen).unwrap()
    });
}

/// The owner's data have one user at a time, who sees what the one before it did.
#[test]
fn freeze_against_freeze() {
    fn count(list: &SegmentList<u32>) -> u32 {
        let mut alone = list.freeze();
        *alone.extra_mut() += 1;
        *alone.extra()
    }
    Outcomes::exactly(&[[1, 2], [2, 1]]).explore(|| {
        let list: Arc<SegmentList<u32>> = list_of(&[]);
        let other = Arc::clone(&list);
        let counter = thread::spawn(move || count(&other));
        let own = count(&list);
        [own, counter.join().unwrap()]
    });
}

/// A section does its work while others push: they come before it or behind it.
#[test]
fn a_section_against_push() {
    Outcomes::exactly(&[[1, 7], [7, 1]]).explore(|| {
        let list: Arc<List> = list_of(&[]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 1));
        let mut alone = list.freeze();
        let seen = alone.len();
        alone.push(Side::Right, &message(7));
        assert_eq!(alone.len(), seen + 1, "nobody else is there");
        drop(alone);
        assert_eq!(pusher.join().unwrap(), 2 - seen, "before or behind");
        let left = rest(&list);
        [left[0], left[1]]
    });
}

/// The same with a popper as well.
#[test]
#[ignore = "half a minute"]
fn a_section_against_push_and_pop() {
    /// What the section saw, and what the popper got.
    type Seen = (&'static [u8], u8);
    const EXPECTED: &[Seen] = &[(&[0], 7), (&[0, 1], 7), (&[], 0), (&[1], 0)];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 1));
        let other = Arc::clone(&list);
        let popper = thread::spawn(move || pop(&other).unwrap());
        let mut alone = list.freeze();
        let seen = numbers(&alone);
        alone.push(Side::Left, &message(7));
        drop(alone);
        pusher.join().unwrap();
        let popped = popper.join().unwrap();
        let mut all = rest(&list);
        all.push(popped);
        assert_eq!(sorted(all), [0, 1, 7], "exactly once");
        let outcome = |expected: &&Seen| *expected.0 == seen && expected.1 == popped;
        *EXPECTED.iter().find(outcome).unwrap()
    });
}

/// A message is changed in place, which leaves the word as it was, against a pop of it.
#[test]
fn set_against_pop() {
    Outcomes::exactly(&[(0, false), (5, true)]).explore(|| {
        let list: Arc<List> = list_of(&[0]);
        let other = Arc::clone(&list);
        let popper = thread::spawn(move || pop(&other).unwrap());
        let was_set = list.freeze().set(0, &message(5));
        let popped = popper.join().unwrap();
        assert!(rest(&list).is_empty(), "popped once");
        (popped, was_set)
    });
}

/// Two lists, of which each thread moves a message to the other: both freeze in one order.
#[test]
fn moves_in_both_directions() {
    fn freeze_both<'a>(a: &'a List, b: &'a List) -> [Exclusive<'a, ()>; 2] {
        if core::ptr::from_ref(a) < core::ptr::from_ref(b) {
            let first = a.freeze();
            [first, b.freeze()]
        } else {
            let first = b.freeze();
            [a.freeze(), first]
        }
    }
    fn move_one(from: &List, to: &List) -> u64 {
        let [mut from, mut to] = freeze_both(from, to);
        let moved = from.move_to(Side::Left, &mut to, Side::Right).unwrap();
        number(&moved);
        to.len()
    }
    Outcomes::exactly(&[[1, 2], [2, 1]]).explore(|| {
        let lists = Arc::new([List::new(), List::new()]);
        push(&lists[0], 1);
        push(&lists[1], 2);
        let others = Arc::clone(&lists);
        let mover = thread::spawn(move || move_one(&others[1], &others[0]));
        let own = move_one(&lists[0], &lists[1]);
        let others = mover.join().unwrap();
        assert_eq!(
            (rest(&lists[0]), rest(&lists[1])),
            (vec![2], vec![1]),
            "they changed places"
        );
        [own, others]
    });
}

/// The head segment gets a message in front, or a segment in front of it, while it is popped.
#[test]
fn push_at_the_head_against_pop() {
    Outcomes::exactly(&[[1, 7], [7, 1]]).explore(|| {
        let list: Arc<List> = list_of(&[0, 1]);
        assert_eq!(pop(&list), Some(0), "a slot is free in front");
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || other.push(Side::Left, &message(7)).unwrap());
        let first = pop(&list).unwrap();
        pusher.join().unwrap();
        let all = [first, rest(&list)[0]];
        assert_eq!(sorted(all), [1, 7], "exactly once");
        all
    });
}

/// The slot in front is still being read when a message is pushed there. That one is empty: all
/// bytes of the segment are taken.
#[test]
fn push_at_the_head_against_a_reader() {
    Outcomes::exactly(&[["0", "", "1"], ["", "0", "1"]]).explore(|| {
        let list: Arc<List> = Arc::new(List::new());
        list.push_many(Side::Right, &["0", "1"]).unwrap();
        let other = Arc::clone(&list);
        let popper = thread::spawn(move || other.pop_with(Side::Left, text).unwrap());
        list.push(Side::Left, b"").unwrap();
        let first = popper.join().unwrap();
        [
            first,
            list.pop_with(Side::Left, text).unwrap(),
            list.pop_with(Side::Left, text).unwrap(),
        ]
        .map(Option::unwrap)
    });
}

fn text(message: &[u8]) -> &'static str {
    ["", "0", "1"]
        .into_iter()
        .find(|text| text.as_bytes() == message)
        .unwrap()
}

/// What an owner does to end the service: nothing gets in any more, and what was in is gone.
#[test]
fn close_against_push_and_pop() {
    const EXPECTED: &[(bool, Option<u8>)] = &[
        (false, None),
        (false, Some(0)),
        (true, None),
        (true, Some(0)),
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || other.push(Side::Right, &message(1)).is_ok());
        let other = Arc::clone(&list);
        let popper = thread::spawn(move || other.pop_with(Side::Left, number));
        let mut alone = list.freeze();
        alone.clear();
        alone.set_attended(true);
        drop(alone);
        let accepted = pusher.join().unwrap();
        let popped = popper.join().unwrap().unwrap_or(None);
        assert_eq!(list.pop(Side::Left), Err(Attended), "closed");
        assert!(list.is_empty(), "nothing comes in behind");
        (accepted, popped)
    });
}

//! The wait queue against a plain model: a `VecDeque` of (token, entry).

use forebay_sync::{Token, WaitQueue};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::rc::Rc;

#[derive(Clone, Debug)]
enum Step {
    Push,
    PopFront,
    /// Removes the entry of this token, counted among all tokens ever given.
    Remove(usize),
    BumpFront,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Push),
        2 => Just(Step::PopFront),
        3 => any::<usize>().prop_map(Step::Remove),
        1 => Just(Step::BumpFront),
    ];
    prop::collection::vec(step, 0..200)
}

fn check(queue: &WaitQueue<u64>, model: &VecDeque<(Token, u64)>) {
    assert_eq!(queue.len(), model.len(), "length");
    assert_eq!(queue.is_empty(), model.is_empty(), "emptiness");
    assert_eq!(
        queue.front(),
        model.front().map(|(_, entry)| entry),
        "front"
    );
    assert!(
        queue.iter().eq(model.iter().map(|(_, entry)| entry)),
        "order: {queue:?}"
    );
    assert_eq!(queue.iter().len(), model.len(), "exact size");
}

proptest! {
    #[test]
    fn behaves_as_the_model(steps in steps()) {
        let mut queue = WaitQueue::new();
        let mut model = VecDeque::new();
        let mut given = Vec::new();
        for (number, step) in (0_u64..).zip(steps) {
            match step {
                Step::Push => {
                    let token = queue.push_back(number);
                    model.push_back((token, number));
                    given.push(token);
                }
                Step::PopFront => {
                    let expected = model.pop_front().map(|(_, entry)| entry);
                    prop_assert_eq!(queue.pop_front(), expected);
                }
                Step::Remove(choice) if !given.is_empty() => {
                    let token = given[choice % given.len()];
                    let index = model.iter().position(|&(other, _)| other == token);
                    let expected = index.and_then(|i| model.remove(i)).map(|(_, entry)| entry);
                    prop_assert_eq!(queue.remove(token), expected);
                }
                Step::Remove(_) => {}
                Step::BumpFront => {
                    if let Some(entry) = queue.front_mut() {
                        *entry += 1_000;
                    }
                    if let Some((_, entry)) = model.front_mut() {
                        *entry += 1_000;
                    }
                }
            }
            check(&queue, &model);
        }
    }
}

#[test]
fn a_stale_token_removes_nothing() {
    let mut queue = WaitQueue::new();
    let stale = queue.push_back('a');
    assert_eq!(queue.remove(stale), Some('a'), "a good token removes");
    let fresh = queue.push_back('b');
    assert_ne!(stale, fresh, "a place taken again has a new stamp");
    assert_eq!(queue.remove(stale), None, "the stale one does not");
    assert_eq!(queue.remove(fresh), Some('b'), "and left the other alone");
    assert_eq!(queue.remove(fresh), None, "an empty queue has nobody");
}

#[test]
fn thousands_leave_from_anywhere() {
    let mut queue = WaitQueue::new();
    let tokens: Vec<_> = (0..4_000)
        .map(|entry| (entry, queue.push_back(entry)))
        .collect();
    for &(entry, token) in tokens.iter().filter(|(entry, _)| entry % 3 != 0) {
        assert_eq!(queue.remove(token), Some(entry), "every token is good once");
    }
    let rest: Vec<_> = core::iter::from_fn(|| queue.pop_front()).collect();
    assert!(
        rest.iter().copied().eq((0..4_000).step_by(3)),
        "the others keep their order"
    );
    assert!(queue.is_empty(), "and then nobody is left");
}

#[test]
fn entries_left_behind_are_dropped_once() {
    let shared = Rc::new(());
    let mut queue = WaitQueue::new();
    let tokens: Vec<_> = (0..10)
        .map(|_| queue.push_back(Rc::clone(&shared)))
        .collect();
    drop(queue.remove(tokens[4]));
    drop(queue.pop_front());
    assert_eq!(Rc::strong_count(&shared), 9, "eight are in the queue");
    drop(queue);
    assert_eq!(Rc::strong_count(&shared), 1, "and go with it");
}

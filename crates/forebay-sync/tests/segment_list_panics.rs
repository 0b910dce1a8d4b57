//! A closure that panics puts its message back, and those that it would have got.
#![expect(
    clippy::cast_possible_truncation,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    let_underscore_drop,
    reason = "a test: small numbers, and a failure is a panic"
)]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use forebay_sync::{SegmentList, Side};
use support::{Random, assert_exactly_once, contents, message, read, unwind};

const SIDES: [Side; 2] = [Side::Left, Side::Right];

/// A list that grows to `push_side`: short and long messages in several segments.
fn filled(push_side: Side, count: u32) -> (SegmentList<()>, Vec<Vec<u8>>) {
    let list = SegmentList::new();
    for number in 0..count {
        let filling = if number % 5 == 0 {
            2000
        } else {
            number as usize % 50
        };
        list.push(push_side, &message(0, number, filling)).unwrap();
    }
    let expected = contents(&list);
    (list, expected)
}

#[test]
fn one_message_goes_back_to_its_side() {
    for push_side in SIDES {
        for side in SIDES {
            for count in [1, 2, 4, 5, 6, 100] {
                let (list, expected) = filled(push_side, count);
                for _ in 0..3 {
                    let caught =
                        catch_unwind(AssertUnwindSafe(|| list.pop_with(side, |_| unwind())));
                    assert!(caught.is_err(), "the panic goes on");
                    assert_eq!(list.len(), u64::from(count), "{side:?} of {count}");
                    assert!(
                        contents(&list) == expected,
                        "{side:?} of {count}, pushed at {push_side:?}"
                    );
                }
                let mut left = expected;
                if side == Side::Left {
                    left.reverse();
                }
                while let Some(last) = left.pop() {
                    assert_eq!(
                        list.pop(side).unwrap().as_deref(),
                        Some(&*last),
                        "{side:?} of {count}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_rest_of_a_batch_goes_back_in_order() {
    for push_side in SIDES {
        for (side, consumed) in [
            (Side::Left, 0),
            (Side::Left, 3),
            (Side::Right, 0),
            (Side::Right, 3),
        ] {
            let (list, mut expected) = filled(push_side, 60);
            let mut calls = 0;
            while calls <= consumed {
                let before = calls;
                // The batch may end before the panic, at the border of a segment.
                let _ = catch_unwind(AssertUnwindSafe(|| {
                    list.pop_many_with(side, 20, |message| {
                        let next = match side {
                            Side::Left => expected.first(),
                            Side::Right => expected.last(),
                        };
                        assert_eq!(Some(message), next.map(Vec::as_slice), "in order");
                        calls += 1;
                        if calls > consumed {
                            unwind();
                        }
                        match side {
                            Side::Left => drop(expected.remove(0)),
                            Side::Right => drop(expected.pop()),
                        }
                    })
                }));
                assert!(calls > before, "each step takes one at least");
                assert!(
                    contents(&list) == expected,
                    "{side:?}, pushed at {push_side:?}"
                );
            }
            assert_eq!(expected.len(), 60 - consumed, "those consumed are gone");
        }
    }
}

/// The list has been turned round, emptied or handed on while the closure ran.
#[test]
fn the_list_has_changed_meanwhile() {
    for side in SIDES {
        for boxed in [false, true] {
            let first = message(0, 0, if boxed { 5000 } else { 9 });
            let with = |change: &dyn Fn(&SegmentList<()>)| {
                let list: SegmentList<()> = SegmentList::new();
                list.push(Side::Left, &first).unwrap();
                list.push(Side::Left, b"second").unwrap();
                let popped = match side {
                    Side::Right => &first[..],
                    Side::Left => b"second",
                };
                let caught = catch_unwind(AssertUnwindSafe(|| {
                    list.pop_with(side, |message| {
                        assert_eq!(message, popped, "what was asked for");
                        change(&list);
                        assert_eq!(message, popped, "it stays while it is read");
                        unwind()
                    })
                }));
                assert!(caught.is_err(), "the panic goes on");
                let back = list.pop(side).unwrap();
                assert_eq!(back.as_deref(), Some(popped), "it is back");
                contents(&list).len()
            };
            assert_eq!(with(&|_| ()), 1, "nothing has changed");
            assert_eq!(with(&|list| list.freeze().clear()), 0, "cleared");
            assert_eq!(
                with(&|list| drop(list.freeze().take_all())),
                0,
                "taken and dropped"
            );
            let turned = with(&|list| {
                list.freeze().clear();
                list.push(Side::Right, b"x").unwrap();
                list.push(Side::Right, b"y").unwrap();
            });
            assert_eq!(turned, 2, "turned round");
            let longer = with(&|list| {
                for _ in 0..300 {
                    list.push(Side::Left, &[0; 60]).unwrap();
                    list.push(Side::Right, &[0; 60]).unwrap();
                }
            });
            assert_eq!(longer, 601, "much longer");
            let closed = with(&|list| {
                list.freeze().clear();
                list.freeze().release_memory();
            });
            assert_eq!(closed, 0, "given back");
        }
    }
}

/// Attended lists are no exception: the message must not be lost.
#[test]
fn the_list_is_attended_meanwhile() {
    for side in SIDES {
        let list: SegmentList<()> = SegmentList::new();
        list.push(Side::Left, b"only").unwrap();
        let caught = catch_unwind(AssertUnwindSafe(|| {
            list.pop_with(side, |_| {
                list.freeze().set_attended(true);
                unwind()
            })
        }));
        assert!(caught.is_err(), "the panic goes on");
        assert!(list.is_attended(), "as it was set");
        assert_eq!(contents(&list), [b"only"], "{side:?}");
    }
}

/// Consumers that panic now and then lose and double nothing.
#[test]
fn panics_among_threads() {
    const PRODUCERS: u32 = 3;
    const EACH: u32 = 2000;
    let list: SegmentList<()> = SegmentList::new();
    let left = AtomicU64::new(u64::from(PRODUCERS * EACH));
    let popped = thread::scope(|scope| {
        for producer in 0..PRODUCERS {
            let list = &list;
            scope.spawn(move || {
                let mut random = Random::new(u64::from(producer));
                for number in 0..EACH {
                    let message = message(producer, number, random.len());
                    list.push(Side::Left, &message).unwrap();
                }
            });
        }
        let consumers: Vec<_> = (0..3)
            .map(|consumer| {
                let (list, left) = (&list, &left);
                scope.spawn(move || {
                    let mut random = Random::new(50 + consumer);
                    let mut popped = Vec::new();
                    while left.load(Relaxed) > 0 {
                        let side = if random.below(4) == 0 {
                            Side::Left
                        } else {
                            Side::Right
                        };
                        let max = 1 + random.below(5) as usize;
                        let before = popped.len();
                        let _ = catch_unwind(AssertUnwindSafe(|| {
                            list.pop_many_with(side, max, |message| {
                                let read = read(message);
                                if random.below(10) == 0 {
                                    unwind();
                                }
                                popped.push(read);
                            })
                        }));
                        left.fetch_sub((popped.len() - before) as u64, Relaxed);
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
    assert_exactly_once(popped, PRODUCERS, EACH);
    assert!(list.is_empty(), "nothing is left");
}

//! The checker itself: it accepts what is right and rejects what is not.

use forebay::Side;

use crate::BUDGET;
use crate::linearizability::{Recorded, Verdict, check};
use crate::two_lists::{Answer, Call, Lists, TwoLists};

/// A history from `(called, returned, call, answer)`.
fn history(rows: &[(u64, u64, Call, Answer)]) -> Vec<Recorded<(Call, Answer)>> {
    rows.iter()
        .map(|(called, returned, call, answer)| Recorded {
            called: *called,
            returned: *returned,
            operation: (call.clone(), answer.clone()),
        })
        .collect()
}

fn verdict(rows: &[(u64, u64, Call, Answer)]) -> Verdict {
    check(&TwoLists, Lists::default(), &history(rows), BUDGET)
}

fn push(values: &[u16]) -> Call {
    Call::Push {
        key: 0,
        side: Side::Right,
        values: values.to_vec(),
    }
}

fn pop() -> Call {
    Call::Pop {
        key: 0,
        side: Side::Left,
    }
}

fn got(value: u16) -> Answer {
    Answer::Values(vec![value])
}

#[test]
fn checker_accepts_what_is_right() {
    assert_eq!(verdict(&[]), Verdict::Linearizable);
    assert_eq!(
        verdict(&[(1, 2, push(&[7]), Answer::Length(1)), (3, 4, pop(), got(7))]),
        Verdict::Linearizable
    );
    // The pop overlaps the push and may come before or after it.
    for answer in [got(7), Answer::Nothing] {
        assert_eq!(
            verdict(&[(1, 4, push(&[7]), Answer::Length(1)), (2, 3, pop(), answer)]),
            Verdict::Linearizable
        );
    }
    // Two pushes overlap: the lengths tell which one came first.
    assert_eq!(
        verdict(&[
            (1, 5, push(&[1]), Answer::Length(2)),
            (2, 6, push(&[2]), Answer::Length(1)),
            (7, 8, pop(), got(2)),
            (9, 10, pop(), got(1)),
        ]),
        Verdict::Linearizable
    );
    // Only one of the many orders fits, and it is the last one a search would try.
    assert_eq!(
        verdict(&[
            (1, 20, push(&[1]), Answer::Length(4)),
            (2, 21, push(&[2]), Answer::Length(3)),
            (3, 22, push(&[3]), Answer::Length(2)),
            (4, 23, push(&[4]), Answer::Length(1)),
            (5, 24, Call::Llen { key: 0 }, Answer::Length(3)),
        ]),
        Verdict::Linearizable
    );
}

#[test]
fn checker_rejects_a_lost_element() {
    assert_eq!(
        verdict(&[
            (1, 2, push(&[7]), Answer::Length(1)),
            (3, 4, pop(), Answer::Nothing)
        ]),
        Verdict::Wrong
    );
}

#[test]
fn checker_rejects_a_duplicate() {
    assert_eq!(
        verdict(&[
            (1, 2, push(&[7]), Answer::Length(1)),
            (3, 6, pop(), got(7)),
            (4, 5, pop(), got(7)),
        ]),
        Verdict::Wrong
    );
}

#[test]
fn checker_rejects_an_element_out_of_thin_air() {
    assert_eq!(
        verdict(&[(1, 2, pop(), got(7)), (3, 4, push(&[7]), Answer::Length(1))]),
        Verdict::Wrong
    );
}

#[test]
fn checker_rejects_a_wrong_order() {
    assert_eq!(
        verdict(&[
            (1, 2, push(&[1]), Answer::Length(1)),
            (3, 4, push(&[2]), Answer::Length(2)),
            (5, 7, pop(), got(2)),
            (8, 9, pop(), got(1)),
        ]),
        Verdict::Wrong
    );
}

#[test]
fn checker_rejects_a_stale_length() {
    assert_eq!(
        verdict(&[
            (1, 2, push(&[1]), Answer::Length(1)),
            (3, 4, push(&[2]), Answer::Length(2)),
            (5, 6, Call::Llen { key: 0 }, Answer::Length(1)),
        ]),
        Verdict::Wrong
    );
}

#[test]
fn checker_rejects_a_torn_push() {
    assert_eq!(
        verdict(&[
            (1, 6, push(&[1, 2]), Answer::Length(2)),
            (
                2,
                3,
                Call::Lrange {
                    key: 0,
                    start: 0,
                    stop: -1
                },
                Answer::Values(vec![1])
            ),
        ]),
        Verdict::Wrong
    );
}

#[test]
fn checker_rejects_a_move_that_is_seen_half_done() {
    let between = Call::Transaction(vec![Call::Llen { key: 0 }, Call::Llen { key: 1 }]);
    let move_it = Call::Lmove {
        src: 0,
        from: Side::Left,
        to: Side::Right,
        dst: 1,
    };
    let seen = |a, b| Answer::All(vec![Answer::Length(a), Answer::Length(b)]);
    let rows = |answer| {
        [
            (1, 2, push(&[1]), Answer::Length(1)),
            (3, 6, move_it.clone(), got(1)),
            (4, 5, between.clone(), answer),
        ]
    };
    assert_eq!(verdict(&rows(seen(1, 0))), Verdict::Linearizable);
    assert_eq!(verdict(&rows(seen(0, 1))), Verdict::Linearizable);
    assert_eq!(verdict(&rows(seen(0, 0))), Verdict::Wrong);
    assert_eq!(verdict(&rows(seen(1, 1))), Verdict::Wrong);
}

#[test]
fn checker_gives_up_when_its_budget_is_spent() {
    let rows: Vec<_> = (0..20)
        .map(|at| {
            (
                at + 1,
                at + 100,
                push(&[u16::try_from(at).unwrap()]),
                Answer::Length(1),
            )
        })
        .collect();
    assert_eq!(
        check(&TwoLists, Lists::default(), &history(&rows), 100),
        Verdict::Undecided
    );
}

//! Decides whether a recorded concurrent history could have come from one thread.
//!
//! The search of Wing and Gong with the two improvements of Lowe: the events stand in a linked list
//! from which a linearized operation is lifted out and put back in constant time, and a
//! configuration (which operations are done, and the state they led to) is tried only once.

use core::hash::Hash;
use std::collections::HashSet;

/// A sequential machine that says whether an operation with its answer is right in a state.
pub(crate) trait Specification {
    type State: Clone + Eq + Hash;
    type Operation;

    /// The state after `operation`, or nothing where its recorded answer is wrong in `state`.
    fn step(&self, state: &Self::State, operation: &Self::Operation) -> Option<Self::State>;
}

/// An operation with the times of its call and its return; all times of a history differ.
#[derive(Clone, Debug)]
pub(crate) struct Recorded<O> {
    pub(crate) called: u64,
    pub(crate) returned: u64,
    pub(crate) operation: O,
}

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Linearizable,
    Wrong,
    /// The budget of steps was used up before either was certain.
    Undecided,
}

/// One event of the linked list. Links are places in the array of events; 0 is the list's head.
struct Event {
    operation: usize,
    /// The place of the matching return; a return has none.
    returns_at: Option<usize>,
    previous: usize,
    next: usize,
}

/// Checks `history` from the state `initial` with at most `budget` steps of the search.
///
/// # Panics
/// With more than 128 operations.
pub(crate) fn check<S: Specification>(
    specification: &S,
    initial: S::State,
    history: &[Recorded<S::Operation>],
    budget: u64,
) -> Verdict {
    assert!(
        history.len() <= 128,
        "a configuration is one word of 128 bits"
    );
    let mut events = link(history);
    let mut state = initial;
    let mut done = 0_u128;
    let mut seen = HashSet::new();
    let mut path: Vec<(usize, S::State)> = Vec::new();
    let mut steps = 0;
    let mut at = events[0].next;
    while events[0].next != 0 {
        steps += 1;
        if steps > budget {
            return Verdict::Undecided;
        }
        let operation = events[at].operation;
        if let Some(return_at) = events[at].returns_at {
            let with = done | 1 << operation;
            let after = specification.step(&state, &history[operation].operation);
            match after.filter(|after| seen.insert((with, after.clone()))) {
                Some(after) => {
                    path.push((at, core::mem::replace(&mut state, after)));
                    done = with;
                    lift(&mut events, at);
                    lift(&mut events, return_at);
                    at = events[0].next;
                }
                None => at = events[at].next,
            }
        } else {
            // An operation returned here and none of the orders tried put it before this: take
            // the last choice back.
            let Some((chosen, before)) = path.pop() else {
                return Verdict::Wrong;
            };
            state = before;
            done &= !(1 << events[chosen].operation);
            if let Some(return_at) = events[chosen].returns_at {
                put_back(&mut events, return_at);
            }
            put_back(&mut events, chosen);
            at = events[chosen].next;
        }
    }
    Verdict::Linearizable
}

fn link<O>(history: &[Recorded<O>]) -> Vec<Event> {
    let mut times: Vec<(u64, usize, bool)> = Vec::new();
    for (operation, recorded) in history.iter().enumerate() {
        assert!(
            recorded.called < recorded.returned,
            "a return comes after its call"
        );
        times.push((recorded.called, operation, true));
        times.push((recorded.returned, operation, false));
    }
    times.sort_unstable();
    let len = times.len() + 1;
    let mut events = vec![Event {
        operation: usize::MAX,
        returns_at: None,
        previous: len - 1,
        next: 1 % len,
    }];
    for (at, &(_, operation, is_call)) in times.iter().enumerate() {
        let matching = || {
            times
                .iter()
                .position(|&(_, other, call)| other == operation && !call)
        };
        events.push(Event {
            operation,
            returns_at: if is_call {
                matching().map(|at| at + 1)
            } else {
                None
            },
            previous: at,
            next: (at + 2) % len,
        });
    }
    events
}

fn lift(events: &mut [Event], at: usize) {
    let (previous, next) = (events[at].previous, events[at].next);
    events[previous].next = next;
    events[next].previous = previous;
}

fn put_back(events: &mut [Event], at: usize) {
    let (previous, next) = (events[at].previous, events[at].next);
    events[previous].next = at;
    events[next].previous = at;
}

//! Two lists of small numbers as one sequential machine: what a history is checked against.

use forebay::{Position, Side};

use crate::linearizability::Specification;

/// Which of the two lists.
pub(crate) type Key = usize;

/// The state: both lists, left to right.
pub(crate) type Lists = [Vec<u16>; 2];

/// An operation on one or both lists.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Push {
        key: Key,
        side: Side,
        values: Vec<u16>,
    },
    Pop {
        key: Key,
        side: Side,
    },
    PopCount {
        key: Key,
        side: Side,
        count: u64,
    },
    /// From the first of the two that has anything.
    Lmpop {
        first: Key,
        side: Side,
        count: u64,
    },
    BlockingPop {
        first: Key,
        side: Side,
    },
    Llen {
        key: Key,
    },
    Lrange {
        key: Key,
        start: i64,
        stop: i64,
    },
    Lset {
        key: Key,
        index: i64,
        value: u16,
    },
    Linsert {
        key: Key,
        position: Position,
        pivot: u16,
        value: u16,
    },
    Lrem {
        key: Key,
        count: i64,
        value: u16,
    },
    Ltrim {
        key: Key,
        start: i64,
        stop: i64,
    },
    Lmove {
        src: Key,
        from: Side,
        to: Side,
        dst: Key,
    },
    Blmove {
        src: Key,
        from: Side,
        to: Side,
        dst: Key,
    },
    Rename {
        src: Key,
        dst: Key,
    },
    Copy {
        src: Key,
        dst: Key,
    },
    DelBoth,
    ExistBoth,
    Flushall,
    Transaction(Vec<Call>),
}

/// What an operation answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    Nothing,
    Refused,
    Length(i64),
    Values(Vec<u16>),
    From(Key, Vec<u16>),
    All(Vec<Answer>),
}

/// The machine.
#[derive(Debug)]
pub(crate) struct TwoLists;

impl Specification for TwoLists {
    type State = Lists;
    type Operation = (Call, Answer);

    fn step(&self, state: &Lists, (call, answer): &(Call, Answer)) -> Option<Lists> {
        let mut after = state.clone();
        (run(&mut after, call) == *answer).then_some(after)
    }
}

fn run(lists: &mut Lists, call: &Call) -> Answer {
    match *call {
        Call::Push {
            key,
            side,
            ref values,
        } => {
            for &value in values {
                push(&mut lists[key], side, value);
            }
            length(lists[key].len())
        }
        Call::Pop { key, side } => match pop_up_to(&mut lists[key], side, 1) {
            values if values.is_empty() => Answer::Nothing,
            values => Answer::Values(values),
        },
        Call::PopCount { key, side, count } => {
            if lists[key].is_empty() {
                Answer::Nothing
            } else {
                Answer::Values(pop_up_to(&mut lists[key], side, count))
            }
        }
        Call::Lmpop { first, side, count } => {
            match [first, 1 - first]
                .into_iter()
                .find(|&key| !lists[key].is_empty())
            {
                None => Answer::Nothing,
                Some(key) => Answer::From(key, pop_up_to(&mut lists[key], side, count)),
            }
        }
        Call::BlockingPop { first, side } => run(
            lists,
            &Call::Lmpop {
                first,
                side,
                count: 1,
            },
        ),
        Call::Llen { key } => length(lists[key].len()),
        Call::Lrange { key, start, stop } => {
            Answer::Values(lists[key][bounds(start, stop, lists[key].len())].to_vec())
        }
        Call::Lset { key, index, value } => {
            match at(index, lists[key].len()) {
                Some(at) => lists[key][at] = value,
                None => return Answer::Refused,
            }
            Answer::Done
        }
        Call::Linsert {
            key,
            position,
            pivot,
            value,
        } => {
            if lists[key].is_empty() {
                return Answer::Length(0);
            }
            let Some(at) = lists[key].iter().position(|&each| each == pivot) else {
                return Answer::Length(-1);
            };
            lists[key].insert(at + usize::from(position == Position::After), value);
            length(lists[key].len())
        }
        // A value is never in a list twice, except by LSET and COPY, so the sign decides nothing.
        Call::Lrem { key, count, value } => {
            let list = &mut lists[key];
            let mut removed = 0;
            while count == 0 || removed < count.abs() {
                let mut found = list.iter();
                let at = if count < 0 {
                    found.rposition(|&each| each == value)
                } else {
                    found.position(|&each| each == value)
                };
                let Some(at) = at else { break };
                list.remove(at);
                removed += 1;
            }
            Answer::Length(removed)
        }
        Call::Ltrim { key, start, stop } => {
            lists[key] = lists[key][bounds(start, stop, lists[key].len())].to_vec();
            Answer::Done
        }
        Call::Lmove { src, from, to, dst } | Call::Blmove { src, from, to, dst } => {
            let moved = pop_up_to(&mut lists[src], from, 1);
            let Some(&value) = moved.first() else {
                return Answer::Nothing;
            };
            push(&mut lists[dst], to, value);
            Answer::Values(moved)
        }
        Call::Rename { src, dst } => {
            if lists[src].is_empty() {
                return Answer::Refused;
            }
            lists[dst] = core::mem::take(&mut lists[src]);
            Answer::Done
        }
        Call::Copy { src, dst } => {
            let found = !lists[src].is_empty();
            if found {
                lists[dst] = lists[src].clone();
            }
            Answer::Length(i64::from(found))
        }
        Call::DelBoth => {
            let found = existing(lists);
            *lists = Lists::default();
            length(found)
        }
        Call::ExistBoth => length(existing(lists)),
        Call::Flushall => {
            *lists = Lists::default();
            Answer::Done
        }
        Call::Transaction(ref calls) => {
            Answer::All(calls.iter().map(|call| run(lists, call)).collect())
        }
    }
}

fn existing(lists: &Lists) -> usize {
    lists.iter().filter(|list| !list.is_empty()).count()
}

fn push(list: &mut Vec<u16>, side: Side, value: u16) {
    match side {
        Side::Left => list.insert(0, value),
        Side::Right => list.push(value),
    }
}

fn pop_up_to(list: &mut Vec<u16>, side: Side, count: u64) -> Vec<u16> {
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(list.len());
    match side {
        Side::Left => list.drain(..count).collect(),
        Side::Right => list.drain(list.len() - count..).rev().collect(),
    }
}

fn length(len: usize) -> Answer {
    Answer::Length(i64::try_from(len).expect("a short list"))
}

fn at(index: i64, len: usize) -> Option<usize> {
    let from_left = if index < 0 {
        index + i64::try_from(len).ok()?
    } else {
        index
    };
    usize::try_from(from_left).ok().filter(|&at| at < len)
}

fn bounds(start: i64, stop: i64, len: usize) -> core::ops::Range<usize> {
    let len = i64::try_from(len).expect("a short list");
    let from_left = |index: i64| if index < 0 { index + len } else { index };
    let start = from_left(start).max(0);
    let end = (from_left(stop) + 1).min(len);
    let place = |at: i64| usize::try_from(at).expect("inside the list");
    if start < end {
        place(start)..place(end)
    } else {
        0..0
    }
}

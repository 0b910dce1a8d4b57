//! Models of the segment list, one module per concept. The mutants that each model kills are in the
//! table in `teeth.rs`.
//!
//! In a model a list has an inline segment of two slots and further segments of two slots, so three
//! messages cross a border. An empty list that is new grows to the right: messages are pushed at
//! the right and popped at the left, unless a model says otherwise.
#![cfg(loom)]
#![expect(
    clippy::unwrap_used,
    clippy::single_match_else,
    reason = "a failure of a model is a panic"
)]

mod blocking;
mod borders;
mod ends;
mod exclusive;
mod recycling;
mod teeth;

use core::iter;
use forebay_sync::{Exclusive, SegmentList, Side};
use loom::sync::Arc;

/// A list without data of the owner's.
type List = SegmentList<()>;

/// A message that shows when a part of it is missing.
const fn message(number: u8) -> [u8; 5] {
    [number; 5]
}

/// The number of a whole message.
fn number(message: &[u8]) -> u8 {
    assert_eq!(message, [message[0]; 5], "a whole message");
    message[0]
}

/// A list that holds these messages.
fn list_of<X: Default>(numbers: &[u8]) -> Arc<SegmentList<X>> {
    let list = Arc::new(SegmentList::new());
    for &number in numbers {
        push(&list, number);
    }
    list
}

fn push<X>(list: &SegmentList<X>, number: u8) -> u64 {
    list.push(Side::Right, &message(number)).unwrap()
}

fn pop<X>(list: &SegmentList<X>) -> Option<u8> {
    list.pop_with(Side::Left, number).unwrap()
}

/// All messages of a frozen list, from left to right.
fn numbers<X>(alone: &Exclusive<'_, X>) -> Vec<u8> {
    alone.iter().map(number).collect()
}

/// What is left when all threads have ended, from left to right; the length says the same.
fn rest<X>(list: &SegmentList<X>) -> Vec<u8> {
    let len = list.len();
    let numbers: Vec<u8> = iter::from_fn(|| pop(list)).collect();
    assert_eq!(numbers.len() as u64, len, "the length at rest");
    assert!(list.is_empty(), "nothing is left");
    numbers
}

/// All that was popped, by whomever, in ascending order.
fn sorted(popped: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut numbers: Vec<u8> = popped.into_iter().collect();
    numbers.sort_unstable();
    numbers
}

//! Models of the segment list, one module per concept. The mutants that each model kills are in the table in `bite.rs`.
//!
//! In a model a list has an inline segment of two slots and further segments of two slots, so three messages cross a border.
#![cfg(loom)]

mod ends;

use forebay_sync::{SegmentList, Side};
use loom::sync::Arc;

/// A list without data of the owner's, which is pushed at the left and popped at the right.
type List = SegmentList<()>;

/// A message that shows when a part of it is missing.
fn message(number: u8) -> [u8; 5] {
    [number; 5]
}

/// The number of a whole message.
fn number(message: &[u8]) -> u8 {
    assert_eq!(message, [message[0]; 5], "a whole message");
    message[0]
}

/// A list that holds these messages.
fn list_of(numbers: &[u8]) -> Arc<List> {
    let list = Arc::new(List::new());
    for &number in numbers {
        push(&list, number);
    }
    list
}

/// A list whose first segment has one slot left, the one before having been used.
fn half_used_list() -> Arc<List> {
    let list = list_of(&[9]);
    assert_eq!(pop(&list), Some(9), "nobody else is there");
    list
}

fn push(list: &List, number: u8) -> u64 {
    list.push(Side::Left, &message(number)).unwrap()
}

fn pop(list: &List) -> Option<u8> {
    list.pop_with(Side::Right, number).unwrap()
}

/// What is left when all threads have ended, oldest first; and that the length says so.
fn drain(list: &List) -> Vec<u8> {
    let len = list.len();
    let numbers: Vec<u8> = core::iter::from_fn(|| pop(list)).collect();
    assert_eq!(numbers.len() as u64, len, "the length at rest");
    assert!(list.is_empty(), "drained");
    numbers
}

/// All that was popped, by whomever, in ascending order.
fn sorted(popped: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut numbers: Vec<u8> = popped.into_iter().collect();
    numbers.sort_unstable();
    numbers
}

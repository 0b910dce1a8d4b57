//! Closures that use the list whose message they are reading.
#![expect(
    clippy::cast_possible_truncation,
    clippy::needless_for_each,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    reason = "a test: small numbers, and a failure is a panic"
)]

mod support;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use forebay_sync::{Contents, SegmentList, Side};
use support::{Random, contents, message, unwind};

#[test]
fn a_closure_may_do_what_it_likes() {
    let list: SegmentList<()> = SegmentList::new();
    for side in [Side::Left, Side::Right] {
        for filling in [10, 3000] {
            let first = message(1, 2, filling);
            list.push(Side::Right, &first).unwrap();
            list.push(Side::Right, &first).unwrap();
            let popped = list.pop_with(side, |bytes| {
                for number in 0..2000 {
                    list.push(Side::Left, &message(3, number, 30)).unwrap();
                    list.push(Side::Right, &message(4, number, 30)).unwrap();
                }
                while list.len() > 3 {
                    assert!(list.pop(side).unwrap().is_some(), "some are there");
                }
                assert!(list.freeze().remove(1), "the middle one");
                drop(list.freeze().take_all());
                list.push(Side::Left, b"left behind").unwrap();
                list.freeze().release_memory();
                bytes == first
            });
            assert_eq!(popped, Ok(Some(true)), "the bytes are what they were");
            assert_eq!(contents(&list), [b"left behind"], "what the closure left");
            list.freeze().clear();
        }
    }
}

/// A closure reads a message of contents that it drops itself: the segment outlives its list.
#[test]
fn contents_are_dropped_while_one_of_them_is_read() {
    let list: SegmentList<()> = SegmentList::new();
    let other: SegmentList<()> = SegmentList::new();
    for number in 0..5000 {
        list.push(Side::Left, &message(1, number, 100)).unwrap();
    }
    let read = list.pop_with(Side::Right, |outer| {
        let both = list.pop_with(Side::Right, |inner| {
            let contents: Contents = list.freeze().take_all();
            other.freeze().put_all(contents);
            assert_eq!(other.len(), 4998, "two are being read");
            drop(other.freeze().take_all());
            for number in 0..5000 {
                list.push(Side::Left, &message(2, number, 100)).unwrap();
                other.push(Side::Left, &message(3, number, 100)).unwrap();
            }
            (support::read(outer), support::read(inner))
        });
        both.unwrap().unwrap()
    });
    assert_eq!(read, Ok(Some(((1, 0), (1, 1)))), "both are whole");
    list.freeze().release_memory();
}

/// The recursion of [`step`]: a list, and what it should hold.
struct Pair {
    list: SegmentList<()>,
    model: RefCell<VecDeque<Vec<u8>>>,
    random: RefCell<Random>,
}

impl Pair {
    fn below(&self, bound: u64) -> u64 {
        self.random.borrow_mut().below(bound)
    }

    fn side(&self) -> Side {
        self.random.borrow_mut().side()
    }

    fn message(&self) -> Vec<u8> {
        let filling = self.random.borrow_mut().len();
        let number = self.below(1 << 20) as u32;
        message(0, number, filling)
    }

    fn model_pop(&self, side: Side) -> Option<Vec<u8>> {
        let mut model = self.model.borrow_mut();
        match side {
            Side::Left => model.pop_front(),
            Side::Right => model.pop_back(),
        }
    }

    fn model_push(&self, side: Side, message: Vec<u8>) {
        let mut model = self.model.borrow_mut();
        match side {
            Side::Left => model.push_front(message),
            Side::Right => model.push_back(message),
        }
    }

    fn check(&self) {
        let len = self.model.borrow().len();
        assert_eq!(self.list.len(), len as u64, "the length");
        assert!(
            contents(&self.list).iter().eq(&*self.model.borrow()),
            "the messages"
        );
    }

    /// Pops with a closure that goes on as `step` does, and panics now and then.
    fn pop(&self, depth: u64) {
        let side = self.side();
        let expected = self.model_pop(side);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            self.list.pop_with(side, |message| {
                assert_eq!(Some(message), expected.as_deref(), "the popped message");
                for _ in 0..self.below(8) {
                    self.step(depth + 1);
                }
                assert_eq!(Some(message), expected.as_deref(), "the same after that");
                if self.below(3) == 0 {
                    unwind();
                }
            })
        }));
        match caught {
            Ok(popped) => assert_eq!(
                popped.unwrap().is_some(),
                expected.is_some(),
                "if there was one"
            ),
            Err(_) => self.model_push(side, expected.unwrap()),
        }
    }

    /// The same with a batch.
    fn pop_many(&self, depth: u64) {
        let side = self.side();
        let max = 1 + self.below(20);
        // What the step has claimed, the next one last.
        let claimed: RefCell<Option<Vec<Vec<u8>>>> = RefCell::new(None);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            self.list.pop_many_with(side, max as usize, |message| {
                let count = self.model.borrow().len() as u64 - self.list.len();
                let mut claimed = claimed.borrow_mut();
                let claimed = claimed.get_or_insert_with(|| {
                    let mut all: Vec<_> = (0..count).filter_map(|_| self.model_pop(side)).collect();
                    all.reverse();
                    all
                });
                assert_eq!(
                    Some(message),
                    claimed.last().map(Vec::as_slice),
                    "the next of the batch"
                );
                for _ in 0..self.below(3) {
                    self.step(depth + 1);
                }
                assert_eq!(
                    Some(message),
                    claimed.last().map(Vec::as_slice),
                    "the same after that"
                );
                if self.below(10) == 0 {
                    unwind();
                }
                claimed.pop();
            })
        }));
        let claimed = claimed.into_inner().unwrap_or_default();
        assert!(caught.is_err() || claimed.is_empty(), "all of the batch");
        for message in claimed {
            self.model_push(side, message);
        }
    }

    fn step(&self, depth: u64) {
        match self.below(14) {
            0 if depth < 5 => self.pop(depth),
            1 if depth < 5 => self.pop_many(depth),
            2 | 3 => {
                let side = self.side();
                let popped = self.list.pop(side).unwrap();
                assert_eq!(popped.as_deref(), self.model_pop(side).as_deref(), "popped");
            }
            4 => {
                let messages: Vec<_> = (0..self.below(40)).map(|_| self.message()).collect();
                let side = self.side();
                self.list.push_many(side, &messages).unwrap();
                messages
                    .into_iter()
                    .for_each(|message| self.model_push(side, message));
            }
            5 => {
                let index = self.below(self.model.borrow().len() as u64 + 1);
                let message = self.message();
                self.list.freeze().insert(index, &message);
                self.model.borrow_mut().insert(index as usize, message);
            }
            6 => {
                let index = self.below(self.model.borrow().len() as u64 + 1);
                let removed = self.list.freeze().remove(index);
                let expected = self.model.borrow_mut().remove(index as usize);
                assert_eq!(removed, expected.is_some(), "removed");
            }
            7 if self.below(8) == 0 => {
                drop(self.list.freeze().take_all());
                self.model.borrow_mut().clear();
            }
            8 if self.below(8) == 0 => {
                let contents = self.list.freeze().take_all();
                self.list.push(self.side(), b"gone again").unwrap();
                self.list.freeze().put_all(contents);
            }
            9 => self.list.freeze().release_memory(),
            10 => self.check(),
            _ => {
                let (side, message) = (self.side(), self.message());
                self.list.push(side, &message).unwrap();
                self.model_push(side, message);
            }
        }
    }
}

#[test]
fn random_steps_in_closures() {
    for seed in 0..120 {
        let pair = Pair {
            list: SegmentList::new(),
            model: RefCell::default(),
            random: RefCell::new(Random::new(seed)),
        };
        for _ in 0..40 {
            pair.step(0);
            pair.check();
        }
    }
}

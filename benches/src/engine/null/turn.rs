//! Which message is next for one consumer.

use super::Plan;
use crate::message::Header;

/// Walks through every n-th message; the producers take turns, as their numbers do.
///
/// It adds and never divides: a division would cost as much as all the rest.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Turn {
    /// The message's place among all.
    pub(super) place: u64,
    producer: u64,
    sequence: u64,
    producers: u64,
    step: u64,
    producers_on: u64,
    sequences_on: u64,
}

impl Turn {
    /// Begins at a place and goes on by `step` messages each time.
    pub(super) const fn new(plan: Plan, place: u64, step: u64) -> Self {
        if plan.producers == 1 {
            return Self {
                place,
                producer: 0,
                sequence: place,
                producers: 1,
                step,
                producers_on: 0,
                sequences_on: step,
            };
        }
        Self {
            place,
            producer: place % plan.producers,
            sequence: place / plan.producers,
            producers: plan.producers,
            step,
            producers_on: step % plan.producers,
            sequences_on: step / plan.producers,
        }
    }

    /// The message of this turn.
    #[inline]
    pub(super) const fn header(&self) -> Header {
        // A plan has no more producers than a header can number.
        #[expect(clippy::cast_possible_truncation, reason = "at most 65,536 producers")]
        Header::new(self.producer as u16, self.sequence)
    }

    /// Goes on.
    #[inline]
    pub(super) const fn advance(&mut self) {
        self.place += self.step;
        self.producer += self.producers_on;
        self.sequence += self.sequences_on;
        if self.producer >= self.producers {
            self.producer -= self.producers;
            self.sequence += 1;
        }
    }
}

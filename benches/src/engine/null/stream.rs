//! A stream that makes its entries up.

use core::cmp::Ordering;

use forebay::StreamId;

use super::turn::Turn;
use super::{NAME, PLAN, Plan};
use crate::engine::{Named, stream};
use crate::message::PAYLOAD_BYTES_MIN;

/// The millisecond of every id; the number within it is the entry's place.
const MS: u64 = 1;

/// Shows each reader all entries, and each consumer of a group every n-th.
#[derive(Debug)]
pub struct Stream(Plan);

impl Named for Stream {
    const NAME: &'static str = NAME;
}

impl stream::Stream for Stream {
    type Session<'a> = Session;
    type Member<'a> = Member;

    fn new(_: usize) -> Self {
        Self(PLAN.get())
    }

    fn session(&self) -> Session {
        Session {
            plan: self.0,
            turn: Turn::new(self.0, 0, 1),
            added: 0,
        }
    }

    fn member(&self, _: usize, consumer: usize) -> Member {
        Member {
            plan: self.0,
            turn: Turn::new(self.0, consumer as u64, self.0.consumers),
            acknowledged: 0,
        }
    }
}

/// One thread's way to it.
#[derive(Debug)]
pub struct Session {
    plan: Plan,
    turn: Turn,
    added: u64,
}

impl Session {
    /// Goes to a place: at no cost when it is there already, or when there is one producer.
    #[inline]
    fn seek(&mut self, place: u64) {
        if self.turn.place != place {
            self.turn = Turn::new(self.plan, place, 1);
        }
    }

    /// The places of a range of ids, the first and the one after the last.
    #[inline]
    fn places(&self, from: StreamId, to: StreamId) -> (u64, u64) {
        let first = if from.ms < MS { 0 } else { from.seq };
        let end = match to.ms.cmp(&MS) {
            Ordering::Less => 0,
            Ordering::Equal => to.seq.saturating_add(1).min(self.plan.messages),
            Ordering::Greater => self.plan.messages,
        };
        (first, end)
    }
}

#[inline]
fn show(turn: Turn, visit: &mut impl FnMut(StreamId, &[u8])) {
    let mut message = [0; PAYLOAD_BYTES_MIN];
    turn.header().write(&mut message);
    visit(
        StreamId::new(MS, turn.place),
        core::hint::black_box(&message),
    );
}

impl stream::Session for Session {
    #[inline]
    fn add(&mut self, message: &[u8]) {
        core::hint::black_box(message);
        self.added += 1;
    }

    #[inline]
    fn add_bounded(&mut self, message: &[u8], maxlen: u64) {
        core::hint::black_box(maxlen);
        self.add(message);
    }

    #[inline]
    fn read(&mut self, after: StreamId, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        let from = StreamId::new(after.ms, after.seq.saturating_add(1));
        self.range(from, StreamId::MAX, count, visit);
    }

    #[inline]
    fn range(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        let (first, end) = self.places(from, to);
        self.seek(first);
        for _ in first..end.min(first.saturating_add(count as u64)) {
            show(self.turn, &mut visit);
            self.turn.advance();
        }
    }

    #[inline]
    fn range_back(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        let (first, end) = self.places(from, to);
        let first = first.max(end.saturating_sub(count as u64));
        for place in (first..end).rev() {
            self.seek(place);
            show(self.turn, &mut visit);
        }
    }

    fn length(&mut self) -> u64 {
        self.plan.messages
    }
}

/// One consumer of a group.
#[derive(Debug)]
pub struct Member {
    plan: Plan,
    turn: Turn,
    acknowledged: u64,
}

impl stream::Member for Member {
    #[inline]
    fn take(&mut self, count: usize, mut visit: impl FnMut(StreamId, &[u8])) {
        for _ in 0..count {
            if self.turn.place >= self.plan.messages {
                return;
            }
            show(self.turn, &mut visit);
            self.turn.advance();
        }
    }

    #[inline]
    fn ack(&mut self, ids: &[StreamId]) {
        self.acknowledged += core::hint::black_box(ids).len() as u64;
    }

    /// Nothing is ever left behind by a consumer that has died.
    fn claim(&mut self, _: u64, _: usize, _: impl FnMut(StreamId, &[u8])) {}

    fn pending(&mut self) -> u64 {
        0
    }
}

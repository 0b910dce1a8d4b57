//! A peer's stream, with a condition variable for consumers that find nothing.

use core::sync::atomic::{
    AtomicUsize,
    Ordering::{Relaxed, SeqCst},
    fence,
};
use core::time::Duration;
use std::time::Instant;

use forebay::StreamId;
use parking_lot::{Condvar, Mutex};

use super::{Receiver, Sender, Setup, Target};
use crate::engine::Named;
use crate::engine::stream::{Member, Session, Stream};
use crate::fault::Fault;

/// Entries of dead consumers are taken over when they are idle for so long.
pub(super) const MIN_IDLE_MS: u64 = 50;

/// The stream.
#[derive(Debug)]
pub struct Rung<S> {
    stream: S,
    count: usize,
    members: Vec<usize>,
    waiting: AtomicUsize,
    lock: Mutex<()>,
    added: Condvar,
}

impl<S: Stream> Named for Rung<S> {
    const NAME: &'static str = S::NAME;
    const VARIANT: Option<&'static str> = S::VARIANT;
}

impl<S: Stream> Target for Rung<S> {
    type Sender<'a> = Adder<'a, S>;
    type Receiver<'a> = Consumer<'a, S>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        Ok(Self {
            stream: S::new(setup.groups.len()),
            count: setup.count,
            members: setup.groups.clone(),
            waiting: AtomicUsize::new(0),
            lock: Mutex::new(()),
            added: Condvar::new(),
        })
    }

    fn sender(&self) -> Adder<'_, S> {
        Adder {
            session: self.stream.session(),
            all: self,
        }
    }

    fn receiver(&self, group: usize, member: usize) -> Consumer<'_, S> {
        Consumer {
            member: self.stream.member(group, member),
            all: self,
            group,
            number: member,
            ids: Vec::with_capacity(self.count),
            deaths: 0,
            claimed_at: Instant::now(),
        }
    }

    fn conclude(&self, sent: &[u64]) -> Result<(), Fault> {
        for group in 0..self.members.len() {
            let found = self.stream.member(group, 0).pending();
            if found != 0 {
                return Err(Fault::Pending { expected: 0, found });
            }
        }
        length(self.stream.session().length(), sent.iter().sum())
    }
}

/// That a stream has what was added to it.
pub(super) fn length(found: u64, sent: u64) -> Result<(), Fault> {
    if found == sent {
        Ok(())
    } else {
        Err(Fault::Length {
            least: sent,
            most: sent,
            found,
        })
    }
}

/// A producer.
#[derive(Debug)]
pub struct Adder<'a, S: Stream> {
    session: S::Session<'a>,
    all: &'a Rung<S>,
}

impl<S: Stream> Sender for Adder<'_, S> {
    #[inline]
    fn send(&mut self, _: usize, message: &[u8]) {
        self.session.add(message);
        // SeqCst: the entry is added before it is seen whether anybody waits; pairs with the fence
        // in `wait`, behind which somebody looks for entries who has said that it waits.
        fence(SeqCst);
        // Relaxed: ordered by the fence.
        if self.all.waiting.load(Relaxed) > 0 {
            drop(self.all.lock.lock());
            self.all.added.notify_all();
        }
    }
}

/// A consumer.
#[derive(Debug)]
pub struct Consumer<'a, S: Stream> {
    member: S::Member<'a>,
    all: &'a Rung<S>,
    group: usize,
    number: usize,
    ids: Vec<StreamId>,
    /// How many have died in this one's place.
    deaths: usize,
    claimed_at: Instant,
}

impl<S: Stream> Consumer<'_, S> {
    /// Takes over what the dead have left, now and then.
    fn claim(&mut self, visit: &mut impl FnMut(usize, &[u8])) {
        let due = self.claimed_at.elapsed() >= Duration::from_millis(MIN_IDLE_MS);
        if self.deaths > 0 && due {
            self.claimed_at = Instant::now();
            let ids = &mut self.ids;
            self.member
                .claim(MIN_IDLE_MS, self.all.count, |id, message| {
                    ids.push(id);
                    visit(0, message);
                });
        }
    }

    fn take(&mut self, visit: &mut impl FnMut(usize, &[u8])) -> bool {
        let ids = &mut self.ids;
        self.member.take(self.all.count, |id, message| {
            ids.push(id);
            visit(0, message);
        });
        !self.ids.is_empty()
    }

    fn wait(&mut self, limit: Duration, visit: &mut impl FnMut(usize, &[u8])) {
        let mut locked = self.all.lock.lock();
        // Relaxed: ordered by the fence.
        self.all.waiting.fetch_add(1, Relaxed);
        // SeqCst: who waits is counted before it is looked again; pairs with the fence in `send`.
        fence(SeqCst);
        if !self.take(visit) {
            self.all.added.wait_for(&mut locked, limit);
        }
        drop(locked);
        // Relaxed: who reads it too late wakes nobody.
        self.all.waiting.fetch_sub(1, Relaxed);
    }
}

impl<S: Stream> Receiver for Consumer<'_, S> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        self.ids.clear();
        self.claim(&mut visit);
        if self.ids.is_empty() && !self.take(&mut visit) {
            self.wait(limit, &mut visit);
            if self.ids.is_empty() {
                self.take(&mut visit);
            }
        }
    }

    #[inline]
    fn finish(&mut self) -> bool {
        self.member.ack(&self.ids);
        true
    }

    fn die(&mut self) {
        self.deaths += 1;
        let number = self.number + self.deaths * self.all.members[self.group];
        self.member = self.all.stream.member(self.group, number);
        self.ids.clear();
    }

    fn is_settled(&mut self) -> bool {
        self.member.pending() == 0
    }
}

//! What the threads of a run tell one another: how far each is, and when to stop.

use core::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::OnceLock;
use std::time::Instant;

use crossbeam_utils::CachePadded;

use crate::measure::Pulse;
use crate::measure::idle::Producers;

/// Messages and their bytes, counted by one thread and read by others.
#[derive(Debug, Default)]
pub struct Count {
    messages: AtomicU64,
    bytes: AtomicU64,
}

impl Count {
    /// Counts one more message. Only the thread whose count it is calls this.
    #[inline]
    pub fn add(&self, bytes: usize) {
        // Relaxed: nobody else writes it.
        let sum = self.bytes.load(Relaxed) + bytes as u64;
        self.bytes.store(sum, Relaxed);
        let sum = self.messages.load(Relaxed) + 1;
        // Release: what was done with the message; pairs with the load in `messages`.
        self.messages.store(sum, Release);
    }

    /// How many messages.
    #[must_use]
    pub fn messages(&self) -> u64 {
        // Acquire: pairs with the store in `add`.
        self.messages.load(Acquire)
    }

    fn bytes(&self) -> u64 {
        // Relaxed: a figure, by which nothing is handed over.
        self.bytes.load(Relaxed)
    }
}

/// Of one run.
#[derive(Debug)]
pub struct Progress<'a> {
    /// By producer, what the engine took.
    accepted: Vec<CachePadded<Count>>,
    /// By group and consumer, what was done.
    done: Vec<Vec<CachePadded<Count>>>,
    /// Who still produces.
    producers: Producers,
    start: OnceLock<Instant>,
    /// Producers stop before the end of their schedules.
    cut: AtomicBool,
    /// The run is over.
    over: AtomicBool,
    pulse: &'a Pulse,
}

impl<'a> Progress<'a> {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(producers: usize, groups: &[usize], pulse: &'a Pulse) -> Self {
        let counts = |count: usize| (0..count).map(|_| CachePadded::default()).collect();
        Self {
            accepted: counts(producers),
            done: groups.iter().map(|members| counts(*members)).collect(),
            producers: Producers::new(producers),
            start: OnceLock::new(),
            cut: AtomicBool::new(false),
            over: AtomicBool::new(false),
            pulse,
        }
    }

    /// What the engine took of each producer.
    #[must_use]
    pub fn accepted(&self) -> &[CachePadded<Count>] {
        &self.accepted
    }

    /// What a consumer of a group has done.
    #[must_use]
    pub fn done(&self, group: usize, member: usize) -> &Count {
        &self.done[group][member]
    }

    /// Who still produces.
    #[must_use]
    pub const fn producers(&self) -> &Producers {
        &self.producers
    }

    /// The moment that all times count from: that of the first thread that asks.
    pub fn start(&self) -> Instant {
        *self.start.get_or_init(Instant::now)
    }

    /// The same, if anybody has asked.
    #[must_use]
    pub fn started(&self) -> Option<Instant> {
        self.start.get().copied()
    }

    /// Messages that the engine took.
    #[must_use]
    pub fn accepted_messages(&self) -> u64 {
        self.accepted.iter().map(|count| count.messages()).sum()
    }

    /// Messages that a group has done.
    #[must_use]
    pub fn done_by(&self, group: usize) -> u64 {
        self.done[group].iter().map(|count| count.messages()).sum()
    }

    /// Messages that all consumers have done, each counted in each group.
    #[must_use]
    pub fn done_messages(&self) -> u64 {
        (0..self.done.len()).map(|group| self.done_by(group)).sum()
    }

    /// Messages that the slowest group has not done.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        // Read first: what is done was accepted before, and less seems to wait, not more.
        let slowest = (0..self.done.len()).map(|group| self.done_by(group)).min();
        self.accepted_messages()
            .saturating_sub(slowest.unwrap_or(0))
    }

    /// Bytes of messages that the slowest group has not done.
    #[must_use]
    pub fn backlog_bytes(&self) -> u64 {
        let bytes = |counts: &[CachePadded<Count>]| -> u64 {
            counts.iter().map(|count| count.bytes()).sum()
        };
        let slowest = self.done.iter().map(|members| bytes(members)).min();
        bytes(&self.accepted).saturating_sub(slowest.unwrap_or(0))
    }

    /// Lets producers stop: the budget is used up.
    pub fn cut_short(&self) {
        // Relaxed: a little later does no harm.
        self.cut.store(true, Relaxed);
    }

    /// Whether they were let.
    #[inline]
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        // Relaxed: a little later does no harm.
        self.cut.load(Relaxed)
    }

    /// All threads have returned.
    pub fn end(&self) {
        // Release: their counts; pairs with the load in `is_over`.
        self.over.store(true, Release);
    }

    /// Whether they have.
    #[must_use]
    pub fn is_over(&self) -> bool {
        // Acquire: pairs with the store in `end`.
        self.over.load(Acquire)
    }

    /// Whether everybody has to stop at once.
    #[inline]
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.pulse.is_stopped()
    }

    /// Says that the run is alive.
    pub fn beat(&self) {
        // Whether to go on is asked elsewhere.
        let _ = self.pulse.beat();
    }
}

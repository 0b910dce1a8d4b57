//! Messages that tell who sent them, which one it is, and whether they came through whole.
#![expect(clippy::disallowed_methods, reason = "a test measures real time")]

use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use core::time::Duration;
use std::time::Instant;

/// What a message says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) producer: usize,
    pub(crate) number: usize,
}

const HEADER: usize = 8;

impl Message {
    /// Its bytes: `padding` more than the header.
    pub(crate) fn encode(self, padding: usize) -> Vec<u8> {
        let mut bytes = vec![self.filling(); HEADER + padding];
        let producer = u32::try_from(self.producer).expect("few producers");
        let number = u32::try_from(self.number).expect("few messages");
        bytes[..4].copy_from_slice(&producer.to_le_bytes());
        bytes[4..HEADER].copy_from_slice(&number.to_le_bytes());
        bytes
    }

    /// Reads it back.
    ///
    /// # Panics
    /// When it did not come through whole.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let number_at = |at: usize| {
            let bytes = bytes[at..at + 4].try_into().expect("four bytes");
            usize::try_from(u32::from_le_bytes(bytes)).expect("small")
        };
        let message = Self {
            producer: number_at(0),
            number: number_at(4),
        };
        let filling = message.filling();
        assert!(
            bytes[HEADER..].iter().all(|&byte| byte == filling),
            "{message:?} is torn"
        );
        message
    }

    fn filling(self) -> u8 {
        let mixed = self.producer.wrapping_mul(31) ^ self.number.wrapping_mul(131);
        mixed.to_le_bytes()[0]
    }
}

/// How far all consumers of a test have come together.
#[derive(Debug)]
pub(crate) struct Progress {
    done: AtomicUsize,
    total: usize,
    started: Instant,
}

impl Progress {
    /// Nothing of `total` is done.
    pub(crate) fn new(total: usize) -> Self {
        Self {
            done: AtomicUsize::new(0),
            total,
            started: Instant::now(),
        }
    }

    /// Enters `count` more.
    pub(crate) fn add(&self, count: usize) {
        self.done.fetch_add(count, SeqCst);
    }

    /// Whether there is more to come.
    ///
    /// # Panics
    /// When that is so for much too long: something is lost.
    pub(crate) fn unfinished(&self) -> bool {
        let done = self.done.load(SeqCst);
        let patience = Duration::from_secs(60 + self.total as u64 / 1_000);
        assert!(
            self.started.elapsed() < patience,
            "stuck at {done} of {}",
            self.total
        );
        done < self.total
    }
}

/// What the consumers of one test got, put together: everything once, in the order of each
/// producer.
#[derive(Debug)]
pub(crate) struct Ledger {
    counts: Vec<usize>,
    seen: Vec<Vec<bool>>,
}

impl Ledger {
    /// One for producers that send `counts` messages each, numbered from 0.
    pub(crate) fn new(counts: &[usize]) -> Self {
        Self {
            counts: counts.to_vec(),
            seen: counts.iter().map(|&count| vec![false; count]).collect(),
        }
    }

    /// Enters what one consumer got, in its order.
    ///
    /// # Panics
    /// When a message comes a second time, or after a later one of its producer.
    pub(crate) fn enter(&mut self, got: &[Message]) {
        let mut last = vec![None; self.counts.len()];
        for message in got {
            let seen = &mut self.seen[message.producer][message.number];
            assert!(!*seen, "{message:?} came twice");
            *seen = true;
            let before = last[message.producer].replace(message.number);
            assert!(
                before.is_none_or(|before| before < message.number),
                "{message:?} came after number {before:?}"
            );
        }
    }

    /// How many have come.
    pub(crate) fn total(&self) -> usize {
        self.seen.iter().flatten().filter(|&&seen| seen).count()
    }

    /// # Panics
    /// When a message is missing.
    pub(crate) fn close(&self) {
        let missing: Vec<(usize, usize)> = self
            .seen
            .iter()
            .enumerate()
            .flat_map(|(producer, seen)| {
                seen.iter()
                    .enumerate()
                    .filter(|&(_, &seen)| !seen)
                    .map(move |(at, _)| (producer, at))
            })
            .take(10)
            .collect();
        let expected: usize = self.counts.iter().sum();
        assert!(
            missing.is_empty(),
            "{} of {expected} came; lost {missing:?}",
            self.total()
        );
    }
}

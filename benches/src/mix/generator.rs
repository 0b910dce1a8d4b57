//! A producer: sends each message when it is due, or as soon after as the engine lets it.
//!
//! A schedule does not wait for the engine. Who falls behind sends at once what is overdue and
//! leaves nothing out, and a message's time in queue counts from when it was due. Otherwise the
//! engine's worst moments would be those in which the fewest messages are measured.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use super::arrival::Schedule;
use super::engine::{Sender, both};
use super::keys::Choice;
use super::payload::Sizes;
use super::progress::{Count, Progress};
use super::random::Random;
use super::service::since;
use super::stamp::{STAMP_BYTES, Stamp, filling};
use crate::measure::latency::Latency;
use crate::message::Header;

/// Further away than this, a producer sleeps.
const NEAR_NS: u64 = 150_000;
/// How much earlier it wakes up: a thread that sleeps comes late.
const EARLY_NS: u64 = 100_000;
/// It looks so often whether the run is over.
const SLEEP_NS_MAX: u64 = 20_000_000;

/// What one producer sends.
pub struct Generator<'a> {
    /// Its number.
    pub producer: u16,
    /// When its messages are due.
    pub schedule: Schedule,
    /// How large they are.
    pub sizes: &'a Sizes,
    /// Which key they go to.
    pub keys: &'a Choice,
    /// Whether they go to a list and a stream in turn.
    pub alternates: bool,
    /// Whether every byte is written.
    pub thorough: bool,
    /// For their sizes and their keys.
    pub random: [Random; 2],
    /// More than this it does not send.
    pub messages_max: u64,
    /// Whether there are more threads than cores, so that who spins is in somebody's way.
    pub crowded: bool,
}

impl Generator<'_> {
    /// Sends all of it and returns how long the calls took.
    pub fn run(
        mut self,
        sender: &mut impl Sender,
        count: &Count,
        progress: &Progress<'_>,
    ) -> Latency {
        let start = progress.start();
        let mut enqueue = Latency::default();
        let mut message = vec![0; self.sizes.most().max(STAMP_BYTES)];
        let mut sequence = 0;
        let mut now_ns = 0;
        while sequence < self.messages_max && !progress.is_cut_short() {
            let Some(due_ns) = self.schedule.next() else {
                return enqueue;
            };
            let header = Header::new(self.producer, sequence);
            let (key, bytes) = self.prepare(&mut message, header);
            now_ns = self.wait_until(due_ns, now_ns, start, progress);
            if progress.is_stopped() {
                return enqueue;
            }
            let stamp = Stamp {
                header,
                due_ns,
                pushed_ns: now_ns,
                key: u32::try_from(key).unwrap_or(u32::MAX),
                bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            };
            stamp.write(&mut message);
            sender.send(key, &message[..bytes]);
            let pushed_ns = now_ns;
            now_ns = since(start);
            enqueue.record_ns(now_ns.saturating_sub(pushed_ns));
            count.add(bytes);
            sequence += 1;
        }
        if self.schedule.next().is_some() {
            progress.cut_short();
        }
        enqueue
    }

    /// Chooses key and size, and fills the message, before it is due.
    #[inline]
    fn prepare(&mut self, message: &mut [u8], header: Header) -> (usize, usize) {
        let [sizes, keys] = &mut self.random;
        let bytes = self.sizes.draw(sizes).max(STAMP_BYTES);
        let key = if self.alternates {
            usize::from(!header.sequence().is_multiple_of(both::KEYS))
        } else {
            self.keys.draw(keys)
        };
        if self.thorough {
            message[STAMP_BYTES..bytes].fill(filling(header));
        } else if bytes > STAMP_BYTES {
            message[bytes - 1] = filling(header);
        }
        (key, bytes)
    }

    /// Waits until a message is due, and returns the time. The clock is read once, or more often
    /// while there is nothing else to do.
    #[inline]
    fn wait_until(
        &self,
        due_ns: u64,
        mut now_ns: u64,
        start: Instant,
        progress: &Progress<'_>,
    ) -> u64 {
        loop {
            // Who is late needs the time nevertheless: the call begins now.
            now_ns = now_ns.max(since(start));
            if now_ns >= due_ns || progress.is_stopped() || progress.is_cut_short() {
                return now_ns;
            }
            let left_ns = due_ns - now_ns;
            if left_ns > NEAR_NS {
                thread::sleep(Duration::from_nanos((left_ns - EARLY_NS).min(SLEEP_NS_MAX)));
            } else if self.crowded {
                thread::yield_now();
            } else {
                core::hint::spin_loop();
            }
        }
    }
}

impl core::fmt::Debug for Generator<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Generator")
            .field("producer", &self.producer)
            .finish_non_exhaustive()
    }
}

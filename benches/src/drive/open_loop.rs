//! Open loop: messages are due at fixed times, whether or not the queue keeps up.
//!
//! A producer that is held up by the queue does not slow the schedule down: what it sends late
//! counts from when it was due. Otherwise the queue's worst moments would be the ones in which the
//! fewest messages are measured (coordinated omission).

use core::time::Duration;
use std::sync::OnceLock;
use std::time::Instant;

use crate::audit::{Audit, Tally};
use crate::drive::Topology;
use crate::drive::closed::{conclude, pop_all, producer_number, quotas};
use crate::engine::Queue;
use crate::fault::Fault;
use crate::measure::case::as_f64;
use crate::measure::idle::Producers;
use crate::measure::latency::Latency;
use crate::measure::{Pulse, Sample, Span, Work, crew};
use crate::message::{Header, share};

/// One message in so many is timed: reading the clock costs more than a push. They are chosen by
/// their number, so a slow moment is timed as often as any other.
pub const TIMED_EVERY: u64 = 16;

/// When each producer's messages are due.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    interval_ns: f64,
    producers: usize,
}

impl Schedule {
    /// So many messages per second in all, evenly spread, the producers taking turns.
    #[must_use]
    pub fn new(messages_per_s: f64, producers: usize) -> Self {
        Self {
            interval_ns: 1e9 / messages_per_s,
            producers,
        }
    }

    /// When the message is due, in nanoseconds after the start.
    #[inline]
    #[must_use]
    pub fn due_ns(&self, header: Header) -> f64 {
        let place = header.sequence() * self.producers as u64 + u64::from(header.producer());
        as_f64(place) * self.interval_ns
    }
}

/// What a consumer does with each message, beside taking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service(pub Duration);

impl Service {
    /// Nothing: the consumer takes as fast as it can.
    pub const NONE: Self = Self(Duration::ZERO);

    /// Does it.
    #[inline]
    pub fn perform(self) {
        if !self.0.is_zero() {
            let start = Instant::now();
            while start.elapsed() < self.0 {
                core::hint::spin_loop();
            }
        }
    }
}

/// Pushes each message when it is due, or as soon after as the queue lets it.
fn push_on_time<Q: Queue>(
    queue: &Q,
    index: usize,
    quota: u64,
    schedule: Schedule,
    start: Instant,
    work: &Work,
) {
    let producer = producer_number(index);
    let mut message = vec![0; work.payload];
    let mut now_ns = 0.0;
    for sequence in 0..quota {
        let header = Header::new(producer, sequence);
        let due_ns = schedule.due_ns(header);
        // The clock is not read while the producer is known to be late.
        while now_ns < due_ns {
            now_ns = start.elapsed().as_secs_f64() * 1e9;
        }
        Tally::write(&mut message, header);
        queue.push(&message);
        if !work.pulse.after(sequence) {
            return;
        }
    }
}

/// What one consumer saw.
#[derive(Debug, Default)]
struct Arrivals {
    tally: Tally,
    latency: Latency,
}

impl Arrivals {
    #[inline]
    fn take(&mut self, message: &[u8], schedule: Schedule, start: Instant) {
        self.tally.read(message);
        let header = Header::read(message);
        if header.sequence().is_multiple_of(TIMED_EVERY) {
            let in_queue = start.elapsed().as_secs_f64() * 1e9 - schedule.due_ns(header);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "nanoseconds of a short run"
            )]
            #[expect(clippy::cast_sign_loss, reason = "the maximum with 1 comes first")]
            self.latency.record_ns(in_queue.max(1.0) as u64);
        }
    }
}

fn consume<Q: Queue>(
    queue: &Q,
    quota: u64,
    (schedule, service): (Schedule, Service),
    start: Instant,
    producers: &Producers,
    pulse: &Pulse,
) -> Arrivals {
    let mut arrivals = Arrivals::default();
    pop_all(quota, producers, pulse, || {
        let taken = queue
            .pop(|message| arrivals.take(message, schedule, start))
            .is_some();
        if taken {
            service.perform();
        }
        taken
    });
    arrivals
}

/// Offers so many messages per second; the latency is from when a message was due to when a
/// consumer had it.
///
/// # Errors
/// What is wrong with the queue.
pub fn run<Q: Queue>(
    topology: Topology,
    messages_per_s: f64,
    service: Service,
    work: &Work,
) -> Result<Sample, Fault> {
    let queue = Q::new();
    let schedule = Schedule::new(messages_per_s, topology.producers);
    let producers = Producers::new(topology.producers);
    let pushed = quotas(work.messages, topology.producers);
    let start = OnceLock::new();
    let results = crew::run(topology.threads(), &work.pulse, |index, gate| {
        if let Some(&quota) = pushed.get(index) {
            let producing = producers.enter();
            gate.wait();
            let start = *start.get_or_init(Instant::now);
            let push = || push_on_time(&queue, index, quota, schedule, start, work);
            let (span, ()) = Span::of(push);
            drop(producing);
            (span, Arrivals::default())
        } else {
            let quota = share(
                work.messages,
                topology.consumers,
                index - topology.producers,
            );
            gate.wait();
            let start = *start.get_or_init(Instant::now);
            let how = (schedule, service);
            Span::of(|| consume(&queue, quota, how, start, &producers, &work.pulse))
        }
    })?;
    let elapsed = Span::hull(results.iter().map(|(span, _)| *span));
    let (tallies, latencies): (Vec<_>, Vec<_>) = results
        .into_iter()
        .map(|(_, arrivals)| (arrivals.tally, arrivals.latency))
        .unzip();
    conclude(&queue, tallies, &pushed, work)?;
    let mut sample = Sample::new(work.messages, elapsed);
    sample.latency = Latency::merged(latencies);
    sample.extra.push(("offered_per_s", messages_per_s));
    Ok(sample)
}

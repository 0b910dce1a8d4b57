//! Ping-pong: how long a sleeping consumer takes to get a message.

use alloc::sync::Arc;
use core::time::Duration;
use std::time::Instant;

use tokio::runtime::Builder;

use crate::engine::{AsyncQueue, BlockingQueue};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::latency::Latency;
use crate::measure::{Case, Group, Pulse, Sample, Span, Work, crew};
use crate::message::Header;

/// Messages of one run without a pause, there and back together, and with a pause.
const MESSAGES: [u64; 2] = [10_000, 2_000];
/// Long enough for every consumer to have given up spinning and gone to sleep.
const PAUSE: Duration = Duration::from_micros(300);

/// How long the one that begins a round trip waits before.
pub type Pause = Duration;

/// Threads and tasks apart, each without a pause and with one after which the consumer surely
/// sleeps.
#[must_use]
pub fn groups(
    workload: &'static str,
    threads: &dyn Fn(Pause) -> Vec<Case>,
    tasks: &dyn Fn(Pause) -> Vec<Case>,
) -> Vec<Group> {
    let mut groups = Vec::new();
    for (pause, messages) in [Duration::ZERO, PAUSE].into_iter().zip(MESSAGES) {
        let (threads, tasks) = (threads(pause), tasks(pause));
        groups.push(group(workload, "threads", pause, messages, threads));
        groups.push(group(workload, "tasks", pause, messages, tasks));
    }
    groups
}

fn group(
    workload: &'static str,
    callers: &str,
    pause: Duration,
    messages: u64,
    cases: Vec<Case>,
) -> Group {
    let pause_us = u64::try_from(pause.as_micros()).unwrap_or(u64::MAX);
    let title = if pause.is_zero() {
        format!("ping-pong of 2 {callers}")
    } else {
        format!("2 {callers}, consumer idle for {pause_us} us")
    };
    let shape = Shape {
        workload,
        title,
        producers: 1,
        consumers: 1,
        threads: 2,
        keys: 2,
        extra: vec![("callers", callers.into()), ("pause_us", pause_us.into())],
    };
    Group::new(shape, messages, Figure::P50, cases).with_slow_messages()
}

/// Two threads.
#[must_use]
pub fn thread_case<B: BlockingQueue>(pause: Duration) -> Case {
    Case::new(B::NAME, B::VARIANT, move |work| {
        between_threads::<B>(pause, work)
    })
}

/// Two tasks.
#[must_use]
pub fn task_case<C: AsyncQueue>(pause: Duration) -> Case {
    Case::new(C::NAME, C::VARIANT, move |work| {
        between_tasks::<C>(pause, work)
    })
}

/// A message that carries the moment in which it was sent.
fn stamp(message: &mut [u8], start: Instant) {
    let ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Header::from_word(ns).write(message);
}

fn since_stamp(message: &[u8], start: Instant) -> Duration {
    start
        .elapsed()
        .saturating_sub(Duration::from_nanos(Header::read(message).word()))
}

/// Lets the other side fall asleep, without sleeping.
fn pause_for(pause: Duration) {
    let start = Instant::now();
    while start.elapsed() < pause {
        core::hint::spin_loop();
    }
}

/// Round trips that make up so many messages.
fn round_trips(work: &Work) -> u64 {
    work.messages.div_ceil(2)
}

fn between_threads<B: BlockingQueue>(pause: Duration, work: &Work) -> Result<Sample, Fault> {
    let (there, back) = (B::new(), B::new());
    let start = Instant::now();
    let results = crew::run(2, &work.pulse, |index, gate| {
        let mut message = vec![0; work.payload];
        let mut latency = Latency::default();
        gate.wait();
        let (span, ()) = Span::of(|| {
            for _ in 0..round_trips(work) {
                if index == 0 {
                    pause_for(pause);
                    stamp(&mut message, start);
                    there.push(&message);
                    latency.record(back.wait(|message| since_stamp(message, start)));
                } else {
                    latency.record(there.wait(|message| since_stamp(message, start)));
                    stamp(&mut message, start);
                    back.push(&message);
                }
                // The other side would wait for ever if this one left early.
                work.pulse.beat();
            }
        });
        (span, latency)
    })?;
    work.check_stopped()?;
    Ok(sample(pause, results, work))
}

/// In the paused form only the way there counts: who waits for the answer has hardly begun to.
fn sample(pause: Duration, sides: Vec<(Span, Latency)>, work: &Work) -> Sample {
    let both_ways = pause.is_zero();
    let elapsed = Span::hull(sides.iter().map(|(span, _)| *span));
    let skipped = usize::from(!both_ways);
    let latency = Latency::merged(sides.into_iter().skip(skipped).map(|(_, latency)| latency));
    let trips = round_trips(work);
    let mut sample = if both_ways {
        Sample::new(2 * trips, elapsed)
    } else {
        let pauses = pause.saturating_mul(u32::try_from(trips).unwrap_or(u32::MAX));
        Sample::new(2 * trips, elapsed.saturating_sub(pauses))
    };
    sample.latency = latency;
    sample
}

fn between_tasks<C: AsyncQueue>(pause: Duration, work: &Work) -> Result<Sample, Fault> {
    let failed = |error: &dyn core::fmt::Display| Fault::Failed(error.to_string());
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .map_err(|error| failed(&error))?;
    let (there, pings) = C::open();
    let (back, pongs) = C::open();
    let start = Instant::now();
    let (trips, payload) = (round_trips(work), work.payload);
    let ends = [(Some(pause), there, pongs), (None, back, pings)];
    let tasks = ends.map(|(pause, sender, receiver)| {
        let side = Side::<C> {
            pause,
            sender,
            receiver,
            start,
            pulse: Arc::clone(&work.pulse),
        };
        runtime.spawn(side.exchange(trips, payload))
    });
    let sides = runtime.block_on(async {
        let mut sides = Vec::new();
        for task in tasks {
            sides.push(task.await);
        }
        sides
    });
    let sides: Result<Vec<_>, _> = sides.into_iter().collect();
    work.check_stopped()?;
    Ok(sample(pause, sides.map_err(|error| failed(&error))?, work))
}

/// One of the two tasks; the one with a pause begins.
struct Side<C: AsyncQueue> {
    pause: Option<Duration>,
    sender: C::Sender,
    receiver: C::Receiver,
    start: Instant,
    pulse: Arc<Pulse>,
}

impl<C: AsyncQueue> Side<C> {
    async fn exchange(mut self, trips: u64, payload: usize) -> (Span, Latency) {
        let begin = Span::now();
        let mut message = vec![0; payload];
        let mut latency = Latency::default();
        for _ in 0..trips {
            if let Some(pause) = self.pause {
                pause_for(pause);
                stamp(&mut message, self.start);
                C::send(&self.sender, &message);
            }
            let start = self.start;
            let took = C::receive(&mut self.receiver, |bytes| since_stamp(bytes, start)).await;
            latency.record(took);
            if self.pause.is_none() {
                stamp(&mut message, self.start);
                C::send(&self.sender, &message);
            }
            self.pulse.beat();
        }
        (begin.until_now(), latency)
    }
}

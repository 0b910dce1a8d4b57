//! An engine that stalls: the open loop shows it to all who were due, a closed loop hides it.
#![forbid(unsafe_code)]
#![expect(
    clippy::expect_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use forebay_bench::drive::Topology;
use forebay_bench::drive::open_loop::{self, Service};
use forebay_bench::engine::{Named, Queue};
use forebay_bench::measure::latency::Latency;
use forebay_bench::measure::{Pulse, Work};

const TOPOLOGY: Topology = Topology {
    producers: 1,
    consumers: 1,
};
const STALL: Duration = Duration::from_millis(50);
/// Messages per second: 1,000 are due during the stall.
const RATE: f64 = 20_000.0;
/// A second of them.
const MESSAGES: u64 = 20_000;
/// Somewhere in the middle.
const STALLED: u64 = 5_000;

const IN_PUSH: u8 = 0;
const IN_POP: u8 = 1;

/// A queue one of whose calls takes 50 ms.
struct Stalling<const WHERE: u8> {
    messages: Mutex<VecDeque<Vec<u8>>>,
    pushes: AtomicU64,
    pops: AtomicU64,
}

impl<const WHERE: u8> Named for Stalling<WHERE> {
    const NAME: &'static str = "stalling";
}

impl<const WHERE: u8> Queue for Stalling<WHERE> {
    fn new() -> Self {
        Self {
            messages: Mutex::default(),
            pushes: AtomicU64::new(0),
            pops: AtomicU64::new(0),
        }
    }

    fn push(&self, message: &[u8]) {
        if self.pushes.fetch_add(1, Relaxed) == STALLED && WHERE == IN_PUSH {
            thread::sleep(STALL);
        }
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push_back(message.to_vec());
    }

    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let message = messages.pop_front()?;
        drop(messages);
        if self.pops.fetch_add(1, Relaxed) == STALLED && WHERE == IN_POP {
            thread::sleep(STALL);
        }
        Some(read(&message))
    }
}

fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// How many of the messages that were timed took longer.
fn slower_than(latency: &Latency, limit: Duration) -> f64 {
    let points = latency.points();
    let faster = points.iter().filter(|(_, value)| *value <= ns(limit));
    let part = faster.map(|(quantile, _)| *quantile).fold(0.0, f64::max);
    (1.0 - part) * f64::from(u32::try_from(latency.count()).unwrap_or(u32::MAX))
}

fn assert_stall_shows<const WHERE: u8>() {
    let work = Work {
        messages: MESSAGES,
        payload: 32,
        pulse: Arc::new(Pulse::default()),
    };
    let ran = open_loop::run::<Stalling<WHERE>>(TOPOLOGY, RATE, Service::NONE, &work);
    let sample = ran.expect("a queue that stalls is a correct one");
    let latency = sample.latency.quantiles().expect("messages were timed");
    assert!(latency.max_ns >= ns(STALL) * 49 / 50, "{latency:?}");
    // The last thousandth are 20 messages, and those that were due in the stall's first millisecond
    // are as many: all of them waited for the rest of it.
    assert!(latency.p999_ns >= ns(STALL) * 95 / 100, "{latency:?}");
    // Who was due in the first 40 of the 50 ms waited for more than 10: 800 messages. Machines that
    // are busy add to them; none can take away from them.
    let timed_every = f64::from(u32::try_from(open_loop::TIMED_EVERY).unwrap_or(1));
    let delayed = slower_than(&sample.latency, Duration::from_millis(10)) * timed_every;
    assert!(
        delayed >= 700.0,
        "{delayed} messages, of 800 that arithmetic demands"
    );
    // What was late is not sent later than it had to be: the schedule goes on.
    let second = Duration::from_secs(1);
    assert!(sample.elapsed >= second * 99 / 100, "{:?}", sample.elapsed);
}

#[test]
fn push_that_stalls_delays_all_who_were_due() {
    assert_stall_shows::<IN_PUSH>();
}

#[test]
fn pop_that_stalls_delays_all_who_were_due() {
    assert_stall_shows::<IN_POP>();
}

/// The control: one message at a time, each timed from when it was sent. The same stall is one of
/// 20,000 messages here, and no quantile but the last one knows of it.
#[test]
fn closed_loop_hides_the_same_stall() {
    let queue = Stalling::<IN_PUSH>::new();
    let mut latency = Latency::default();
    for _ in 0..MESSAGES {
        let sent = Instant::now();
        queue.push(&[0; 32]);
        assert!(queue.pop(<[u8]>::len).is_some(), "it was just pushed");
        latency.record(sent.elapsed());
    }
    let quantiles = latency.quantiles().expect("all were timed");
    assert!(quantiles.max_ns >= ns(STALL), "it did stall: {quantiles:?}");
    assert!(
        quantiles.p999_ns < ns(STALL) / 5,
        "and it shows: {quantiles:?}"
    );
    let delayed = slower_than(&latency, Duration::from_millis(10));
    assert!(delayed < 20.0, "{delayed} messages, and not 800");
}

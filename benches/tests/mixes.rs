//! Mixes at a small scale: every message comes through, and a stall is seen as it must be.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use forebay_bench::engine::stream::mutex_btreemap;
use forebay_bench::engine::{BlockingQueue, Named};
use forebay_bench::fault::Fault;
use forebay_bench::measure::{Pulse, Sample, Work};
use forebay_bench::mix::engine::blocking::Plain;
use forebay_bench::mix::engine::forebay_list::Reliable;
use forebay_bench::mix::engine::forebay_stream::Stream;
use forebay_bench::mix::engine::reliable::Backups;
use forebay_bench::mix::engine::stream::Rung;
use forebay_bench::mix::run::Run;
use forebay_bench::mix::{Description, Source, cases};

fn work(messages: u64) -> Work {
    Work {
        messages,
        payload: 64,
        pulse: Arc::new(Pulse::default()),
    }
}

/// A queue that holds its producers up once, or loses or repeats a message.
struct Faulty<const TRICK: u8> {
    messages: Mutex<VecDeque<Box<[u8]>>>,
    not_empty: Condvar,
    pushes: AtomicU64,
    tricked: AtomicBool,
}

const NONE: u8 = 0;
const STALL: u8 = 1;
const LOSE: u8 = 2;
const REPEAT: u8 = 3;
const OVERTAKE: u8 = 4;
const TRICKED: u64 = 2_000;
const STALLED: Duration = Duration::from_millis(50);

impl<const TRICK: u8> Named for Faulty<TRICK> {
    const NAME: &'static str = "faulty";
}

impl<const TRICK: u8> BlockingQueue for Faulty<TRICK> {
    fn new() -> Self {
        Self {
            messages: Mutex::default(),
            not_empty: Condvar::new(),
            pushes: AtomicU64::new(0),
            tricked: AtomicBool::new(false),
        }
    }

    fn push(&self, message: &[u8]) {
        let now = self.pushes.fetch_add(1, Relaxed) == TRICKED;
        let mut messages = self.messages.lock().unwrap();
        if TRICK == STALL && now && !self.tricked.swap(true, Relaxed) {
            // With the lock, so that consumers wait as well.
            thread::sleep(STALLED);
        }
        match TRICK {
            LOSE if now => {}
            REPEAT if now => {
                messages.push_back(message.into());
                messages.push_back(message.into());
            }
            OVERTAKE if now => {
                let before = messages.pop_back();
                messages.push_back(message.into());
                messages.extend(before);
            }
            _ => messages.push_back(message.into()),
        }
        drop(messages);
        self.not_empty.notify_all();
    }

    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        self.wait_for(Duration::from_secs(3_600), read).unwrap()
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        // One message is left, so that another one can overtake it.
        let fewest = usize::from(TRICK == OVERTAKE && self.pushes.load(Relaxed) <= TRICKED);
        let messages = self.messages.lock().unwrap();
        let nothing = |messages: &mut VecDeque<_>| messages.len() <= fewest;
        let waited = self.not_empty.wait_timeout_while(messages, limit, nothing);
        let (mut messages, timeout) = waited.unwrap();
        let message = if timeout.timed_out() {
            None
        } else {
            messages.pop_front()
        };
        drop(messages);
        message.map(|message| read(&message))
    }
}

/// 20 000 messages a second for a fifth of a second, and a consumer that does nothing with them.
const EVEN: &str = "
    kind = 'list'
    seconds = 0.2
    arrival = { process = 'constant', per_s = 20_000.0 }
    consumers = [{}]
";

fn run_on<const TRICK: u8>(text: &str) -> Result<Sample, Fault> {
    let description = Description::parse("test", text, None).unwrap();
    let run = Run {
        description: &description,
        scale: 1.0,
        level: None,
        thorough: true,
    };
    run.on::<Plain<Faulty<TRICK>>>(&work(4_000))
}

#[test]
fn a_correct_queue_passes() {
    let sample = run_on::<NONE>(EVEN).unwrap();
    assert_eq!(sample.messages, 4_000);
    for (kind, latency) in &sample.latencies {
        assert!(latency.count() > 0, "{kind} was timed");
    }
    assert_eq!(sample.latencies[0].0, "time-in-queue");
    assert_eq!(
        sample.latencies[0].1.count(),
        4_000,
        "every message was timed"
    );
}

#[test]
fn a_stall_is_seen_by_every_message_that_fell_due_meanwhile() {
    let sample = run_on::<STALL>(EVEN).unwrap();
    let (_, in_queue) = &sample.latencies[0];
    // One message was held up, and a thousand more fell due while it was: a quarter of all.
    // The wait of those falls evenly from 50 ms to nothing, so half of them, an eighth of all,
    // waited for 25 ms or longer. A closed loop would have seen one.
    let quantiles = in_queue.quantiles().unwrap();
    let stalled_ns = u64::try_from(STALLED.as_nanos()).unwrap();
    assert!(quantiles.max_ns >= stalled_ns, "{quantiles:?}");
    let at = |part: f64| {
        let points = in_queue.points();
        points.iter().find(|point| point.0 >= part).unwrap().1
    };
    assert!(
        at(0.875) >= stalled_ns * 45 / 100,
        "{} of {stalled_ns}",
        at(0.875)
    );
    assert!(quantiles.p99_ns >= stalled_ns * 9 / 10, "{quantiles:?}");
    let (_, enqueue) = &sample.latencies[1];
    let held_up = enqueue.quantiles().unwrap();
    assert!(
        held_up.max_ns >= stalled_ns,
        "the call that stalled was timed: {held_up:?}"
    );
    assert!(
        held_up.p99_ns < stalled_ns / 2,
        "no other call stalled: {held_up:?}"
    );
    // What was not accepted during the stall is seen too.
    let series = sample.series.unwrap();
    let fewest = series.accepted_per_s.iter().min().unwrap();
    assert!(*fewest < 2_000, "the stall is in the series: {series:?}");
}

#[test]
fn what_is_lost_repeated_or_overtaken_is_found() {
    let lost = Fault::Lost {
        pushed: 4_000,
        popped: 3_999,
    };
    assert_eq!(run_on::<LOSE>(EVEN).unwrap_err(), lost);
    let repeated = run_on::<REPEAT>(EVEN).unwrap_err();
    // The message behind it is the first that rises no more.
    assert!(
        matches!(repeated, Fault::Duplicated { .. } | Fault::Reordered { .. }),
        "{repeated:?}"
    );
    let overtaken = run_on::<OVERTAKE>(EVEN).unwrap_err();
    assert!(
        matches!(overtaken, Fault::Reordered { .. }),
        "{overtaken:?}"
    );
}

#[test]
fn a_consumer_that_is_outpaced_has_the_backlog_that_arithmetic_demands() {
    let text = "
        kind = 'list'
        seconds = 0.2
        arrival = { process = 'constant', times = 2.0 }
        consumers = [{ service_us = 100.0, how = 'sleep' }]
    ";
    let description = Description::parse("test", text, None).unwrap();
    let run = Run {
        description: &description,
        scale: 1.0,
        level: None,
        thorough: false,
    };
    let sample = run.on::<Plain<Faulty<NONE>>>(&work(4_000)).unwrap();
    // 20 000 a second for 0.2 s, of which at most 10 000 a second are done.
    assert_eq!(sample.messages, 4_000);
    assert!(
        sample.elapsed >= Duration::from_millis(390),
        "{:?}",
        sample.elapsed
    );
    let backlog = sample
        .extra
        .iter()
        .find(|field| field.0 == "backlog_max")
        .unwrap()
        .1;
    assert!((1_500.0..=4_000.0).contains(&backlog), "{backlog}");
    let quantiles = sample.latency.quantiles().unwrap();
    assert!(
        quantiles.max_ns >= 190_000_000,
        "the last one waits 0.2 s: {quantiles:?}"
    );
    let series = sample.series.unwrap();
    let same = [
        series.offered_per_s.len(),
        series.accepted_per_s.len(),
        series.consumed_per_s.len(),
        series.backlog.len(),
        series.rss_bytes.len(),
    ];
    assert_eq!(same, [series.at_ms.len(); 5]);
    assert!(
        series.at_ms.windows(2).all(|two| two[0] < two[1]),
        "{:?}",
        series.at_ms
    );
    assert_eq!(*series.backlog.last().unwrap(), 0, "all of it was drained");
    let sum = |rates: &[u64]| -> f64 {
        let from = [0].iter().chain(&series.at_ms);
        let spans = from.zip(&series.at_ms).map(|(from, to)| to - from);
        rates
            .iter()
            .zip(spans)
            .map(|(rate, ms)| f64::from(u32::try_from(rate * ms).unwrap()) / 1e3)
            .sum()
    };
    for rates in [
        &series.offered_per_s,
        &series.accepted_per_s,
        &series.consumed_per_s,
    ] {
        assert!(
            (sum(rates) / 4_000.0 - 1.0).abs() < 0.1,
            "{} of 4000",
            sum(rates)
        );
    }
}

#[test]
fn a_budget_ends_the_schedule_and_what_was_accepted_is_done() {
    let text = "
        kind = 'list'
        seconds = 0.5
        arrival = { process = 'constant', per_s = 20_000.0 }
        consumers = [{ service_us = 500.0, how = 'sleep' }]
        budget = { backlog_bytes = 6_400 }
    ";
    let sample = run_on::<NONE>(text).unwrap();
    assert!(
        sample.messages < 5_000,
        "{} messages of 10000",
        sample.messages
    );
    let cut = sample
        .extra
        .iter()
        .find(|field| field.0 == "cut_short")
        .unwrap();
    assert!((cut.1 - 1.0).abs() < 1e-9, "the report says so");
}

#[test]
fn every_mix_conserves_its_messages_on_every_engine() {
    for source in Source::ALL {
        let description = source.description().unwrap();
        for group in cases::groups(&source) {
            assert!(
                group.cases.len() >= 2,
                "{} compares something",
                source.name()
            );
            for case in &group.cases {
                let few = work(group.messages.min(2_000));
                case.check(&few)
                    .unwrap_or_else(|fault| panic!("{} on {case:?}: {fault}", source.name()));
                let sample = case
                    .time(&few)
                    .unwrap_or_else(|fault| panic!("{} on {case:?}: {fault}", source.name()));
                let latencies = sample.latencies.iter();
                let counts: Vec<u64> = latencies.map(|each| each.1.count()).collect();
                let deliveries = sample.messages * description.groups.len() as u64;
                assert!(counts[0] >= deliveries, "{} on {case:?}", source.name());
                assert_eq!(counts[1], sample.messages, "{} on {case:?}", source.name());
                let series = sample.series.unwrap();
                assert_eq!(
                    series.backlog.last(),
                    Some(&0),
                    "{} on {case:?}",
                    source.name()
                );
            }
        }
    }
}

#[test]
fn consumers_that_crash_lose_nothing() {
    let text = "
        seconds = 0.2
        arrival = { process = 'poisson', per_s = 10_000.0 }
        consumers = [{ count = 3 }]
        reliable = { crash = 0.02, restart_ms = 1.0 }
    ";
    let number = |sample: &Sample, name| sample.extra.iter().find(|each| each.0 == name).unwrap().1;
    for kind in ["list", "stream"] {
        let text = format!("kind = '{kind}'\n{text}");
        let description = Description::parse("test", &text, None).unwrap();
        let run = Run {
            description: &description,
            scale: 1.0,
            level: None,
            thorough: true,
        };
        let samples = if kind == "list" {
            [
                run.on::<Reliable>(&work(2_000)),
                run.on::<Backups>(&work(2_000)),
            ]
        } else {
            [
                run.on::<Stream>(&work(2_000)),
                run.on::<Rung<mutex_btreemap::Stream>>(&work(2_000)),
            ]
        };
        for sample in samples {
            let sample = sample.unwrap();
            assert!(number(&sample, "crashes") >= 1.0, "{kind}: {sample:?}");
            let again = number(&sample, "delivered_again");
            assert!(again >= number(&sample, "crashes"), "{kind}: {sample:?}");
            if kind == "list" {
                assert!(
                    number(&sample, "done_again") < 0.5,
                    "{kind}: each was done once"
                );
            }
        }
    }
}

#[test]
fn a_measured_capacity_is_what_consumers_take() {
    let text = "
        kind = 'list'
        seconds = 0.1
        arrival = { process = 'constant', times = 3.0, capacity = 'measured' }
        consumers = [{ count = 2, service_us = 200.0, how = 'sleep' }]
    ";
    let sample = run_on::<NONE>(text).unwrap();
    let capacity = sample
        .extra
        .iter()
        .find(|field| field.0 == "capacity_per_s")
        .unwrap()
        .1;
    // Two that sleep for 200 us at least.
    assert!(
        capacity > 0.0 && capacity <= 10_000.0,
        "{capacity} per second"
    );
    let offered = f64::from(u32::try_from(sample.messages).unwrap());
    assert!(
        (offered - 0.3 * capacity).abs() <= 1.0,
        "{offered} of {capacity} per second"
    );
}

//! Queues that lose, duplicate, reorder and stall: the drivers must notice.
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use forebay_bench::audit::{Ledger, Tally};
use forebay_bench::drive::open_loop::{self, Service};
use forebay_bench::drive::{Topology, closed};
use forebay_bench::engine::{Named, Queue};
use forebay_bench::fault::Fault;
use forebay_bench::measure::{Pulse, Work};

const TOPOLOGY: Topology = Topology {
    producers: 2,
    consumers: 1,
};
const STALL: Duration = Duration::from_millis(80);

/// What a faulty queue does to one of its messages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trick {
    None,
    Lose,
    Duplicate,
    /// Lets the message overtake all that wait.
    Overtake,
    Damage,
    /// Holds the producer up.
    Stall,
}

/// A correct queue, but for the message with this number.
struct Faulty<const TRICK: u8> {
    messages: Mutex<VecDeque<Vec<u8>>>,
    pushes: AtomicU64,
}

const TRICKED: u64 = 1_000;

const fn trick(number: u8) -> Trick {
    match number {
        1 => Trick::Lose,
        2 => Trick::Duplicate,
        3 => Trick::Overtake,
        4 => Trick::Damage,
        5 => Trick::Stall,
        _ => Trick::None,
    }
}

impl<const TRICK: u8> Named for Faulty<TRICK> {
    const NAME: &'static str = "faulty";
}

impl<const TRICK: u8> Queue for Faulty<TRICK> {
    fn new() -> Self {
        Self {
            messages: Mutex::default(),
            pushes: AtomicU64::new(0),
        }
    }

    fn push(&self, message: &[u8]) {
        let tricked = self.pushes.fetch_add(1, Relaxed) == TRICKED;
        let trick = if tricked { trick(TRICK) } else { Trick::None };
        if trick == Trick::Stall {
            thread::sleep(STALL);
        }
        let mut message = message.to_vec();
        if trick == Trick::Damage {
            message[20] ^= 0x80;
        }
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        match trick {
            Trick::Lose => {}
            Trick::Overtake => messages.push_front(message),
            Trick::Duplicate => {
                messages.push_back(message.clone());
                messages.push_back(message);
            }
            Trick::None | Trick::Damage | Trick::Stall => messages.push_back(message),
        }
    }

    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        // With a backlog, a message that overtakes is seen to.
        let held = self.pushes.load(Relaxed) <= TRICKED && trick(TRICK) == Trick::Overtake;
        let message = if held { None } else { messages.pop_front() };
        drop(messages);
        message.map(|message| read(&message))
    }
}

fn work(messages: u64) -> Work {
    Work {
        messages,
        payload: 32,
        pulse: Arc::new(Pulse::default()),
    }
}

fn checked<const TRICK: u8>() -> Result<(), Fault> {
    closed::run::<Faulty<TRICK>, Ledger>(TOPOLOGY, &work(4_000)).map(drop)
}

fn timed<const TRICK: u8>() -> Result<(), Fault> {
    closed::run::<Faulty<TRICK>, Tally>(TOPOLOGY, &work(4_000)).map(drop)
}

#[test]
fn correct_queue_passes() {
    assert_eq!(checked::<0>(), Ok(()));
    assert_eq!(timed::<0>(), Ok(()));
}

#[test]
fn loss_is_found() {
    let lost = Err(Fault::Lost {
        pushed: 4_000,
        popped: 3_999,
    });
    assert_eq!(checked::<1>(), lost);
    assert_eq!(timed::<1>(), lost);
}

#[test]
fn duplicate_is_found() {
    assert!(matches!(checked::<2>(), Err(Fault::Duplicated { .. })));
    assert_eq!(timed::<2>(), Err(Fault::Miscounted));
}

#[test]
fn overtaking_is_found() {
    assert!(matches!(checked::<3>(), Err(Fault::Reordered { .. })));
}

#[test]
fn damage_is_found() {
    assert!(matches!(checked::<4>(), Err(Fault::Damaged { .. })));
}

/// 10 messages are due in each of 100 milliseconds, and one push takes 80 of them. In a closed loop
/// that is one slow push among a thousand; in the open loop it is what it is for everybody who
/// wanted to send meanwhile.
#[test]
fn stall_shows_in_the_latency_of_all_who_were_due() {
    let topology = Topology {
        producers: 1,
        consumers: 1,
    };
    let sample =
        open_loop::run::<Faulty<5>>(topology, 100_000.0, Service::NONE, &work(20_000)).unwrap();
    let latency = sample.latency.quantiles().unwrap();
    let at_least = u64::try_from(STALL.as_nanos()).unwrap();
    assert!(latency.max_ns >= at_least, "{latency:?}");
    // 8,000 of 20,000 were due meanwhile: the 99th percentile has waited for nearly all of it.
    assert!(latency.p99_ns >= at_least * 9 / 10, "{latency:?}");
    // And the schedule was not slowed down by it: all was sent about when it was due.
    assert!(
        sample.elapsed >= Duration::from_millis(199),
        "{:?}",
        sample.elapsed
    );
}

//! Blocked threads.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::sync::{Barrier, OnceLock};
use std::thread;
use std::time::Instant;

use crate::engine::BlockingQueue;
use crate::fault::Fault;
use crate::measure::crew::panicked;
use crate::measure::latency::Latency;
use crate::measure::{Sample, Work};
use crate::message::Header;

/// Ends the thread that receives it.
const STOP: Header = Header::from_word(u64::MAX);
const STACK_BYTES: usize = 128 << 10;
/// From saying that one will wait to being asleep.
const SETTLE: Duration = Duration::from_micros(200);

/// Runs `body` on so many threads with small stacks, and `lead` on this one meanwhile.
///
/// `admit` is called with the number of threads that run before another one is started.
fn with_threads<T: Send, R>(
    count: usize,
    admit: impl Fn(usize),
    body: impl Fn() -> T + Sync,
    lead: impl FnOnce() -> R,
) -> Result<(Vec<T>, R), Fault> {
    thread::scope(|scope| {
        let body = &body;
        let start = |running| {
            admit(running);
            thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, body)
        };
        let threads: Vec<_> = (0..count)
            .map(start)
            .collect::<Result<_, _>>()
            .map_err(|error| Fault::Failed(format!("cannot start {count} threads: {error}")))?;
        let led = lead();
        let results = threads
            .into_iter()
            .map(|thread| thread.join().map_err(|panic| panicked(&*panic)))
            .collect::<Result<_, _>>()?;
        Ok((results, led))
    })
}

/// The time that a push takes while so many threads are blocked; each push wakes one of them, which
/// then waits again.
pub(super) fn push<B: BlockingQueue>(waiters: usize, work: &Work) -> Result<Sample, Fault> {
    let queue = B::new();
    // Counts the calls that are about to block.
    let waits = AtomicU64::new(0);
    let consume = || loop {
        waits.fetch_add(1, Relaxed);
        if queue.wait(Header::read) == STOP {
            return;
        }
    };
    let reach = |calls: u64| {
        while waits.load(Relaxed) < calls && !work.pulse.is_stopped() {
            thread::yield_now();
        }
    };
    // They come one by one, as clients do, not in one storm.
    let admit = |running| {
        reach(running as u64);
        work.pulse.beat();
    };
    let mut message = vec![0; work.payload];
    let lead = || {
        let mut latency = Latency::default();
        let mut total = Duration::ZERO;
        for sequence in 0..work.messages {
            reach(waiters as u64 + sequence);
            thread::sleep(SETTLE);
            Header::new(0, sequence).write(&mut message);
            let start = Instant::now();
            queue.push(&message);
            let took = start.elapsed();
            total += took;
            latency.record(took);
            if !work.pulse.beat() {
                break;
            }
        }
        STOP.write(&mut message);
        for _ in 0..waiters {
            queue.push(&message);
        }
        (latency, total)
    };
    let (_, (latency, total)) = with_threads(waiters, admit, consume, lead)?;
    work.check_stopped()?;
    Ok(Sample {
        latency,
        ..Sample::new(work.messages, total)
    })
}

/// How late so many threads return whose timeouts end in the same moment.
pub(super) fn time_out<B: BlockingQueue>(waiters: usize, work: &Work) -> Result<Sample, Fault> {
    let queue = B::new();
    let started = Barrier::new(waiters);
    let deadline = OnceLock::new();
    // Time for all of them to fall asleep again.
    let patience = Duration::from_micros(50_000 + 50 * waiters as u64);
    let wait = || {
        started.wait();
        let deadline: Instant = *deadline.get_or_init(|| Instant::now() + patience);
        let left = deadline.saturating_duration_since(Instant::now());
        // No time at all would mean for ever.
        let message = queue.wait_for(left.max(Duration::from_micros(1)), Header::read);
        (message, deadline.elapsed())
    };
    let (results, ()) = with_threads(waiters, |_| (), wait, || ())?;
    work.pulse.beat();
    work.check_stopped()?;
    if results.iter().any(|(message, _)| message.is_some()) {
        return Err(Fault::Miscounted);
    }
    let latest = results
        .iter()
        .map(|(_, late)| *late)
        .max()
        .unwrap_or_default();
    let mut sample = Sample::new(waiters as u64, latest);
    for (_, late) in results {
        sample.latency.record(late);
    }
    Ok(sample)
}

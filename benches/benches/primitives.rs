//! The primitives below the engine, each alone, by one thread.
#![forbid(unsafe_code)]

use core::hint::{black_box, spin_loop};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::collections::VecDeque;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use crossbeam_utils::CachePadded;
use forebay_bench::measure::{Pulse, Span, crew};
use forebay_sync::stream_log::{Id, NewId, StreamLog};
use forebay_sync::{SegmentList, Side, WaitQueue, Waiter};
use mimalloc::MiMalloc;
use parking_lot::Mutex;

use crate::common::{MESSAGE, criterion, must};

mod common;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Steps of one batch.
const BATCH: usize = 1_000;
/// Messages of a list whose middle is changed.
const LENGTH: u64 = 1_000;

fn list_of(length: u64) -> SegmentList<()> {
    let list = SegmentList::new();
    for _ in 0..length {
        let _ = must(list.push(Side::Left, &MESSAGE));
    }
    list
}

fn segment_list(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("segment list");
    group.bench_function("push and pop", |bencher| {
        let list = list_of(0);
        bencher.iter(|| {
            let _ = must(list.push(Side::Left, black_box(&MESSAGE)));
            must(list.pop_with(Side::Right, |message| black_box(message).len()))
        });
    });
    group.bench_function("push and pop at one side", |bencher| {
        let list = list_of(0);
        bencher.iter(|| {
            let _ = must(list.push(Side::Left, black_box(&MESSAGE)));
            must(list.pop_with(Side::Left, |message| black_box(message).len()))
        });
    });
    group.bench_function("mutex-vecdeque, push and pop", |bencher| {
        let queue: Mutex<VecDeque<Box<[u8]>>> = Mutex::default();
        bencher.iter(|| {
            queue.lock().push_back(black_box(&MESSAGE[..]).into());
            queue.lock().pop_front()
        });
    });
    group.bench_function("set in the middle of 1000", |bencher| {
        let list = list_of(LENGTH);
        bencher.iter(|| list.freeze().set(black_box(LENGTH / 2), &MESSAGE));
    });
    group.bench_function(
        "insert into and remove from the middle of 1000",
        |bencher| {
            let list = list_of(LENGTH);
            bencher.iter(|| {
                let mut alone = list.freeze();
                alone.insert(black_box(LENGTH / 2), &MESSAGE);
                alone.remove(black_box(LENGTH / 2))
            });
        },
    );
    group.finish();
    let mut group = criterion.benchmark_group("segment list, 1000 pushes");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("push", |bencher| {
        let push = |list: SegmentList<()>| {
            for _ in 0..BATCH {
                let _ = must(list.push(Side::Left, black_box(&MESSAGE)));
            }
            list
        };
        bencher.iter_batched(|| list_of(0), push, BatchSize::PerIteration);
    });
    group.finish();
}

fn log_of(length: usize) -> StreamLog<()> {
    let log = StreamLog::new();
    for _ in 0..length {
        must(log.add(NewId::Auto { now_ms: 1 }, &[(b"m", &MESSAGE)]));
    }
    log
}

fn stream_log(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stream log, 1000 adds");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("add", |bencher| {
        let add = |log: StreamLog<()>| {
            for _ in 0..BATCH {
                must(log.add(NewId::Auto { now_ms: 1 }, &[(b"m", black_box(&MESSAGE))]));
            }
            log
        };
        bencher.iter_batched(|| log_of(0), add, BatchSize::PerIteration);
    });
    group.finish();
    let log = log_of(10_000);
    let mut group = criterion.benchmark_group("stream log of 10000");
    group.bench_function("first 100 after an id", |bencher| {
        bencher.iter(|| log.pin().after(black_box(Id::MIN), None, 100).count());
    });
    group.bench_function("range of 100 in the middle", |bencher| {
        let (from, to) = (Id::new(1, 5_000), Id::MAX);
        bencher.iter(|| log.pin().range(black_box(from), to, 100).count());
    });
    group.bench_function("one by its id", |bencher| {
        bencher.iter(|| log.pin().get(black_box(Id::new(1, 5_000))).is_some());
    });
    group.finish();
}

/// What one delivery takes, without any thread that sleeps.
fn waiter(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("waiter");
    group.bench_function("make, claim, deliver, take", |bencher| {
        bencher.iter(|| {
            let mut waiter = Waiter::new();
            if let Some(claim) = waiter.handle().claim() {
                claim.deliver(black_box(7_u64)).wake();
            }
            waiter.take()
        });
    });
    group.bench_function("make and cancel", |bencher| {
        bencher.iter(|| {
            let mut waiter: Waiter<u64> = Waiter::new();
            black_box(waiter.handle());
            waiter.cancel()
        });
    });
    group.finish();
}

/// With a thousand that wait.
fn wait_queue(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wait queue of 1000");
    let full = || {
        let mut queue = WaitQueue::new();
        let tokens: Vec<_> = (0..BATCH).map(|one| queue.push_back(one)).collect();
        (queue, tokens)
    };
    group.bench_function("push and pop", |bencher| {
        let (mut queue, _) = full();
        bencher.iter(|| {
            let _ = queue.push_back(black_box(1));
            queue.pop_front()
        });
    });
    group.bench_function("remove from the middle and push", |bencher| {
        let (mut queue, mut tokens) = full();
        let mut turn = 0;
        bencher.iter(|| {
            turn = (turn + BATCH / 2 + 1) % BATCH;
            let removed = queue.remove(tokens[turn]);
            tokens[turn] = queue.push_back(turn);
            removed
        });
    });
    group.finish();
}

/// How one thread changes a word once.
type Step = fn(&AtomicU64);

/// One read-modify-write that always succeeds.
fn add_one(word: &AtomicU64) {
    word.fetch_add(1, Relaxed);
}

/// A claim: load, then compare-exchange, until it succeeds.
fn claim(word: &AtomicU64) {
    let mut seen = word.load(Relaxed);
    while let Err(other) = word.compare_exchange_weak(seen, seen + 1, Relaxed, Relaxed) {
        seen = other;
    }
}

/// What the processor takes for a cache line that two cores want: no engine is faster on one key.
/// The time is that of one step of any thread.
fn shared_word(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shared word");
    let steps: [(&str, Step); 2] = [("fetch_add", add_one), ("claim", claim)];
    for (name, step) in steps {
        for (threads, words) in [(1, 1), (2, 2), (2, 1)] {
            let title = format!("{name}, {threads} threads on {words}");
            group.bench_function(title, |bencher| {
                bencher.iter_custom(|iterations| changed(step, threads, words, iterations));
            });
        }
    }
    group.bench_function("handed to and fro", |bencher| {
        bencher.iter_custom(handed_over);
    });
    group.finish();
}

/// Two threads change a word in turn: what a line takes from one core to another one.
fn handed_over(iterations: u64) -> Duration {
    let word: CachePadded<AtomicU64> = CachePadded::default();
    let pulse = Pulse::default();
    let spans = crew::run(2, &pulse, |index, gate| {
        gate.wait();
        let (span, ()) = Span::of(|| {
            for turn in (index as u64..iterations).step_by(2) {
                while word.load(Relaxed) != turn {
                    spin_loop();
                }
                word.store(turn + 1, Relaxed);
            }
        });
        span
    });
    let taken = Span::hull(must(spans));
    assert_eq!(word.load(Relaxed), iterations, "each had its turns");
    taken
}

/// So many changes by so many threads, of words on lines of their own.
fn changed(step: Step, threads: usize, words: usize, iterations: u64) -> Duration {
    let words: Vec<CachePadded<AtomicU64>> = (0..words).map(|_| CachePadded::default()).collect();
    let each = iterations.div_ceil(threads as u64);
    let pulse = Pulse::default();
    let spans = crew::run(threads, &pulse, |index, gate| {
        let word = &words[index % words.len()];
        gate.wait();
        let (span, ()) = Span::of(|| (0..each).for_each(|_| step(black_box(word))));
        span
    });
    let taken = Span::hull(must(spans));
    let sum: u64 = words.iter().map(|word| word.load(Relaxed)).sum();
    assert_eq!(sum, each * threads as u64, "no change was lost");
    taken
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = segment_list, stream_log, waiter, wait_queue, shared_word
}
criterion_main!(benches);

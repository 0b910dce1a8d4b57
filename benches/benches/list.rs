//! Calls on lists by one thread: by handle, by name, and what peers do instead.
//!
//! A call that takes is timed together with the push that it needs; `lpush` alone grows a list that
//! is made anew now and then, outside the time.
#![forbid(unsafe_code)]

use core::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, criterion_group, criterion_main};
use forebay::{Config, Engine, Side};
use forebay_bench::engine::crossbeam_channel::Channel;
use forebay_bench::engine::crossbeam_segqueue::SegQueue;
use forebay_bench::engine::mutex_vecdeque::MutexVecDeque;
use forebay_bench::engine::{Key, KeyedQueues, Named, Queue, dashmap_mutex_vecdeque};
use forebay_bench::key::names;
use mimalloc::MiMalloc;

use crate::common::{MESSAGE, criterion, must};

mod common;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Pushes of one batch.
const BATCH: usize = 1_000;
/// Messages in a list of which a range is read.
const RANGE_OF: usize = 10_000;

fn open() -> Engine {
    must(Engine::open(Config::in_memory()))
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// A thousand pushes to an empty queue.
fn peer_push<Q: Queue>(group: &mut Group<'_>) {
    group.bench_function(Q::NAME, |bencher| {
        let push = |queue: Q| {
            for _ in 0..BATCH {
                queue.push(black_box(&MESSAGE));
            }
            queue
        };
        bencher.iter_batched(Q::new, push, BatchSize::PerIteration);
    });
}

fn push(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lpush");
    group.throughput(criterion::Throughput::Elements(BATCH as u64));
    group.bench_function("forebay", |bencher| {
        let engine = open();
        let list = must(engine.list("mq"));
        let emptied = || must(engine.del(&[&list]));
        let push = |_| {
            for _ in 0..BATCH {
                must(list.lpush([black_box(&MESSAGE)]));
            }
        };
        bencher.iter_batched(emptied, push, BatchSize::PerIteration);
    });
    group.bench_function("forebay:name", |bencher| {
        let engine = open();
        let emptied = || must(engine.del(&["mq"]));
        let push = |_| {
            for _ in 0..BATCH {
                must(engine.lpush(black_box("mq"), [black_box(&MESSAGE)]));
            }
        };
        bencher.iter_batched(emptied, push, BatchSize::PerIteration);
    });
    peer_push::<Channel>(&mut group);
    peer_push::<SegQueue>(&mut group);
    peer_push::<MutexVecDeque>(&mut group);
    group.finish();
}

fn peer_pop<Q: Queue>(group: &mut Group<'_>) {
    let queue = Q::new();
    group.bench_function(Q::NAME, |bencher| {
        bencher.iter(|| {
            queue.push(black_box(&MESSAGE));
            queue.pop(|message| black_box(message).len())
        });
    });
}

/// A push and what takes the message: owned, or where it lies.
fn pop(criterion: &mut Criterion) {
    let engine = open();
    let list = must(engine.list("mq"));
    let mut group = criterion.benchmark_group("lpush and rpop");
    group.bench_function("forebay", |bencher| {
        bencher.iter(|| {
            must(list.lpush([black_box(&MESSAGE)]));
            must(list.rpop())
        });
    });
    group.bench_function("forebay:name", |bencher| {
        bencher.iter(|| {
            must(engine.lpush(black_box("mq"), [black_box(&MESSAGE)]));
            must(engine.rpop(black_box("mq")))
        });
    });
    group.finish();
    let mut group = criterion.benchmark_group("lpush and rpop_with");
    group.bench_function("forebay", |bencher| {
        bencher.iter(|| {
            must(list.lpush([black_box(&MESSAGE)]));
            must(list.rpop_with(|message| black_box(message).len()))
        });
    });
    group.bench_function("forebay:name", |bencher| {
        bencher.iter(|| {
            must(engine.lpush(black_box("mq"), [black_box(&MESSAGE)]));
            must(engine.rpop_with(black_box("mq"), |message| black_box(message).len()))
        });
    });
    peer_pop::<Channel>(&mut group);
    peer_pop::<SegQueue>(&mut group);
    peer_pop::<MutexVecDeque>(&mut group);
    let names = names(1);
    let map = dashmap_mutex_vecdeque::Map::new(&names);
    group.bench_function(dashmap_mutex_vecdeque::Map::NAME, |bencher| {
        let key = Key {
            index: 0,
            name: &names[0],
        };
        bencher.iter(|| {
            map.push(black_box(key), black_box(&MESSAGE));
            map.pop(black_box(key), |message| black_box(message).len())
        });
    });
    group.finish();
}

/// One message goes round between two lists.
fn movement(criterion: &mut Criterion) {
    let engine = open();
    let (from, to) = (must(engine.list("from")), must(engine.list("to")));
    must(from.lpush([MESSAGE]));
    let mut group = criterion.benchmark_group("lmove there and back");
    let (right, left) = (Side::Right, Side::Left);
    group.bench_function("forebay", |bencher| {
        bencher.iter(|| {
            black_box(must(from.lmove(&to, right, left)));
            must(to.lmove(&from, right, left))
        });
    });
    group.bench_function("forebay:name", |bencher| {
        bencher.iter(|| {
            black_box(must(engine.lmove("from", "to", right, left)));
            must(engine.lmove("to", "from", right, left))
        });
    });
    group.finish();
}

/// A hundred elements from the start, and from the middle.
fn range(criterion: &mut Criterion) {
    let engine = open();
    let list = must(engine.list("mq"));
    for _ in 0..RANGE_OF {
        must(list.rpush([MESSAGE]));
    }
    let mut group = criterion.benchmark_group("lrange of 100");
    for (place, start) in [("start", 0), ("middle", 5_000)] {
        let stop = start + 99;
        group.bench_function(format!("forebay, {place}"), |bencher| {
            bencher.iter(|| must(list.lrange(black_box(start), stop)));
        });
        group.bench_function(format!("forebay:name, {place}"), |bencher| {
            bencher.iter(|| must(engine.lrange(black_box("mq"), black_box(start), stop)));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = push, pop, movement, range
}
criterion_main!(benches);

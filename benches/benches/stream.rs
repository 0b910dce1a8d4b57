//! Calls on streams by one thread: by handle, by name, and what peers do instead.
#![forbid(unsafe_code)]

use core::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use forebay::stream::{ReadFrom, Trim, XaddOptions, XreadOptions};
use forebay::{Config, Engine, StreamId};
use forebay_bench::engine::stream::{Session, Stream, mutex_arena, mutex_btreemap};
use mimalloc::MiMalloc;

use crate::common::{MESSAGE, criterion, must};

mod common;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A stream that is added to is kept so long, about.
const MAXLEN: u64 = 10_000;
/// Entries of a stream that is read.
const ENTRIES: usize = 10_000;
const COUNT: u64 = 100;

fn open() -> Engine {
    must(Engine::open(Config::in_memory()))
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn peer_add<S: Stream>(group: &mut Group<'_>) {
    let stream = S::new(0);
    let mut session = stream.session();
    group.bench_function(S::NAME, |bencher| {
        bencher.iter(|| session.add_bounded(black_box(&MESSAGE), MAXLEN));
    });
}

/// Adding to a stream whose length is bounded: otherwise it would fill the memory.
fn add(criterion: &mut Criterion) {
    let engine = open();
    let stream = must(engine.stream("mq"));
    let options = XaddOptions {
        trim: Some(Trim::maxlen(MAXLEN).approximately()),
        ..XaddOptions::default()
    };
    let mut group = criterion.benchmark_group("xadd maxlen ~");
    group.bench_function("forebay", |bencher| {
        bencher.iter(|| must(stream.xadd_with(&options, [("m", black_box(&MESSAGE))])));
    });
    group.bench_function("forebay:name", |bencher| {
        bencher.iter(|| {
            must(engine.xadd_with(black_box("mq"), &options, [("m", black_box(&MESSAGE))]))
        });
    });
    peer_add::<mutex_arena::Stream>(&mut group);
    peer_add::<mutex_btreemap::Stream>(&mut group);
    group.finish();
}

fn peer_read<S: Stream>(group: &mut Group<'_>) {
    let stream = S::new(0);
    let mut session = stream.session();
    (0..ENTRIES).for_each(|_| session.add(&MESSAGE));
    group.bench_function(S::NAME, |bencher| {
        bencher.iter(|| {
            let mut bytes = 0;
            session.read(black_box(StreamId::MIN), 100, |_, message| {
                bytes += message.len();
            });
            bytes
        });
    });
}

/// A hundred entries from the start, lent and copied.
fn read(criterion: &mut Criterion) {
    let engine = open();
    let stream = must(engine.stream("mq"));
    for _ in 0..ENTRIES {
        must(stream.xadd([("m", &MESSAGE)]));
    }
    let options = XreadOptions {
        count: Some(COUNT),
        ..XreadOptions::default()
    };
    let mut group = criterion.benchmark_group("xread_with of 100");
    group.bench_function("forebay", |bencher| {
        bencher.iter(|| {
            let mut fields = 0;
            let each = |entry: forebay::stream::EntryRef<'_>| fields += entry.fields.iter().count();
            must(stream.xread_with(black_box(StreamId::MIN), &options, each));
            fields
        });
    });
    peer_read::<mutex_arena::Stream>(&mut group);
    peer_read::<mutex_btreemap::Stream>(&mut group);
    group.finish();
    let mut group = criterion.benchmark_group("xread of 100");
    group.bench_function("forebay", |bencher| {
        bencher.iter(|| must(stream.xread(black_box(StreamId::MIN), &options)));
    });
    group.bench_function("forebay:name", |bencher| {
        let from = [("mq", ReadFrom::After(StreamId::MIN))];
        bencher.iter(|| must(engine.xread(black_box(&from), &options)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = add, read
}
criterion_main!(benches);

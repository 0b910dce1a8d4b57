//! A consumer of a group: it is delivered entries and acknowledges them, by one thread.
//!
//! Each step adds what it reads, to a stream that is kept short, so that it can go on for ever.
#![forbid(unsafe_code)]

use core::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use forebay::stream::{GroupReadFrom, GroupStart, Trim, XaddOptions, XreadgroupOptions};
use forebay::{Config, Engine, StreamId};
use forebay_bench::engine::stream::{Member, Session, Stream, mutex_arena, mutex_btreemap};
use mimalloc::MiMalloc;

use crate::common::{MESSAGE, criterion, must};

mod common;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const MAXLEN: u64 = 10_000;
/// Entries of one XREADGROUP.
const COUNTS: [usize; 2] = [1, 100];

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn peer<S: Stream>(group: &mut Group<'_>, count: usize) {
    let stream = S::new(1);
    let (mut session, mut member) = (stream.session(), stream.member(0, 0));
    let mut ids: Vec<StreamId> = Vec::with_capacity(count);
    group.bench_function(S::NAME, |bencher| {
        bencher.iter(|| {
            (0..count).for_each(|_| session.add_bounded(black_box(&MESSAGE), MAXLEN));
            ids.clear();
            member.take(count, |id, message| {
                black_box(message);
                ids.push(id);
            });
            assert_eq!(ids.len(), count, "what was added is delivered");
            member.ack(&ids);
        });
    });
}

fn deliver(criterion: &mut Criterion) {
    for count in COUNTS {
        let title = format!("xadd, xreadgroup count {count}, xack");
        let mut group = criterion.benchmark_group(title);
        group.throughput(Throughput::Elements(count as u64));
        by_handle(&mut group, count);
        by_name(&mut group, count);
        peer::<mutex_arena::Stream>(&mut group, count);
        peer::<mutex_btreemap::Stream>(&mut group, count);
        group.finish();
    }
}

/// An engine with a stream and a group, and how entries are added.
fn open() -> (Engine, XaddOptions) {
    let engine = must(Engine::open(Config::in_memory()));
    must(engine.xadd("mq", [("m", &MESSAGE)]));
    must(engine.xgroup_create("mq", "workers", GroupStart::Now));
    let options = XaddOptions {
        trim: Some(Trim::maxlen(MAXLEN).approximately()),
        ..XaddOptions::default()
    };
    (engine, options)
}

fn by_handle(group: &mut Group<'_>, count: usize) {
    let (engine, options) = open();
    let stream = must(engine.stream("mq"));
    let consumer = stream.group("workers").consumer("w1");
    let mut ids: Vec<StreamId> = Vec::with_capacity(count);
    group.bench_function("forebay", |bencher| {
        bencher.iter(|| {
            for _ in 0..count {
                must(stream.xadd_with(&options, [("m", black_box(&MESSAGE))]));
            }
            ids.clear();
            must(consumer.read_with(count as u64, |entry| {
                black_box(entry.fields.iter().next());
                ids.push(entry.id);
            }));
            assert_eq!(ids.len(), count, "what was added is delivered");
            must(consumer.group().xack(&ids))
        });
    });
}

fn by_name(group: &mut Group<'_>, count: usize) {
    let (engine, options) = open();
    let read = XreadgroupOptions {
        count: Some(count as u64),
        ..XreadgroupOptions::default()
    };
    let mut ids: Vec<StreamId> = Vec::with_capacity(count);
    group.bench_function("forebay:name", |bencher| {
        bencher.iter(|| {
            for _ in 0..count {
                must(engine.xadd_with("mq", &options, [("m", black_box(&MESSAGE))]));
            }
            let from = [("mq", GroupReadFrom::New)];
            let delivered = must(engine.xreadgroup("workers", "w1", &from, &read));
            ids.clear();
            ids.extend(delivered.iter().flat_map(|(_, all)| all).map(|one| one.id));
            assert_eq!(ids.len(), count, "what was added is delivered");
            must(engine.xack("mq", "workers", &ids))
        });
    });
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = deliver
}
criterion_main!(benches);

//! The small workloads in criterion's form: one group for each, our engine beside its peers.
//!
//! `cargo bench -p forebay-bench -- list-spsc` runs one workload. The drivers are those of
//! `forebay bench`, so threads start together and are pinned when there are enough cores; only the
//! sampling and the statistics are criterion's.
#![forbid(unsafe_code)]

use core::time::Duration;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use forebay_bench::measure::case::{Shape, as_f64};
use forebay_bench::measure::{Group, Pulse, Work};
use forebay_bench::options::{Options, PAYLOAD_BYTES_DEFAULT};
use forebay_bench::workload::Workload;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Those whose messages pass through one by one, in nanoseconds.
const SMALL: [Workload; 10] = [
    Workload::ListSeq,
    Workload::ListSpsc,
    Workload::ListMpsc,
    Workload::ListMpmc,
    Workload::ListKeys,
    Workload::ListReliable,
    Workload::StreamAdd,
    Workload::StreamRead,
    Workload::StreamRange,
    Workload::StreamGroup,
];
/// So few messages would measure the start of the threads.
const MESSAGES_MIN: u64 = 1_000;

fn small(criterion: &mut Criterion) {
    // Oversubscribed forms belong to `forebay bench`: they need long rounds.
    let options = Options {
        threads: vec![2, 4],
        ..Options::default()
    };
    for workload in SMALL {
        for group in workload.groups(&options) {
            run(criterion, &group);
        }
    }
}

fn run(criterion: &mut Criterion, group: &Group) {
    let Shape {
        workload, title, ..
    } = &group.shape;
    let mut bench = criterion.benchmark_group(format!("{workload} ({title})"));
    bench.throughput(Throughput::Elements(1));
    for case in &group.cases {
        bench.bench_function(BenchmarkId::from_parameter(case.label()), |bencher| {
            bencher.iter_custom(|iterations| {
                let messages = iterations.max(MESSAGES_MIN);
                let pulse = Arc::new(Pulse::default());
                let work = Work {
                    messages,
                    payload: PAYLOAD_BYTES_DEFAULT,
                    pulse,
                };
                match case.time(&work) {
                    Ok(sample) => {
                        Duration::from_secs_f64(sample.ns_per_op() * 1e-9 * as_f64(iterations))
                    }
                    Err(fault) => panic!("{}: {fault}", case.label()),
                }
            });
        });
    }
    bench.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20);
    targets = small
}
criterion_main!(benches);

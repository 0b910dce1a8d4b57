//! Appending to the log: what the caller's thread does, and what it waits for.
//!
//! The log is emptied by a checkpoint before it is full, outside the time.
#![forbid(unsafe_code)]

use core::fmt::Display;
use core::hint::black_box;
use core::time::Duration;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use forebay_wal::{Config, DiskStorage, Level, Record, Wal};
use tempfile::TempDir;

const MESSAGE: [u8; 64] = [b'x'; 64];
/// The log is emptied when it is larger.
const LOG_BYTES_MAX: u64 = 256 << 20;
/// Appends between two looks at its size.
const BATCH: u64 = 10_000;

/// The value of a call that cannot fail here; a failure ends the run with its message.
#[track_caller]
fn must<T, E: Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

/// So many appends, without the time in which the log is emptied.
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn appends(log: &Wal, iterations: u64) -> Duration {
    let mut taken = Duration::ZERO;
    let mut left = iterations;
    while left > 0 {
        let batch = left.min(BATCH);
        let start = Instant::now();
        for _ in 0..batch {
            black_box(must(log.append(Record::new(1, 0, black_box(&MESSAGE)))));
        }
        taken += start.elapsed();
        left -= batch;
        if log.log_bytes() > LOG_BYTES_MAX {
            must(must(log.checkpoint()).commit());
        }
    }
    taken
}

fn append(criterion: &mut Criterion) {
    let directory = must(TempDir::new());
    let storage = Arc::new(DiskStorage::new(directory.path().join("log")));
    let config = Config {
        level: Level::None,
        ..Config::default()
    };
    let (log, _) = must(Wal::open(storage, config));
    let mut group = criterion.benchmark_group("wal append of 64 bytes");
    group.bench_function("forebay-wal, not waited for", |bencher| {
        bencher.iter_custom(|iterations| appends(&log, iterations));
    });
    group.finish();
    let mut group = criterion.benchmark_group("wal append of 64 bytes, durable");
    group.sample_size(10);
    group.bench_function("forebay-wal", |bencher| {
        bencher.iter(|| {
            let ticket = must(log.append(Record::new(1, 0, &MESSAGE)));
            must(log.wait(ticket, Level::Group));
        });
    });
    group.bench_function("write and fdatasync", |bencher| {
        let mut file = must(File::create(directory.path().join("file")));
        bencher.iter(|| {
            must(file.write_all(black_box(&MESSAGE)));
            must(file.sync_data());
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1));
    targets = append
}
criterion_main!(benches);

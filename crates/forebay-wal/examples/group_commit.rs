//! Group commit against a bare loop of write and fdatasync, on the disk of the current directory.
//!
//! Run with `cargo run --release -p forebay-wal --example group_commit`.
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use core::time::Duration;
use forebay_wal::{Config, DiskStorage, Error, Level, Record, Storage, Wal};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const TIME: Duration = Duration::from_secs(2);
const BODY: [u8; 64] = [7; 64];

/// How many blocks of 4096 bytes are written and synced in a second, one after the other.
fn bare(path: &Path) -> Result<f64, Error> {
    let storage = DiskStorage::new(path);
    let io = |source| Error::Io {
        what: "the bare loop",
        source: Arc::new(source),
    };
    let _lock = storage.lock().map_err(io)?;
    let file = storage.create("bare").map_err(io)?;
    let blocks = 4096;
    file.write_at(&vec![0; 4096 * blocks], 0).map_err(io)?;
    file.sync().map_err(io)?;
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < TIME {
        let offset = u64::from(count) % blocks as u64 * 4096;
        file.write_at(&[1; 4096], offset).map_err(io)?;
        file.sync().map_err(io)?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

/// How many records are acknowledged in a second when so many threads wait for one each.
fn group(path: &Path, waiters: usize) -> Result<f64, Error> {
    let (log, _) = Wal::open(Arc::new(DiskStorage::new(path)), Config::default())?;
    let start = Instant::now();
    let count: Result<u32, Error> = std::thread::scope(|scope| {
        let one = || {
            let mut count = 0;
            while start.elapsed() < TIME {
                let ticket = log.append(Record::new(0, 0, &BODY))?;
                log.wait(ticket, Level::Group)?;
                count += 1;
            }
            Ok::<u32, Error>(count)
        };
        let threads: Vec<_> = (0..waiters).map(|_| scope.spawn(one)).collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.map(|counted| counted.unwrap_or(Ok(0))).sum()
    });
    Ok(f64::from(count?) / start.elapsed().as_secs_f64())
}

fn main() -> Result<(), Error> {
    let path = Path::new("group-commit.tmp");
    for round in 1..=3 {
        drop(std::fs::remove_dir_all(path));
        println!("round {round}: write + fdatasync {:>10.0}/s", bare(path)?);
        for waiters in [1, 16, 256] {
            drop(std::fs::remove_dir_all(path));
            println!(
                "round {round}: {waiters:>4} waiters {:>14.0}/s",
                group(path, waiters)?
            );
        }
    }
    drop(std::fs::remove_dir_all(path));
    Ok(())
}

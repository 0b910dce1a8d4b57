//! Stores that earlier versions have written, which every later one must read.
//!
//! A store is kept as text in `tests/fixtures`: see [`fixture`]. What must be found in it is kept
//! beside it, and was written down before the store was closed. Neither is ever written again. A
//! version that changes the format adds a store of its own:
//!
//! ```text
//! FOREBAY_NEW_FIXTURE=version-2 cargo test -p forebay --test versions -- --ignored write
//! ```
#![cfg(test)]

mod codes;
mod content;
mod describe;
mod fixture;

use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs, process};

use forebay::{Clock, Config, Engine, Level};
use forebay_wal::sim::SimDisk;
use forebay_wal::{DiskStorage, Storage};

/// When the stores were written, and when they are read: a key has expired meanwhile.
const WRITTEN_MS: i64 = 1_000_000;
const READ_MS: i64 = 2_000_000;

fn config(storage: Arc<dyn Storage>, clock: Clock) -> Config {
    Config::on_storage(storage)
        .log_bytes_max(2 << 20)
        .clock(clock)
        .shards(1)
        .workers(0)
}

/// A directory with the store of a version, removed when this is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new(version: &str) -> Self {
        let name = format!("forebay-{version}-{}", process::id());
        let path = env::temp_dir().join(name);
        drop(fs::remove_dir_all(&path));
        fs::create_dir(&path).expect("there is room for a directory");
        for (name, bytes) in fixture::read(version) {
            fs::write(path.join(name), bytes).expect("there is room for a file");
        }
        Self(path)
    }

    fn open(&self) -> Engine {
        let storage = Arc::new(DiskStorage::new(&self.0));
        Engine::open(config(storage, Clock::manual(READ_MS))).expect("every version can be read")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn must_read(version: &str) {
    let expected = fixture::expected(version);
    let directory = Directory::new(version);
    let engine = directory.open();
    let found = describe::all(&engine);
    assert!(
        found == expected,
        "{version}: found\n{found}\ninstead of\n{expected}"
    );
    // It goes on, and can be read again: now from what this version has written.
    content::fill(&engine, "later:", &mut || ());
    drop(engine);
    let engine = directory.open();
    let again = describe::all(&engine);
    let kept = again.lines().filter(|line| !line.contains("later:"));
    let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
    assert!(kept == expected, "{version}, second life: found\n{kept}");
    assert!(again.matches("later:").count() > 30, "{again}");
}

#[test]
fn version_1() {
    must_read("version-1");
}

/// What is kept is worth keeping.
#[test]
fn version_1_has_everything() {
    let files = fixture::read("version-1");
    let count = |kind: &str| files.keys().filter(|name| name.starts_with(kind)).count();
    assert!(count("segment-") >= 2, "segments: {:?}", files.keys());
    assert_eq!(
        (count("checkpoint-"), count("STORE")),
        (1, 1),
        "{:?}",
        files.keys()
    );
    assert!(count("spare-") >= 1, "{:?}", files.keys());
    let found = codes::of(files);
    // All but one: 47 takes somebody who waits while time passes.
    let all: Vec<u8> = (1..=17).chain(32..=46).chain(48..=49).collect();
    assert_eq!(found, all, "the codes of all operations");
}

#[test]
#[ignore = "writes a new fixture, and never over an old one"]
fn write() {
    let version = env::var("FOREBAY_NEW_FIXTURE").expect("FOREBAY_NEW_FIXTURE names it");
    let disk = SimDisk::new(fixture::seed(&version));
    let clock = Clock::manual(WRITTEN_MS);
    let opened = Engine::open_by_hand(config(Arc::new(disk.clone()), clock.clone()));
    let (engine, mut hand) = opened.expect("a new disk");
    let engine = engine.at_level(Level::None);
    let mut turn = || hand.turn().expect("the disk is there");
    content::fill(&engine, "checkpoint:", &mut turn);
    engine
        .checkpoint_by_hand(&mut hand, |_| ())
        .expect("the disk is there");
    let mut turn = || hand.turn().expect("the disk is there");
    content::fill(&engine, "log:", &mut turn);
    content::change(&engine, "checkpoint:", &mut turn);
    // Into another segment.
    for n in 0..12 {
        engine
            .rpush("many", [n.to_string()])
            .expect("there is room");
        turn();
    }
    // As a process leaves it that is killed here.
    let left = disk.fork();
    clock.set(READ_MS);
    fixture::write(&version, &left, &describe::all(&engine));
}

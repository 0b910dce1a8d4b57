//! The properties of the fuzz targets, on their seeds, on every cut of them, and on mutations.
//!
//! A longer run: `FOREBAY_FUZZ_RUNS=1000000 cargo test --release -p forebay-resp --test fuzz`.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by a panic, in its helpers too"
)]

#[path = "../fuzz/properties/commands.rs"]
mod commands;
#[path = "support/mutation.rs"]
mod mutation;
#[path = "../fuzz/properties/replies.rs"]
mod replies;

use std::fs;
use std::path::Path;

use mutation::Mutation;

fn seeds(kind: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(kind);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    // The order of a folder is not the same everywhere, and the mutations are to be.
    paths.sort();
    assert!(paths.len() > 10, "the seeds are there");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn mutate(kind: &str, check: fn(&[u8])) {
    let runs = std::env::var("FOREBAY_FUZZ_RUNS").map_or(20_000, |runs| runs.parse().unwrap());
    let seeds = seeds(kind);
    let mut mutation = Mutation::new(0x5eed);
    for _ in 0..runs {
        let input = mutation.of(&seeds);
        let held = std::panic::catch_unwind(|| check(&input)).is_ok();
        assert!(held, "failed for {}", input.escape_ascii());
    }
}

#[test]
fn commands_cut_anywhere_are_the_same() {
    for seed in seeds("commands") {
        for selector in 0..3 {
            let limits = commands::limits_of(selector);
            let input = &seed[2..];
            for at in 0..=input.len() {
                commands::check_split(input, &limits, at);
            }
            for read_bytes in [1, 2, 3, 7] {
                commands::check_cut(input, &limits, read_bytes);
            }
        }
    }
}

#[test]
fn replies_cut_anywhere_are_the_same() {
    for seed in seeds("replies") {
        for selector in 0..2 {
            let limits = replies::limits_of(selector);
            for at in 0..=seed.len() - 2 {
                replies::check_split(&seed[2..], &limits, at);
            }
            replies::check(&[&[selector, 0], &seed[2..]].concat());
        }
    }
}

#[test]
fn mutated_commands_keep_the_properties() {
    mutate("commands", commands::check);
}

#[test]
fn mutated_replies_keep_the_properties() {
    mutate("replies", replies::check);
}

//! Bits, sectors and lengths of every file.

use crate::judge::Judge;
use crate::store::{Outcome, Store};

const SECTOR_BYTES: usize = 512;

/// How many of all cases are tried.
#[derive(Clone, Copy)]
struct Depth {
    /// Of bytes that are written, one bit each; of free ones, one byte in so many.
    few: Option<usize>,
    /// Lengths are tried at this distance, and next to each sector's end.
    length_step: usize,
}

const BOUNDED: Depth = Depth {
    few: Some(251),
    length_step: 509,
};
const WHOLE: Depth = Depth {
    few: None,
    length_step: 1,
};

/// What every changed byte leads to, together.
fn expected(store: &Store, name: &str, before: &[u8], after: &[u8]) -> Outcome {
    let changed = (0..before.len()).filter(|at| before[*at] != after[*at]);
    let outcomes = changed.map(|at| store.outcome(name, at));
    outcomes.max().unwrap_or(Outcome::Whole)
}

fn bits(judge: &mut Judge<'_>, name: &str, depth: Depth) {
    let bytes = judge.store.files[name].clone();
    let mut damaged = bytes.clone();
    for at in 0..bytes.len() {
        let around = &bytes[at.saturating_sub(8)..(at + 8).min(bytes.len())];
        let is_free = around.iter().all(|byte| *byte == 0);
        let bits = match depth.few {
            None => 0..8,
            Some(step) if is_free && at % step != 0 => continue,
            Some(_) => at % 8..at % 8 + 1,
        };
        for bit in bits {
            damaged[at] ^= 1 << bit;
            let outcome = judge.judge_bytes(name, &damaged, &format!("bit {bit} of {at}"));
            damaged[at] = bytes[at];
            assert_eq!(
                outcome,
                judge.store.outcome(name, at),
                "{name} {bit} of {at}"
            );
        }
        progress(depth, name, at, bytes.len());
    }
}

fn sectors(judge: &mut Judge<'_>, name: &str) {
    let bytes = judge.store.files[name].clone();
    for fill in [0, 0xff] {
        for at in (0..bytes.len()).step_by(SECTOR_BYTES) {
            let mut damaged = bytes.clone();
            let end = (at + SECTOR_BYTES).min(bytes.len());
            damaged[at..end].fill(fill);
            let outcome = judge.judge_bytes(name, &damaged, &format!("sector at {at}"));
            let expected = expected(judge.store, name, &bytes, &damaged);
            assert_eq!(outcome, expected, "{name} at {at} filled with {fill}");
        }
    }
}

/// Shorter by any length, or longer.
fn lengths(judge: &mut Judge<'_>, name: &str, depth: Depth) {
    let bytes = judge.store.files[name].clone();
    // A spare file holds nothing: one of a wrong length is made again.
    let expected = if name.starts_with("spare") {
        Outcome::Whole
    } else {
        Outcome::Refused
    };
    for length in 0..bytes.len() {
        let near_end = (length + 1) % SECTOR_BYTES <= 2 || bytes.len() < 4 * SECTOR_BYTES;
        if length % depth.length_step == 0 || near_end {
            let case = format!("cut to {length}");
            let outcome = judge.judge_bytes(name, &bytes[..length], &case);
            assert_eq!(outcome, expected, "{name} {case}");
        }
        progress(depth, name, length, bytes.len());
    }
    for more in [1, SECTOR_BYTES, bytes.len()] {
        let longer = [&bytes[..], &vec![0; more]].concat();
        let outcome = judge.judge_bytes(name, &longer, "made longer");
        assert_eq!(outcome, expected, "{name} longer by {more}");
    }
}

/// For who waits for the whole sweep.
fn progress(depth: Depth, name: &str, at: usize, end: usize) {
    if depth.few.is_none() && at.is_multiple_of(4096) {
        eprintln!("{name}: {at} of {end}");
    }
}

fn sweep(is_closed: bool, depth: Depth) {
    let store = Store::new(is_closed);
    let mut judge = Judge::new(&store);
    // One spare file is like another, but for the one that has been a segment.
    for (name, bytes) in &store.files {
        let is_spare = name.starts_with("spare");
        if is_spare && bytes.iter().all(|byte| *byte == 0) {
            continue;
        }
        // Nobody looks into it, at any of its bits.
        let depth = if is_spare { BOUNDED } else { depth };
        bits(&mut judge, name, depth);
        sectors(&mut judge, name);
        lengths(&mut judge, name, depth);
    }
    let (cases, refused) = (judge.cases, judge.refused);
    assert!(refused > 2_000 && refused < cases, "{refused} of {cases}");
    eprintln!("{cases} damaged stores, of which {refused} were refused");
}

#[test]
fn a_closed_store() {
    sweep(true, BOUNDED);
}

#[test]
fn a_store_of_a_killed_process() {
    sweep(false, BOUNDED);
}

#[test]
#[ignore = "takes an hour on a busy machine: cargo xtask torture"]
fn every_bit_and_length_of_a_closed_store() {
    sweep(true, WHOLE);
}

#[test]
#[ignore = "takes an hour on a busy machine: cargo xtask torture"]
fn every_bit_and_length_of_a_store_of_a_killed_process() {
    sweep(false, WHOLE);
}

//! Concurrent histories of real threads, recorded and then checked for linearizability.
//!
//! Two keys are one state machine, so that a move, a rename or a transaction between them has one
//! moment in which it happens. `FOREBAY_LONG=1` checks many more histories.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test has threads that outlive a scope, and measures real time"
)]

extern crate alloc;

#[path = "../support/history.rs"]
mod history;
#[path = "../support/linearizability.rs"]
mod linearizability;
#[path = "../support/plan.rs"]
mod plan;
#[path = "../support/random.rs"]
mod random;
#[path = "../support/two_lists.rs"]
mod two_lists;

mod checker;

use std::time::Instant;

use forebay::{Config, Engine};

use history::Team;
use linearizability::{Verdict, check};
use plan::Plan;
use random::Random;
use two_lists::{Answer, TwoLists};

/// Steps of one search; the histories here need some hundreds.
const BUDGET: u64 = 2_000_000;

/// Spoils right histories and wants every one of them rejected, so that a checker that has become
/// blind is noticed.
#[test]
fn checker_rejects_spoilt_histories() {
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mut random = Random::new(3);
    let mut spoilt = 0;
    let mut team = Team::new(&engine, 2);
    while spoilt < 100 {
        let plan = Plan::random(&mut random, 2);
        let (initial, mut history) = team.record(&plan);
        let popped = history
            .iter_mut()
            .find_map(|recorded| match &mut recorded.operation.1 {
                Answer::Values(values) if !values.is_empty() => Some(values),
                _ => None,
            });
        // Nothing ever pushes this one.
        let Some(popped) = popped else { continue };
        popped[0] = u16::MAX;
        assert_eq!(check(&TwoLists, initial, &history, BUDGET), Verdict::Wrong);
        spoilt += 1;
    }
}

fn histories_are_linearizable(threads: usize, seed: u64) {
    let long = std::env::var_os("FOREBAY_LONG").is_some();
    let (histories, seconds) = if long { (10_000_000, 300) } else { (3_000, 8) };
    let engine = Engine::open(Config::in_memory()).unwrap();
    let mut random = Random::new(seed);
    let mut team = Team::new(&engine, threads);
    let started = Instant::now();
    let (mut checked, mut undecided, mut overlapping, mut operations) = (0, 0, 0, 0);
    while checked < histories && started.elapsed().as_secs() < seconds {
        let plan = Plan::random(&mut random, threads);
        let (initial, history) = team.record(&plan);
        overlapping += history::overlapping(&history);
        operations += history.len();
        match check(&TwoLists, initial.clone(), &history, BUDGET) {
            Verdict::Linearizable => {}
            Verdict::Undecided => undecided += 1,
            Verdict::Wrong => panic!(
                "history {checked} of seed {seed} is not linearizable from {initial:?}:\n{}",
                history::print(&history)
            ),
        }
        checked += 1;
    }
    eprintln!(
        "{checked} histories of {threads} threads, {undecided} undecided, {}% of {operations} \
         operations overlapped another",
        100 * overlapping / operations.max(1)
    );
    assert!(
        undecided * 100 <= checked,
        "{undecided} of {checked} histories were not decided"
    );
}

#[test]
fn histories_of_two_threads_are_linearizable() {
    histories_are_linearizable(2, 20);
}

#[test]
fn histories_of_three_threads_are_linearizable() {
    histories_are_linearizable(3, 30);
}

#[test]
fn histories_of_four_threads_are_linearizable() {
    histories_are_linearizable(4, 40);
}

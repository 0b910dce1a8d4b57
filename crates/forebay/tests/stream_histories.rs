//! Concurrent histories of real threads on two streams, recorded and then checked for
//! linearizability: there is one order of all commands in which the plain model gives the same
//! answers.
//!
//! `FOREBAY_LONG=1` checks many more histories.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test measures real time")]

extern crate alloc;

#[path = "support/linearizability.rs"]
mod linearizability;
#[path = "support/random.rs"]
mod random;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "support/resp.rs"]
mod resp;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "support/streams/mod.rs"]
mod streams;

use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Instant;

use forebay::StreamId;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use linearizability::{Recorded, Specification, Verdict, check};
use random::Random;
use streams::command::Command;
use streams::embedded::{Embedded, Manner};
use streams::generate::newest_lines;
use streams::model::Model;
use streams::parse::parse;
use streams::reply::Reply;

const NOW_MS: i64 = 1_700_000_000_000;

/// Steps of one search.
const BUDGET: u64 = 200_000;

/// Commands of all threads together.
const TOGETHER: usize = 14;

/// The model says what is right.
struct TwoStreams;

impl Specification for TwoStreams {
    type State = Model;
    type Operation = (Command, Reply);

    fn step(&self, state: &Model, (command, reply): &(Command, Reply)) -> Option<Model> {
        let mut after = state.clone();
        (comparable(after.apply(NOW_MS, command)) == *reply).then_some(after)
    }
}

/// Without the size of the index, which the model does not have.
fn comparable(mut reply: Reply) -> Reply {
    let counters = match &mut reply {
        Reply::Stream(info) => &mut info.counters,
        Reply::FullStream(info) => &mut info.counters,
        _ => return reply,
    };
    (counters.radix_tree_keys, counters.radix_tree_nodes) = (0, 0);
    reply
}

/// What the threads of one history do, and what is there before.
struct Plan {
    before: Vec<Command>,
    threads: Vec<Vec<(Manner, Command)>>,
    /// Whether the keys will expire some day, which closes all fast paths.
    expires: bool,
}

impl Plan {
    fn new(commands: Vec<Command>, threads: usize, random: &mut Random) -> Self {
        let mut before = commands;
        let together = before.split_off(before.len().saturating_sub(TOGETHER));
        let mut plan = Self {
            before,
            threads: vec![Vec::new(); threads],
            expires: random.one_in(4),
        };
        for (at, command) in together.into_iter().enumerate() {
            let manner = match random.below(8) {
                0 => Manner::InTransaction,
                1 => Manner::ByName,
                _ => Manner::ByHandle,
            };
            plan.threads[at % threads].push((manner, command));
        }
        plan
    }
}

/// What a trim with `~` leaves away at first, it may leave away later.
fn is_one_step(line: &str) -> bool {
    !line.contains(" ~ ")
}

fn record(plan: &Plan) -> (Model, Vec<Recorded<(Command, Reply)>>) {
    let mut engine = Embedded::new(Manner::ByName, NOW_MS);
    let mut model = Model::by_ordinal();
    for command in &plan.before {
        let reply = comparable(engine.apply(NOW_MS, command));
        let expected = comparable(model.apply(NOW_MS, command));
        assert_eq!(reply, expected, "{command:?}");
    }
    if plan.expires {
        for (_, command) in plan.threads.iter().flatten() {
            engine.expire_some_day(command);
        }
    }
    let (clock, arrived) = (AtomicU64::new(0), AtomicUsize::new(0));
    let run = |work: &[(Manner, Command)]| {
        arrived.fetch_add(1, SeqCst);
        let mut spins = 0;
        while arrived.load(SeqCst) < plan.threads.len() {
            spins += 1;
            if spins % 10_000 == 0 {
                thread::yield_now();
            } else {
                core::hint::spin_loop();
            }
        }
        let step = |(manner, command): &(Manner, Command)| {
            let called = clock.fetch_add(1, SeqCst);
            let reply = comparable(engine.call(*manner, command));
            Recorded {
                called,
                returned: clock.fetch_add(1, SeqCst),
                operation: (command.clone(), reply),
            }
        };
        work.iter().map(step).collect::<Vec<_>>()
    };
    let history = thread::scope(|scope| {
        let run = &run;
        let threads = plan
            .threads
            .iter()
            .map(|work| scope.spawn(move || run(work)));
        let threads: Vec<_> = threads.collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    (model, history)
}

/// How many operations overlapped another one.
fn overlapping(history: &[Recorded<(Command, Reply)>]) -> usize {
    let overlaps = |a: &Recorded<_>, b: &Recorded<_>| {
        a.called != b.called && a.called < b.returned && b.called < a.returned
    };
    let any = |a| history.iter().any(|b| overlaps(a, b));
    history.iter().filter(|a| any(a)).count()
}

fn print(history: &[Recorded<(Command, Reply)>]) -> String {
    let mut rows: Vec<_> = history.iter().collect();
    rows.sort_by_key(|row| row.called);
    let row = |row: &&Recorded<(Command, Reply)>| {
        let (command, reply) = &row.operation;
        format!(
            "{:3}..{:3} {command:?}\n         {reply:?}\n",
            row.called, row.returned
        )
    };
    rows.iter().map(row).collect()
}

/// Plans without end.
fn plans(threads: usize, seed: u64) -> impl Iterator<Item = Plan> {
    let mut random = Random::new(seed);
    let mut runner = TestRunner::deterministic();
    let lines = newest_lines(60);
    core::iter::repeat_with(move || {
        let lines = lines.new_tree(&mut runner).expect("any lines").current();
        let commands = lines.iter().filter(|line| is_one_step(line));
        let commands = commands.filter_map(|line| parse(line).ok()).collect();
        Plan::new(commands, threads, &mut random)
    })
}

fn histories_are_linearizable(threads: usize) {
    let long = std::env::var_os("FOREBAY_LONG").is_some();
    let (histories, seconds) = if long { (10_000_000, 300) } else { (3_000, 10) };
    let started = Instant::now();
    let (mut checked, mut undecided, mut overlapped, mut operations) = (0, 0, 0, 0);
    for plan in plans(threads, threads as u64) {
        if checked == histories || started.elapsed().as_secs() >= seconds {
            break;
        }
        let (model, history) = record(&plan);
        overlapped += overlapping(&history);
        operations += history.len();
        match check(&TwoStreams, model, &history, BUDGET) {
            Verdict::Linearizable => {}
            Verdict::Undecided => undecided += 1,
            Verdict::Wrong => panic!(
                "history {checked} is not linearizable after\n{:#?}\n{}",
                plan.before,
                print(&history)
            ),
        }
        checked += 1;
    }
    eprintln!(
        "{checked} histories of {threads} threads, {undecided} undecided, {}% of {operations} \
         operations overlapped another",
        100 * overlapped / operations.max(1)
    );
    assert!(
        undecided * 100 <= checked,
        "{undecided} of {checked} histories were not decided"
    );
}

#[test]
fn histories_of_two_threads_are_linearizable() {
    histories_are_linearizable(2);
}

#[test]
fn histories_of_three_threads_are_linearizable() {
    histories_are_linearizable(3);
}

/// Spoils right histories and wants every one of them rejected, so that a checker that has become
/// blind is noticed.
#[test]
fn spoilt_histories_are_rejected() {
    let mut spoilt = 0;
    for plan in plans(2, 7) {
        if spoilt == 100 {
            break;
        }
        let (model, mut history) = record(&plan);
        let added = history
            .iter_mut()
            .find_map(|recorded| match &mut recorded.operation.1 {
                Reply::Id(id) => Some(id),
                _ => None,
            });
        // Nobody is ever given this one.
        let Some(added) = added else { continue };
        *added = StreamId::new(7, 7_777);
        assert_eq!(check(&TwoStreams, model, &history, BUDGET), Verdict::Wrong);
        spoilt += 1;
    }
}

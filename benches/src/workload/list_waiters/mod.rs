//! `list-waiters`: what it costs that many consumers are blocked.
//!
//! No figure of an engine may grow with the number of waiters.

mod tasks;
mod threads;

use crate::engine::BlockingQueue;
use crate::engine::condvar::MutexCondvar;
use crate::engine::forebay::Slices;
use crate::measure::case::{Figure, Shape};
use crate::measure::{Case, Group};
use crate::options::Options;

const WAITERS: [usize; 2] = [4, 4_000];
const KEYS: usize = 4_000;
/// Each waiter on each key is a registration; more of them than this only on request.
const REGISTRATIONS_MAX: usize = 1_600_000;

/// Blocked threads on one key, then waiting tasks on one key and on 4,000 keys each.
#[must_use]
pub fn groups(options: &Options) -> Vec<Group> {
    let asked = !options.waiters.is_empty();
    let waiters = if asked {
        options.waiters.clone()
    } else {
        WAITERS.to_vec()
    };
    let mut groups = Vec::new();
    for &waiters in &waiters {
        groups.push(thread_group::<Slices, MutexCondvar>(Step::Push, waiters));
        groups.push(thread_group::<Slices, MutexCondvar>(Step::Timeout, waiters));
    }
    for keys in [1, KEYS] {
        for &waiters in &waiters {
            let limit = if asked {
                waiters
            } else {
                REGISTRATIONS_MAX / keys
            };
            let waiters = waiters.min(limit);
            for step in [Step::Register, Step::Push, Step::Cancel, Step::Timeout] {
                groups.push(task_group(step, waiters, keys));
            }
        }
    }
    groups
}

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Register,
    Push,
    Cancel,
    Timeout,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Push => "push",
            Self::Cancel => "cancel",
            Self::Timeout => "timeout",
        }
    }

    /// How often the step is timed in one run, at least; a call on many keys takes longer.
    const fn messages(self, keys: usize) -> u64 {
        match self {
            Self::Register | Self::Cancel if keys == 1 => 4_000,
            Self::Register | Self::Cancel => 400,
            Self::Push => 500,
            Self::Timeout => 40,
        }
    }
}

fn shape(step: Step, callers: &str, waiters: usize, keys: usize) -> Shape {
    let on = if keys == 1 {
        "one key".to_owned()
    } else {
        format!("{keys} keys each")
    };
    Shape {
        workload: "list-waiters",
        title: format!("{}: {waiters} {callers} blocked on {on}", step.name()),
        producers: 1,
        consumers: waiters,
        threads: if callers == "threads" { waiters + 1 } else { 1 },
        keys: keys as u64,
        extra: vec![
            ("step", step.name().into()),
            ("callers", callers.into()),
            ("waiters", waiters.into()),
        ],
    }
}

fn thread_group<Ours: BlockingQueue, Peer: BlockingQueue>(step: Step, waiters: usize) -> Group {
    let cases = vec![
        thread_case::<Ours>(step, waiters),
        thread_case::<Peer>(step, waiters),
    ];
    // The mean of a push is ruled by the few that lose the core to the thread they wake.
    let figure = if step == Step::Push {
        Figure::P50
    } else {
        Figure::NsPerOp
    };
    Group::new(
        shape(step, "threads", waiters, 1),
        step.messages(1),
        figure,
        cases,
    )
    .with_slow_messages()
}

fn thread_case<B: BlockingQueue>(step: Step, waiters: usize) -> Case {
    Case::new(B::NAME, B::VARIANT, move |work| match step {
        Step::Timeout => threads::time_out::<B>(waiters, work),
        _ => threads::push::<B>(waiters, work),
    })
}

fn task_group(step: Step, waiters: usize, keys: usize) -> Group {
    let run = move |work: &_| match step {
        Step::Register => tasks::register(waiters, keys, work),
        Step::Push => tasks::push(waiters, keys, work),
        Step::Cancel => tasks::cancel(waiters, keys, work),
        Step::Timeout => tasks::time_out(waiters, keys, work),
    };
    let case = Case::new(tasks::NAME, Some(tasks::VARIANT), run);
    Group::new(
        shape(step, "tasks", waiters, keys),
        step.messages(keys),
        Figure::NsPerOp,
        vec![case],
    )
    .with_slow_messages()
}

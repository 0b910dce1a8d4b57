//! What the options lead to: groups in their order, each with what it may take.

use core::fmt;

use crate::measure::case::as_f64;
use crate::measure::{Case, Group};
use crate::options::Options;
use crate::workload::Workload;

/// Runs by which a number of messages is found that fills the time, for each engine.
pub(super) const TRIALS: u64 = 2;
/// How long one open-loop run for latency goes on.
pub(super) const PACED_SECONDS: f64 = 0.05;

/// A group with one size of message.
#[derive(Debug)]
pub struct Part {
    pub(crate) workload: Workload,
    pub(crate) payload: usize,
    pub(crate) group: Group,
    pub(crate) rounds: u32,
    /// The seconds that the group may take, instead of a number of messages.
    pub(crate) seconds: Option<f64>,
    /// Whether the number of messages is one of a few, and none that is larger than the group's
    /// own, so that two runs can be compared.
    pub(crate) is_steady: bool,
    /// Whether memory is measured.
    pub(crate) memory: bool,
}

/// How much there is to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The seconds that each group takes, about; no more than that where `is_limit`.
    pub seconds: Vec<f64>,
    /// Whether the groups have a limit instead of a number of messages.
    pub is_limit: bool,
    /// How often most engines are measured.
    pub rounds: u32,
}

impl Outline {
    /// What the options lead to. Reads no clock and runs nothing.
    #[must_use]
    pub fn of(options: &Options) -> Self {
        let parts = parts(options);
        Self {
            seconds: parts.iter().map(|part| part.expected(options)).collect(),
            is_limit: parts.iter().all(|part| part.seconds.is_some()),
            rounds: options.rounds,
        }
    }

    /// All groups together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.seconds.iter().sum()
    }
}

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (groups, rounds) = (self.seconds.len(), self.rounds as usize);
        write!(
            f,
            "{groups} group{}, {rounds} round{} each, about ",
            plural(groups),
            plural(rounds)
        )?;
        let total = self.total().ceil();
        let (minutes, seconds) = ((total / 60.0).floor(), total % 60.0);
        if minutes > 0.0 {
            write!(f, "{minutes:.0} min ")?;
        }
        write!(f, "{seconds:.0} s")
    }
}

impl Part {
    pub(super) fn runs(&self, isolated: bool) -> u64 {
        let rounds = u64::from(self.rounds);
        let of_case = |case: &Case| {
            let timed = if case.is_paced() { 2 * rounds } else { rounds };
            let trials = if self.seconds.is_some() { TRIALS } else { 0 };
            let is_weighed = isolated && self.memory && case.is_weighed();
            timed + trials + u64::from(case.is_checked()) + u64::from(is_weighed)
        };
        self.group.cases.iter().map(of_case).sum()
    }

    /// Seconds, about: known only where they are limited.
    fn expected(&self, options: &Options) -> f64 {
        /// Starting threads, and now and then a server.
        const PER_RUN: f64 = 0.03;
        /// What a message took in most runs that were ever made of this workload, in nanoseconds.
        const PER_MESSAGE: f64 = 180.0;
        /// Of a message that is nothing but a wait.
        const PER_SLOW_MESSAGE: f64 = 2_000.0;
        if let Some(seconds) = self.seconds {
            return seconds;
        }
        let messages = as_f64(options.messages_of(&self.group, self.payload));
        let per_message = if self.group.slow {
            PER_SLOW_MESSAGE
        } else {
            PER_MESSAGE
        };
        let per_run = PER_RUN + messages * per_message / 1e9;
        let rounds = f64::from(self.rounds);
        let of_case = |case: &Case| {
            let weighed = if self.memory && case.is_weighed() {
                2.0 * per_run
            } else {
                0.0
            };
            let paced = if case.is_paced() {
                rounds * (PACED_SECONDS + PER_RUN)
            } else {
                0.0
            };
            rounds * per_run + weighed + paced
        };
        self.group.cases.iter().map(of_case).sum()
    }
}

/// All groups that the options ask for, in their order.
pub(crate) fn parts(options: &Options) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(suite) = options.suite {
        for (line, seconds) in suite.lines() {
            let is_chosen = |group: &Group| group.shape.title.contains(line.title);
            for part in of_workload(options, line.workload, is_chosen) {
                // Where the number of messages is given, time is not.
                let seconds = options.messages.is_none().then_some(seconds);
                parts.push(Part {
                    seconds,
                    is_steady: true,
                    memory: line.memory && options.memory,
                    ..part
                });
            }
        }
    } else {
        for &workload in &options.workloads {
            parts.extend(of_workload(options, workload, |_| true));
        }
    }
    if let Some(seconds) = options.seconds {
        let workloads: Vec<Workload> = parts.iter().map(|part| part.workload).collect();
        for part in &mut parts {
            let sharing = workloads.iter().filter(|&&each| each == part.workload);
            part.seconds = Some(seconds / as_f64(sharing.count() as u64));
            part.is_steady = false;
        }
    }
    parts
}

fn of_workload(
    options: &Options,
    workload: Workload,
    is_chosen: impl Fn(&Group) -> bool,
) -> Vec<Part> {
    let mut groups = workload.groups(options);
    groups.retain(|group| is_chosen(group));
    options.retain_groups(&mut groups);
    let part = |group: &Group, payload: usize| Part {
        workload,
        payload,
        rounds: group.rounds(options.rounds),
        group: group.clone(),
        seconds: None,
        is_steady: false,
        memory: options.memory,
    };
    let (own, chosen): (Vec<_>, Vec<_>) = groups.iter().partition(|group| group.payload.is_some());
    let of_payload = |&payload: &usize| chosen.iter().map(move |group| part(group, payload));
    let mut parts: Vec<Part> = options.payloads.iter().flat_map(of_payload).collect();
    let of_own = |group: &&Group| group.payload.map(|payload| part(group, payload));
    parts.extend(own.iter().filter_map(of_own));
    parts
}

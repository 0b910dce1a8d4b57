//! One group: every engine is checked, then all are timed in turn, again and again.

use alloc::sync::Arc;
use core::time::Duration;
use std::time::Instant;

use crate::fault::Fault;
use crate::measure::case::as_f64;
use crate::measure::isolate::{Isolate, Place};
use crate::measure::memory::{self, MemoryUse};
use crate::measure::runner::Observer;
use crate::measure::supervise::{STALL, supervise};
use crate::measure::{Case, Group, Pulse, Sample, Work};
use crate::report::row::{self, Row};

/// Messages of the check that an engine must pass before it is timed.
const CHECK_MESSAGES: u64 = 60_000;
/// A trial run has this part of the messages.
const TRIAL_PART: u64 = 20;
/// How long one open-loop run for latency goes on.
const PACED_SECONDS: f64 = 0.05;
/// The load under which latency is measured, of what the slowest engine can take.
const PACED_LOAD: f64 = 0.5;

/// How to measure a group, and whom to tell.
pub(super) struct Context<'a> {
    pub(super) rounds: u32,
    /// How to measure memory, and the group's place in the plan.
    pub(super) isolate: Option<(&'a Isolate, usize)>,
    pub(super) pulse: &'a Arc<Pulse>,
    pub(super) payload: usize,
    /// The time that the group may take, instead of a number of messages.
    pub(super) seconds: Option<f64>,
    pub(super) observer: &'a mut dyn Observer,
}

/// One case and what it has given so far.
pub(crate) struct Entry {
    pub(crate) case: Case,
    pub(crate) samples: Vec<Sample>,
    pub(crate) paced: Vec<Sample>,
    pub(crate) memory: MemoryUse,
    pub(crate) fault: Option<Fault>,
}

/// A group that is being measured.
pub(super) struct Bench<'a> {
    group: &'a Group,
    messages: u64,
    entries: Vec<Entry>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(group: &'a Group, messages: u64) -> Self {
        let entry = |case: &Case| Entry {
            case: case.clone(),
            samples: Vec::new(),
            paced: Vec::new(),
            memory: MemoryUse::default(),
            fault: None,
        };
        Self {
            group,
            messages,
            entries: group.cases.iter().map(entry).collect(),
        }
    }

    /// Does everything; an error ends not only this group but all.
    pub(super) fn measure(&mut self, context: &mut Context<'_>) -> Result<(), Fault> {
        self.check(context)?;
        if let Some(seconds) = context.seconds {
            self.calibrate(seconds, context)?;
        }
        self.time(context)?;
        self.pace(context)?;
        self.weigh(context)
    }

    /// The rows of all cases that gave a figure or a fault.
    pub(super) fn rows(&self, payload: usize) -> Vec<Row> {
        row::rows(self.group, &self.entries, payload)
    }

    fn check(&mut self, context: &mut Context<'_>) -> Result<(), Fault> {
        for index in 0..self.entries.len() {
            let case = self.entries[index].case.clone();
            if case.is_checked() {
                let messages = CHECK_MESSAGES.min(self.messages);
                let work = work(messages, context);
                self.attempt(index, "check", context, move || case.check(&work))?;
            }
        }
        Ok(())
    }

    /// Chooses the number of messages, the same for all, that fills the time.
    fn calibrate(&mut self, seconds: f64, context: &mut Context<'_>) -> Result<(), Fault> {
        let messages = self.messages.div_ceil(TRIAL_PART);
        let mut one_round = Duration::ZERO;
        for index in 0..self.entries.len() {
            let case = self.entries[index].case.clone();
            let work = work(messages, context);
            let start = Instant::now();
            self.attempt(index, "trial", context, move || case.time(&work))?;
            one_round += start.elapsed();
        }
        let per_message = one_round.as_secs_f64() / as_f64(messages);
        let rounds = f64::from(context.rounds) + if context.isolate.is_some() { 1.0 } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
        #[expect(clippy::cast_sign_loss, reason = "a time is not negative")]
        let fitting = (seconds / rounds / per_message) as u64;
        self.messages = fitting.max(1);
        if self.group.backlog {
            let room = memory::available().map_or(u64::MAX, |bytes| bytes / 2);
            self.messages = self.messages.min(room / (context.payload as u64 + 48));
        }
        Ok(())
    }

    fn time(&mut self, context: &mut Context<'_>) -> Result<(), Fault> {
        for round in 0..context.rounds {
            let what = format!("round {} of {}", round + 1, context.rounds);
            for index in order(self.entries.len(), round) {
                let case = self.entries[index].case.clone();
                let work = work(self.messages, context);
                if let Some(sample) =
                    self.attempt(index, &what, context, move || case.time(&work))?
                {
                    self.entries[index].samples.push(sample);
                }
            }
        }
        Ok(())
    }

    /// Latency under a load that all can bear, the same for all.
    fn pace(&mut self, context: &mut Context<'_>) -> Result<(), Fault> {
        let rates = self.entries.iter().filter_map(|entry| {
            let seconds: Vec<f64> = entry
                .samples
                .iter()
                .map(|sample| 1e9 / sample.ns_per_op())
                .collect();
            crate::measure::stats::median(&seconds)
        });
        let Some(slowest) = rates.reduce(f64::min) else {
            return Ok(());
        };
        let rate = slowest * PACED_LOAD;
        #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
        #[expect(clippy::cast_sign_loss, reason = "a rate is not negative")]
        let messages = ((rate * PACED_SECONDS) as u64).clamp(1, self.messages);
        for round in 0..context.rounds {
            let what = format!("latency {} of {}", round + 1, context.rounds);
            for index in order(self.entries.len(), round) {
                let case = self.entries[index].case.clone();
                if case.is_paced() {
                    let work = work(messages, context);
                    let run = move || case.pace(&work, rate);
                    if let Some(sample) = self.attempt(index, &what, context, run)? {
                        self.entries[index].paced.push(sample);
                    }
                }
            }
        }
        Ok(())
    }

    /// Memory, each in a process of its own.
    fn weigh(&mut self, context: &mut Context<'_>) -> Result<(), Fault> {
        let Some((isolate, group)) = context.isolate else {
            return Ok(());
        };
        for index in 0..self.entries.len() {
            let isolate = isolate.clone();
            let (messages, payload) = (self.messages, context.payload);
            let place = Place {
                group,
                case: index,
                messages,
                payload,
            };
            let pulse = Arc::clone(context.pulse);
            // The other process has a watcher of its own.
            let measure = move || isolate.measure(place, &pulse);
            if let Some(memory) = self.attempt(index, "memory", context, measure)? {
                self.entries[index].memory = memory;
            }
        }
        Ok(())
    }

    /// Runs something of one case, unless a fault of it is known already; `None` if it has one.
    fn attempt<T: Send + 'static>(
        &mut self,
        index: usize,
        what: &str,
        context: &mut Context<'_>,
        run: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<Option<T>, Fault> {
        let entry = &mut self.entries[index];
        if entry.fault.is_some() {
            context.observer.ran(1);
            return Ok(None);
        }
        context.observer.run(self.group, &entry.case, what);
        let result = if context.pulse.is_interrupted() {
            Err(Fault::Interrupted)
        } else {
            supervise(context.pulse, STALL, run)
        };
        context.observer.ran(1);
        match result {
            Ok(value) => Ok(Some(value)),
            // Whatever else is wrong with a run that was interrupted says nothing about the engine.
            Err(_) if context.pulse.is_interrupted() => Err(Fault::Interrupted),
            Err(fault) => {
                entry.fault = Some(fault.clone());
                if matches!(fault, Fault::Hung(_)) {
                    Err(fault)
                } else {
                    Ok(None)
                }
            }
        }
    }
}

fn work(messages: u64, context: &Context<'_>) -> Work {
    Work {
        messages,
        payload: context.payload,
        pulse: Arc::clone(context.pulse),
    }
}

/// Each round begins with another case and every second one goes backwards, so that none always
/// runs after the same neighbour.
fn order(cases: usize, round: u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cases).collect();
    if cases > 0 {
        order.rotate_left(round as usize % cases);
    }
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn rounds_begin_with_different_cases() {
        assert_eq!(order(3, 0), [0, 1, 2]);
        assert_eq!(order(3, 1), [0, 2, 1]);
        assert_eq!(order(3, 2), [2, 0, 1]);
        assert!(order(0, 5).is_empty());
    }
}

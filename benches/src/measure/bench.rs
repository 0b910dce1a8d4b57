//! One group: every engine is checked, then all are timed in turn, again and again.

use alloc::sync::Arc;
use std::time::Instant;

use crate::command::command;
use crate::fault::Fault;
use crate::measure::budget::{self, Budget, Trial};
use crate::measure::case::as_f64;
use crate::measure::isolate::{Isolate, Place};
use crate::measure::memory::{self, MemoryUse};
use crate::measure::plan::{PACED_SECONDS, Part};
use crate::measure::runner::Observer;
use crate::measure::supervise::{STALL, supervise_and};
use crate::measure::{Case, Pulse, Sample, Work};
use crate::options::Options;
use crate::report::row::{self, Row};

/// Messages of the check that an engine must pass before it is timed.
const CHECK_MESSAGES: u64 = 60_000;
/// Trial runs have these parts of the messages.
const TRIAL_PARTS: [u64; 2] = [40, 10];
/// What an observer is told while the memory of a case is measured, in another process.
pub const MEMORY: &str = "memory";
/// The load under which latency is measured, of what the slowest engine can take.
const PACED_LOAD: f64 = 0.5;

/// Whom to tell, and what is the same for all groups.
pub(super) struct Context<'a> {
    /// How to measure memory, and the group's place in the plan.
    pub(super) isolate: Option<(&'a Isolate, usize)>,
    pub(super) pulse: &'a Arc<Pulse>,
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
    part: &'a Part,
    messages: u64,
    /// How many rounds there will be, as far as is known.
    rounds: u32,
    entries: Vec<Entry>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(part: &'a Part, options: &Options) -> Self {
        let entry = |case: &Case| Entry {
            case: case.clone(),
            samples: Vec::new(),
            paced: Vec::new(),
            memory: MemoryUse::default(),
            fault: None,
        };
        Self {
            part,
            messages: options.messages_of(&part.group, part.payload),
            rounds: part.rounds,
            entries: part.group.cases.iter().map(entry).collect(),
        }
    }

    /// Does everything; an error ends not only this group but all.
    pub(super) fn measure(&mut self, context: &mut Context<'_>) -> Result<(), Fault> {
        let budget = self.part.seconds.map(|seconds| {
            let paced = self.entries.iter().filter(|entry| entry.case.is_paced());
            let runs = as_f64(paced.count() as u64) * f64::from(self.rounds);
            Budget::begin(seconds, runs * PACED_SECONDS)
        });
        self.check(context)?;
        if let Some(budget) = &budget {
            self.calibrate(budget, context)?;
        }
        self.time(budget.as_ref(), context)?;
        self.pace(context)?;
        self.weigh(context)
    }

    /// The rows of all cases that gave a figure or a fault.
    pub(super) fn rows(&self, options: &Options) -> Vec<Row> {
        // Where memory decides, there is one round whatever is asked for.
        let rounds = if self.rounds == self.part.rounds {
            options.rounds
        } else {
            self.rounds
        };
        let command = command(options, self.part, self.messages, rounds);
        row::rows(&self.part.group, &self.entries, self.part.payload, &command)
    }

    fn check(&mut self, context: &mut Context<'_>) -> Result<(), Fault> {
        for index in 0..self.entries.len() {
            let case = self.entries[index].case.clone();
            if case.is_checked() {
                let messages = CHECK_MESSAGES.min(self.messages);
                let work = self.work(messages, context);
                self.sample(index, "check", context, move || case.check(&work))?;
            }
        }
        Ok(())
    }

    /// Chooses the number of messages, the same for all, that fills the time.
    fn calibrate(&mut self, budget: &Budget, context: &mut Context<'_>) -> Result<(), Fault> {
        let own = self.messages;
        let is_weighed = context.isolate.is_some();
        let rounds = f64::from(self.rounds) + if is_weighed { 1.5 } else { 0.0 };
        let first = self.try_out(own.div_ceil(TRIAL_PARTS[0]), context)?;
        let per_round = budget.left() / rounds;
        // A second one would take a good part of the time.
        let second = if first.seconds > per_round / 4.0 {
            context.observer.ran(self.entries.len() as u64);
            None
        } else {
            Some(self.try_out(own.div_ceil(TRIAL_PARTS[1]), context)?)
        };
        let fitting = budget::fitting(first, second, budget.left() / rounds);
        self.messages = match self.part.is_steady {
            true if fitting < own => budget::steady(fitting).max(1),
            true => own,
            false => fitting.max(1),
        };
        if self.part.group.backlog {
            let room = memory::available().map_or(u64::MAX, |bytes| bytes / 2);
            let needed = self.part.payload as u64 + 48;
            self.messages = self.messages.min(room / needed).max(1);
        }
        Ok(())
    }

    /// Runs all engines once, with few messages.
    fn try_out(&mut self, messages: u64, context: &mut Context<'_>) -> Result<Trial, Fault> {
        let start = Instant::now();
        for index in 0..self.entries.len() {
            let case = self.entries[index].case.clone();
            let work = self.work(messages, context);
            self.sample(index, "trial", context, move || case.time(&work))?;
        }
        Ok(Trial {
            messages,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    fn time(&mut self, budget: Option<&Budget>, context: &mut Context<'_>) -> Result<(), Fault> {
        for round in 0..self.rounds {
            let start = Instant::now();
            let what = format!("round {} of {}", round + 1, self.rounds);
            for index in order(self.entries.len(), round) {
                let case = self.entries[index].case.clone();
                let work = self.work(self.messages, context);
                let run = move || case.time(&work);
                if let Some(sample) = self.sample(index, &what, context, run)? {
                    context.observer.sampled(&self.entries[index].case, &sample);
                    self.entries[index].samples.push(sample);
                }
            }
            // What is weighed takes about a round.
            let last = start.elapsed() * if context.isolate.is_some() { 2 } else { 1 };
            if budget.is_some_and(|budget| budget.is_over(round + 1, last)) {
                let left = u64::from(self.rounds - round - 1);
                context.observer.ran(left * self.entries.len() as u64);
                self.rounds = round + 1;
                break;
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
        for round in 0..self.part.rounds {
            let what = format!("latency {} of {}", round + 1, self.rounds);
            if round >= self.rounds {
                let paced = self.entries.iter().filter(|entry| entry.case.is_paced());
                context.observer.ran(paced.count() as u64);
                continue;
            }
            for index in order(self.entries.len(), round) {
                let case = self.entries[index].case.clone();
                if case.is_paced() {
                    let work = self.work(messages, context);
                    let run = move || case.pace(&work, rate);
                    if let Some(sample) = self.sample(index, &what, context, run)? {
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
            if !self.entries[index].case.is_weighed() {
                continue;
            }
            let isolate = isolate.clone();
            let (messages, payload) = (self.messages, self.part.payload);
            let place = Place {
                group,
                case: index,
                messages,
                payload,
            };
            let pulse = Arc::clone(context.pulse);
            // The other process has a watcher of its own.
            let measure = move || isolate.measure(place, &pulse);
            if let Some(memory) = self.attempt(index, MEMORY, context, measure)? {
                self.entries[index].memory = memory;
            }
        }
        Ok(())
    }

    /// Runs something of one case that lets messages through, as [`Bench::attempt`] does.
    fn sample(
        &mut self,
        index: usize,
        what: &str,
        context: &mut Context<'_>,
        run: impl FnOnce() -> Result<Sample, Fault> + Send + 'static,
    ) -> Result<Option<Sample>, Fault> {
        let before = context.pulse.beats();
        let sample = self.attempt(index, what, context, run)?;
        if let Some(sample) = &sample {
            let beats = context.pulse.beats() - before;
            let case = &self.entries[index].case;
            context.observer.beaten(case, sample.messages, beats);
        }
        Ok(sample)
    }

    fn work(&self, messages: u64, context: &Context<'_>) -> Work {
        Work {
            messages,
            payload: self.part.payload,
            pulse: Arc::clone(context.pulse),
        }
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
        context.observer.run(&self.part.group, &entry.case, what);
        let result = if context.pulse.is_interrupted() {
            Err(Fault::Interrupted)
        } else {
            let observer = &mut *context.observer;
            supervise_and(context.pulse, STALL, run, || observer.tick(context.pulse))
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

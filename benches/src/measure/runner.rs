//! Runs all groups that the options ask for, one after the other.

use alloc::sync::Arc;

use crate::fault::Fault;
use crate::measure::bench::{Bench, Context};
use crate::measure::case::as_f64;
use crate::measure::isolate::{Isolate, Place};
use crate::measure::memory::MemoryUse;
use crate::measure::supervise::{STALL, supervise};
use crate::measure::{Case, Group, Pulse, Work};
use crate::options::Options;
use crate::report::row::Row;
use crate::workload::Workload;

/// Told what happens while it happens.
pub trait Observer {
    /// So many runs are to come.
    fn begin(&mut self, runs: u64);
    /// A run begins.
    fn run(&mut self, group: &Group, case: &Case, what: &str);
    /// So many runs are over, or will not take place.
    fn ran(&mut self, runs: u64);
    /// A group is complete, or as complete as it will be.
    fn rows(&mut self, group: &Group, rows: &[Row]);
}

/// How everything ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything was measured.
    Complete,
    /// It was stopped from outside; what was measured until then is reported.
    Interrupted,
    /// A run hung and its threads could not be stopped.
    Hung,
}

/// Runs everything that the options ask for.
pub fn run(
    options: &Options,
    isolate: Option<&Isolate>,
    pulse: &Arc<Pulse>,
    observer: &mut dyn Observer,
) -> Ending {
    let plan = plan(options);
    let runs = plan
        .iter()
        .map(|part| part.runs(options, isolate.is_some()))
        .sum();
    observer.begin(runs);
    for (index, part) in plan.iter().enumerate() {
        let mut context = Context {
            rounds: part.group.rounds(options.rounds),
            isolate: isolate.map(|isolate| (isolate, index)),
            pulse,
            payload: part.payload,
            seconds: options
                .seconds
                .map(|seconds| seconds / as_f64(part.sharing)),
            observer,
        };
        let messages = options.messages_of(&part.group, part.payload);
        let mut bench = Bench::new(&part.group, messages);
        let ending = bench.measure(&mut context);
        let rows = bench.rows(part.payload);
        if !rows.is_empty() {
            observer.rows(&part.group, &rows);
        }
        match ending {
            Ok(()) => {}
            Err(Fault::Hung(_)) => return Ending::Hung,
            Err(_) => return Ending::Interrupted,
        }
    }
    Ending::Complete
}

/// Measures the memory of one case in this process, which must have done nothing else.
///
/// # Errors
/// The fault of the run, or that there is no such case.
pub fn weigh(options: &Options, place: Place, pulse: &Arc<Pulse>) -> Result<MemoryUse, Fault> {
    let plan = plan(options);
    let case = plan
        .get(place.group)
        .and_then(|part| part.group.cases.get(place.case));
    let case = case.ok_or_else(|| Fault::Failed("there is no such case".to_owned()))?;
    let work = Work {
        messages: place.messages,
        payload: place.payload,
        pulse: Arc::clone(pulse),
    };
    let case = case.clone();
    supervise(pulse, STALL, move || case.weigh(&work))
}

/// A group with one size of message.
struct Part {
    payload: usize,
    group: Group,
    /// How many groups share the time of their workload.
    sharing: u64,
}

impl Part {
    fn runs(&self, options: &Options, isolated: bool) -> u64 {
        let rounds = u64::from(self.group.rounds(options.rounds));
        let of_case = |case: &Case| {
            let timed = if case.is_paced() { 2 * rounds } else { rounds };
            let once = [case.is_checked(), options.seconds.is_some(), isolated];
            timed + once.into_iter().map(u64::from).sum::<u64>()
        };
        self.group.cases.iter().map(of_case).sum()
    }
}

fn plan(options: &Options) -> Vec<Part> {
    let parts = |(workload, payload): (Workload, usize)| {
        let groups = workload.groups(options);
        let sharing = (groups.len() * options.payloads.len()) as u64;
        groups.into_iter().map(move |group| Part {
            payload,
            group,
            sharing,
        })
    };
    options.each().flat_map(parts).collect()
}

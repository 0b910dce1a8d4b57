//! Runs all groups that the options ask for, one after the other.

use alloc::sync::Arc;

use crate::fault::Fault;
use crate::measure::bench::{Bench, Context};
use crate::measure::isolate::{Isolate, Place};
use crate::measure::memory::MemoryUse;
use crate::measure::plan::{self, Outline};
use crate::measure::supervise::{STALL, supervise};
use crate::measure::{Case, Group, Pulse, Sample, Work};
use crate::options::Options;
use crate::report::row::Row;

/// Told what happens while it happens.
pub trait Observer {
    /// So many runs are to come.
    fn begin(&mut self, runs: u64);
    /// What is to come, group by group.
    fn outline(&mut self, _: &Outline) {}
    /// A run begins.
    fn run(&mut self, group: &Group, case: &Case, what: &str);
    /// A run goes on; called some ten times a second, between the threads that are measured.
    fn tick(&mut self, _: &Pulse) {}
    /// So many messages of a case went through while the pulse beat so often, set-up included.
    fn beaten(&mut self, _: &Case, _messages: u64, _beats: u64) {}
    /// A timed round is over.
    fn sampled(&mut self, _: &Case, _: &Sample) {}
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
    let parts = plan::parts(options);
    observer.outline(&Outline::of(options));
    let runs = parts.iter().map(|part| part.runs(isolate.is_some()));
    observer.begin(runs.sum());
    for (index, part) in parts.iter().enumerate() {
        let isolate = isolate.filter(|_| part.memory);
        let mut context = Context {
            isolate: isolate.map(|isolate| (isolate, index)),
            pulse,
            observer,
        };
        let mut bench = Bench::new(part, options);
        let ending = bench.measure(&mut context);
        let rows = bench.rows(options);
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
    let parts = plan::parts(options);
    let case = parts
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

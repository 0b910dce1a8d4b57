//! `stream-add`: producers add entries, and nobody reads meanwhile.

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::closed::quotas;
use crate::drive::stream::{add_all, case, judge, work_of};
use crate::engine::null;
use crate::engine::stream::{Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::memory::{self, MemoryUse};
use crate::measure::{Case, Group, Sample, Span, Work, crew};

const MESSAGES: u64 = 1_000_000;
const PRODUCERS: [usize; 2] = [1, 2];
/// A served engine gets this part of the messages: one in so many.
const PART: u64 = 4;

/// One group for each number of producers.
#[must_use]
pub fn groups() -> Vec<Group> {
    PRODUCERS.into_iter().map(group).collect()
}

fn group(producers: usize) -> Group {
    let mut cases = Cases {
        producers,
        cases: Vec::new(),
    };
    visit_streams(&mut cases);
    let generator = move |work: &_| run::<null::Stream, Tally>(producers, work);
    cases.cases.push(null::case(producers, 1, generator));
    let plural = if producers == 1 { "" } else { "s" };
    let shape = Shape {
        workload: "stream-add",
        title: format!("{producers} producer{plural}"),
        producers,
        consumers: 0,
        threads: producers,
        keys: 1,
        extra: Vec::new(),
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases.cases).with_backlog()
}

struct Cases {
    producers: usize,
    cases: Vec<Case>,
}

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        let producers = self.producers;
        let case = case::<S>(move |work| run::<S, Tally>(producers, work))
            .checked(move |work| run::<S, Ledger>(producers, work))
            .with_memory(move |work| run_for_memory::<S>(producers, work));
        self.cases.push(case);
    }
}

/// Runs it once.
///
/// # Errors
/// What is wrong with the stream.
pub fn run<S: Stream, A: Audit>(producers: usize, work: &Work) -> Result<Sample, Fault> {
    run_on::<S, A>(&S::new(0), producers, work)
}

fn run_on<S: Stream, A: Audit>(stream: &S, producers: usize, work: &Work) -> Result<Sample, Fault> {
    let work = &work_of::<S>(work, PART);
    let added = quotas(work.messages, producers);
    let spans = crew::run(producers, &work.pulse, |index, gate| {
        let mut session = stream.session();
        gate.wait();
        let (span, ()) = Span::of(|| add_all::<A>(&mut session, index, added[index], work));
        span
    })?;
    let full = stream.resident();
    work.check_stopped()?;
    judge::<S, A>(stream, &added, work)?;
    let mut sample = Sample::new(work.messages, Span::hull(spans));
    sample.full_rss_bytes = full;
    Ok(sample)
}

/// In a process of its own: what an entry takes, and what it takes beside the message.
fn run_for_memory<S: Stream>(producers: usize, work: &Work) -> Result<MemoryUse, Fault> {
    let stream = S::new(0);
    let before = stream.resident();
    let sample = run_on::<S, Tally>(&stream, producers, work)?;
    #[expect(clippy::cast_precision_loss, reason = "memory is below 2^53 bytes")]
    let per_message = |bytes: i64| bytes as f64 / as_f64(sample.messages);
    let bytes_per_message = memory::growth(before, sample.full_rss_bytes).map(per_message);
    Ok(MemoryUse {
        peak_rss_bytes: stream.peak_resident(),
        bytes_per_message,
        bytes_beside_content: bytes_per_message.map(|bytes| bytes - as_f64(work.payload as u64)),
        ..MemoryUse::default()
    })
}

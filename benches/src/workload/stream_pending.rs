//! `stream-pending`: what an entry takes while it waits for its acknowledgement.

use std::time::Instant;

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::stream::{Reader, add_all, case, check_pending, work_of};
use crate::engine::stream::{Member, Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::memory::{self, MemoryUse};
use crate::measure::{Case, Group, Sample, Span, Work, crew};

const MESSAGES: u64 = 1_000_000;
const COUNT: usize = 100;
/// The summary is first asked for when this part of the entries is pending: one in so many.
const FEW: u64 = 100;
/// How often the summary is asked for each time.
const SUMMARIES: u64 = 1_000;
/// A served engine gets one in so many messages.
const PART: u64 = 2;

/// The one group of this workload.
#[must_use]
pub fn groups() -> Vec<Group> {
    let mut cases = Cases(Vec::new());
    visit_streams(&mut cases);
    let shape = Shape {
        workload: "stream-pending",
        title: "one consumer takes everything and acknowledges nothing".to_owned(),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: 1,
        extra: vec![("count", COUNT.into())],
    };
    vec![Group::new(shape, MESSAGES, Figure::Bytes, cases.0).with_backlog()]
}

struct Cases(Vec<Case>);

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        let case = case::<S>(run::<S, Tally>)
            .checked(run::<S, Ledger>)
            .with_memory(run_for_memory::<S>);
        self.0.push(case);
    }
}

/// Runs it once.
///
/// # Errors
/// What is wrong with the stream.
pub fn run<S: Stream, A: Audit>(work: &Work) -> Result<Sample, Fault> {
    Ok(run_on::<S, A>(work)?.0)
}

/// The delivery is timed. Returns the growth of memory by it, too.
fn run_on<S: Stream, A: Audit>(work: &Work) -> Result<(Sample, MemoryUse), Fault> {
    let work = &work_of::<S>(work, PART);
    let stream = S::new(1);
    let mut results = crew::run(1, &work.pulse, |_, gate| {
        add_all::<A>(&mut stream.session(), 0, work.messages, work);
        let mut member = stream.member(0, 0);
        let mut reader = Reader::<A>::default();
        let before = stream.resident();
        gate.wait();
        let (first, ()) = Span::of(|| take(&mut member, &mut reader, work.messages / FEW, work));
        let few_ns = summary_ns(&mut member);
        let (second, ()) = Span::of(|| take(&mut member, &mut reader, work.messages, work));
        let grown = memory::growth(before, stream.resident());
        let all_ns = summary_ns(&mut member);
        ([first, second], [few_ns, all_ns], grown, reader)
    })?;
    work.check_stopped()?;
    let Some((spans, [few_ns, all_ns], grown, reader)) = results.pop() else {
        return Err(Fault::Miscounted);
    };
    A::verdict(vec![reader.into_audit()?], &[work.messages])?;
    check_pending(&mut stream.member(0, 0), work.messages)?;
    let elapsed = spans.into_iter().map(|span| Span::hull([span])).sum();
    let mut sample = Sample::new(work.messages, elapsed);
    sample.extra.push(("summary_of_few_ns", few_ns));
    sample.extra.push(("summary_ns", all_ns));
    #[expect(clippy::cast_precision_loss, reason = "memory is below 2^53 bytes")]
    let per_entry = |bytes: i64| bytes as f64 / as_f64(work.messages);
    let memory = MemoryUse {
        peak_rss_bytes: stream.peak_resident(),
        bytes_per_message: grown.map(per_entry),
        ..MemoryUse::default()
    };
    Ok((sample, memory))
}

/// In a process of its own: what a pending entry takes beside the entry.
fn run_for_memory<S: Stream>(work: &Work) -> Result<MemoryUse, Fault> {
    Ok(run_on::<S, Tally>(work)?.1)
}

/// Takes until the reader has had so many.
fn take<A: Audit>(member: &mut impl Member, reader: &mut Reader<A>, quota: u64, work: &Work) {
    while reader.count() < quota && work.pulse.beat() {
        let before = reader.count();
        member.take(COUNT, |id, message| reader.take(id, message));
        if reader.count() == before {
            return;
        }
    }
}

/// How long one summary takes.
fn summary_ns(member: &mut impl Member) -> f64 {
    let start = Instant::now();
    for _ in 0..SUMMARIES {
        core::hint::black_box(member.pending());
    }
    Sample::new(SUMMARIES, start.elapsed()).ns_per_op()
}

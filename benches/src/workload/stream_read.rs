//! `stream-read`: one thread reads a whole stream, each time from the last id that it has seen.

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::stream::{Reader, add_all, case, read_all, work_of};
use crate::engine::null;
use crate::engine::stream::forebay::Copying;
use crate::engine::stream::{Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::{Case, Group, Sample, Span, Work, crew};

const MESSAGES: u64 = 1_000_000;
const COUNTS: [usize; 2] = [1, 100];

/// One group for each COUNT.
#[must_use]
pub fn groups() -> Vec<Group> {
    COUNTS.into_iter().map(group).collect()
}

fn group(count: usize) -> Group {
    let mut cases = Cases {
        count,
        cases: Vec::new(),
    };
    visit_streams(&mut cases);
    cases.visit::<Copying>();
    let generator = move |work: &_| run::<null::Stream, Tally>(count, work);
    cases.cases.push(null::case(1, 1, generator));
    let shape = Shape {
        workload: "stream-read",
        title: format!("XREAD COUNT {count} after the last id"),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: 1,
        extra: vec![("count", count.into())],
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases.cases).with_backlog()
}

struct Cases {
    count: usize,
    cases: Vec<Case>,
}

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        let count = self.count;
        let case = case::<S>(move |work| run::<S, Tally>(count, work))
            .checked(move |work| run::<S, Ledger>(count, work));
        self.cases.push(case);
    }
}

/// A page cannot be asked for before the one before it is there, so that a served engine takes a
/// round trip for each.
const fn part(count: usize) -> u64 {
    if count == 1 { 100 } else { 5 }
}

fn run<S: Stream, A: Audit>(count: usize, work: &Work) -> Result<Sample, Fault> {
    let work = &work_of::<S>(work, part(count));
    let stream = S::new(0);
    let results = crew::run(1, &work.pulse, |_, gate| {
        let mut session = stream.session();
        add_all::<A>(&mut session, 0, work.messages, work);
        gate.wait();
        Span::of(|| read_all::<A>(&mut session, count, &work.pulse))
    })?;
    work.check_stopped()?;
    let (spans, readers): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    A::verdict(Reader::into_audits(readers)?, &[work.messages])?;
    Ok(Sample::new(work.messages, Span::hull(spans)))
}

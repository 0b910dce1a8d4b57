//! `stream-fanout`: every entry is delivered to several groups of one consumer each.

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::stream::{Reader, add_all, case, check_pending, consume, work_of};
use crate::engine::null;
use crate::engine::stream::{Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::idle::Producers;
use crate::measure::{Case, Group, Sample, Span, Work, crew};

const MESSAGES: u64 = 200_000;
const COUNT: usize = 10;
const GROUPS: [usize; 3] = [1, 4, 5];
/// A served engine gets one in so many messages.
const PART: u64 = 4;

/// One group of engines for each number of groups of consumers.
#[must_use]
pub fn groups() -> Vec<Group> {
    GROUPS.into_iter().map(group).collect()
}

fn group(groups: usize) -> Group {
    let mut cases = Cases {
        groups,
        cases: Vec::new(),
    };
    visit_streams(&mut cases);
    let generator = move |work: &_| run::<null::Stream, Tally>(groups, work);
    cases.cases.push(null::case(1, 1, generator));
    let plural = if groups == 1 { "" } else { "s" };
    let shape = Shape {
        workload: "stream-fanout",
        title: format!("1 producer, {groups} group{plural} of one consumer"),
        producers: 1,
        consumers: groups,
        threads: 1 + groups,
        keys: 1,
        extra: vec![("groups", groups.into()), ("count", COUNT.into())],
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases.cases).with_backlog()
}

struct Cases {
    groups: usize,
    cases: Vec<Case>,
}

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        let groups = self.groups;
        let case = case::<S>(move |work| run::<S, Tally>(groups, work))
            .checked(move |work| run::<S, Ledger>(groups, work));
        self.cases.push(case);
    }
}

fn run<S: Stream, A: Audit>(groups: usize, work: &Work) -> Result<Sample, Fault> {
    let work = &work_of::<S>(work, PART);
    let stream = S::new(groups);
    let producers = Producers::new(1);
    let results = crew::run(1 + groups, &work.pulse, |index, gate| {
        let mut reader = Reader::<A>::default();
        let Some(group) = index.checked_sub(1) else {
            let mut session = stream.session();
            let producing = producers.enter();
            gate.wait();
            let (span, ()) = Span::of(|| add_all::<A>(&mut session, 0, work.messages, work));
            drop(producing);
            return (span, reader);
        };
        let mut member = stream.member(group, 0);
        gate.wait();
        let each = |id, message: &[u8]| reader.take(id, message);
        let (span, ()) =
            Span::of(|| consume(&mut member, COUNT, &producers, &work.pulse, each, |_| ()));
        (span, reader)
    })?;
    work.check_stopped()?;
    let elapsed = Span::hull(results.iter().map(|(span, _)| *span));
    for (group, (_, reader)) in results.into_iter().skip(1).enumerate() {
        A::verdict(vec![reader.into_audit()?], &[work.messages])?;
        check_pending(&mut stream.member(group, 0), 0)?;
    }
    let mut sample = Sample::new(work.messages, elapsed);
    let per_delivery = sample.ns_per_op() / as_f64(groups as u64);
    sample.extra.push(("ns_per_delivery", per_delivery));
    Ok(sample)
}

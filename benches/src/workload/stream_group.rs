//! `stream-group`: consumers share a stream as one group, and acknowledge what they are given.

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::Topology;
use crate::drive::stream::{Reader, add_all, case, check_pending, consume, judge, work_of};
use crate::engine::null;
use crate::engine::stream::forebay::Copying;
use crate::engine::stream::{Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::idle::Producers;
use crate::measure::{Case, Group, Sample, Span, Work, crew};

const MESSAGES: u64 = 500_000;
const COUNTS: [usize; 3] = [1, 10, 100];
/// Entries are added while they are consumed.
pub const LIVE: Topology = Topology {
    producers: 1,
    consumers: 2,
};
/// All entries were added before.
const BACKLOG: Topology = Topology {
    producers: 0,
    consumers: 2,
};
/// A served engine gets one in so many messages.
const PART: u64 = 4;

/// Entries that are added meanwhile, and entries that were all added before; one group for each
/// COUNT.
#[must_use]
pub fn groups() -> Vec<Group> {
    let of = |topology| COUNTS.into_iter().map(move |count| group(topology, count));
    of(LIVE).chain(of(BACKLOG)).collect()
}

fn group(topology: Topology, count: usize) -> Group {
    let Topology {
        producers,
        consumers,
    } = topology;
    let mut cases = Cases {
        topology,
        count,
        made: Vec::new(),
    };
    visit_streams(&mut cases);
    cases.visit::<Copying>();
    let generator = move |work: &_| run::<null::Stream, Tally>(topology, count, work);
    cases.made.push(null::case(producers, consumers, generator));
    let entries = if producers == 0 {
        "from a backlog".to_owned()
    } else {
        format!("{producers} producer")
    };
    let shape = Shape {
        workload: "stream-group",
        title: format!("{entries}, {consumers} consumers, COUNT {count} and XACK"),
        producers,
        consumers,
        threads: topology.threads(),
        keys: 1,
        extra: vec![
            ("count", count.into()),
            ("backlog", (producers == 0).into()),
        ],
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases.made).with_backlog()
}

struct Cases {
    topology: Topology,
    count: usize,
    made: Vec<Case>,
}

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        let (topology, count) = (self.topology, self.count);
        let case = case::<S>(move |work| run::<S, Tally>(topology, count, work))
            .checked(move |work| run::<S, Ledger>(topology, count, work));
        self.made.push(case);
    }
}

/// Runs it once.
///
/// # Errors
/// What is wrong with the stream.
pub fn run<S: Stream, A: Audit>(
    topology: Topology,
    count: usize,
    work: &Work,
) -> Result<Sample, Fault> {
    let work = &work_of::<S>(work, PART);
    let stream = S::new(1);
    if topology.producers == 0 {
        add_all::<A>(&mut stream.session(), 0, work.messages, work);
    }
    let producers = Producers::new(topology.producers);
    let results = crew::run(topology.threads(), &work.pulse, |index, gate| {
        let mut reader = Reader::<A>::default();
        if index < topology.producers {
            let mut session = stream.session();
            let producing = producers.enter();
            gate.wait();
            let (span, ()) = Span::of(|| add_all::<A>(&mut session, index, work.messages, work));
            drop(producing);
            return (span, reader);
        }
        let mut member = stream.member(0, index - topology.producers);
        gate.wait();
        let each = |id, message: &[u8]| reader.take(id, message);
        let (span, ()) =
            Span::of(|| consume(&mut member, count, &producers, &work.pulse, each, |_| ()));
        (span, reader)
    })?;
    work.check_stopped()?;
    let (spans, readers): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    A::verdict(Reader::into_audits(readers)?, &[work.messages])?;
    check_pending(&mut stream.member(0, 0), 0)?;
    judge::<S, A>(&stream, &[work.messages], work)?;
    Ok(Sample::new(work.messages, Span::hull(spans)))
}

//! `list-seq`: one thread pushes and pops one message at a time.

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::closed::conclude;
use crate::engine::{Queue, Visitor, null, visit_queues};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::{Case, Group, Sample, Span, Work, crew};
use crate::message::Header;

const MESSAGES: u64 = 4_000_000;

/// The one group of this workload.
#[must_use]
pub fn groups() -> Vec<Group> {
    let mut cases = Cases(Vec::new());
    visit_queues(&mut cases);
    cases.0.push(null::case(1, 1, run::<null::Queue, Tally>));
    let shape = Shape {
        workload: "list-seq",
        title: "one thread, push and pop in turn".to_owned(),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: 1,
        extra: Vec::new(),
    };
    vec![Group::new(shape, MESSAGES, Figure::NsPerOp, cases.0)]
}

struct Cases(Vec<Case>);

impl Visitor for Cases {
    fn visit<Q: Queue>(&mut self) {
        self.0
            .push(Case::new(Q::NAME, Q::VARIANT, run::<Q, Tally>).checked(run::<Q, Ledger>));
    }
}

fn run<Q: Queue, A: Audit>(work: &Work) -> Result<Sample, Fault> {
    let queue = Q::new();
    let mut results = crew::run(1, &work.pulse, |_, gate| {
        let mut audit = A::default();
        gate.wait();
        let (span, ()) = Span::of(|| alternate(&queue, &mut audit, work));
        (span, audit)
    })?;
    let (spans, audits): (Vec<_>, Vec<_>) = results.drain(..).unzip();
    conclude(&queue, audits, &[work.messages], work)?;
    Ok(Sample::new(work.messages, Span::hull(spans)))
}

fn alternate<Q: Queue, A: Audit>(queue: &Q, audit: &mut A, work: &Work) {
    let mut message = vec![0; work.payload];
    for sequence in 0..work.messages {
        A::write(&mut message, Header::new(0, sequence));
        queue.push(&message);
        // A message that does not come out is missed by the verdict.
        let _ = queue.pop(|message| audit.read(message));
        if !work.pulse.after(sequence) {
            return;
        }
    }
}

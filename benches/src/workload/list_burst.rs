//! `list-burst`: all messages in, then all out.

use core::time::Duration;
use std::sync::OnceLock;

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::closed::{conclude, pop_all, push_all, quotas};
use crate::engine::{Queue, Visitor, null, visit_queues};
use crate::fault::Fault;
use crate::measure::case::{Figure, Sample, Shape, as_f64};
use crate::measure::idle::Producers;
use crate::measure::memory::{self, MemoryUse};
use crate::measure::{Case, Group, Span, Work, crew};
use crate::message::share;
use crate::options::Options;

const MESSAGES: u64 = 10_000_000;
/// Freeing on other cores makes the runs of several threads long enough with fewer.
const MESSAGES_OF_SEVERAL: u64 = 5_000_000;
const THREADS: [usize; 2] = [1, 2];
/// How long the memory of a drained backlog may take to go back, and how much may stay: nobody
/// waits any longer for the rest.
const SETTLE: Duration = Duration::from_secs(6);
const RETAINED_ENOUGH: u64 = 16 << 20;
const STIR_MESSAGES: u64 = 100_000;

/// One group for each number of threads.
#[must_use]
pub fn groups(options: &Options) -> Vec<Group> {
    options
        .threads_or(&THREADS)
        .into_iter()
        .map(group)
        .collect()
}

fn group(threads: usize) -> Group {
    let mut cases = Cases {
        threads,
        cases: Vec::new(),
    };
    visit_queues(&mut cases);
    let generator = move |work: &_| run::<null::Queue, Tally>(threads, work);
    cases.cases.push(null::case(threads, threads, generator));
    let plural = if threads == 1 { "" } else { "s" };
    let shape = Shape {
        workload: "list-burst",
        title: format!("{threads} thread{plural} fill, then drain"),
        producers: threads,
        consumers: threads,
        threads,
        keys: 1,
        extra: Vec::new(),
    };
    let messages = if threads == 1 {
        MESSAGES
    } else {
        MESSAGES_OF_SEVERAL
    };
    Group::new(shape, messages, Figure::NsPerOp, cases.cases).with_backlog()
}

struct Cases {
    threads: usize,
    cases: Vec<Case>,
}

impl Visitor for Cases {
    fn visit<Q: Queue>(&mut self) {
        let threads = self.threads;
        let case = Case::new(Q::NAME, Q::VARIANT, move |work| {
            run::<Q, Tally>(threads, work)
        })
        .checked(move |work| run::<Q, Ledger>(threads, work))
        .with_memory(move |work| run_for_memory::<Q>(threads, work));
        self.cases.push(case);
    }
}

/// What one thread did.
struct Part<A> {
    filling: Span,
    draining: Span,
    audit: A,
    full: Option<u64>,
}

fn run<Q: Queue, A: Audit>(threads: usize, work: &Work) -> Result<Sample, Fault> {
    run_on::<Q, A>(&Q::new(), threads, work, &|| ())
}

/// Fills and drains; then the first thread, which is alive still, calls `afterwards`.
fn run_on<Q: Queue, A: Audit>(
    queue: &Q,
    threads: usize,
    work: &Work,
    afterwards: &(dyn Fn() + Sync),
) -> Result<Sample, Fault> {
    let nobody = Producers::new(0);
    let pushed = quotas(work.messages, threads);
    let parts = crew::run(threads, &work.pulse, |index, gate| {
        let mut audit = A::default();
        gate.wait();
        let (filling, ()) = Span::of(|| push_all::<Q, A>(queue, index, pushed[index], work));
        gate.wait();
        let full = (index == 0).then(memory::resident).flatten();
        gate.wait();
        let quota = share(work.messages, threads, index);
        let pop = || queue.pop(|message| audit.read(message)).is_some();
        let (draining, _) = Span::of(|| pop_all(quota, &nobody, &work.pulse, pop));
        gate.wait();
        if index == 0 {
            afterwards();
        }
        Part {
            filling,
            draining,
            audit,
            full,
        }
    })?;
    let filling = Span::hull(parts.iter().map(|part| part.filling));
    let draining = Span::hull(parts.iter().map(|part| part.draining));
    let full = parts.iter().find_map(|part| part.full);
    let audits = parts.into_iter().map(|part| part.audit).collect();
    conclude(queue, audits, &pushed, work)?;
    let mut sample = Sample::new(work.messages, filling + draining);
    for (name, phase) in [("in_ns", filling), ("out_ns", draining)] {
        sample
            .extra
            .push((name, Sample::new(work.messages, phase).ns_per_op()));
    }
    sample.full_rss_bytes = full;
    Ok(sample)
}

/// In a process of its own: what the backlog takes, and what is left of it afterwards.
fn run_for_memory<Q: Queue>(threads: usize, work: &Work) -> Result<MemoryUse, Fault> {
    let queue = Q::new();
    let before = memory::resident();
    let enough = before.map_or(0, |bytes| bytes + RETAINED_ENOUGH);
    let after = OnceLock::new();
    let sample = run_on::<Q, Tally>(&queue, threads, work, &|| {
        let stir = || stir(&queue, work);
        after.get_or_init(|| memory::settled(enough, SETTLE, stir));
    })?;
    let after = after.into_inner().flatten();
    #[expect(clippy::cast_precision_loss, reason = "memory is below 2^53 bytes")]
    let per_message = |bytes: i64| bytes as f64 / as_f64(work.messages);
    Ok(MemoryUse {
        peak_rss_bytes: memory::peak_resident(),
        bytes_per_message: memory::growth(before, sample.full_rss_bytes).map(per_message),
        retained_bytes: memory::growth(before, after),
        ..MemoryUse::default()
    })
}

/// A little traffic: allocators give memory back only while they are called.
fn stir<Q: Queue>(queue: &Q, work: &Work) {
    let message = vec![0; work.payload];
    for _ in 0..STIR_MESSAGES {
        queue.push(&message);
    }
    while queue.pop(|_| ()).is_some() {
        work.pulse.beat();
    }
}

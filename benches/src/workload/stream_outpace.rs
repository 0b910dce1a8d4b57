//! `stream-outpace`: a producer offers a multiple of what a consumer takes, then stops, and the
//! consumer catches up.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::sync::OnceLock;
use std::time::Instant;

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::Topology;
use crate::drive::open_loop::{Schedule, Service, TIMED_EVERY};
use crate::drive::stream::{Reader, case, check_pending, consume, judge, work_of};
use crate::engine::stream::{Session, Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::idle::Producers;
use crate::measure::latency::Latency;
use crate::measure::{Case, Group, Sample, Span, Work, crew};
use crate::message::Header;

const MESSAGES: u64 = 200_000;
const RATIOS: [u32; 3] = [2, 4, 8];
const TOPOLOGY: Topology = Topology {
    producers: 1,
    consumers: 1,
};
const COUNT: usize = 10;
/// What the consumer does with each entry.
const SERVICE: Service = Service(Duration::from_nanos(250));
/// Everything is due at once: the producer adds as fast as it can.
const AT_ONCE: f64 = 1e12;
/// A served engine gets one in so many messages.
const PART: u64 = 4;

/// One group for each ratio.
#[must_use]
pub fn groups() -> Vec<Group> {
    RATIOS.into_iter().map(group).collect()
}

fn group(ratio: u32) -> Group {
    let mut cases = Cases {
        ratio,
        cases: Vec::new(),
    };
    visit_streams(&mut cases);
    let service_ns = u64::try_from(SERVICE.0.as_nanos()).unwrap_or(u64::MAX);
    let shape = Shape {
        workload: "stream-outpace",
        title: format!("offered {ratio}x, consumer works {service_ns} ns on each"),
        producers: TOPOLOGY.producers,
        consumers: TOPOLOGY.consumers,
        threads: TOPOLOGY.threads(),
        keys: 1,
        extra: vec![
            ("ratio", ratio.into()),
            ("service_ns", service_ns.into()),
            ("count", COUNT.into()),
        ],
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases.cases).with_backlog()
}

struct Cases {
    ratio: u32,
    cases: Vec<Case>,
}

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        let ratio = self.ratio;
        let case = case::<S>(move |work| run::<S>(ratio, work))
            .checked(move |work| offer::<S, Ledger>(AT_ONCE, &work_of::<S>(work, PART)));
        self.cases.push(case);
    }
}

/// Measures what this engine's consumer takes at best, then offers a multiple of it.
fn run<S: Stream>(ratio: u32, work: &Work) -> Result<Sample, Fault> {
    let work = work_of::<S>(work, PART);
    let quarter = Work {
        messages: work.messages.div_ceil(4),
        ..work.clone()
    };
    let takes = 1e9 / offer::<S, Tally>(AT_ONCE, &quarter)?.ns_per_op();
    let mut sample = offer::<S, Tally>(takes * f64::from(ratio), &work)?;
    let of_capacity = 1e9 / sample.ns_per_op() / takes;
    sample.extra.push(("of_capacity", of_capacity));
    Ok(sample)
}

/// What one thread did.
struct Part<A> {
    span: Span,
    reader: Reader<A>,
    latency: Latency,
    /// Of the producer: how many entries had been taken when it had added the last.
    taken: u64,
}

/// Offers so many messages per second.
fn offer<S: Stream, A: Audit>(messages_per_s: f64, work: &Work) -> Result<Sample, Fault> {
    let stream = S::new(1);
    let schedule = Schedule::new(messages_per_s, TOPOLOGY.producers);
    let producers = Producers::new(TOPOLOGY.producers);
    let start = OnceLock::new();
    let taken = AtomicU64::new(0);
    let mut parts = crew::run(TOPOLOGY.threads(), &work.pulse, |index, gate| {
        let mut reader = Reader::<A>::default();
        let mut latency = Latency::default();
        if index == 0 {
            let mut session = stream.session();
            let producing = producers.enter();
            gate.wait();
            let start = *start.get_or_init(Instant::now);
            let (span, ()) = Span::of(|| add_on_time::<A>(&mut session, schedule, start, work));
            // Relaxed: a figure, by which nothing is handed over.
            let taken = taken.load(Relaxed);
            drop(producing);
            return Part {
                span,
                reader,
                latency,
                taken,
            };
        }
        let mut member = stream.member(0, 0);
        gate.wait();
        let start = *start.get_or_init(Instant::now);
        let since_due = |header| start.elapsed().as_secs_f64() * 1e9 - schedule.due_ns(header);
        let (span, ()) = Span::of(|| {
            let each = |id, message: &[u8]| {
                reader.take(id, message);
                let header = Header::read(message);
                if header.sequence().is_multiple_of(TIMED_EVERY) {
                    let waited = Duration::from_secs_f64(since_due(header).max(1.0) * 1e-9);
                    latency.record(waited);
                }
            };
            // After the entries were shown: a lock may be held while they are.
            let serve = |ids: &[_]| {
                for _ in ids {
                    SERVICE.perform();
                }
                // Relaxed: see above.
                taken.fetch_add(ids.len() as u64, Relaxed);
            };
            consume(&mut member, COUNT, &producers, &work.pulse, each, serve);
        });
        Part {
            span,
            reader,
            latency,
            taken: 0,
        }
    })?;
    work.check_stopped()?;
    let (Some(consumer), Some(producer)) = (parts.pop(), parts.pop()) else {
        return Err(Fault::Miscounted);
    };
    A::verdict(vec![consumer.reader.into_audit()?], &[work.messages])?;
    check_pending(&mut stream.member(0, 0), 0)?;
    judge::<S, A>(&stream, &[work.messages], work)?;
    let mut sample = Sample::new(work.messages, Span::hull([producer.span, consumer.span]));
    sample.latency = consumer.latency;
    sample.extra.push(("offered_per_s", messages_per_s));
    let left = work.messages - producer.taken;
    if left > 0 {
        let after = consumer.span.end_after(producer.span);
        sample
            .extra
            .push(("catch_up_ns", Sample::new(left, after).ns_per_op()));
    }
    Ok(sample)
}

/// Adds each message when it is due, or as soon after as the stream lets it.
fn add_on_time<A: Audit>(
    session: &mut impl Session,
    schedule: Schedule,
    start: Instant,
    work: &Work,
) {
    let mut message = vec![0; work.payload];
    let mut now_ns = 0.0;
    for sequence in 0..work.messages {
        let header = Header::new(0, sequence);
        let due_ns = schedule.due_ns(header);
        // The clock is not read while the producer is known to be late.
        while now_ns < due_ns {
            now_ns = start.elapsed().as_secs_f64() * 1e9;
        }
        A::write(&mut message, header);
        session.add(&message);
        if !work.pulse.after(sequence) {
            break;
        }
    }
    session.settle();
}

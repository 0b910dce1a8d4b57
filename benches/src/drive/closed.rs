//! Closed loop: producers push and consumers pop as fast as they can.

use crate::audit::Audit;
use crate::drive::Topology;
use crate::engine::Queue;
use crate::fault::Fault;
use crate::measure::idle::{Idle, Producers};
use crate::measure::{Pulse, Sample, Span, Work, crew};
use crate::message::{Header, share};

/// The producer's number as it stands in its messages.
///
/// # Panics
/// When there are more than 65,536 producers.
#[must_use]
#[expect(clippy::expect_used, reason = "nobody starts so many threads")]
pub fn producer_number(index: usize) -> u16 {
    u16::try_from(index).expect("at most 65,536 producers")
}

/// Pushes messages `0..quota` of a producer.
pub fn push_all<Q: Queue, A: Audit>(queue: &Q, index: usize, quota: u64, work: &Work) {
    let producer = producer_number(index);
    let mut message = vec![0; work.payload];
    for sequence in 0..quota {
        A::write(&mut message, Header::new(producer, sequence));
        queue.push(&message);
        if !work.pulse.after(sequence) {
            return;
        }
    }
}

/// Pops until the consumer has `quota` messages or none can come any more, calling `take` for each.
///
/// `pop` pops one message and returns whether there was one.
pub fn pop_all(
    quota: u64,
    producers: &Producers,
    pulse: &Pulse,
    mut pop: impl FnMut() -> bool,
) -> u64 {
    let mut taken = 0;
    while taken < quota {
        let mut idle = Idle::default();
        while !pop() {
            if !idle.wait(producers, pulse) {
                return taken;
            }
        }
        taken += 1;
        if !pulse.after(taken) {
            return taken;
        }
    }
    taken
}

/// How many messages each producer pushes.
#[must_use]
pub fn quotas(messages: u64, producers: usize) -> Vec<u64> {
    (0..producers)
        .map(|index| share(messages, producers, index))
        .collect()
}

/// Ends a run: everything must have come out, once, and nothing more.
///
/// # Errors
/// What is wrong.
pub fn conclude<Q: Queue, A: Audit>(
    queue: &Q,
    audits: Vec<A>,
    pushed: &[u64],
    work: &Work,
) -> Result<(), Fault> {
    work.check_stopped()?;
    A::verdict(audits, pushed)?;
    if queue.pop(|_| ()).is_some() {
        Err(Fault::Miscounted)
    } else {
        Ok(())
    }
}

/// Sends all messages from the producers to the consumers.
///
/// # Errors
/// What is wrong with the queue.
pub fn run<Q: Queue, A: Audit>(topology: Topology, work: &Work) -> Result<Sample, Fault> {
    let queue = Q::new();
    let producers = Producers::new(topology.producers);
    let pushed = quotas(work.messages, topology.producers);
    let results = crew::run(topology.threads(), &work.pulse, |index, gate| {
        let mut audit = A::default();
        if let Some(&quota) = pushed.get(index) {
            let producing = producers.enter();
            gate.wait();
            let (span, ()) = Span::of(|| push_all::<Q, A>(&queue, index, quota, work));
            drop(producing);
            (span, audit)
        } else {
            let quota = share(
                work.messages,
                topology.consumers,
                index - topology.producers,
            );
            gate.wait();
            let pop = || queue.pop(|message| audit.read(message)).is_some();
            let (span, _) = Span::of(|| pop_all(quota, &producers, &work.pulse, pop));
            (span, audit)
        }
    })?;
    let elapsed = Span::hull(results.iter().map(|(span, _)| *span));
    let audits = results.into_iter().map(|(_, audit)| audit).collect();
    conclude(&queue, audits, &pushed, work)?;
    Ok(Sample::new(work.messages, elapsed))
}

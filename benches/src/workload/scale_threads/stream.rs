//! Each thread adds an entry, is delivered one as a consumer of the group, and acknowledges it.

use crossbeam_utils::Backoff;
use forebay::StreamId;

use super::shape;
use crate::audit::{Audit, Ledger, Tally};
use crate::drive::closed::{producer_number, quotas};
use crate::drive::stream::{Reader, case, check_pending, judge};
use crate::engine::stream::forebay::Handles;
use crate::engine::stream::mutex_arena;
use crate::engine::stream::mutex_btreemap;
use crate::engine::stream::{Member, Session, Stream};
use crate::fault::Fault;
use crate::measure::case::Figure;
use crate::measure::instructions::Instructions;
use crate::measure::{Case, Group, Pulse, Sample, Span, Work, crew};
use crate::message::Header;

const MESSAGES: u64 = 300_000;

/// All on the same stream, and one group.
pub(super) fn one_stream(threads: usize) -> Group {
    let cases = vec![
        checked::<Handles>(threads),
        checked::<mutex_arena::Stream>(threads),
        checked::<mutex_btreemap::Stream>(threads),
    ];
    let shape = shape("stream and group", threads, 1);
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases)
        .with_backlog()
        .with_instructions()
}

fn checked<S: Stream>(threads: usize) -> Case {
    case::<S>(move |work| run::<S, Tally>(threads, work))
        .checked(move |work| run::<S, Ledger>(threads, work))
}

fn run<S: Stream, A: Audit>(threads: usize, work: &Work) -> Result<Sample, Fault> {
    let stream = S::new(1);
    let added = quotas(work.messages, threads);
    let results = crew::run(threads, &work.pulse, |index, gate| {
        let mut session = stream.session();
        let mut member = stream.member(0, index);
        let mut reader = Reader::<A>::default();
        let mut message = vec![0; work.payload];
        let mut counter = Instructions::of_this_thread();
        gate.wait();
        counter.begin();
        let (span, ()) = Span::of(|| {
            for sequence in 0..added[index] {
                A::write(&mut message, Header::new(producer_number(index), sequence));
                session.add(&message);
                if !take_one(&mut member, &mut reader, &work.pulse) || !work.pulse.after(sequence) {
                    return;
                }
            }
        });
        (span, counter.end(), reader)
    })?;
    work.check_stopped()?;
    let elapsed = Span::hull(results.iter().map(|(span, ..)| *span));
    let instructions = results.iter().map(|(_, count, _)| *count).sum();
    let readers = results.into_iter().map(|(.., reader)| reader);
    A::verdict(Reader::into_audits(readers)?, &added)?;
    check_pending(&mut stream.member(0, 0), 0)?;
    judge::<S, A>(&stream, &added, work)?;
    Ok(Sample {
        instructions,
        ..Sample::new(work.messages, elapsed)
    })
}

/// Is delivered an entry and acknowledges it; false when the run was stopped meanwhile.
///
/// Every thread has added one for each that it takes, so there is one, at the latest when those
/// are done that are just adding.
fn take_one<A: Audit>(member: &mut impl Member, reader: &mut Reader<A>, pulse: &Pulse) -> bool {
    let backoff = Backoff::new();
    loop {
        let mut delivered: Option<StreamId> = None;
        member.take(1, |id, message| {
            delivered = Some(id);
            reader.take(id, message);
        });
        if let Some(id) = delivered {
            member.ack(&[id]);
            return true;
        }
        if pulse.is_stopped() {
            return false;
        }
        backoff.snooze();
    }
}

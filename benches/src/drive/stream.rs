//! What the workloads of streams have in common.

use crossbeam_utils::Backoff;
use forebay::StreamId;

use crate::audit::Audit;
use crate::drive::closed::producer_number;
use crate::engine::stream::{Member, Session, Stream};
use crate::fault::Fault;
use crate::measure::idle::Producers;
use crate::measure::{Case, Pulse, Sample, Work};
use crate::message::Header;

/// Entries of one page when a stream is read to see whether it is right.
const PAGE: usize = 100;
/// The fewest messages that a run is cut down to.
const MESSAGES_MIN: u64 = 200;

/// What one reader was shown.
#[derive(Debug, Default)]
pub struct Reader<A> {
    audit: A,
    /// The last entry.
    last: StreamId,
    count: u64,
    disordered: Option<(StreamId, StreamId)>,
}

impl<A: Audit> Reader<A> {
    /// Takes note of an entry.
    #[inline]
    pub fn take(&mut self, id: StreamId, message: &[u8]) {
        if id <= self.last {
            self.disordered.get_or_insert((self.last, id));
        }
        self.last = id;
        self.count += 1;
        self.audit.read(message);
    }

    /// The id of the last entry.
    #[must_use]
    pub const fn last(&self) -> StreamId {
        self.last
    }

    /// How many entries there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The messages, if the ids were in order.
    ///
    /// # Errors
    /// [`Fault::Disordered`].
    pub fn into_audit(self) -> Result<A, Fault> {
        match self.disordered {
            None => Ok(self.audit),
            Some((earlier, later)) => Err(Fault::Disordered { earlier, later }),
        }
    }

    /// The messages of all readers of a group.
    ///
    /// # Errors
    /// [`Fault::Disordered`].
    pub fn into_audits(readers: impl IntoIterator<Item = Self>) -> Result<Vec<A>, Fault> {
        readers.into_iter().map(Self::into_audit).collect()
    }
}

/// The work of this engine: one that is served through a connection gets a part of it.
#[must_use]
pub fn work_of<S: Stream>(work: &Work, part: u64) -> Work {
    let messages = if S::PIPELINE.is_some() {
        (work.messages / part).max(work.messages.min(MESSAGES_MIN))
    } else {
        work.messages
    };
    Work {
        messages,
        ..work.clone()
    }
}

/// A case that says how far the engine is pipelined.
#[must_use]
pub fn case<S: Stream>(
    run: impl Fn(&Work) -> Result<Sample, Fault> + Send + Sync + 'static,
) -> Case {
    Case::new(S::NAME, S::VARIANT, move |work| {
        let mut sample = run(work)?;
        if let Some(commands) = S::PIPELINE {
            sample.extra.push(("pipeline", commands.into()));
        }
        Ok(sample)
    })
}

/// Adds messages `0..quota` of a producer.
pub fn add_all<A: Audit>(session: &mut impl Session, index: usize, quota: u64, work: &Work) {
    let producer = producer_number(index);
    let mut message = vec![0; work.payload];
    for sequence in 0..quota {
        A::write(&mut message, Header::new(producer, sequence));
        session.add(&message);
        if !work.pulse.after(sequence) {
            break;
        }
    }
    session.settle();
}

/// Reads everything there is, page by page, as XREAD does.
pub fn read_all<A: Audit>(session: &mut impl Session, count: usize, pulse: &Pulse) -> Reader<A> {
    let mut reader = Reader::default();
    let mut pages = 0;
    loop {
        let before = reader.count;
        session.read(reader.last, count, |id, message| reader.take(id, message));
        pages += 1;
        if reader.count == before || !pulse.after(pages) {
            return reader;
        }
    }
}

/// Takes and acknowledges what a group is delivered, until there can be no more. `work` is done
/// with the ids of each batch before they are acknowledged.
pub fn consume<M: Member>(
    member: &mut M,
    count: usize,
    producers: &Producers,
    pulse: &Pulse,
    mut each: impl FnMut(StreamId, &[u8]),
    mut work: impl FnMut(&[StreamId]),
) {
    let mut ids = Vec::with_capacity(count);
    let mut batches = 0;
    let backoff = Backoff::new();
    loop {
        // Asked first: what is not there afterwards will never come.
        let was_done = producers.are_done();
        ids.clear();
        member.take(count, |id, message| {
            ids.push(id);
            each(id, message);
        });
        if ids.is_empty() {
            if was_done || pulse.is_stopped() {
                break;
            }
            backoff.snooze();
            continue;
        }
        backoff.reset();
        work(&ids);
        for batch in ids.chunks(count) {
            member.ack(batch);
        }
        batches += 1;
        if !pulse.after(batches) {
            break;
        }
    }
    member.settle();
}

/// Reads the whole stream and judges it: each message once, and in order, and as many as XLEN says.
///
/// # Errors
/// What is wrong with the stream.
pub fn judge<S: Stream, A: Audit>(stream: &S, added: &[u64], work: &Work) -> Result<(), Fault> {
    let mut session = stream.session();
    let reader = read_all::<A>(&mut session, PAGE, &work.pulse);
    work.check_stopped()?;
    A::verdict(vec![reader.into_audit()?], added)?;
    let length = added.iter().sum();
    check_length(&mut session, length, length)
}

/// Compares XLEN with what there must be.
///
/// # Errors
/// [`Fault::Length`].
pub fn check_length(session: &mut impl Session, least: u64, most: u64) -> Result<(), Fault> {
    let found = session.length();
    if (least..=most).contains(&found) {
        Ok(())
    } else {
        Err(Fault::Length { least, most, found })
    }
}

/// Compares the summary of XPENDING with what there must be.
///
/// # Errors
/// [`Fault::Pending`].
pub fn check_pending(member: &mut impl Member, expected: u64) -> Result<(), Fault> {
    let found = member.pending();
    if found == expected {
        Ok(())
    } else {
        Err(Fault::Pending { expected, found })
    }
}

//! `stream-trim`: a producer keeps its stream short while somebody reads it.

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::closed::producer_number;
use crate::drive::stream::{Reader, case, check_length, work_of};
use crate::engine::stream::{Session, Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::idle::Producers;
use crate::measure::{Case, Group, Pulse, Sample, Span, Work, crew};
use crate::message::Header;

const MESSAGES: u64 = 1_000_000;
const MAXLEN: u64 = 10_000;
const COUNT: usize = 100;
/// A served engine gets one in so many messages.
const PART: u64 = 4;

/// The one group of this workload.
#[must_use]
pub fn groups() -> Vec<Group> {
    let mut cases = Cases(Vec::new());
    visit_streams(&mut cases);
    let shape = Shape {
        workload: "stream-trim",
        title: format!("1 producer with MAXLEN ~ {MAXLEN}, 1 reader"),
        producers: 1,
        consumers: 1,
        threads: 2,
        keys: 1,
        extra: vec![("maxlen", MAXLEN.into()), ("count", COUNT.into())],
    };
    vec![Group::new(shape, MESSAGES, Figure::NsPerOp, cases.0)]
}

struct Cases(Vec<Case>);

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        self.0
            .push(case::<S>(run::<S, Tally>).checked(run::<S, Ledger>));
    }
}

/// The time is the producer's. The reader may miss what is removed before it comes there, but what
/// it sees must rise, and the end must be there.
///
/// # Errors
/// What is wrong with the stream.
pub fn run<S: Stream, A: Audit>(work: &Work) -> Result<Sample, Fault> {
    let work = &work_of::<S>(work, PART);
    let maxlen = MAXLEN.min(work.messages / 4);
    let stream = S::new(0);
    let producers = Producers::new(1);
    let mut results = crew::run(2, &work.pulse, |index, gate| {
        let mut session = stream.session();
        if index == 0 {
            let producing = producers.enter();
            gate.wait();
            let (span, ()) = Span::of(|| add_all::<A>(&mut session, maxlen, work));
            drop(producing);
            (span, Seen::default())
        } else {
            gate.wait();
            Span::of(|| follow(&mut session, &producers, &work.pulse))
        }
    })?;
    work.check_stopped()?;
    let (Some((_, seen)), Some((span, _))) = (results.pop(), results.pop()) else {
        return Err(Fault::Miscounted);
    };
    let read_part = as_f64(seen.reader.count()) / as_f64(work.messages);
    seen.judge(work.messages)?;
    let mut session = stream.session();
    check_length(&mut session, maxlen, maxlen + maxlen.max(2_000))?;
    rest(&mut session, work)?;
    let mut sample = Sample::new(work.messages, Span::hull([span]));
    sample.extra.push(("read_part", read_part));
    Ok(sample)
}

fn add_all<A: Audit>(session: &mut impl Session, maxlen: u64, work: &Work) {
    let mut message = vec![0; work.payload];
    for sequence in 0..work.messages {
        A::write(&mut message, Header::new(producer_number(0), sequence));
        session.add_bounded(&message, maxlen);
        if !work.pulse.after(sequence) {
            break;
        }
    }
    session.settle();
}

/// What the reader has seen.
#[derive(Debug, Default)]
struct Seen {
    reader: Reader<Tally>,
    next: u64,
    reordered: Option<(u64, u64)>,
}

impl Seen {
    fn take(&mut self, id: forebay::StreamId, message: &[u8]) {
        self.reader.take(id, message);
        let sequence = Header::read(message).sequence();
        if sequence < self.next {
            self.reordered.get_or_insert((self.next - 1, sequence));
        }
        self.next = sequence + 1;
    }

    fn judge(self, messages: u64) -> Result<(), Fault> {
        self.reader.into_audit()?;
        if let Some((earlier, later)) = self.reordered {
            let producer = 0;
            return Err(Fault::Reordered {
                producer,
                earlier,
                later,
            });
        }
        if self.next == messages {
            Ok(())
        } else {
            Err(Fault::Lost {
                pushed: messages,
                popped: self.next,
            })
        }
    }
}

/// Reads until nothing is added any more and all is seen.
fn follow(session: &mut impl Session, producers: &Producers, pulse: &Pulse) -> Seen {
    let mut seen = Seen::default();
    while !pulse.is_stopped() {
        // Asked first: what is not there afterwards will never come.
        let was_done = producers.are_done();
        let before = seen.reader.count();
        session.read(seen.reader.last(), COUNT, |id, message| {
            seen.take(id, message);
        });
        if seen.reader.count() == before {
            if was_done {
                break;
            }
            core::hint::spin_loop();
        }
    }
    seen
}

/// What is left must be the newest messages, without a gap.
fn rest(session: &mut impl Session, work: &Work) -> Result<(), Fault> {
    let length = session.length();
    let mut seen = Seen {
        next: work.messages.saturating_sub(length),
        ..Seen::default()
    };
    loop {
        let before = seen.reader.count();
        session.read(seen.reader.last(), COUNT, |id, message| {
            seen.take(id, message);
        });
        if seen.reader.count() == before {
            break;
        }
    }
    let found = seen.reader.count();
    seen.judge(work.messages)?;
    if found == length {
        Ok(())
    } else {
        Err(Fault::Length {
            least: found,
            most: found,
            found: length,
        })
    }
}

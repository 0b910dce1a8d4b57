//! `stream-claim`: a consumer dies, and another one takes over what it had not acknowledged.

use core::time::Duration;
use std::thread;

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::stream::{add_all, case, check_pending, work_of};
use crate::engine::stream::forebay::Autoclaiming;
use crate::engine::stream::{Member, Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::{Case, Group, Sample, Span, Work, crew};
use crate::message::Header;

const MESSAGES: u64 = 100_000;
const COUNT: usize = 100;
/// Of so many pending entries, one belongs to the dead consumer, where the rest is another's.
const OTHERS: u64 = 100;
/// How much longer the dead consumer is waited for than its entries have to be idle.
const MARGIN: Duration = Duration::from_millis(50);
/// A served engine gets one in so many messages.
const PART: u64 = 2;
const DEAD: usize = 0;
const ALIVE: usize = 1;

/// Everything is the dead consumer's, and a little of it is, behind all that is not.
#[must_use]
pub fn groups() -> Vec<Group> {
    [1, OTHERS].into_iter().map(group).collect()
}

fn group(others: u64) -> Group {
    let mut cases = Cases {
        others,
        cases: Vec::new(),
    };
    cases.visit::<Autoclaiming>();
    visit_streams(&mut cases);
    let title = if others == 1 {
        "all that is pending is a dead consumer's".to_owned()
    } else {
        format!("the last {others}th of what is pending is a dead consumer's")
    };
    let shape = Shape {
        workload: "stream-claim",
        title,
        producers: 1,
        consumers: 2,
        threads: 1,
        keys: 1,
        extra: vec![
            ("count", COUNT.into()),
            ("pending_per_claimed", others.into()),
        ],
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases.cases)
        .with_backlog()
        .with_slow_messages()
}

struct Cases {
    others: u64,
    cases: Vec<Case>,
}

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        let others = self.others;
        let case = case::<S>(move |work| run::<S, Tally>(others, work))
            .checked(move |work| run::<S, Ledger>(others, work));
        self.cases.push(case);
    }
}

/// Runs it once.
///
/// # Errors
/// What is wrong with the stream.
pub fn run<S: Stream, A: Audit>(others: u64, work: &Work) -> Result<Sample, Fault> {
    let work = &work_of::<S>(work, PART);
    let stream = S::new(1);
    let mut results = crew::run(1, &work.pulse, |_, gate| {
        add_all::<A>(&mut stream.session(), 0, work.messages, work);
        let mut dead = stream.member(0, DEAD);
        deliver_all(&mut dead, work);
        let min_idle_ms = min_idle_ms(work);
        thread::sleep(Duration::from_millis(min_idle_ms) + MARGIN);
        // What the living takes over now is no longer idle: the rest is behind it.
        let before = work.messages - work.messages / others;
        let mut audit = A::default();
        let mut ids = Vec::new();
        take_over(&mut stream.member(0, ALIVE), before, work, |_, _| ());
        // Another one, which does not know how far the first has looked.
        let mut alive = stream.member(0, ALIVE);
        gate.wait();
        let (span, ()) = Span::of(|| {
            take_over(
                &mut alive,
                work.messages - before,
                work,
                |id, message: &[u8]| {
                    ids.push(id);
                    audit.read(message);
                },
            );
        });
        (span, audit, ids)
    })?;
    work.check_stopped()?;
    let Some((span, audit, ids)) = results.pop() else {
        return Err(Fault::Miscounted);
    };
    let claimed = ids.len() as u64;
    if others == 1 {
        // A hash map finds them in its own order.
        let apart = |header: Header| usize::try_from(header.sequence()).unwrap_or(usize::MAX);
        A::verdict_by_queue(vec![audit], &[work.messages], &apart)?;
    }
    if claimed != work.messages / others {
        return Err(Fault::Lost {
            pushed: work.messages / others,
            popped: claimed,
        });
    }
    let mut alive = stream.member(0, ALIVE);
    check_pending(&mut alive, work.messages)?;
    for batch in ids.chunks(COUNT) {
        alive.ack(batch);
    }
    alive.settle();
    check_pending(&mut alive, work.messages - claimed)?;
    let mut sample = Sample::new(claimed, Span::hull([span]));
    sample.extra.push(("pending", as_f64(work.messages)));
    Ok(sample)
}

/// From when on the dead consumer's entries are taken over. What is taken over is idle anew, and is
/// not found again as long as a run takes less than this.
const fn min_idle_ms(work: &Work) -> u64 {
    100 + work.messages / 500
}

/// Takes everything, and acknowledges nothing.
fn deliver_all(member: &mut impl Member, work: &Work) {
    let mut delivered = 0;
    while delivered < work.messages && work.pulse.beat() {
        let before = delivered;
        member.take(COUNT, |_, _| delivered += 1);
        if delivered == before {
            return;
        }
    }
}

/// Takes over so many entries, as long as there are any.
fn take_over(
    member: &mut impl Member,
    quota: u64,
    work: &Work,
    mut visit: impl FnMut(forebay::StreamId, &[u8]),
) {
    let mut claimed = 0;
    while claimed < quota && work.pulse.beat() {
        let before = claimed;
        let count = usize::try_from(quota - claimed).map_or(COUNT, |left| left.min(COUNT));
        member.claim(min_idle_ms(work), count, |id, message| {
            claimed += 1;
            visit(id, message);
        });
        if claimed == before {
            return;
        }
    }
}

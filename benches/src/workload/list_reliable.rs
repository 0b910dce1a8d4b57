//! `list-reliable`: every message goes through a backup list until its consumer is done with it.

use crate::audit::{Audit, Ledger, Tally};
use crate::engine::ReliableQueue;
use crate::engine::forebay::Backup;
use crate::engine::mutex_vecdeque::TwoVecDeques;
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::{Case, Group, Sample, Span, Work, crew};
use crate::message::Header;

const MESSAGES: u64 = 1_000_000;

/// One thread that does it all, and a producer beside a consumer.
#[must_use]
pub fn groups() -> Vec<Group> {
    [1, 2].into_iter().map(group).collect()
}

fn group(threads: usize) -> Group {
    let title = if threads == 1 {
        "one thread pushes, moves, removes"
    } else {
        "1 producer, 1 blocking consumer"
    };
    let shape = Shape {
        workload: "list-reliable",
        title: title.to_owned(),
        producers: 1,
        consumers: 1,
        threads,
        keys: 2,
        extra: Vec::new(),
    };
    let cases = vec![case::<Backup>(threads), case::<TwoVecDeques>(threads)];
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases)
}

fn case<R: ReliableQueue>(threads: usize) -> Case {
    Case::new(R::NAME, R::VARIANT, move |work| {
        run::<R, Tally>(threads, work)
    })
    .checked(move |work| run::<R, Ledger>(threads, work))
}

fn run<R: ReliableQueue, A: Audit>(threads: usize, work: &Work) -> Result<Sample, Fault> {
    let queue = R::new();
    let results = crew::run(threads, &work.pulse, |index, gate| {
        let (pushes, takes) = (index == 0, index == threads - 1);
        let mut message = vec![0; work.payload];
        let mut audit = A::default();
        gate.wait();
        let (span, unfinished) = Span::of(|| {
            let mut unfinished = 0_u64;
            for sequence in 0..work.messages {
                if pushes {
                    A::write(&mut message, Header::new(0, sequence));
                    queue.push(&message);
                }
                if takes {
                    let taken = queue.take();
                    audit.read(taken.as_ref());
                    unfinished += u64::from(!queue.finish(&taken));
                }
                if !work.pulse.after(sequence) && takes {
                    break;
                }
            }
            unfinished
        });
        (span, takes.then_some(audit), unfinished)
    })?;
    work.check_stopped()?;
    let elapsed = Span::hull(results.iter().map(|(span, ..)| *span));
    let unfinished: u64 = results.iter().map(|(.., unfinished)| unfinished).sum();
    let audits = results
        .into_iter()
        .filter_map(|(_, audit, _)| audit)
        .collect();
    A::verdict(audits, &[work.messages])?;
    if unfinished > 0 {
        return Err(Fault::Failed(format!(
            "{unfinished} messages were not in the backup"
        )));
    }
    Ok(Sample::new(work.messages, elapsed))
}

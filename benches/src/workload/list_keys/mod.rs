//! `list-keys`: many queues by key, by name and by handle.

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::closed::{producer_number, quotas};
use crate::engine::forebay::{Handles, Names};
use crate::engine::{Key, KeyedQueues, dashmap_mutex_vecdeque, dashmap_segqueue, null};
use crate::fault::Fault;
use crate::key::{Name, names};
use crate::measure::case::{Figure, Shape};
use crate::measure::{Case, Gate, Group, Sample, Span, Work, crew};
use crate::message::Header;
use crate::options::Options;

mod choice;

pub use choice::Distribution;
use choice::Route;

const MESSAGES: u64 = 500_000;
const KEYS: [(usize, &[Distribution]); 3] = [
    (1, &[Distribution::Uniform]),
    (16, &[Distribution::Uniform, Distribution::Zipf]),
    (10_000, &[Distribution::Uniform, Distribution::Zipf]),
];
const THREADS: [usize; 2] = [1, 2];

/// One group for each number of keys, distribution, and number of threads.
#[must_use]
pub fn groups(options: &Options) -> Vec<Group> {
    let mut groups = Vec::new();
    for (keys, distributions) in KEYS {
        for &distribution in distributions {
            for threads in options.threads_or(&THREADS) {
                groups.push(group(Mix {
                    keys,
                    distribution,
                    threads,
                }));
            }
        }
    }
    groups
}

#[derive(Debug, Clone, Copy)]
struct Mix {
    keys: usize,
    distribution: Distribution,
    threads: usize,
}

fn group(mix: Mix) -> Group {
    let Mix {
        keys,
        distribution,
        threads,
    } = mix;
    let title = match (keys, threads) {
        (1, 1) => "1 key, 1 thread".to_owned(),
        (1, _) => format!("1 key, {threads} threads"),
        (_, 1) => format!("{keys} keys, {}, 1 thread", distribution.name()),
        _ => format!("{keys} keys, {}, {threads} threads", distribution.name()),
    };
    let shape = Shape {
        workload: "list-keys",
        title,
        producers: threads,
        consumers: threads,
        threads,
        keys: keys as u64,
        extra: vec![("distribution", distribution.name().into())],
    };
    let cases = vec![
        case::<Handles>(mix),
        case::<Names>(mix),
        case::<dashmap_mutex_vecdeque::Map>(mix),
        case::<dashmap_segqueue::Map>(mix),
        null::case(threads, threads, move |work| {
            run::<null::Keyed, Tally>(mix, work)
        }),
    ];
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases)
}

fn case<K: KeyedQueues>(mix: Mix) -> Case {
    Case::new(K::NAME, K::VARIANT, move |work| run::<K, Tally>(mix, work))
        .checked(move |work| run::<K, Ledger>(mix, work))
}

fn run<K: KeyedQueues, A: Audit>(mix: Mix, work: &Work) -> Result<Sample, Fault> {
    let names = names(mix.keys);
    let queues = K::new(&names);
    let pushed = quotas(work.messages, mix.threads);
    let results = crew::run(mix.threads, &work.pulse, |index, gate| {
        let route = Route::new(mix.distribution, names.len(), index as u64);
        let mut worker = Worker {
            queues: &queues,
            names: &names,
            route,
            producer: producer_number(index),
            audit: A::default(),
        };
        let span = worker.work(pushed[index], gate, work);
        (span, worker.audit, worker.route)
    })?;
    work.check_stopped()?;
    let elapsed = Span::hull(results.iter().map(|(span, ..)| *span));
    let (audits, routes): (Vec<_>, Vec<_>) = results
        .into_iter()
        .map(|(_, audit, route)| (audit, route))
        .unzip();
    // A thread may receive what another pushed, but within a key the order holds.
    let key_of = |header: Header| routes[usize::from(header.producer())].key(header.sequence());
    A::verdict_by_queue(audits, &pushed, &key_of)?;
    // What was pushed before the time was taken and popped afterwards does not count.
    let timed = |quota: &u64| quota - behind(mix.keys, *quota);
    Ok(Sample::new(
        pushed.iter().map(timed).sum::<u64>().max(1),
        elapsed,
    ))
}

/// How many messages of each thread wait at any time: two for each key on average, but no more than
/// half of all.
fn behind(keys: usize, quota: u64) -> u64 {
    (2 * keys as u64).min(quota / 2)
}

/// A thread that pushes along its route and, some steps behind, pops along the same route.
struct Worker<'a, K, A> {
    queues: &'a K,
    names: &'a [Name],
    route: Route,
    producer: u16,
    audit: A,
}

impl<K: KeyedQueues, A: Audit> Worker<'_, K, A> {
    fn work(&mut self, quota: u64, gate: &Gate<'_>, work: &Work) -> Span {
        let behind = behind(self.names.len(), quota);
        let mut message = vec![0; work.payload];
        gate.wait();
        for sequence in 0..behind {
            self.push(sequence, &mut message);
        }
        gate.wait();
        let (span, ()) = Span::of(|| {
            for sequence in behind..quota {
                self.push(sequence, &mut message);
                self.pop(sequence - behind);
                if !work.pulse.after(sequence) {
                    return;
                }
            }
        });
        for sequence in quota - behind..quota {
            self.pop(sequence);
        }
        span
    }

    #[inline]
    fn push(&mut self, sequence: u64, message: &mut [u8]) {
        A::write(message, Header::new(self.producer, sequence));
        self.queues.push(self.key(sequence), message);
    }

    /// This thread has pushed to that key before, so a message is there; one that is missing is
    /// found by the verdict.
    #[inline]
    fn pop(&mut self, sequence: u64) {
        let key = self.route.key(sequence);
        let key = Key {
            index: key,
            name: &self.names[key],
        };
        let audit = &mut self.audit;
        let _ = self.queues.pop(key, |message| audit.read(message));
    }

    #[inline]
    fn key(&self, sequence: u64) -> Key<'_> {
        let index = self.route.key(sequence);
        Key {
            index,
            name: &self.names[index],
        }
    }
}

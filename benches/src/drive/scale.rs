//! Each thread pushes a message and pops one, again and again, while so many messages wait.

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::closed::{producer_number, quotas};
use crate::engine::{Key, KeyedQueues};
use crate::fault::Fault;
use crate::key::{Name, names};
use crate::measure::instructions::Instructions;
use crate::measure::{Case, Gate, Sample, Span, Work, crew};
use crate::message::Header;

/// How large everything is but the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Threads that push and pop.
    pub threads: usize,
    /// Queues. Several threads each keep to one of them; one thread visits all, each as often as
    /// the others.
    pub keys: usize,
    /// Messages of each thread that wait all the time.
    pub waiting: u64,
}

impl Extent {
    /// The key of a thread's message.
    #[inline]
    fn key(self, thread: u16, sequence: u64) -> usize {
        /// 2^64 divided by the golden ratio: its multiples are spread evenly, and neighbours are
        /// far apart.
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        if self.threads > 1 {
            return usize::from(thread) % self.keys;
        }
        let place = u128::from(sequence.wrapping_mul(STEP)) * self.keys as u128;
        #[expect(clippy::cast_possible_truncation, reason = "it is below `keys`")]
        let index = (place >> 64) as usize;
        index
    }
}

/// A case that is checked.
#[must_use]
pub fn case<K: KeyedQueues>(extent: Extent) -> Case {
    Case::new(K::NAME, K::VARIANT, move |work| {
        run::<K, Tally>(extent, work)
    })
    .checked(move |work| run::<K, Ledger>(extent, work))
}

/// Runs it once.
///
/// # Errors
/// What is wrong with the queues.
pub fn run<K: KeyedQueues, A: Audit>(extent: Extent, work: &Work) -> Result<Sample, Fault> {
    let names = names(extent.keys);
    let queues = K::new(&names);
    let timed = quotas(work.messages, extent.threads);
    let pushed: Vec<u64> = timed.iter().map(|quota| quota + extent.waiting).collect();
    let results = crew::run(extent.threads, &work.pulse, |index, gate| {
        let mut worker = Worker {
            queues: &queues,
            names: &names,
            extent,
            thread: producer_number(index),
            audit: A::default(),
        };
        let (span, instructions) = worker.work(pushed[index], gate, work);
        (span, instructions, worker.audit)
    })?;
    work.check_stopped()?;
    let elapsed = Span::hull(results.iter().map(|(span, ..)| *span));
    let instructions = results.iter().map(|(_, count, _)| *count).sum();
    let audits = results.into_iter().map(|(.., audit)| audit).collect();
    // A thread may receive what another one pushed, but within a key the order holds.
    let key_of = |header: Header| extent.key(header.producer(), header.sequence());
    A::verdict_by_queue(audits, &pushed, &key_of)?;
    for (index, name) in names.iter().enumerate() {
        if queues.pop(Key { index, name }, |_| ()).is_some() {
            return Err(Fault::Miscounted);
        }
    }
    Ok(Sample {
        instructions,
        ..Sample::new(work.messages, elapsed)
    })
}

struct Worker<'a, K, A> {
    queues: &'a K,
    names: &'a [Name],
    extent: Extent,
    thread: u16,
    audit: A,
}

impl<K: KeyedQueues, A: Audit> Worker<'_, K, A> {
    /// Filling and draining are not timed.
    fn work(&mut self, quota: u64, gate: &Gate<'_>, work: &Work) -> (Span, Option<u64>) {
        let waiting = self.extent.waiting;
        let mut message = vec![0; work.payload];
        for sequence in 0..waiting {
            self.push(sequence, &mut message);
            if !work.pulse.after(sequence) {
                break;
            }
        }
        let mut counter = Instructions::of_this_thread();
        gate.wait();
        counter.begin();
        let (span, ()) = Span::of(|| {
            for sequence in waiting..quota {
                self.push(sequence, &mut message);
                self.pop(sequence - waiting);
                if !work.pulse.after(sequence) {
                    return;
                }
            }
        });
        let instructions = counter.end();
        for sequence in quota - waiting..quota {
            self.pop(sequence);
            if !work.pulse.after(sequence) {
                break;
            }
        }
        (span, instructions)
    }

    #[inline]
    fn push(&mut self, sequence: u64, message: &mut [u8]) {
        A::write(message, Header::new(self.thread, sequence));
        self.queues.push(self.key(sequence), message);
    }

    /// This thread has pushed to that key before, so a message is there; one that is missing is
    /// found by the verdict.
    #[inline]
    fn pop(&mut self, sequence: u64) {
        let key = self.key(sequence);
        let audit = &mut self.audit;
        let _ = self.queues.pop(key, |message| audit.read(message));
    }

    #[inline]
    fn key<'k>(&self, sequence: u64) -> Key<'k>
    where
        Self: 'k,
    {
        let index = self.extent.key(self.thread, sequence);
        let name = &self.names[index];
        Key { index, name }
    }
}

#[cfg(test)]
mod tests {
    use super::Extent;

    #[test]
    fn one_thread_visits_every_key_as_often() {
        let extent = Extent {
            threads: 1,
            keys: 10,
            waiting: 0,
        };
        let mut visits = [0_u32; 10];
        for sequence in 0..1_000 {
            visits[extent.key(0, sequence)] += 1;
        }
        let even = visits.iter().all(|visits| (95..=105).contains(visits));
        assert!(even, "{visits:?}");
    }

    #[test]
    fn several_threads_have_a_key_each_or_share_one() {
        let extent = |keys| Extent {
            threads: 4,
            keys,
            waiting: 0,
        };
        let keys = [0, 1, 2, 3].map(|thread| extent(4).key(thread, 17));
        assert_eq!(keys, [0, 1, 2, 3]);
        assert_eq!(extent(1).key(3, 17), 0);
    }
}

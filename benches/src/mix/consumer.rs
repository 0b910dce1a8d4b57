//! A consumer: sleeps until there is a message, works on it, and says that it is done. Some die.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use rand::RngExt;

use super::book::{Book, Seen};
use super::description::Reliable;
use super::engine::Receiver;
use super::progress::{Count, Progress};
use super::random::Random;
use super::service::{Service, since};
use crate::fault::Fault;
use crate::measure::latency::Latency;

/// A consumer looks so often whether the run is over.
const LIMIT: Duration = Duration::from_millis(50);
/// When nothing more has been done for so long after the last push, what is missing is lost.
const GRACE: Duration = Duration::from_secs(2);

/// What one consumer does.
#[derive(Debug)]
pub struct Consumer {
    /// Its group.
    pub group: usize,
    /// How long it works on a message.
    pub service: Service,
    /// How it dies.
    pub reliable: Option<Reliable>,
    /// For its work and for its deaths.
    pub random: [Random; 2],
    /// What it has received.
    pub book: Book,
}

/// What one consumer saw.
#[derive(Debug)]
pub struct Received {
    /// The messages.
    pub book: Book,
    /// From when a message was due until it was received.
    pub in_queue: Latency,
    /// From the push of a message until the return of a call that had waited for it.
    pub wake_up: Latency,
    /// How often a message was delivered.
    pub deliveries: u64,
    /// How often a consumer died.
    pub crashes: u64,
    /// How many messages were delivered again because of that, at most.
    pub abandoned: u64,
    /// When the last message was done.
    pub last_ns: u64,
    /// What was wrong.
    pub fault: Option<Fault>,
}

impl Consumer {
    /// Works until all is done.
    pub fn run(
        self,
        receiver: &mut impl Receiver,
        count: &Count,
        progress: &Progress<'_>,
    ) -> Received {
        let Self {
            group,
            service,
            reliable,
            random: [mut work, mut deaths],
            book,
        } = self;
        let start = progress.start();
        let mut received = Received {
            book,
            in_queue: Latency::default(),
            wake_up: Latency::default(),
            deliveries: 0,
            crashes: 0,
            abandoned: 0,
            last_ns: 0,
            fault: None,
        };
        let mut patience = Patience::default();
        let mut batch: Vec<Seen> = Vec::new();
        let mut now_ns = since(start);
        while !progress.is_stopped() {
            let waiting_since_ns = now_ns;
            batch.clear();
            let mut damaged = false;
            receiver.receive(LIMIT, |key, message| {
                match received.book.inspect(key, message) {
                    Some(seen) => batch.push(seen),
                    None => damaged = true,
                }
            });
            now_ns = since(start);
            if batch.is_empty() && !damaged {
                if is_over(group, progress) && receiver.is_settled() {
                    break;
                }
                if patience.is_exhausted(progress) {
                    break;
                }
                continue;
            }
            received.take_down(&batch, waiting_since_ns, now_ns);
            if reliable.is_some_and(|each| each.crash > 0.0 && deaths.random_bool(each.crash)) {
                received.crashes += 1;
                received.abandoned += batch.len() as u64;
                // It dies at work.
                let half = Service {
                    mean_ns: service.mean_ns / 2.0,
                    ..service
                };
                half.perform(&mut work, start, now_ns);
                thread::sleep(reliable.map_or(Duration::ZERO, |each| each.restart));
                receiver.die();
                now_ns = since(start);
                continue;
            }
            for _ in &batch {
                now_ns = service.perform(&mut work, start, now_ns);
            }
            if !receiver.finish() {
                let why = "a message that was done could not be removed from its backup";
                received.fault.get_or_insert(Fault::Failed(why.to_owned()));
            }
            for seen in &batch {
                received.book.note(*seen);
                count.add(seen.stamp.bytes as usize);
            }
            received.last_ns = since(start);
            if service.mean_ns <= 0.0 || batch.len() > 1 {
                now_ns = received.last_ns;
            }
        }
        received
    }
}

impl Received {
    #[inline]
    fn take_down(&mut self, batch: &[Seen], waiting_since_ns: u64, now_ns: u64) {
        self.deliveries += batch.len() as u64;
        for seen in batch {
            self.in_queue
                .record_ns(now_ns.saturating_sub(seen.stamp.due_ns).max(1));
        }
        if let Some(first) = batch
            .first()
            .filter(|seen| seen.stamp.pushed_ns > waiting_since_ns)
        {
            self.wake_up
                .record_ns(now_ns.saturating_sub(first.stamp.pushed_ns).max(1));
        }
    }
}

/// Whether the group has done all there ever will be.
fn is_over(group: usize, progress: &Progress<'_>) -> bool {
    progress.producers().are_done() && progress.done_by(group) >= progress.accepted_messages()
}

/// How long a consumer waits for what may never come.
#[derive(Debug, Default)]
struct Patience {
    last: u64,
    since: Option<Instant>,
}

impl Patience {
    /// Whether nobody has done anything for a long time.
    fn is_exhausted(&mut self, progress: &Progress<'_>) -> bool {
        let done = progress.done_messages();
        if !progress.producers().are_done() || done != self.last {
            self.last = done;
            self.since = None;
            return false;
        }
        self.since.get_or_insert_with(Instant::now).elapsed() > GRACE
    }
}

//! One run of a mix on one engine.

use core::time::Duration;
use std::thread;

use super::arrival::Arrivals;
use super::book::{Book, Promise};
use super::consumer::{Consumer, Received};
use super::description::{Description, Rate};
use super::engine::{Setup, Target};
use super::form::{Capacity, Kind};
use super::generator::Generator;
use super::payload::Sizes;
use super::progress::Progress;
use super::random::{CRASH, KEY, PAYLOAD, SERVICE, random};
use super::sampler::{Sampler, Samples};
use super::stamp::STAMP_BYTES;
use crate::drive::closed::producer_number;
use crate::fault::Fault;
use crate::measure::case::as_f64;
use crate::measure::latency::Latency;
use crate::measure::{Sample, Work, crew};
use crate::message::share;

/// Messages by which it is measured what consumers take, at most, and as a part of those of a run.
const CAPACITY_MESSAGES: f64 = 100_000.0;
const CAPACITY_PART: f64 = 0.25;

/// What is done, and how closely it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The mix.
    pub description: &'a Description,
    /// By how much the time of arrivals is stretched.
    pub scale: f64,
    /// How durable Forebay is.
    pub level: Option<forebay::Level>,
    /// Whether every byte is looked at.
    pub thorough: bool,
}

/// What one thread brings back.
enum Part {
    Producer(Latency),
    Consumer(usize, Box<Received>),
}

impl Run<'_> {
    /// Runs it, after it was measured what consumers take, where that is asked for.
    ///
    /// # Errors
    /// What is wrong with the engine.
    pub fn on<T: Target>(&self, work: &Work) -> Result<Sample, Fault> {
        let by_service = self.description.service_per_s(crew::cores());
        let mut capacity = by_service;
        let measured = matches!(self.description.rate, Rate::Times(_, Capacity::Measured));
        if measured || by_service.is_none() {
            let messages = as_f64(work.messages) * CAPACITY_PART;
            #[expect(clippy::cast_possible_truncation, reason = "it is limited")]
            #[expect(clippy::cast_sign_loss, reason = "it is limited")]
            let flood = messages.clamp(1.0, CAPACITY_MESSAGES) as u64;
            if matches!(self.description.rate, Rate::Times(..)) {
                let sample = self.offer::<T>(&Arrivals::AtOnce(flood), None, work)?;
                capacity = Some(1e9 / sample.ns_per_op());
            }
        }
        let arrivals = self
            .description
            .arrivals(self.scale, capacity.unwrap_or(f64::INFINITY));
        let mut sample = self.offer::<T>(&arrivals, capacity, work)?;
        if let Some(capacity) = capacity {
            sample.extra.push(("capacity_per_s", capacity));
        }
        Ok(sample)
    }

    /// Lets messages fall due, and waits until all are done.
    fn offer<T: Target>(
        &self,
        arrivals: &Arrivals,
        capacity: Option<f64>,
        work: &Work,
    ) -> Result<Sample, Fault> {
        let description = self.description;
        let members: Vec<usize> = description
            .groups
            .iter()
            .map(|group| group.members.len())
            .collect();
        let keys = description.keys.count();
        let setup = Setup::new(keys, members.clone(), description.count, self.level);
        let target = T::open(&setup)?;
        let progress = Progress::new(description.producers, &members, &work.pulse);
        let drained = capacity.map_or(0.0, |capacity| arrivals.total() / capacity);
        let budget = super::form::Budget {
            // A run that is stretched may take longer.
            seconds: description.budget.seconds * self.scale.max(1.0),
            ..description.budget
        };
        let sampler = Sampler {
            arrivals,
            expected: Duration::try_from_secs_f64(drained.max(arrivals.end_ns() * 1e-9))
                .unwrap_or_default(),
            budget,
        };
        let (parts, samples) = thread::scope(|scope| {
            let samples = scope.spawn(|| sampler.run(&progress));
            let parts = self.threads(&target, arrivals, &progress, work);
            progress.end();
            (parts, samples.join())
        });
        let samples = samples.map_err(|panic| crew::panicked(&*panic))?;
        work.check_stopped()?;
        let sample = self.judge(parts?, samples, &progress)?;
        let sent: Vec<u64> = progress
            .accepted()
            .iter()
            .map(|each| each.messages())
            .collect();
        target.conclude(&sent)?;
        Ok(sample)
    }

    fn threads<T: Target>(
        &self,
        target: &T,
        arrivals: &Arrivals,
        progress: &Progress<'_>,
        work: &Work,
    ) -> Result<Vec<Part>, Fault> {
        let description = self.description;
        let own = Sizes::Constant(work.payload.max(STAMP_BYTES));
        let sizes = description.sizes.as_ref().unwrap_or(&own);
        let (seed, producers) = (description.seed, description.producers);
        let consumers: Vec<_> = description.consumers().collect();
        let threads = producers + consumers.len();
        let promise = Promise {
            producers,
            keys: if description.kind == Kind::Both {
                2
            } else {
                description.keys.count()
            },
            messages_max: description.budget.messages,
            ordered: description.is_ordered(),
            thorough: self.thorough,
        };
        crew::run(threads, &work.pulse, |index, gate| {
            if index < producers {
                let producing = progress.producers().enter();
                let mut sender = target.sender();
                let generator = Generator {
                    producer: producer_number(index),
                    schedule: arrivals.schedule(seed, index, producers),
                    sizes,
                    keys: &description.keys,
                    alternates: description.kind == Kind::Both,
                    thorough: self.thorough,
                    random: [PAYLOAD, KEY].map(|purpose| random(seed, purpose, index)),
                    messages_max: share(description.budget.messages, producers, index),
                    crowded: threads > crew::cores(),
                };
                gate.wait();
                let enqueue = generator.run(&mut sender, &progress.accepted()[index], progress);
                drop(producing);
                return Part::Producer(enqueue);
            }
            let number = index - producers;
            let (group, member, service) = consumers[number];
            let mut receiver = target.receiver(group, member);
            let consumer = Consumer {
                group,
                service,
                reliable: description.reliable,
                random: [SERVICE, CRASH].map(|purpose| random(seed, purpose, number)),
                book: Book::new(promise),
            };
            gate.wait();
            let count = progress.done(group, member);
            Part::Consumer(
                group,
                Box::new(consumer.run(&mut receiver, count, progress)),
            )
        })
    }

    fn judge(
        &self,
        parts: Vec<Part>,
        samples: Samples,
        progress: &Progress<'_>,
    ) -> Result<Sample, Fault> {
        let description = self.description;
        let sent: Vec<u64> = progress
            .accepted()
            .iter()
            .map(|each| each.messages())
            .collect();
        let messages: u64 = sent.iter().sum();
        let mut books: Vec<Vec<Book>> = description.groups.iter().map(|_| Vec::new()).collect();
        let (mut enqueue, mut in_queue, mut wake_up) = (Vec::new(), Vec::new(), Vec::new());
        let (mut deliveries, mut crashes, mut abandoned, mut last_ns) = (0, 0, 0, 0);
        for part in parts {
            match part {
                Part::Producer(latency) => enqueue.push(latency),
                Part::Consumer(group, received) => {
                    let received = *received;
                    if let Some(fault) = received.fault {
                        return Err(fault);
                    }
                    books[group].push(received.book);
                    in_queue.push(received.in_queue);
                    wake_up.push(received.wake_up);
                    deliveries += received.deliveries;
                    crashes += received.crashes;
                    abandoned += received.abandoned;
                    last_ns = last_ns.max(received.last_ns);
                }
            }
        }
        let mut twice = 0;
        for books in books {
            twice += Book::judge(books, &sent, description.is_once())?;
        }
        // What a consumer had when it died comes again, and nothing else does.
        let expected = messages * description.groups.len() as u64 + abandoned;
        if description.kind != Kind::Stream && deliveries != expected {
            return Err(Fault::Miscounted);
        }
        let mut sample = Sample::new(messages, Duration::from_nanos(last_ns));
        let latencies = [
            ("time-in-queue", Latency::merged(in_queue)),
            ("enqueue", Latency::merged(enqueue)),
            ("wake-up", Latency::merged(wake_up)),
        ];
        sample.latency = latencies[0].1.clone();
        let fields = [
            ("enqueue_p50_ns", "enqueue_p99_ns", "enqueue_max_ns"),
            ("wake_up_p50_ns", "wake_up_p99_ns", "wake_up_max_ns"),
        ];
        for ((_, latency), (p50, p99, max)) in latencies[1..].iter().zip(fields) {
            if let Some(quantiles) = latency.quantiles() {
                sample.extra.push((p50, as_f64(quantiles.p50_ns)));
                sample.extra.push((p99, as_f64(quantiles.p99_ns)));
                sample.extra.push((max, as_f64(quantiles.max_ns)));
            }
        }
        sample.latencies = latencies.into_iter().collect();
        sample
            .extra
            .push(("backlog_max", as_f64(samples.backlog_max)));
        sample
            .extra
            .push(("cut_short", f64::from(u8::from(progress.is_cut_short()))));
        if description.reliable.is_some() {
            sample.extra.push(("crashes", as_f64(crashes)));
            sample.extra.push((
                "delivered_again",
                as_f64(deliveries.saturating_sub(messages * description.groups.len() as u64)),
            ));
            sample.extra.push(("done_again", as_f64(twice)));
        }
        sample.series = Some(samples.series);
        Ok(sample)
    }
}

//! Looks again and again at how a run goes on, and stops producers before the machine has to.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use super::arrival::Arrivals;
use super::form::Budget;
use super::progress::Progress;
use super::service::since;
use crate::measure::case::as_f64;
use crate::measure::memory;
use crate::record::Series;

/// A run is looked at so often, unless it is shorter or longer than that suits.
const SAMPLES: f64 = 60.0;
const INTERVAL_MIN: Duration = Duration::from_millis(5);
const INTERVAL_MAX: Duration = Duration::from_millis(100);
/// How often it is seen whether the run has begun or ended.
const POLL: Duration = Duration::from_millis(1);
/// Shorter samples would be nothing but noise.
const LAST_MS_MIN: u64 = 2;

/// What is sampled.
#[derive(Debug)]
pub struct Sampler<'a> {
    /// What falls due.
    pub arrivals: &'a Arrivals,
    /// How long the run is about to take.
    pub expected: Duration,
    /// What it may not go beyond.
    pub budget: Budget,
}

/// What was sampled, and the most of it.
#[derive(Debug, Default)]
pub struct Samples {
    /// Over time.
    pub series: Series,
    /// The most messages that waited at any sample.
    pub backlog_max: u64,
}

/// Sums until a sample.
#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    at_ns: u64,
    offered: f64,
    accepted: u64,
    done: u64,
}

impl Sampler<'_> {
    /// Samples until the run is over.
    #[must_use]
    pub fn run(&self, progress: &Progress<'_>) -> Samples {
        let mut samples = Samples::default();
        let Some(start) = begun(progress) else {
            return samples;
        };
        let interval = (self.expected.div_f64(SAMPLES)).clamp(INTERVAL_MIN, INTERVAL_MAX);
        let mut last = Sums::default();
        let mut next = start + interval;
        loop {
            while Instant::now() < next && !progress.is_over() {
                let left = next.saturating_duration_since(Instant::now());
                thread::sleep(left.min(POLL));
            }
            let over = progress.is_over();
            let sums = self.look(progress, start);
            let elapsed_ms = (sums.at_ns - last.at_ns) / 1_000_000;
            if !over || elapsed_ms >= LAST_MS_MIN || samples.series.at_ms.is_empty() {
                samples.add(last, sums, progress);
                self.guard(sums, progress);
                if sums.accepted + sums.done > last.accepted + last.done {
                    progress.beat();
                }
                last = sums;
            }
            if over {
                return samples;
            }
            // After a sample that came late, the next one is not too short.
            let earliest = Instant::now() + interval / 2;
            while next < earliest {
                next += interval;
            }
        }
    }

    fn look(&self, progress: &Progress<'_>, start: Instant) -> Sums {
        let at_ns = since(start);
        Sums {
            at_ns,
            offered: self.arrivals.due_before(at_ns),
            done: progress.done_messages(),
            accepted: progress.accepted_messages(),
        }
    }

    fn guard(&self, sums: Sums, progress: &Progress<'_>) {
        let seconds = as_f64(sums.at_ns) * 1e-9;
        if seconds > self.budget.seconds || progress.backlog_bytes() > self.budget.backlog_bytes {
            progress.cut_short();
        }
    }
}

fn begun(progress: &Progress<'_>) -> Option<Instant> {
    loop {
        if let Some(start) = progress.started() {
            return Some(start);
        }
        if progress.is_over() || progress.is_stopped() {
            return None;
        }
        thread::sleep(POLL);
    }
}

impl Samples {
    fn add(&mut self, last: Sums, now: Sums, progress: &Progress<'_>) {
        let seconds = as_f64((now.at_ns - last.at_ns).max(1)) * 1e-9;
        #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
        #[expect(clippy::cast_sign_loss, reason = "no count falls")]
        let rate = |count: f64| (count / seconds).round() as u64;
        let series = &mut self.series;
        series.at_ms.push(now.at_ns / 1_000_000);
        series.offered_per_s.push(rate(now.offered - last.offered));
        series
            .accepted_per_s
            .push(rate(as_f64(now.accepted - last.accepted)));
        series
            .consumed_per_s
            .push(rate(as_f64(now.done - last.done)));
        let backlog = progress.backlog();
        series.backlog.push(backlog);
        self.backlog_max = self.backlog_max.max(backlog);
        series.rss_bytes.push(memory::resident().unwrap_or(0));
    }
}

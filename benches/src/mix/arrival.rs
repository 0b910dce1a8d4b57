//! When messages are due.
//!
//! Every process but a list of times is a rate that changes in steps. Arrivals at even distances are
//! those moments at which its integral passes a whole number; in a Poisson process the numbers are
//! sums of exponential ones instead. An even arrival lies in the middle of its own interval, so that rounding
//! adds none at the end. So a schedule is an iterator that needs no memory.

use alloc::sync::Arc;

use rand_distr::{Distribution, Exp1};

use super::form::Spacing;
use super::random::{ARRIVAL, Random, random};
use crate::measure::case::as_f64;

/// A rate over time: constant between the end of one step and the end of the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve(Arc<[Step]>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    end_ns: f64,
    per_ns: f64,
}

impl Curve {
    /// Steps as (duration in nanoseconds, messages per second).
    #[must_use]
    pub fn new(steps: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut end_ns = 0.0;
        let step = |(duration_ns, per_s)| {
            end_ns += duration_ns;
            let per_ns = per_s * 1e-9;
            Step { end_ns, per_ns }
        };
        Self(steps.into_iter().map(step).collect())
    }

    /// How many messages fall due before `time_ns`.
    #[must_use]
    pub fn due_before(&self, time_ns: f64) -> f64 {
        let mut from_ns = 0.0;
        let mut sum = 0.0;
        for step in &*self.0 {
            if time_ns <= from_ns {
                break;
            }
            sum += (step.end_ns.min(time_ns) - from_ns) * step.per_ns;
            from_ns = step.end_ns;
        }
        sum
    }

    /// When the last step ends.
    #[must_use]
    pub fn end_ns(&self) -> f64 {
        self.0.last().map_or(0.0, |step| step.end_ns)
    }
}

/// What falls due, of all producers together.
#[derive(Debug, Clone)]
pub enum Arrivals {
    /// By a rate.
    Rate {
        /// How it changes.
        curve: Curve,
        /// What lies between two arrivals.
        spacing: Spacing,
    },
    /// As recorded, again and again until the end.
    Times {
        /// Nanoseconds, which rise.
        times: Arc<[u64]>,
        /// Nothing is due after this.
        end_ns: u64,
    },
    /// So many at once.
    AtOnce(u64),
}

impl Arrivals {
    /// How many have fallen due before a moment: exactly, or on average for a Poisson process.
    #[must_use]
    pub fn due_before(&self, time_ns: u64) -> f64 {
        match self {
            Self::Rate { curve, .. } => curve.due_before(as_f64(time_ns)),
            Self::Times { times, end_ns } => {
                let before = time_ns.min(end_ns.saturating_add(1));
                if before == 0 {
                    return 0.0;
                }
                let span_ns = span_ns(times);
                let repeated = (before - 1) / span_ns;
                let rest = before - repeated * span_ns;
                let of_rest = times.partition_point(|&due| due < rest);
                as_f64(repeated) * as_f64(times.len() as u64) + as_f64(of_rest as u64)
            }
            Self::AtOnce(messages) => as_f64(*messages),
        }
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.due_before(u64::MAX)
    }

    /// When the last one is due, at the latest.
    #[must_use]
    pub fn end_ns(&self) -> f64 {
        match self {
            Self::Rate { curve, .. } => curve.end_ns(),
            Self::Times { end_ns, .. } => as_f64(*end_ns),
            Self::AtOnce(_) => 0.0,
        }
    }

    /// The part of one of several producers, which take turns or have their own randomness.
    #[must_use]
    pub fn schedule(&self, seed: u64, producer: usize, producers: usize) -> Schedule {
        let parts = as_f64(producers as u64);
        Schedule {
            arrivals: self.clone(),
            producer,
            producers,
            parts,
            sent: 0,
            target: match self {
                Self::Rate {
                    spacing: Spacing::Even,
                    ..
                } => (as_f64(producer as u64) + 0.5) / parts - 1.0,
                _ => 0.0,
            },
            step: 0,
            from_ns: 0.0,
            passed: 0.0,
            random: random(seed, ARRIVAL, producer),
        }
    }
}

/// The due times of one producer's messages, in nanoseconds after the start: rising, and at least
/// one.
#[derive(Debug, Clone)]
pub struct Schedule {
    arrivals: Arrivals,
    producer: usize,
    producers: usize,
    parts: f64,
    sent: u64,
    /// The integral of this producer's rate at which the next message is due.
    target: f64,
    step: usize,
    /// Where the current step begins, and the integral there.
    from_ns: f64,
    passed: f64,
    random: Random,
}

impl Schedule {
    fn by_rate(&mut self) -> Option<u64> {
        let Arrivals::Rate { curve, spacing } = &self.arrivals else {
            return None;
        };
        self.target += match spacing {
            Spacing::Even => 1.0,
            Spacing::Poisson => Exp1.sample(&mut self.random),
        };
        loop {
            let step = curve.0.get(self.step)?;
            let per_ns = step.per_ns / self.parts;
            let at_end = self.passed + (step.end_ns - self.from_ns) * per_ns;
            if self.target < at_end {
                let due_ns = self.from_ns + (self.target - self.passed) / per_ns;
                #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
                #[expect(clippy::cast_sign_loss, reason = "no time is negative")]
                let due_ns = due_ns as u64;
                return Some(due_ns);
            }
            self.passed = at_end;
            self.from_ns = step.end_ns;
            self.step += 1;
        }
    }
}

/// When recorded times begin again.
fn span_ns(times: &[u64]) -> u64 {
    times.last().copied().unwrap_or(0).max(1)
}

impl Iterator for Schedule {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let due = match &self.arrivals {
            Arrivals::Rate { .. } => self.by_rate(),
            Arrivals::Times { times, end_ns } => {
                let number = self.sent * self.producers as u64 + self.producer as u64;
                let (count, span_ns) = (times.len() as u64, span_ns(times));
                let place = usize::try_from(number % count).ok();
                let recorded = place.and_then(|place| times.get(place));
                recorded
                    .map(|due| due + number / count * span_ns)
                    .filter(|due| due <= end_ns)
            }
            Arrivals::AtOnce(messages) => {
                let share = crate::message::share(*messages, self.producers, self.producer);
                (self.sent < share).then_some(0)
            }
        };
        // However short the time, there is something to measure.
        let due = due.or_else(|| (self.sent == 0).then_some(0));
        self.sent += u64::from(due.is_some());
        due
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrivals, Curve};
    use crate::mix::form::Spacing;

    fn rate(steps: &[(f64, f64)], spacing: Spacing) -> Arrivals {
        Arrivals::Rate {
            curve: Curve::new(steps.iter().copied()),
            spacing,
        }
    }

    fn merged(arrivals: &Arrivals, seed: u64, producers: usize) -> Vec<u64> {
        let parts = (0..producers).flat_map(|each| arrivals.schedule(seed, each, producers));
        let mut all: Vec<u64> = parts.collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn even_arrivals_of_all_producers_together_have_equal_distances() {
        let constant = rate(&[(1e9, 1_000.0)], Spacing::Even);
        for producers in [1, 2, 3] {
            let due = merged(&constant, 1, producers);
            assert_eq!(due.len(), 1_000, "{producers} producers");
            for (index, due) in (0_u64..).zip(&due) {
                assert!(
                    due.abs_diff(index * 1_000_000 + 500_000) <= 1,
                    "{index}: {due}"
                );
            }
        }
    }

    #[test]
    fn poisson_arrivals_have_their_rate_and_dispersion() {
        let poisson = rate(&[(10e9, 10_000.0)], Spacing::Poisson);
        for producers in [1, 3] {
            let due = merged(&poisson, 5, producers);
            let mut counts = vec![0.0_f64; 1_000];
            for due in &due {
                counts[usize::try_from(due / 10_000_000).unwrap()] += 1.0;
            }
            let mean = counts.iter().sum::<f64>() / 1_000.0;
            // 100 000 arrivals deviate by 316.
            assert!((mean - 100.0).abs() < 1.3, "{mean}");
            let variance = counts.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / 1_000.0;
            // The index of dispersion is 1, and deviates by sqrt(2 / 1000) in 1000 windows.
            assert!((variance / mean - 1.0).abs() < 0.18, "{}", variance / mean);
        }
        let even = rate(&[(10e9, 10_000.0)], Spacing::Even);
        let per_window = |due: &[u64]| due.iter().filter(|due| **due < 10_000_000).count();
        assert_eq!(
            per_window(&merged(&even, 5, 1)),
            100,
            "even arrivals do not vary"
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_times() {
        let poisson = rate(&[(1e9, 1_000.0)], Spacing::Poisson);
        assert_eq!(merged(&poisson, 5, 2), merged(&poisson, 5, 2));
        assert_ne!(merged(&poisson, 5, 2), merged(&poisson, 6, 2));
    }

    #[test]
    fn nothing_falls_due_in_a_pause() {
        let steps = [(1e6, 1e6), (3e6, 0.0), (1e6, 2e6)];
        let bursts = rate(&steps, Spacing::Even);
        let due = merged(&bursts, 1, 1);
        assert_eq!(due.len(), 3_000);
        let paused = due
            .iter()
            .filter(|due| (1_000_000..4_000_000).contains(*due));
        assert_eq!(paused.count(), 0);
        assert!((bursts.due_before(2_000_000) - 1_000.0).abs() < 1e-6);
        assert!((bursts.due_before(4_500_000) - 2_000.0).abs() < 1e-6);
        assert!((bursts.total() - 3_000.0).abs() < 1e-6);
    }

    #[test]
    fn recorded_times_are_dealt_out() {
        let times = Arrivals::Times {
            times: [0, 10, 10, 70].into(),
            end_ns: 70,
        };
        assert_eq!(times.schedule(1, 0, 3).collect::<Vec<_>>(), [0, 70]);
        assert_eq!(times.schedule(1, 2, 3).collect::<Vec<_>>(), [10]);
        for (time, due) in [
            (0, 0.0),
            (1, 1.0),
            (10, 1.0),
            (11, 3.0),
            (71, 5.0),
            (999, 5.0),
        ] {
            let found = times.due_before(time);
            assert!((found - due).abs() < 1e-9, "{found} before {time}");
        }
        let twice = Arrivals::Times {
            times: [5, 70].into(),
            end_ns: 100,
        };
        assert_eq!(twice.schedule(1, 0, 1).collect::<Vec<_>>(), [5, 70, 75]);
        assert!((twice.total() - 3.0).abs() < 1e-9, "the same number");
        assert!(
            (twice.due_before(75) - 2.0).abs() < 1e-9,
            "75 is not before 75"
        );
    }

    #[test]
    fn a_producer_always_has_a_message() {
        let short = rate(&[(1e3, 1_000.0)], Spacing::Poisson);
        assert_eq!(merged(&short, 1, 2).len(), 2);
        assert_eq!(merged(&Arrivals::AtOnce(5), 1, 2), [0; 5]);
    }
}

//! What a consumer does with a message, and how long that takes.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use rand::Rng;
use rand_distr::{Distribution, Exp1};

use super::form::{How, Spread};
use crate::measure::case::as_f64;

/// How long a consumer works on a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Service {
    /// On average.
    pub mean_ns: f64,
    /// How it differs from message to message.
    pub spread: Spread,
    /// What the consumer does meanwhile.
    pub how: How,
}

impl Service {
    /// The time for the next message.
    #[inline]
    #[must_use]
    pub fn draw_ns(&self, random: &mut impl Rng) -> u64 {
        let ns = match self.spread {
            Spread::Constant => self.mean_ns,
            Spread::Exponential => {
                let unit: f64 = Exp1.sample(random);
                self.mean_ns * unit
            }
        };
        #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
        #[expect(clippy::cast_sign_loss, reason = "a time is not negative")]
        let ns = ns as u64;
        ns
    }

    /// Works on a message, from `now_ns` after `start`, and returns when that was done.
    #[inline]
    pub fn perform(&self, random: &mut impl Rng, start: Instant, now_ns: u64) -> u64 {
        if self.mean_ns <= 0.0 {
            return now_ns;
        }
        let service_ns = self.draw_ns(random);
        match self.how {
            How::Busy => loop {
                let done_ns = since(start);
                if done_ns >= now_ns + service_ns {
                    return done_ns;
                }
                core::hint::spin_loop();
            },
            How::Sleep => {
                thread::sleep(Duration::from_nanos(service_ns));
                since(start)
            }
        }
    }

    /// Messages per second of one such consumer; none when it does nothing but take them.
    #[must_use]
    pub fn per_s(&self) -> Option<f64> {
        (self.mean_ns > 0.0).then(|| 1e9 / self.mean_ns)
    }
}

/// Nanoseconds after the start.
#[inline]
#[must_use]
pub(super) fn since(start: Instant) -> u64 {
    // 584 years fit.
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// What consumers take by arithmetic: those that compute share the cores.
#[must_use]
pub(super) fn per_s_of(members: &[Service], cores: usize) -> Option<f64> {
    let busy = members.iter().filter(|each| each.how == How::Busy).count();
    let shares = (as_f64(cores as u64) / as_f64(busy.max(1) as u64)).min(1.0);
    members.iter().try_fold(0.0, |sum, each| {
        let own = each.per_s()?;
        Some(
            sum + if each.how == How::Busy {
                own * shares
            } else {
                own
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Service, per_s_of, since};
    use crate::mix::form::{How, Spread};
    use crate::mix::random::random;

    const BUSY: Service = Service {
        mean_ns: 2_000.0,
        spread: Spread::Exponential,
        how: How::Busy,
    };

    #[test]
    fn times_have_their_mean_and_their_spread() {
        let mut random = random(7, 0, 0);
        let draws: Vec<f64> = (0..40_000)
            .map(|_| f64::from(u32::try_from(BUSY.draw_ns(&mut random)).unwrap()))
            .collect();
        let mean = draws.iter().sum::<f64>() / 40_000.0;
        assert!((mean / 2_000.0 - 1.0).abs() < 0.03, "mean {mean}");
        let variance = draws.iter().map(|ns| (ns - mean).powi(2)).sum::<f64>() / 40_000.0;
        // An exponential time deviates by its mean.
        assert!((variance.sqrt() / mean - 1.0).abs() < 0.05, "{variance}");
    }

    #[test]
    fn works_at_least_so_long() {
        let mut random = random(7, 0, 0);
        for how in [How::Busy, How::Sleep] {
            let spread = Spread::Constant;
            let service = Service {
                spread,
                how,
                ..BUSY
            };
            let start = Instant::now();
            let done = service.perform(&mut random, start, 500);
            assert!(done >= 2_000, "{how:?} took until {done} ns");
            assert!(since(start) >= done, "it was done before now");
        }
    }

    #[test]
    fn capacity_is_shared_by_those_that_compute() {
        let asleep = Service {
            how: How::Sleep,
            ..BUSY
        };
        assert_eq!(per_s_of(&[BUSY], 2), Some(500_000.0));
        assert_eq!(per_s_of(&[BUSY; 4], 2), Some(1_000_000.0));
        assert_eq!(per_s_of(&[asleep; 4], 2), Some(2_000_000.0));
        let idle = Service {
            mean_ns: 0.0,
            ..BUSY
        };
        assert_eq!(per_s_of(&[BUSY, idle], 2), None, "nobody knows");
    }
}

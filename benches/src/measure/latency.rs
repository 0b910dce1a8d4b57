//! Latency in HDR histograms, one per thread, merged at the end.

use core::time::Duration;

use hdrhistogram::Histogram;

const HIGHEST_NS: u64 = 3_600_000_000_000;
const DIGITS: u8 = 3;

/// Nanoseconds from 1 ns to an hour, with three digits.
#[derive(Debug, Clone)]
pub struct Latency(Histogram<u64>);

impl Default for Latency {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "the bounds are constants that fit")]
        Self(Histogram::new_with_bounds(1, HIGHEST_NS, DIGITS).expect("the bounds are valid"))
    }
}

impl Latency {
    /// Takes a latency down; one beyond an hour counts as an hour.
    #[inline]
    pub fn record(&mut self, latency: Duration) {
        self.record_ns(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Takes a latency in nanoseconds down.
    #[inline]
    pub fn record_ns(&mut self, ns: u64) {
        self.0.saturating_record(ns);
    }

    /// One histogram of all that was taken down.
    #[must_use]
    pub fn merged(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::default(), |mut all, part| {
            // It cannot fail: all histograms have the same bounds.
            let _ = all.0.add(&part.0);
            all
        })
    }

    /// How many latencies were taken down.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The distribution as quantiles and their nanoseconds, both rising: more of them the nearer
    /// they come to the slowest, as each step halves what is left. Empty when nothing was taken
    /// down.
    #[must_use]
    pub fn points(&self) -> Vec<(f64, u64)> {
        const STEPS_PER_HALF: u32 = 4;
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut points = Vec::new();
        for point in self.0.iter_quantiles(STEPS_PER_HALF) {
            let last = point.quantile_iterated_to() >= 1.0;
            points.push((point.quantile_iterated_to(), point.value_iterated_to()));
            if last {
                break;
            }
        }
        points
    }

    /// The four points that a row reports; none when nothing was taken down.
    #[must_use]
    pub fn quantiles(&self) -> Option<Quantiles> {
        (!self.0.is_empty()).then(|| Quantiles {
            p50_ns: self.0.value_at_quantile(0.5),
            p99_ns: self.0.value_at_quantile(0.99),
            p999_ns: self.0.value_at_quantile(0.999),
            max_ns: self.0.max(),
        })
    }
}

/// Points of a distribution of latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    /// Half of the messages took no longer.
    pub p50_ns: u64,
    /// 99 of 100 took no longer.
    pub p99_ns: u64,
    /// 999 of 1000 took no longer.
    pub p999_ns: u64,
    /// The slowest.
    pub max_ns: u64,
}

//! How large messages are.

use rand::RngExt;
use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{Distribution, LogNormal};

use super::random::Random;
use crate::measure::case::as_f64;

/// The distribution of sizes in bytes.
#[derive(Debug, Clone)]
pub enum Sizes {
    /// All alike.
    Constant(usize),
    /// Each from the first to the last as often as any other.
    Uniform(usize, usize),
    /// The logarithm is normal; cut off below and above.
    LogNormal {
        /// Before it is cut off.
        distribution: LogNormal<f64>,
        /// The smallest and the largest.
        limits: (usize, usize),
        /// The mean before it is cut off.
        mean: f64,
    },
    /// Some sizes, each with a weight.
    Weighted {
        /// The sizes.
        sizes: Vec<usize>,
        /// Their weights.
        index: WeightedAliasIndex<f64>,
        /// The mean.
        mean: f64,
    },
}

impl Sizes {
    /// The size of the next message.
    #[inline]
    #[must_use]
    pub fn draw(&self, random: &mut Random) -> usize {
        match self {
            Self::Constant(bytes) => *bytes,
            Self::Uniform(least, most) => random.random_range(*least..=*most),
            Self::LogNormal {
                distribution,
                limits,
                ..
            } => {
                #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
                #[expect(clippy::cast_sign_loss, reason = "it is not negative")]
                let bytes = distribution.sample(random) as usize;
                bytes.clamp(limits.0, limits.1)
            }
            Self::Weighted { sizes, index, .. } => sizes[index.sample(random)],
        }
    }

    /// The largest that can come.
    #[must_use]
    pub fn most(&self) -> usize {
        match self {
            Self::Constant(bytes) => *bytes,
            Self::Uniform(_, most) => *most,
            Self::LogNormal { limits, .. } => limits.1,
            Self::Weighted { sizes, .. } => sizes.iter().copied().max().unwrap_or(0),
        }
    }

    /// The mean; of a log-normal distribution, that before it is cut off, or a limit.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(bytes) => as_f64(*bytes as u64),
            Self::Uniform(least, most) => {
                f64::midpoint(as_f64(*least as u64), as_f64(*most as u64))
            }
            Self::LogNormal { limits, mean, .. } => {
                mean.clamp(as_f64(limits.0 as u64), as_f64(limits.1 as u64))
            }
            Self::Weighted { mean, .. } => *mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_distr::LogNormal;
    use rand_distr::weighted::WeightedAliasIndex;

    use super::Sizes;
    use crate::mix::random::random;

    fn draws(sizes: &Sizes) -> Vec<usize> {
        let mut random = random(3, 0, 0);
        (0..20_000).map(|_| sizes.draw(&mut random)).collect()
    }

    fn mean(draws: &[usize]) -> f64 {
        draws
            .iter()
            .map(|each| f64::from(u32::try_from(*each).unwrap()))
            .sum::<f64>()
            / 20_000.0
    }

    #[test]
    fn sizes_have_their_means_and_limits() {
        let weighted = Sizes::Weighted {
            sizes: vec![64, 1_000],
            index: WeightedAliasIndex::new(vec![3.0, 1.0]).unwrap(),
            mean: 298.0,
        };
        let log_normal = Sizes::LogNormal {
            distribution: LogNormal::new(200_f64.ln(), 0.5).unwrap(),
            limits: (32, 40_960),
            mean: 200.0 * 0.125_f64.exp(),
        };
        for sizes in [
            Sizes::Constant(64),
            Sizes::Uniform(32, 96),
            weighted,
            log_normal,
        ] {
            let draws = draws(&sizes);
            let found = mean(&draws);
            assert!(
                (found / sizes.mean() - 1.0).abs() < 0.03,
                "{found}: {sizes:?}"
            );
            assert!(
                draws.iter().all(|each| (32..=sizes.most()).contains(each)),
                "{sizes:?}"
            );
        }
    }

    #[test]
    fn half_of_log_normal_sizes_are_below_the_median() {
        let sizes = Sizes::LogNormal {
            distribution: LogNormal::new(200_f64.ln(), 1.0).unwrap(),
            limits: (32, 100_000),
            mean: 200.0 * 0.5_f64.exp(),
        };
        let below = draws(&sizes).iter().filter(|each| **each < 200).count();
        assert!((9_600..10_400).contains(&below), "{below} of 20000");
    }
}

//! Which key a message goes to.

use rand::RngExt;
use rand_distr::{Distribution, Zipf};

use super::random::Random;

/// How often each key is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice {
    /// There is only one.
    One,
    /// All of so many alike.
    Uniform(usize),
    /// The n-th key in proportion to 1 / n^theta.
    Zipf {
        /// How many there are.
        count: usize,
        /// Ranks from 1, as numbers.
        ranks: Zipf<f64>,
    },
}

impl Choice {
    /// How many keys there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        match self {
            Self::One => 1,
            Self::Uniform(count) | Self::Zipf { count, .. } => *count,
        }
    }

    /// The next key.
    #[inline]
    #[must_use]
    pub fn draw(&self, random: &mut Random) -> usize {
        match self {
            Self::One => 0,
            Self::Uniform(count) => random.random_range(0..*count),
            Self::Zipf { count, ranks } => {
                #[expect(clippy::cast_possible_truncation, reason = "there are fewer keys")]
                #[expect(clippy::cast_sign_loss, reason = "ranks begin at 1")]
                let rank = ranks.sample(random) as usize;
                rank.clamp(1, *count) - 1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_distr::Zipf;

    use super::Choice;
    use crate::mix::random::random;

    const DRAWS: u32 = 200_000;

    fn counts(choice: &Choice) -> Vec<f64> {
        let mut random = random(9, 0, 0);
        let mut counts = vec![0.0; choice.count()];
        for _ in 0..DRAWS {
            counts[choice.draw(&mut random)] += 1.0;
        }
        counts
    }

    #[test]
    fn zipf_keys_are_as_frequent_as_their_ranks_say() {
        for theta in [0.5, 0.99, 1.0, 1.5] {
            let ranks = Zipf::new(1_000.0, theta).unwrap();
            let counts = counts(&Choice::Zipf {
                count: 1_000,
                ranks,
            });
            let weights: f64 = (1..=1_000).map(|rank| f64::from(rank).powf(-theta)).sum();
            for rank in [1_u16, 2, 10] {
                let expected = f64::from(DRAWS) * f64::from(rank).powf(-theta) / weights;
                let found = counts[usize::from(rank) - 1];
                let deviation = (found - expected).abs() / expected.sqrt();
                assert!(
                    deviation < 5.0,
                    "theta {theta}, rank {rank}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn uniform_keys_are_alike() {
        let counts = counts(&Choice::Uniform(100));
        assert!(
            counts.iter().all(|n| (n - 2_000.0).abs() < 250.0),
            "{counts:?}"
        );
        assert_eq!(Choice::One.draw(&mut random(1, 0, 0)), 0);
    }
}

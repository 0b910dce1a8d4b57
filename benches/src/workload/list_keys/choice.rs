//! Which key comes next.

/// How often each key is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    /// All alike.
    Uniform,
    /// The n-th most popular key in proportion to 1/n^0.99, as in YCSB.
    Zipf,
}

const ZIPF_EXPONENT: f64 = 0.99;
/// Steps after which a route begins again: more than any cache of a core holds.
const STEPS: usize = 1 << 16;

impl Distribution {
    /// The name in every report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Zipf => "zipf",
        }
    }

    fn weight(self, rank: usize) -> f64 {
        match self {
            Self::Uniform => 1.0,
            #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52 keys")]
            Self::Zipf => (rank as f64 + 1.0).powf(-ZIPF_EXPONENT),
        }
    }
}

/// A sequence of keys, drawn before the time is taken.
#[derive(Debug)]
pub(super) struct Route {
    steps: Box<[u32]>,
}

impl Route {
    /// Draws a route; the same seed draws the same one.
    #[must_use]
    pub(super) fn new(distribution: Distribution, keys: usize, seed: u64) -> Self {
        let mut random = SplitMix(seed);
        // Popularity has nothing to do with a key's place.
        let mut places: Vec<u32> = (0..).take(keys).collect();
        let mut shuffle = SplitMix(u64::MAX);
        for index in (1..keys).rev() {
            places.swap(index, shuffle.below(index + 1));
        }
        let mut total = 0.0;
        let cumulative: Vec<f64> = (0..keys)
            .map(|rank| {
                total += distribution.weight(rank);
                total
            })
            .collect();
        let steps = (0..STEPS)
            .map(|_| {
                let target = random.unit() * total;
                let rank = cumulative.partition_point(|&sum| sum <= target);
                places[rank.min(keys - 1)]
            })
            .collect();
        Self { steps }
    }

    /// The key of a step.
    #[inline]
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the mask keeps the low bits only"
    )]
    pub(super) fn key(&self, step: u64) -> usize {
        self.steps[step as usize & (STEPS - 1)] as usize
    }
}

/// Steele, Lea and Flood's generator: one addition and a mix per number.
#[derive(Debug)]
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, but not including, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the remainder is below a usize"
    )]
    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{Distribution, Route, STEPS};

    fn counts(distribution: Distribution) -> Vec<usize> {
        let route = Route::new(distribution, 100, 7);
        let mut counts = vec![0; 100];
        for step in 0..STEPS as u64 {
            counts[route.key(step)] += 1;
        }
        counts.sort_unstable_by(|a, b| b.cmp(a));
        counts
    }

    #[test]
    fn uniform_keys_are_alike_and_zipf_keys_are_not() {
        let uniform = counts(Distribution::Uniform);
        assert!(uniform[0] < 2 * uniform[99], "{uniform:?}");
        let zipf = counts(Distribution::Zipf);
        // The weights 1/n^0.99 of 100 keys add up to 5.28.
        let expected = STEPS * 100 / 528;
        assert!(zipf[0].abs_diff(expected) < expected / 10, "{zipf:?}");
        assert!(zipf[0] > 8 * zipf[9] && zipf[99] > 0, "{zipf:?}");
    }

    #[test]
    fn the_same_seed_draws_the_same_route() {
        let draw = |seed| Route::new(Distribution::Zipf, 10, seed).steps;
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }
}

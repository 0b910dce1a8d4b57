//! Randomness that is the same for the same seed.

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

/// The generator that everything is drawn with.
pub type Random = Pcg64Mcg;

/// What is drawn: each has its own sequence, so that a change of one changes no other.
pub(super) const ARRIVAL: u64 = 1;
pub(super) const PAYLOAD: u64 = 2;
pub(super) const KEY: u64 = 3;
pub(super) const SERVICE: u64 = 4;
pub(super) const CRASH: u64 = 5;

/// The sequence of a seed for one purpose of one thread.
#[must_use]
pub fn random(seed: u64, purpose: u64, thread: usize) -> Random {
    let place = (purpose << 32) | thread as u64;
    // The generator scrambles what it is seeded with.
    Random::seed_from_u64(seed ^ place.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::random;

    #[test]
    fn sequences_are_their_own_and_come_again() {
        let first = |seed, purpose, thread| random(seed, purpose, thread).next_u64();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        let all = [
            first(1, 2, 3),
            first(2, 2, 3),
            first(1, 3, 3),
            first(1, 2, 4),
        ];
        let different = |index: usize| all[..index].iter().all(|other| *other != all[index]);
        assert!((1..4).all(different), "{all:?}");
    }
}

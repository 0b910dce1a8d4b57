//! Crashes at random operations of random histories.

use crate::life::lives;

/// Seeds of the histories; more with `FOREBAY_DURABLE_SEEDS`, from `FOREBAY_DURABLE_SEED` on.
fn seeds(default: u64) -> core::ops::Range<u64> {
    let number = |name| {
        let text = std::env::var(name).ok()?;
        text.parse::<u64>().ok()
    };
    let first = number("FOREBAY_DURABLE_SEED").unwrap_or(0);
    first..first + number("FOREBAY_DURABLE_SEEDS").unwrap_or(default)
}

#[test]
fn histories_crash_again_and_again() {
    let (mut judged, mut checkpoints, mut with_pending) = (0, 0, 0);
    for seed in seeds(120) {
        let oracle = lives(seed, 8);
        judged += oracle.lives;
        checkpoints += oracle.checkpoints;
        with_pending += oracle.with_pending;
    }
    assert!(
        checkpoints > judged / 4 && with_pending > judged / 4,
        "{judged} lives, {checkpoints} checkpoints, {with_pending} with pending entries"
    );
}

//! Crashes at every operation of short histories, and at random ones of long histories.

use super::history::{Ledger, any_level, live};
use super::small;
use crate::Error;
use crate::sim::random::Random;
use crate::sim::{Fault, SimDisk};

/// Seeds of the long histories; more with `FOREBAY_WAL_SEEDS`.
fn seeds(default: u64) -> u64 {
    let set = std::env::var("FOREBAY_WAL_SEEDS").ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A life that a crash may end. A store that was not damaged must open.
fn live_or_crash(disk: &SimDisk, ledger: &mut Ledger, random: &mut Random, steps: usize) -> bool {
    let config = crate::Config {
        level: any_level(random),
        ..small()
    };
    match live(disk, &config, ledger, random, steps) {
        Ok(()) => false,
        Err(error) => {
            assert!(disk.is_stopped(), "{error}");
            assert!(!matches!(error, Error::Corrupt(_)), "{error}");
            true
        }
    }
}

#[test]
fn every_operation_of_a_short_history_may_be_the_last() {
    let mut points = 0;
    for history in 0..6 {
        let mut crash_at = 0;
        loop {
            for chance in 0..4 {
                let disk = SimDisk::new(history);
                let mut ledger = Ledger::default();
                let mut random = Random::new(history);
                disk.inject(crash_at, Fault::Crash);
                let mut crashed = false;
                for _ in 0..2 {
                    crashed = crashed || live_or_crash(&disk, &mut ledger, &mut random, 40);
                }
                disk.reseed(chance);
                disk.restart();
                live_or_crash(&disk, &mut ledger, &mut random, 10);
                disk.restart();
                live_or_crash(&disk, &mut ledger, &mut random, 0);
                assert!(ledger.recoveries > 0, "history {history}");
                if !crashed {
                    crash_at = u64::MAX;
                    break;
                }
                points += 1;
            }
            if crash_at == u64::MAX {
                break;
            }
            crash_at += 1;
        }
    }
    assert!(points > 2_000, "only {points} crash points");
}

#[test]
fn long_histories_crash_again_and_again() {
    let mut crashes = 0;
    for seed in 0..seeds(400) {
        let mut random = Random::new(seed);
        let disk = SimDisk::new(seed);
        let mut ledger = Ledger::default();
        for _ in 0..8 {
            // Crashes while opening, soon, late, or at no moment of its own.
            let ahead = [12, 60, 400][random.below(3)];
            let operation = disk.operations() + random.next() % ahead;
            disk.inject(operation, Fault::Crash);
            let crashed = live_or_crash(&disk, &mut ledger, &mut random, 120);
            crashes += u64::from(crashed);
            // A process that ends without the machine leaves everything as it is seen.
            if crashed || random.chance(50) {
                disk.restart();
            }
        }
        disk.restart();
        live_or_crash(&disk, &mut ledger, &mut random, 0);
    }
    assert!(crashes > seeds(400) * 2, "only {crashes} crashes");
}

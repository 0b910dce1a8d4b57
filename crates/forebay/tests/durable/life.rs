//! The lives of an engine on one disk, and the oracle that judges what each finds.
//!
//! The clock stands still unless a step moves it, and the log is turned by hand, so that a seed is a
//! history. After each step the oracle notes what the engine holds, and the ticket that covers it.
//! What is found after a crash must be what the engine held after some step, which comes no earlier
//! than the last one that was synced: all that was acknowledged is there, nothing that was not done
//! is, no step is there by half, and none without those before it.

use core::time::Duration;
use std::sync::Arc;

use forebay::{Clock, Config, Engine, Error, Level, Ticket};
use forebay_wal::sim::{Fault, Hand, SimDisk};

use crate::dump::Dump;
use crate::random::Random;
use crate::steps::{Steps, is_harmless};

/// What may be found.
pub(crate) struct Oracle {
    /// What was held after each step since the last one that is known to be synced.
    after: Vec<(Ticket, Dump)>,
    pub(crate) lives: u64,
    pub(crate) checkpoints: u64,
    /// Lives that began with pending entries.
    pub(crate) with_pending: u64,
}

impl Oracle {
    pub(crate) fn new() -> Self {
        Self {
            after: vec![(Ticket::default(), Dump::default())],
            lives: 0,
            checkpoints: 0,
            with_pending: 0,
        }
    }

    fn note(&mut self, engine: &Engine, hand: &Hand) {
        let ticket = engine.ticket();
        self.after.push((ticket, Dump::of(engine)));
        self.forget(hand);
    }

    /// Forgets what cannot be found any more.
    fn forget(&mut self, hand: &Hand) {
        let synced = self
            .after
            .iter()
            .rposition(|(ticket, _)| hand.is_synced(*ticket));
        self.after.drain(..synced.unwrap_or(0));
    }

    /// Judges what an engine has found.
    fn judge(&mut self, engine: &Engine, now_ms: i64) {
        let found = Dump::of(engine);
        let is_known = self.after.iter().any(|(_, dump)| dump.at(now_ms) == found);
        assert!(
            is_known,
            "life {}: found\n{}\nand may have found\n{}",
            self.lives,
            found.text(),
            self.after
                .iter()
                .flat_map(|(ticket, dump)| [format!("{ticket:?}\n"), dump.at(now_ms).text()])
                .collect::<String>(),
        );
        self.with_pending += u64::from(found.has_pending());
        self.lives += 1;
        self.after = vec![(Ticket::default(), found)];
    }
}

pub(crate) fn config(disk: &SimDisk, clock: &Clock) -> Config {
    Config::on_storage(Arc::new(disk.clone()))
        .log_bytes_max(512 << 10)
        .clock(clock.clone())
        .shards(2)
        .workers(0)
}

/// One life: the engine is opened, judged, and used for some steps, or until the disk stops.
pub(crate) fn live(
    disk: &SimDisk,
    oracle: &mut Oracle,
    steps: &mut Steps,
    count: usize,
) -> Result<(), Error> {
    let clock = steps.clock.clone();
    let (engine, mut hand) = Engine::open_by_hand(config(disk, &clock))?;
    let engine = engine.at_level(Level::None);
    oracle.judge(&engine, clock.unix_ms());
    let lived = (0..count).try_for_each(|_| step(&engine, &mut hand, disk, oracle, steps));
    // What waits gives back what it has got, which nobody sees any more.
    steps.forget();
    lived
}

fn step(
    engine: &Engine,
    hand: &mut Hand,
    disk: &SimDisk,
    oracle: &mut Oracle,
    steps: &mut Steps,
) -> Result<(), Error> {
    match steps.random.below(20) {
        0..=2 => {
            let turned = hand.turn();
            oracle.forget(hand);
            turned.map_err(|_| Error::Closed)
        }
        3 if steps.random.one_in(3) => {
            let taken = engine.checkpoint_by_hand(hand, |hand| {
                if steps.random.one_in(5) {
                    let stepped = steps.step(engine);
                    assert!(
                        stepped.as_ref().err().is_none_or(is_harmless),
                        "{stepped:?}"
                    );
                    oracle.note(engine, hand);
                }
            });
            oracle.forget(hand);
            oracle.checkpoints += u64::from(taken.is_ok());
            taken
        }
        4 => {
            disk.advance(Duration::from_millis(2));
            Ok(())
        }
        _ => {
            let stepped = steps.step(engine);
            oracle.note(engine, hand);
            match stepped {
                Err(error) if !is_harmless(&error) => Err(error),
                _ => Ok(()),
            }
        }
    }
}

/// Several lives, each ended by a crash at a random operation of the disk, or at none.
pub(crate) fn lives(seed: u64, count: u64) -> Oracle {
    let clock = Clock::manual(1_000_000);
    let mut steps = Steps::new(Random::new(seed), clock.clone());
    let disk = SimDisk::new(seed);
    let mut oracle = Oracle::new();
    for _ in 0..count {
        // While opening, soon, late, or not at all.
        let ahead = [14, 60, 400][usize::try_from(steps.random.below(3)).expect("small")];
        let operation = disk.operations() + steps.random.below(ahead);
        disk.inject(operation, Fault::Crash);
        if let Err(error) = live(&disk, &mut oracle, &mut steps, 150) {
            assert!(disk.is_stopped(), "seed {seed}: {error:?}");
            assert!(
                !matches!(error, Error::Corrupt { .. }),
                "seed {seed}: {error}"
            );
        }
        disk.restart();
        if steps.random.one_in(4) {
            set_back(&disk, &mut oracle, &mut steps, &clock);
        }
    }
    // The last one lives to be judged.
    let last = live(&disk, &mut oracle, &mut steps, 0);
    assert_eq!(last, Ok(()), "seed {seed}");
    oracle
}

/// Between two runs the computer's clock goes back. What was due then has gone by then.
fn set_back(disk: &SimDisk, oracle: &mut Oracle, steps: &mut Steps, clock: &Clock) {
    disk.restart();
    let (engine, mut hand) = match Engine::open_by_hand(config(disk, clock)) {
        Ok(opened) => opened,
        Err(error) => panic!("{error}"),
    };
    let engine = engine.at_level(Level::None);
    oracle.judge(&engine, clock.unix_ms());
    if (0..3).all(|_| hand.turn().is_ok()) {
        steps.forget();
        clock.set(clock.unix_ms() - 500);
    }
    disk.restart();
}

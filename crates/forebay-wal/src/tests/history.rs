//! Random histories of a log over several lives, and the oracle that judges each recovery.
//!
//! A record's body begins with its number, and the rest is a function of that number. The state is
//! the set of all numbers; a checkpoint has the set. The oracle is:
//! 1. what was acknowledged is there, and so is what an earlier recovery has returned;
//! 2. nothing is there that was not appended, and every byte of it is right;
//! 3. what is there of the last life is a consistent cut: all records up to some epoch;
//! 4. the records of one lane are replayed in the order in which they were appended.

use crate::lane::Lane;
use crate::sim::random::Random;
use crate::sim::{Hand, SimDisk};
use crate::{Config, Level, Purpose, Record, Recovery, Result, Ticket, Wal};
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::sync::Arc;

/// What a test knows about a log.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    next: u64,
    /// What must be there.
    pub(super) kept: BTreeSet<u64>,
    /// What may be there: the epoch of every record that was appended since the last recovery.
    pub(super) pending: BTreeMap<u64, Ticket>,
    pub(super) recoveries: u64,
}

/// The body of record `number`.
fn body(number: u64) -> Vec<u8> {
    let mut random = Random::new(number);
    let length = match random.below(12) {
        0 => random.below(7_000),
        1..=3 => random.below(1_500),
        _ => random.below(60),
    };
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.extend((0..length).map(|_| random.next().to_le_bytes()[0]));
    bytes
}

fn number(body: &[u8]) -> u64 {
    u64::from_le_bytes(body[..8].try_into().unwrap())
}

impl Ledger {
    /// Judges what a recovery has returned; an error is one of reading it.
    pub(super) fn judge(&mut self, mut recovery: Recovery) -> Result<()> {
        let mut found = BTreeSet::new();
        if let Some(mut checkpoint) = recovery.checkpoint {
            let mut bytes = Vec::new();
            let read = checkpoint.read_to_end(&mut bytes);
            read.map_err(crate::Error::io("reading a checkpoint"))?;
            found.extend(bytes.chunks(8).map(number));
        }
        let mut last_of_lane = BTreeMap::new();
        while let Some(record) = recovery.replay.next_record()? {
            let number = number(record.body());
            assert_eq!(
                record.body(),
                body(number),
                "record {number} has other bytes"
            );
            let before = last_of_lane.insert(record.shard(), number);
            assert!(
                before < Some(number),
                "{before:?} is replayed before {number}"
            );
            found.insert(number);
        }
        for number in &self.kept {
            assert!(found.contains(number), "record {number} is lost");
        }
        let last = found
            .iter()
            .filter_map(|number| self.pending.get(number))
            .max();
        for (number, epoch) in &self.pending {
            let expected = Some(epoch) <= last;
            let cut = found.contains(number) == (expected || self.kept.contains(number));
            assert!(cut, "record {number} of {epoch:?} against {last:?}");
        }
        for number in &found {
            let known = self.kept.contains(number) || self.pending.contains_key(number);
            assert!(known, "record {number} was never appended");
        }
        self.kept = found;
        self.pending.clear();
        self.recoveries += 1;
        Ok(())
    }

    fn acknowledge(&mut self, hand: &Hand) {
        for (number, ticket) in &self.pending {
            if hand.is_synced(*ticket) {
                self.kept.insert(*number);
            }
        }
    }
}

/// One life of a log: it is opened, judged and used for `steps` steps, or until something fails.
/// Says whether it failed.
pub(super) fn live(
    disk: &SimDisk,
    config: &Config,
    ledger: &mut Ledger,
    random: &mut Random,
    steps: usize,
) -> Result<()> {
    let (log, mut hand, recovery) = Hand::open(Arc::new(disk.clone()), config.clone())?;
    ledger.judge(recovery)?;
    let lanes: Vec<_> = (0..3).map(|_| log.shared.lanes.add()).collect();
    for _ in 0..steps {
        match random.below(20) {
            0..=8 => append(&log, &lanes, ledger, random),
            9..=15 => {
                let turned = hand.turn();
                ledger.acknowledge(&hand);
                turned?;
            }
            16 => {
                log.shared.wish_sync(log.ticket().epoch());
            }
            17 => disk.advance(Duration::from_millis(2)),
            18 => {
                let taken = checkpoint(&log, &mut hand, ledger, random, &lanes);
                ledger.acknowledge(&hand);
                taken?;
            }
            _ => {
                if random.chance(20) {
                    drop(log.close());
                    let turned = hand.turn();
                    ledger.acknowledge(&hand);
                    return turned;
                }
            }
        }
    }
    Ok(())
}

fn append(log: &Wal, lanes: &[Arc<Lane>], ledger: &mut Ledger, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let lane = random.below(lanes.len());
        let number = ledger.next;
        let bytes = body(number);
        let Ok(permit) = log.permit_in(&lanes[lane], bytes.len(), Purpose::Fill) else {
            return;
        };
        let shard = u32::try_from(lane).unwrap();
        if let Ok(ticket) = permit.append(Record::new(1, shard, &bytes)) {
            ledger.next += 1;
            ledger.pending.insert(number, ticket);
        }
    }
}

/// A checkpoint of all that was appended, while more is appended.
fn checkpoint(
    log: &Wal,
    hand: &mut Hand,
    ledger: &mut Ledger,
    random: &mut Random,
    lanes: &[Arc<Lane>],
) -> Result<()> {
    let mut checkpoint = log.checkpoint()?;
    append(log, lanes, ledger, random);
    if random.chance(30) {
        let turned = hand.turn();
        ledger.acknowledge(hand);
        turned?;
    }
    let all: BTreeSet<u64> = ledger
        .kept
        .iter()
        .chain(ledger.pending.keys())
        .copied()
        .collect();
    for number in all {
        let written = checkpoint.write_all(&number.to_le_bytes());
        written.map_err(crate::Error::io("writing a checkpoint"))?;
    }
    if random.chance(20) {
        return Ok(());
    }
    hand.commit(checkpoint)
}

/// A level at random.
pub(super) fn any_level(random: &mut Random) -> Level {
    match random.below(6) {
        0 => Level::Buffered,
        1 => Level::Interval(Duration::from_millis(3)),
        2 => Level::None,
        _ => Level::Group,
    }
}

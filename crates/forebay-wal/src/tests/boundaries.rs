//! Epochs and checkpoints that meet the end of a segment, with crashes where they do.

use super::small;
use crate::sim::{Fault, Hand, SimDisk};
use crate::{Config, Error, Level, Purpose, Record, Wal};
use std::io::Write;
use std::sync::Arc;

fn tiny() -> Config {
    Config {
        segment_bytes: 32 << 10,
        segments_max: 16,
        segments_reserved: 6,
        record_bytes_max: 4 << 10,
        ..small()
    }
}

/// Uses the reserve, for a log that is turned by hand does not grow while it waits.
fn put(log: &Wal, body: &[u8]) {
    let permit = log.permit(body.len(), Purpose::Drain).unwrap();
    permit.append(Record::new(0, 0, body)).unwrap();
}

/// The first byte of each record.
fn read(disk: &SimDisk) -> Result<Vec<u8>, Error> {
    let (_log, _hand, mut recovery) = Hand::open(Arc::new(disk.clone()), tiny())?;
    let mut found = Vec::new();
    while let Some(record) = recovery.replay.next_record()? {
        found.push(record.body()[0]);
    }
    Ok(found)
}

/// An epoch that begins in one segment, fills the next and ends in a third is lost at its end; then
/// recovery, which removes several segments, is itself cut short at each of its operations.
#[test]
fn a_crash_in_the_recovery_of_an_epoch_of_three_segments() {
    let mut crashes = 0;
    for cut_at in 0.. {
        let disk = SimDisk::new(cut_at);
        let (log, mut hand, _) = Hand::open(Arc::new(disk.clone()), tiny()).unwrap();
        put(&log, &[1]);
        hand.turn().unwrap();
        for _ in 0..16 {
            put(&log, &[2; 4_000]);
        }
        disk.inject(disk.operations() + cut_at, Fault::Crash);
        let lived = hand.turn().is_ok();
        drop((log, hand));
        disk.restart();
        for again in 0.. {
            let disk = disk.fork();
            disk.reseed(again);
            disk.inject(disk.operations() + again, Fault::Crash);
            let first = read(&disk);
            let stopped = disk.is_stopped();
            assert!(first.is_ok() || stopped, "{cut_at} {again}: {first:?}");
            disk.restart();
            let found = read(&disk);
            let whole = found.as_ref().is_ok_and(|found| found.len() == 17);
            let cut = found.as_ref().is_ok_and(|found| *found == [1]);
            assert!(whole || cut && !lived, "{cut_at} {again}: {found:?}");
            if !stopped {
                break;
            }
            crashes += 1;
        }
        if lived {
            break;
        }
    }
    assert!(crashes > 200, "{crashes}");
}

/// The end of a checkpoint is noted while the writer has begun a segment and synced nothing of it.
#[test]
fn a_checkpoint_does_not_vouch_for_what_comes_after_it() {
    for seed in 0..20 {
        let config = Config {
            level: Level::None,
            ..tiny()
        };
        let disk = SimDisk::new(seed);
        let (log, mut hand, _) = Hand::open(Arc::new(disk.clone()), config).unwrap();
        put(&log, &[1]);
        let mut checkpoint = log.checkpoint().unwrap();
        checkpoint.write_all(&[1]).unwrap();
        log.shared.wish_sync(log.ticket().epoch());
        hand.turn().unwrap();
        // The checkpoint's thread is slow to wake.
        for _ in 0..16 {
            put(&log, &[2; 4_000]);
            if seed % 2 == 0 {
                hand.turn().unwrap();
            }
        }
        hand.turn().unwrap();
        checkpoint.commit_synced().unwrap();
        drop((log, hand));
        disk.restart();
        let found = read(&disk).unwrap();
        assert_eq!(found.first(), Some(&1), "seed {seed}: {found:?}");
        assert!(found.len() <= 17, "seed {seed}: {found:?}");
        // What the first recovery has begun must fit to what the checkpoint says, too.
        disk.restart();
        assert_eq!(read(&disk).unwrap(), found, "seed {seed}");
    }
}

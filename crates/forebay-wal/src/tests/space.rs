//! A full log: who fills is refused before any effect, who drains goes on, a checkpoint helps.

use super::small;
use crate::sim::{Hand, SimDisk};
use crate::{Error, Purpose, Record, Wal};
use std::io::Write;
use std::sync::Arc;

fn put(log: &Wal, purpose: Purpose) -> Result<(), Error> {
    let body = [7; 100];
    let permit = log.permit(body.len(), purpose)?;
    permit.append(Record::new(0, 0, &body)).map(drop)
}

/// Fills the log one batch at a time, and says how many records that took.
fn fill(log: &Wal, hand: &mut Hand) -> usize {
    for count in 0..100_000 {
        if put(log, Purpose::Fill).is_err() {
            assert!(matches!(put(log, Purpose::Fill), Err(Error::Full)));
            hand.turn().unwrap();
            if matches!(put(log, Purpose::Fill), Err(Error::Full)) {
                return count;
            }
        }
        if count % 5 == 0 {
            hand.turn().unwrap();
        }
    }
    panic!("the log never gets full")
}

fn drain(log: &Wal, hand: &mut Hand) -> usize {
    let mut drained = 0;
    while put(log, Purpose::Drain).is_ok() {
        drained += 1;
        hand.turn().unwrap();
    }
    drained
}

#[test]
fn the_reserve_is_for_draining_and_a_checkpoint_frees_the_rest() {
    let disk = SimDisk::new(1);
    let (log, mut hand, _) = Hand::open(Arc::new(disk.clone()), small()).unwrap();
    let filled = fill(&log, &mut hand);
    assert!(filled > 200, "{filled}");
    assert!(
        drain(&log, &mut hand) >= 5,
        "every record in a batch of its own"
    );

    let mut checkpoint = log.checkpoint().unwrap();
    checkpoint.write_all(b"all").unwrap();
    hand.commit(checkpoint).unwrap();
    hand.turn().unwrap();
    assert!(fill(&log, &mut hand) > filled / 2);
    assert!(log.stats().segments + log.stats().spares <= small().segments_max);
}

#[test]
fn a_full_file_system_is_no_failure() {
    let disk = SimDisk::new(1);
    let (log, mut hand, _) = Hand::open(Arc::new(disk.clone()), small()).unwrap();
    disk.limit(Some(10_000));
    assert!(fill(&log, &mut hand) > 20);
    assert!(drain(&log, &mut hand) >= 5);

    // A checkpoint is all it takes.
    let checkpoint = log.checkpoint().unwrap();
    hand.commit(checkpoint).unwrap();
    hand.turn().unwrap();
    put(&log, Purpose::Fill).unwrap();
    drop((log, hand));
    disk.restart();
    Hand::open(Arc::new(disk), small()).unwrap();
}

/// The reserve is also what a new process begins its segment with.
#[test]
fn a_full_log_on_a_full_file_system_opens_and_drains() {
    let disk = SimDisk::new(1);
    let (log, mut hand, _) = Hand::open(Arc::new(disk.clone()), small()).unwrap();
    disk.limit(Some(0));
    fill(&log, &mut hand);
    drop((log, hand));
    disk.restart();
    let (log, mut hand, _) = Hand::open(Arc::new(disk), small()).unwrap();
    put(&log, Purpose::Drain).unwrap();
    hand.turn().unwrap();
}

#[test]
fn a_record_that_is_too_large_is_refused() {
    let disk = SimDisk::new(1);
    let (log, mut hand, _) = Hand::open(Arc::new(disk), small()).unwrap();
    let largest = vec![1; small().record_bytes_max];
    for _ in 0..4 {
        log.append(Record::new(0, 0, &largest)).unwrap();
    }
    hand.turn().unwrap();
    let larger = vec![1; small().record_bytes_max + 1];
    let refused = log.append(Record::new(0, 0, &larger));
    assert!(matches!(refused, Err(Error::TooLarge { .. })));
}

/// When a checkpoint is there, the segments that it frees are as good as free.
#[test]
fn who_comes_right_behind_a_checkpoint_waits_for_what_it_frees() {
    for seed in 0..60 {
        let disk = SimDisk::new(seed);
        let (log, _) = Wal::open(Arc::new(disk.clone()), small()).unwrap();
        disk.limit(Some(10_000));
        for round in 0..10 {
            while put(&log, Purpose::Fill).is_ok() {}
            // All of it is in segments before the checkpoint begins.
            log.flush().unwrap();
            log.checkpoint().unwrap().commit().unwrap();
            let room = put(&log, Purpose::Fill);
            assert!(room.is_ok() || round == 0, "{seed}, {round}: {room:?}");
        }
    }
}

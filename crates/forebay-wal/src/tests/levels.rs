//! What each level waits for, and what it survives.

use super::small;
use crate::sim::{Hand, SimDisk};
use crate::{Config, Level, Record, Ticket, Wal};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Arc;

fn open(disk: &SimDisk, level: Level) -> (Wal, Hand, Vec<Vec<u8>>) {
    let config = Config { level, ..small() };
    let (log, hand, mut recovery) = Hand::open(Arc::new(disk.clone()), config).unwrap();
    let mut bodies = Vec::new();
    while let Some(record) = recovery.replay.next_record().unwrap() {
        bodies.push(record.body().to_vec());
    }
    (log, hand, bodies)
}

fn put(log: &Wal, body: &[u8]) -> Ticket {
    log.append(Record::new(0, 0, body)).unwrap()
}

fn is_done(log: &Wal, ticket: Ticket, level: Level) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(log.wait_async(ticket, level)).poll(&mut context) {
        Poll::Ready(answer) => answer.is_ok(),
        Poll::Pending => false,
    }
}

#[test]
fn group_is_synced_before_the_answer() {
    let disk = SimDisk::new(1);
    let (log, mut hand, _) = open(&disk, Level::Group);
    let ticket = put(&log, b"a");
    assert!(!is_done(&log, ticket, Level::Group));
    hand.turn().unwrap();
    assert!(is_done(&log, ticket, Level::Group));
    drop((log, hand));
    disk.restart();
    assert_eq!(open(&disk, Level::Group).2, [b"a"]);
}

#[test]
fn buffered_survives_the_process_and_may_not_survive_the_machine() {
    let mut lost = 0;
    for seed in 0..20 {
        let disk = SimDisk::new(seed);
        let (log, mut hand, _) = open(&disk, Level::Buffered);
        let ticket = put(&log, b"a");
        assert!(!is_done(&log, ticket, Level::Buffered));
        hand.turn().unwrap();
        assert!(is_done(&log, ticket, Level::Buffered));
        drop((log, hand));
        let machine = disk.fork();
        assert_eq!(open(&disk, Level::Buffered).2, [b"a"]);
        // What a new process has accepted is durable from then on.
        disk.restart();
        assert_eq!(open(&disk, Level::Buffered).2, [b"a"]);
        machine.restart();
        lost += usize::from(open(&machine, Level::Buffered).2.is_empty());
    }
    assert!((1..20).contains(&lost), "{lost} of 20");
}

#[test]
fn interval_answers_at_once_and_syncs_when_the_time_has_come() {
    let level = Level::Interval(Duration::from_millis(5));
    let disk = SimDisk::new(1);
    let (log, mut hand, _) = open(&disk, level);
    let ticket = put(&log, b"a");
    assert!(is_done(&log, ticket, level));
    hand.turn().unwrap();
    assert!(!hand.is_synced(ticket));
    disk.advance(Duration::from_millis(5));
    hand.turn().unwrap();
    assert!(hand.is_synced(ticket));
}

#[test]
fn whoever_waits_for_group_causes_a_sync_at_any_level() {
    for level in [
        Level::None,
        Level::Buffered,
        Level::Interval(Duration::from_secs(60)),
    ] {
        let disk = SimDisk::new(1);
        let (log, mut hand, _) = open(&disk, level);
        let ticket = put(&log, b"a");
        hand.turn().unwrap();
        assert!(!hand.is_synced(ticket), "{level:?}");
        assert!(!is_done(&log, ticket, Level::Group), "{level:?}");
        hand.turn().unwrap();
        assert!(is_done(&log, ticket, Level::Group), "{level:?}");
    }
}

#[test]
fn a_future_that_is_dropped_leaves_nothing_behind() {
    let disk = SimDisk::new(1);
    let (log, _hand, _) = open(&disk, Level::Group);
    let ticket = put(&log, b"a");
    let waker = Waker::from(Arc::new(Counted));
    let mut context = Context::from_waker(&waker);
    {
        let mut waiting = pin!(log.wait_async(ticket, Level::Group));
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        assert_eq!(log.shared.gate.waiting(), 1);
    }
    assert_eq!(log.shared.gate.waiting(), 0);
}

struct Counted;

impl std::task::Wake for Counted {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn an_idle_log_vouches_once_and_then_does_nothing() {
    let disk = SimDisk::new(1);
    let (log, mut hand, _) = open(&disk, Level::Group);
    put(&log, b"a");
    hand.turn().unwrap();
    disk.advance(small().vouch_after);
    hand.turn().unwrap();
    let done = disk.operations();
    for _ in 0..10 {
        disk.advance(Duration::from_secs(1));
        hand.turn().unwrap();
    }
    assert_eq!(disk.operations(), done);
}

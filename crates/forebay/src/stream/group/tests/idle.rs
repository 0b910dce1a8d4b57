//! XREADGROUP with CLAIM, and the order of time.

use super::super::{DeliveredAt, NackMode, NackOptions};
use super::*;

const NACK: NackOptions = NackOptions {
    mode: NackMode::Fail,
    count: None,
    force: false,
};

fn ids(claimed: &[Claimed]) -> Vec<u64> {
    claimed.iter().map(|each| each.id.ms).collect()
}

#[test]
fn first_what_was_released_then_longest_idle() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 3);
    it.now_ms += 10;
    it.read("b", 3);
    it.group.nack([id(5), id(2)], &NACK, &it.log);
    it.now_ms += 10;
    let (claimed, _) = it.claim_idle("c", 10, 9);
    assert_eq!(ids(&claimed), [5, 2, 1, 3, 4, 6]);
    assert_eq!(claimed[0].before.idle_ms(it.now_ms), None);
    assert_eq!(claimed[2].before.idle_ms(it.now_ms), Some(20));
    assert_eq!(claimed[4].before.idle_ms(it.now_ms), Some(10));
    assert!(claimed.iter().all(|each| each.before.count == 1));
    assert_eq!(it.order(), [5, 2, 1, 3, 4, 6]);
    assert!(it.pending().iter().all(|row| row.1 == "c" && row.3 == 2));
    assert_eq!(it.group.nacked_len(), 0);
}

#[test]
fn only_what_is_idle_for_long_enough() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 2);
    it.now_ms += 10;
    it.read("a", 2);
    assert_eq!(ids(&it.claim_idle("b", 10, 9).0), [1, 2]);
    assert_eq!(ids(&it.claim_idle("b", 10, 9).0), []);
    it.now_ms += 10;
    assert_eq!(ids(&it.claim_idle("b", 10, 3).0), [3, 4, 1]);
    assert_eq!(ids(&it.claim_idle("b", 10, 3).0), [2]);
}

#[test]
fn each_entry_is_claimed_once_a_call() {
    let mut it = Fixture::new(3, 2);
    it.read("a", 3);
    assert_eq!(ids(&it.claim_idle("b", 0, usize::MAX).0), [1, 2, 3]);
    assert_eq!(ids(&it.claim_idle("b", 0, usize::MAX).0), [1, 2, 3]);
}

#[test]
fn a_clock_that_went_back_does_not_matter() {
    let mut it = Fixture::new(6, 2);
    it.now_ms += 100;
    it.read("a", 3);
    it.now_ms -= 100;
    it.read("a", 3);
    assert_eq!(it.order(), [4, 5, 6, 1, 2, 3]);
    assert_eq!(ids(&it.claim_idle("b", 1, 9).0), []);
    it.now_ms += 50;
    assert_eq!(ids(&it.claim_idle("b", 0, 9).0), [4, 5, 6, 1, 2, 3]);
    assert_eq!(it.order(), [4, 5, 6, 1, 2, 3]);
}

#[test]
fn what_was_deleted_is_dropped_on_the_way() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 6);
    it.log.delete(id(1));
    it.log.delete(id(3));
    it.drop_segment(2);
    let (claimed, deleted) = it.claim_idle("b", 0, 2);
    assert_eq!((ids(&claimed), deleted), (vec![2, 4], vec![1, 3]));
    let (claimed, deleted) = it.claim_idle("b", 0, 9);
    assert_eq!((ids(&claimed), deleted), (vec![2, 4], vec![5, 6]));
}

#[test]
fn when_the_next_can_be_claimed() {
    let mut it = Fixture::new(2, 2);
    assert_eq!(it.group.claimable_at_ms(10), None);
    it.read("a", 1);
    it.now_ms += 5;
    it.read("a", 1);
    assert_eq!(it.group.claimable_at_ms(10), Some(START_MS + 10));
    assert_eq!(it.group.claimable_at_ms(i64::MAX), Some(i64::MAX));
    it.ack(1);
    assert_eq!(it.group.claimable_at_ms(10), Some(START_MS + 15));
    it.group.nack([id(2)], &NACK, &it.log);
    assert_eq!(it.group.claimable_at_ms(10), Some(i64::MIN));
}

/// Claims with TIME in an order that nothing prepares for: the chain is right, and searched
/// quickly.
#[test]
fn times_in_any_order_are_sorted_in_reasonable_time() {
    let len = 50_000;
    let mut it = Fixture::new(len, 500);
    it.now_ms += 1_000_000;
    let consumer = it.consumer("a");
    let new = it.log.after(ZERO, usize::MAX);
    let figures = it.log.figures();
    it.group.deliver(consumer, it.now_ms, new, &figures);
    let mut expected = Vec::new();
    for step in 0..len {
        // Visits every entry once, times here and there, some of them equal.
        let ms = step * 7919 % len + 1;
        let at_ms = START_MS + i64::try_from(step * 104_729 % 30_000).unwrap();
        let options = ClaimOptions {
            delivered_at: DeliveredAt::Time(at_ms),
            ..ClaimOptions::default()
        };
        let ids = [id(ms)];
        it.group
            .claim(consumer, ids, &options, it.now_ms, &it.log, |_, _| ());
        expected.push((at_ms, step, ms));
    }
    expected.sort_unstable();
    let expected: Vec<u64> = expected.into_iter().map(|(_, _, ms)| ms).collect();
    assert_eq!(it.order(), expected);
    let (_, marks) = it.group.pending.extras();
    assert!(marks <= 30_000, "{marks} marks");
    for ms in 1..=len {
        assert!(it.group.ack(id(ms), &it.log));
    }
    it.group.check();
    assert_eq!(it.group.pending.extras(), (0, 0));
}

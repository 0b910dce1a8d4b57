//! Values that do not fit into 16 bytes.

use super::super::DeliveredAt;
use super::*;

const DAY_MS: i64 = 86_400_000;

#[test]
fn entries_outlive_the_range_of_a_record() {
    let mut it = Fixture::new(400, 7);
    let mut expected = Vec::new();
    for ms in 1..=400 {
        it.read("a", 1);
        expected.push(row(ms, "a", it.now_ms - START_MS, 1));
        it.now_ms += DAY_MS;
    }
    assert_eq!(it.pending(), expected);
    assert_eq!(it.order(), (1..=400).collect::<Vec<_>>());
    let (aside, _) = it.group.pending.extras();
    assert!((300..400).contains(&aside), "{aside} values aside");
    let (claimed, _) = it.claim_idle("b", 370 * DAY_MS, 999);
    assert_eq!(claimed.len(), 31);
    it.claim_idle("b", 0, 999);
    assert_eq!(it.group.pending.extras(), (0, 0));
}

#[test]
fn the_clock_jumps_by_ages() {
    let mut it = Fixture::new(3, 2);
    it.read("a", 1);
    it.now_ms = i64::MAX;
    it.read("a", 1);
    it.now_ms = 0;
    it.read("a", 1);
    let times: Vec<i64> = it
        .rows()
        .iter()
        .map(|row| row.pending.delivered_ms)
        .collect();
    assert_eq!(times, [START_MS, i64::MAX, 0]);
    assert_eq!(it.order(), [3, 1, 2]);
    let time = ClaimOptions {
        delivered_at: DeliveredAt::Time(0),
        ..ClaimOptions::default()
    };
    it.now_ms = START_MS;
    it.claim("a", &[1, 2], &time);
    assert_eq!(it.order(), [3, 1, 2]);
    assert!(it.rows().iter().all(|row| row.pending.delivered_ms == 0));
}

#[test]
fn more_consumers_than_a_record_can_name() {
    let consumers = 66_000;
    let mut it = Fixture::new(consumers, 1000);
    let figures = it.log.figures();
    for (id, place) in it.log.after(ZERO, usize::MAX) {
        let name = id.ms.to_string();
        let consumer = it.group.consumer(name.as_bytes(), it.now_ms);
        it.group
            .deliver(consumer, it.now_ms, [(id, place)], &figures);
    }
    assert_eq!(it.group.pending.extras(), (66_000 - 65_534, 0));
    let summary = it.group.summary(&it.log);
    assert_eq!(summary.consumers.len() as u64, consumers);
    assert!(summary.consumers.iter().all(|(_, held)| *held == 1));
    it.group.check();
    for ms in [1, 65_534, 65_535, 66_000] {
        let name = ms.to_string();
        assert_eq!(it.history(&name, 0, 9), [(ms, true)]);
        assert_eq!(it.group.delete_consumer(name.as_bytes()), 1);
    }
    it.group.check();
    assert_eq!(it.group.pending_len(), consumers - 4);
}

#[test]
fn the_greatest_ids() {
    let mut it = Fixture::new(0, 2);
    let almost = StreamId {
        ms: u64::MAX,
        seq: u64::MAX - 1,
    };
    it.log.add(ZERO);
    it.log.add(almost);
    it.log.add(MAX);
    it.group.set_id(ZERO, None, &it.log.figures());
    assert_eq!(it.read("a", 9).len(), 2);
    it.drop_segment(1);
    let rows = it.rows();
    assert_eq!((rows[0].id, rows[1].id), (almost, MAX));
    assert!(it.group.ack(MAX, &it.log));
    assert!(!it.group.ack(MAX, &it.log));
    assert!(it.group.ack(almost, &it.log));
}

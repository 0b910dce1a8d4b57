//! XPENDING, XINFO CONSUMERS, XGROUP DELCONSUMER.

use std::sync::Arc;

use super::super::{NackMode, NackOptions};
use super::*;

fn query(from: u64, to: u64) -> PendingQuery<'static> {
    PendingQuery {
        from: id(from),
        to: id(to),
        count: u64::MAX,
        consumer: None,
        min_idle_ms: 0,
    }
}

fn found(it: &Fixture, query: &PendingQuery<'_>) -> Vec<u64> {
    let rows = it.group.pending_rows(query, it.now_ms, &it.log);
    rows.iter().map(|row| row.id.ms).collect()
}

fn release(it: &mut Fixture, ms: u64) {
    let options = NackOptions {
        mode: NackMode::Fail,
        count: None,
        force: false,
    };
    assert_eq!(it.group.nack([id(ms)], &options, &it.log), 1);
}

#[test]
fn nothing_is_pending_at_first() {
    let it = Fixture::new(3, 2);
    let summary = it.group.summary(&it.log);
    assert_eq!((summary.len, summary.bounds), (0, None));
    assert_eq!(summary.consumers, []);
    assert_eq!(it.rows(), []);
}

#[test]
fn the_summary_counts_and_bounds() {
    let mut it = Fixture::new(7, 2);
    it.read("b", 2);
    it.read("none", 0);
    it.read("a", 4);
    it.ack(1);
    release(&mut it, 4);
    let summary = it.group.summary(&it.log);
    let name = |name: &str| -> Arc<[u8]> { name.as_bytes().into() };
    assert_eq!(summary.len, 5);
    assert_eq!(summary.bounds, Some((id(2), id(6))));
    assert_eq!(summary.consumers, [(name("a"), 3), (name("b"), 1)]);
}

#[test]
fn the_summary_names_what_is_gone() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 6);
    it.drop_segment(0);
    it.drop_segment(2);
    let bounds = it.group.summary(&it.log).bounds;
    assert_eq!(bounds, Some((id(1), id(6))));
    it.ack(1);
    it.ack(6);
    let bounds = it.group.summary(&it.log).bounds;
    assert_eq!(bounds, Some((id(2), id(5))));
}

#[test]
fn a_range_has_both_ends_and_a_limit() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 6);
    assert_eq!(found(&it, &query(0, 9)), [1, 2, 3, 4, 5, 6]);
    assert_eq!(found(&it, &query(2, 4)), [2, 3, 4]);
    assert_eq!(found(&it, &query(4, 3)), []);
    assert_eq!(found(&it, &query(7, 9)), []);
    let three = PendingQuery {
        count: 3,
        ..query(2, 9)
    };
    assert_eq!(found(&it, &three), [2, 3, 4]);
    let none = PendingQuery {
        count: 0,
        ..query(2, 9)
    };
    assert_eq!(found(&it, &none), []);
    // `(2-0` is 2-1.
    let exclusive = PendingQuery {
        from: StreamId { ms: 2, seq: 1 },
        ..query(0, 4)
    };
    assert_eq!(found(&it, &exclusive), [3, 4]);
}

#[test]
fn a_range_over_segments_that_are_gone() {
    let mut it = Fixture::new(8, 2);
    it.read("a", 8);
    it.drop_segment(0);
    it.drop_segment(2);
    for from in 1..=8 {
        let expected: Vec<u64> = (from..=8).collect();
        assert_eq!(found(&it, &query(from, 9)), expected);
    }
    it.ack(5);
    it.ack(2);
    assert_eq!(found(&it, &query(2, 7)), [3, 4, 6, 7]);
}

#[test]
fn a_range_of_one_consumer() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 1);
    it.read("b", 2);
    it.read("a", 3);
    let of = |consumer: &'static str| PendingQuery {
        consumer: Some(consumer.as_bytes()),
        ..query(0, 9)
    };
    assert_eq!(found(&it, &of("a")), [1, 4, 5, 6]);
    assert_eq!(found(&it, &of("b")), [2, 3]);
    assert_eq!(found(&it, &of("c")), []);
    let later = PendingQuery {
        from: id(2),
        count: 2,
        ..of("a")
    };
    assert_eq!(found(&it, &later), [4, 5]);
}

#[test]
fn idle_filters_all_but_what_nobody_has() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 2);
    it.now_ms += 10;
    it.read("a", 2);
    release(&mut it, 4);
    let idle = |min_idle_ms| PendingQuery {
        min_idle_ms,
        ..query(0, 9)
    };
    assert_eq!(found(&it, &idle(10)), [1, 2, 4]);
    assert_eq!(found(&it, &idle(11)), [4]);
    let rows = it.rows();
    let idle: Vec<_> = rows
        .iter()
        .map(|row| row.pending.idle_ms(it.now_ms))
        .collect();
    assert_eq!(idle, [Some(10), Some(10), Some(0), None]);
    assert_eq!(rows[3].consumer, None);
    assert_eq!(rows[3].pending.delivered_ms, 0);
}

#[test]
fn consumers_and_their_figures() {
    let mut it = Fixture::new(3, 2);
    it.read("b", 2);
    it.now_ms += 10;
    it.read("a", 0);
    it.read("b", 0);
    it.now_ms += 5;
    let figures = it.group.consumer_figures();
    let rows: Vec<_> = figures
        .iter()
        .map(|row| {
            (
                &*row.name,
                row.pending,
                row.idle_ms(it.now_ms),
                row.inactive_ms(it.now_ms),
            )
        })
        .collect();
    assert_eq!(rows, [(&b"a"[..], 0, 5, None), (&b"b"[..], 2, 5, Some(15))]);
}

#[test]
fn a_deleted_consumer_takes_its_entries_along() {
    let mut it = Fixture::new(7, 2);
    it.read("a", 2);
    it.read("b", 3);
    it.read("a", 2);
    it.drop_segment(0);
    assert_eq!(it.group.delete_consumer(b"a"), 4);
    assert_eq!(it.group.delete_consumer(b"a"), 0);
    it.group.check();
    assert_eq!(it.order(), [3, 4, 5]);
    assert_eq!(it.read("a", 9), [], "they are not delivered again");
    assert_eq!(it.history("a", 0, 9), [], "whose index was another's");
    assert_eq!(it.group.delete_consumer(b"b"), 3);
    assert_eq!(it.rows(), []);
}

//! Segments that come and go, memory, and copies.

use super::*;

#[test]
fn a_segment_without_pending_entries_needs_no_goodbye() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 4);
    it.ack(1);
    it.ack(2);
    assert!(!it.group.has_pending_in(0));
    assert!(it.group.has_pending_in(1));
    assert!(!it.group.has_pending_in(2));
    it.drop_segment(0);
    it.drop_segment(2);
    assert_eq!(it.order(), [3, 4]);
}

#[test]
fn an_entry_keeps_its_id_when_its_segment_goes() {
    let mut it = Fixture::new(6, 3);
    it.read("a", 6);
    it.ack(2);
    it.drop_segment(0);
    assert_eq!(
        it.pending(),
        [
            row(1, "a", 0, 1),
            row(3, "a", 0, 1),
            row(4, "a", 0, 1),
            row(5, "a", 0, 1),
            row(6, "a", 0, 1),
        ]
    );
    it.drop_segment(1);
    assert_eq!(it.history("a", 3, 2), [(3, false), (4, false)]);
    assert!(it.ack(1));
    assert!(it.ack(3));
    assert!(!it.ack(2));
    assert_eq!(it.rows().len(), 3);
    assert_eq!(
        it.autoclaim("b", 0, 9, 0),
        (None, vec![], vec![4, 5, 6]),
        "nothing is left of it"
    );
}

#[test]
fn delivery_goes_on_after_the_last_segment_went() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 4);
    it.ack(3);
    it.ack(4);
    it.drop_segment(1);
    it.log.add(id(9));
    assert_eq!(it.read("a", 9), [9]);
    assert_eq!(it.order(), [1, 2, 9]);
}

#[test]
fn a_log_that_is_behind_the_group_is_no_harm() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 4);
    let before = it.log.clone();
    it.drop_segment(0);
    it.log = before;
    assert_eq!(it.history("a", 0, 2), [(1, false), (2, false)]);
    let (claimed, deleted) = it.claim("b", &[1, 3], &ClaimOptions::default());
    assert_eq!((claimed, deleted), (vec![3], vec![1]));
    assert!(it.ack(2));
    assert_eq!(it.order(), [4, 3]);
}

#[test]
fn a_copy_goes_its_own_way() {
    let mut it = Fixture::new(3, 2);
    it.read("a", 3);
    let mut copy = Fixture {
        log: it.log.clone(),
        group: it.group.clone(),
        now_ms: it.now_ms,
    };
    copy.ack(1);
    copy.read("b", 0);
    assert_eq!(it.order(), [1, 2, 3]);
    assert_eq!(it.group.consumers_len(), 1);
    assert_eq!(copy.order(), [2, 3]);
}

#[test]
fn sixteen_bytes_for_each_pending_entry() {
    let len = 50_000;
    let mut it = Fixture::new(len, 900);
    it.read("a", usize::MAX);
    let bytes = it.group.pending.heap_bytes() as u64;
    assert!(bytes < len * 165 / 10, "{bytes} bytes for {len} entries");
    for ms in (1..=len).filter(|ms| ms % 100 != 0) {
        assert!(it.group.ack(id(ms), &it.log));
    }
    it.group.check();
    let bytes = it.group.pending.heap_bytes() as u64;
    let left = len / 100;
    assert!(bytes < left * 80, "{bytes} bytes for {left} entries");
    for ms in (100..=len).step_by(100) {
        assert!(it.group.ack(id(ms), &it.log));
    }
    it.group.check();
    let bytes = it.group.pending.heap_bytes();
    assert!(bytes < 2200, "{bytes} bytes for nothing");
}

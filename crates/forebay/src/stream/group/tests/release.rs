//! XACK, XACKDEL's part, DELREF, XNACK.

use super::super::{NackMode, NackOptions};
use super::*;

const fn mode(mode: NackMode) -> NackOptions {
    NackOptions {
        mode,
        count: None,
        force: false,
    }
}

fn nack(it: &mut Fixture, ids: &[u64], options: NackOptions) -> u64 {
    let ids = ids.iter().map(|&ms| id(ms));
    let released = it.group.nack(ids, &options, &it.log);
    it.group.check();
    released
}

#[test]
fn what_is_acknowledged_is_pending_no_more() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 3);
    assert!(it.ack(2));
    assert!(!it.ack(2));
    assert!(!it.ack(4), "not delivered");
    assert!(!it.ack(9), "not there");
    assert_eq!(it.pending(), [row(1, "a", 0, 1), row(3, "a", 0, 1)]);
    assert!(it.group.ack_at(it.place(1)));
    assert!(!it.group.ack_at(it.place(1)));
    assert_eq!(it.order(), [3]);
}

#[test]
fn many_are_acknowledged_at_once() {
    let mut it = Fixture::new(400, 150);
    it.read("a", 100);
    it.read("b", 100);
    it.read("a", 190);
    it.claim("c", &[17], &ClaimOptions::default());
    nack(&mut it, &[33], mode(NackMode::Fail));
    assert!(it.ack(300));
    it.drop_segment(0);
    let ids = (2..=395).filter(|ms| ms % 50 != 0);
    let backwards = [389, 388, 9, 9].map(id);
    let acked = it.group.ack_all(ids.map(id).chain(backwards), &it.log);
    it.group.check();
    assert_eq!(acked, 382);
    let left: Vec<u64> = it.pending().iter().map(|row| row.0).collect();
    assert_eq!(left, [1, 50, 100, 150, 200, 250, 350]);
    assert_eq!(it.order(), left);
    assert_eq!(it.group.delete_consumer(b"b"), 2);
}

#[test]
fn what_is_gone_can_be_acknowledged() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 4);
    it.log.delete(id(1));
    assert!(it.ack(1));
    it.drop_segment(1);
    assert!(it.ack(4));
    assert!(!it.ack(4));
    assert!(it.ack(3));
    assert_eq!(it.pending(), [row(2, "a", 0, 1)]);
}

#[test]
fn the_mode_decides_the_count() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 4);
    it.claim("a", &[1, 2, 3], &ClaimOptions::default());
    assert_eq!(nack(&mut it, &[1, 9], mode(NackMode::Silent)), 1);
    assert_eq!(nack(&mut it, &[2], mode(NackMode::Fail)), 1);
    assert_eq!(nack(&mut it, &[3], mode(NackMode::Fatal)), 1);
    let count = NackOptions {
        count: Some(300),
        ..mode(NackMode::Fatal)
    };
    assert_eq!(nack(&mut it, &[4], count), 1);
    let max = i64::MAX.unsigned_abs();
    assert_eq!(
        it.pending(),
        [nobody(1, 1), nobody(2, 2), nobody(3, max), nobody(4, 300)]
    );
    assert_eq!(it.group.nacked_len(), 4);
    assert_eq!(it.group.summary(&it.log).consumers, []);
    assert_eq!(nack(&mut it, &[1, 1], mode(NackMode::Silent)), 2);
    assert_eq!(it.pending()[0], nobody(1, 0), "not below nothing");
}

#[test]
fn releases_queue_up_in_their_order() {
    let mut it = Fixture::new(5, 2);
    it.read("a", 5);
    nack(&mut it, &[4, 2], mode(NackMode::Fail));
    nack(&mut it, &[1], mode(NackMode::Fail));
    assert_eq!(it.order(), [4, 2, 1, 3, 5]);
    nack(&mut it, &[4], mode(NackMode::Fail));
    assert_eq!(
        it.order(),
        [2, 1, 4, 3, 5],
        "released again, it is the last"
    );
    it.ack(1);
    assert_eq!(it.order(), [2, 4, 3, 5]);
}

#[test]
fn force_releases_what_was_never_delivered() {
    let mut it = Fixture::new(3, 2);
    it.read("a", 1);
    it.log.delete(id(3));
    assert_eq!(nack(&mut it, &[2, 3], mode(NackMode::Fail)), 0);
    let force = NackOptions {
        force: true,
        ..mode(NackMode::Silent)
    };
    assert_eq!(nack(&mut it, &[2, 3, 9], force), 1);
    assert_eq!(it.pending(), [row(1, "a", 0, 1), nobody(2, 0)]);
    let count = NackOptions {
        count: Some(5),
        ..force
    };
    assert_eq!(nack(&mut it, &[2], count), 1);
    assert_eq!(it.pending(), [row(1, "a", 0, 1), nobody(2, 5)]);
}

#[test]
fn what_was_deleted_can_be_released() {
    let mut it = Fixture::new(3, 2);
    it.read("a", 3);
    it.log.delete(id(1));
    it.drop_segment(1);
    assert_eq!(nack(&mut it, &[1, 3], mode(NackMode::Fail)), 2);
    assert_eq!(
        it.pending(),
        [nobody(1, 1), row(2, "a", 0, 1), nobody(3, 1)]
    );
}

#[test]
fn what_nobody_has_is_in_nobodys_history() {
    let mut it = Fixture::new(2, 2);
    it.read("a", 2);
    nack(&mut it, &[1], mode(NackMode::Fail));
    assert_eq!(it.history("a", 0, 9), [(2, true)]);
    assert_eq!(it.group.delete_consumer(b"a"), 1);
    assert_eq!(it.pending(), [nobody(1, 1)]);
}

#[test]
fn a_claim_ends_a_release() {
    let mut it = Fixture::new(3, 2);
    it.read("a", 3);
    nack(&mut it, &[1, 3], mode(NackMode::Silent));
    let options = ClaimOptions {
        min_idle_ms: 1000,
        ..ClaimOptions::default()
    };
    assert_eq!(it.claim("b", &[1, 2, 3], &options).0, [1, 3]);
    assert_eq!(
        it.pending(),
        [row(1, "b", 0, 1), row(2, "a", 0, 1), row(3, "b", 0, 1)]
    );
    assert_eq!(it.group.nacked_len(), 0);
    assert_eq!(it.order(), [2, 1, 3]);
}

#[test]
fn an_entry_is_referenced_while_it_is_ahead_or_pending() {
    let mut it = Fixture::new(2, 2);
    let (first, second) = (it.place(1), it.place(2));
    assert!(it.group.is_referenced(id(1), first));
    it.read("a", 1);
    assert!(it.group.is_referenced(id(1), first), "pending");
    assert!(it.group.is_referenced(id(2), second), "ahead");
    it.ack(1);
    assert!(!it.group.is_referenced(id(1), first));
    it.group.set_id(ZERO, None, &it.log.figures());
    assert!(it.group.is_referenced(id(1), first), "ahead again");
}

//! XREADGROUP.

use super::*;

#[test]
fn new_entries_are_pending_once_and_the_cursor_follows() {
    let mut it = Fixture::new(5, 2);
    assert_eq!(it.read("a", 2), [1, 2]);
    it.now_ms += 10;
    assert_eq!(it.read("b", 9), [3, 4, 5]);
    assert_eq!(it.read("a", 9), []);
    assert_eq!(
        it.pending(),
        [
            row(1, "a", 0, 1),
            row(2, "a", 0, 1),
            row(3, "b", 10, 1),
            row(4, "b", 10, 1),
            row(5, "b", 10, 1),
        ]
    );
    assert_eq!(it.group.cursor().last_delivered, id(5));
    assert_eq!(it.group.cursor().place, Some(it.place(5)));
    assert_eq!(it.group.cursor().entries_read, Some(5));
    assert_eq!(it.order(), [1, 2, 3, 4, 5]);
}

#[test]
fn noack_moves_the_cursor_and_nothing_else() {
    let mut it = Fixture::new(3, 2);
    let consumer = it.consumer("a");
    let figures = it.log.figures();
    it.group.deliver_noack(it.log.after(ZERO, 2), &figures);
    assert_eq!(it.group.cursor().last_delivered, id(2));
    assert_eq!(it.group.cursor().entries_read, Some(2));
    assert_eq!(it.group.pending_len(), 0);
    assert_eq!(it.group.consumers.get(consumer).unwrap().active_ms, None);
}

#[test]
fn after_setid_back_entries_change_hands_and_count_anew() {
    let mut it = Fixture::new(4, 3);
    it.read("a", 3);
    it.claim("a", &[2], &ClaimOptions::default());
    it.now_ms += 5;
    it.group.set_id(id(1), None, &it.log.figures());
    assert_eq!(it.group.pending_len(), 3, "what is pending stays pending");
    assert_eq!(it.group.cursor().entries_read, None);
    assert_eq!(it.read("b", 9), [2, 3, 4]);
    assert_eq!(
        it.pending(),
        [
            row(1, "a", 0, 1),
            row(2, "b", 5, 1),
            row(3, "b", 5, 1),
            row(4, "b", 5, 1),
        ]
    );
    assert_eq!(it.order(), [1, 2, 3, 4]);
}

#[test]
fn after_setid_back_acknowledged_entries_come_again() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 4);
    for ms in 1..=4 {
        assert!(it.ack(ms));
    }
    it.group.set_id(ZERO, Some(0), &it.log.figures());
    assert_eq!(it.read("a", 9), [1, 2, 3, 4]);
    assert_eq!(it.order(), [1, 2, 3, 4]);
}

#[test]
fn history_is_the_consumers_own_and_counts() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 2);
    it.read("b", 2);
    it.read("a", 2);
    it.now_ms += 7;
    let all = [(1, true), (2, true), (5, true), (6, true)];
    assert_eq!(it.history("a", 0, 9), all);
    assert_eq!(it.history("a", 2, 2), [(2, true), (5, true)]);
    assert_eq!(it.history("b", 5, 9), []);
    assert_eq!(it.history("c", 0, 9), []);
    assert_eq!(
        it.pending(),
        [
            row(1, "a", 7, 2),
            row(2, "a", 7, 3),
            row(3, "b", 0, 1),
            row(4, "b", 0, 1),
            row(5, "a", 7, 3),
            row(6, "a", 7, 2),
        ]
    );
    assert_eq!(it.order(), [3, 4, 1, 6, 2, 5], "the last delivery counts");
    assert_eq!(it.group.cursor().last_delivered, id(6));
}

#[test]
fn history_shows_what_was_deleted_and_does_not_count_it() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 4);
    it.log.delete(id(1));
    it.drop_segment(1);
    it.now_ms += 1;
    let all = [(1, false), (2, true), (3, false), (4, false)];
    assert_eq!(it.history("a", 0, 9), all);
    assert_eq!(it.history("a", 4, 9), [(4, false)]);
    assert_eq!(
        it.pending(),
        [
            row(1, "a", 0, 1),
            row(2, "a", 1, 2),
            row(3, "a", 0, 1),
            row(4, "a", 0, 1),
        ]
    );
}

#[test]
fn history_is_an_attempt_and_no_success() {
    let mut it = Fixture::new(1, 2);
    it.read("a", 1);
    it.now_ms += 9;
    it.history("a", 0, 9);
    let consumer = it.group.find_consumer(b"a").unwrap();
    assert_eq!(consumer.seen_ms, START_MS + 9);
    assert_eq!(consumer.active_ms, Some(START_MS));
}

#[test]
fn who_reads_nothing_is_a_consumer_all_the_same() {
    let mut it = Fixture::new(0, 2);
    assert_eq!(it.read("a", 9), []);
    let consumer = it.group.find_consumer(b"a").unwrap();
    assert_eq!((consumer.seen_ms, consumer.active_ms), (START_MS, None));
    assert!(!it.group.create_consumer(b"a", START_MS + 5));
    let consumer = it.group.find_consumer(b"a").unwrap();
    assert_eq!(consumer.seen_ms, START_MS, "asking is no attempt");
    assert!(it.group.create_consumer(b"b", START_MS + 5));
    assert_eq!(it.group.consumers_len(), 2);
}

#[test]
fn deleted_entries_are_not_delivered_and_make_the_lag_unknown() {
    let mut it = Fixture::new(5, 3);
    it.read("a", 1);
    it.log.delete(id(3));
    assert_eq!(it.group.cursor().lag(&it.log.figures()), None);
    assert_eq!(it.read("a", 2), [2, 4]);
    assert_eq!(it.group.cursor().entries_read, None);
    assert_eq!(it.read("a", 2), [5]);
    assert_eq!(it.group.cursor().entries_read, Some(5));
    assert_eq!(it.group.cursor().lag(&it.log.figures()), Some(0));
}

#[test]
fn xsetid_cuts_the_counter_down() {
    let mut it = Fixture::new(5, 3);
    it.read("a", 5);
    it.group.limit_entries_read(3);
    assert_eq!(it.group.cursor().entries_read, Some(3));
    it.group.limit_entries_read(9);
    assert_eq!(it.group.cursor().entries_read, Some(3));
}

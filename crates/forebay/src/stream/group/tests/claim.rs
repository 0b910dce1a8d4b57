//! XCLAIM and XAUTOCLAIM.

use super::super::DeliveredAt;
use super::*;

fn min_idle(min_idle_ms: i64) -> ClaimOptions {
    ClaimOptions {
        min_idle_ms,
        ..ClaimOptions::default()
    }
}

const FORCE: ClaimOptions = ClaimOptions {
    min_idle_ms: 0,
    delivered_at: DeliveredAt::Now,
    count: None,
    force: true,
    just_id: false,
    last_id: None,
};

#[test]
fn only_what_is_pending_and_idle_is_claimed() {
    let mut it = Fixture::new(4, 2);
    it.read("a", 1);
    it.now_ms += 10;
    it.read("a", 2);
    it.now_ms += 5;
    let claimed = it.claim("b", &[4, 3, 2, 1, 9], &min_idle(15));
    assert_eq!(claimed, (vec![1], vec![]));
    assert_eq!(
        it.pending(),
        [row(1, "b", 15, 2), row(2, "a", 10, 1), row(3, "a", 10, 1)]
    );
    assert_eq!(it.order(), [2, 3, 1]);
    let claimed = it.claim("b", &[3, 2, 1], &min_idle(-1));
    assert_eq!(claimed, (vec![3, 2, 1], vec![]), "in the order asked for");
    assert_eq!(it.order(), [3, 2, 1]);
}

#[test]
fn the_same_id_twice_is_claimed_twice() {
    let mut it = Fixture::new(1, 2);
    it.read("a", 1);
    assert_eq!(it.claim("b", &[1, 1], &min_idle(0)).0, [1, 1]);
    assert_eq!(it.pending(), [row(1, "b", 0, 3)]);
}

#[test]
fn justid_and_retrycount_decide_the_count() {
    let mut it = Fixture::new(3, 2);
    it.read("a", 3);
    let just_id = ClaimOptions {
        just_id: true,
        ..ClaimOptions::default()
    };
    it.claim("b", &[1], &just_id);
    let count = ClaimOptions {
        count: Some(7),
        ..ClaimOptions::default()
    };
    it.claim("b", &[2], &count);
    let both = ClaimOptions {
        count: Some(0),
        ..just_id
    };
    it.claim("b", &[3], &both);
    assert_eq!(
        it.pending(),
        [row(1, "b", 0, 1), row(2, "b", 0, 7), row(3, "b", 0, 0)]
    );
}

#[test]
fn the_count_stops_at_the_greatest_integer() {
    let mut it = Fixture::new(1, 2);
    it.read("a", 1);
    let count = ClaimOptions {
        count: Some(u64::MAX),
        ..ClaimOptions::default()
    };
    it.claim("a", &[1], &count);
    let max = i64::MAX.unsigned_abs();
    assert_eq!(it.pending(), [row(1, "a", 0, max)]);
    it.claim("a", &[1], &min_idle(0));
    it.history("a", 0, 9);
    it.autoclaim("a", 0, 9, 0);
    it.claim_idle("a", 0, 9);
    assert_eq!(it.pending(), [row(1, "a", 0, max)]);
}

#[test]
fn idle_and_time_put_it_where_it_belongs() {
    let mut it = Fixture::new(5, 2);
    for _ in 0..4 {
        it.now_ms += 10;
        it.read("a", 1);
    }
    let idle = ClaimOptions {
        delivered_at: DeliveredAt::Idle(15),
        ..ClaimOptions::default()
    };
    it.claim("b", &[1], &idle);
    let time = ClaimOptions {
        delivered_at: DeliveredAt::Time(START_MS + 30),
        ..ClaimOptions::default()
    };
    it.claim("b", &[4], &time);
    assert_eq!(
        it.pending(),
        [
            row(1, "b", 25, 2),
            row(2, "a", 20, 1),
            row(3, "a", 30, 1),
            row(4, "b", 30, 2),
        ]
    );
    assert_eq!(it.order(), [2, 1, 3, 4]);
    assert_eq!(it.group.claimable_at_ms(100), Some(START_MS + 120));
}

#[test]
fn force_makes_pending_what_is_in_the_log() {
    let mut it = Fixture::new(5, 2);
    it.read("a", 1);
    it.log.delete(id(3));
    let force = ClaimOptions {
        min_idle_ms: 1000,
        ..FORCE
    };
    // 1-0 is pending, and not idle; 3-0 and 9-0 are not in the log.
    let claimed = it.claim("b", &[1, 2, 3, 5, 9], &force);
    assert_eq!(claimed, (vec![2, 5], vec![]));
    let just_id = ClaimOptions {
        just_id: true,
        ..FORCE
    };
    it.claim("b", &[4], &just_id);
    assert_eq!(
        it.pending(),
        [
            row(1, "a", 0, 1),
            row(2, "b", 0, 2),
            row(4, "b", 0, 1),
            row(5, "b", 0, 2),
        ]
    );
    assert_eq!(it.group.cursor().last_delivered, id(1), "nothing was read");
    assert_eq!(it.read("a", 9), [2, 4, 5]);
    assert!(it.pending().iter().all(|(_, name, _, _)| name == "a"));
}

#[test]
fn lastid_raises_the_cursor() {
    let mut it = Fixture::new(5, 2);
    it.read("a", 2);
    let lastid = |ms| ClaimOptions {
        last_id: Some(id(ms)),
        ..ClaimOptions::default()
    };
    it.claim("a", &[], &lastid(1));
    assert_eq!(it.group.cursor().last_delivered, id(2));
    it.claim("a", &[], &lastid(4));
    assert_eq!(it.group.cursor().last_delivered, id(4));
    assert_eq!(it.read("a", 9), [5]);
}

#[test]
fn what_is_no_longer_in_the_log_is_dropped_whoever_has_it() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 6);
    it.log.delete(id(1));
    it.drop_segment(1);
    let claimed = it.claim("b", &[1, 2, 3], &min_idle(1000));
    assert_eq!(claimed, (vec![], vec![1, 3]), "however short it was idle");
    let order: Vec<u64> = it.order();
    assert_eq!(order, [2, 4, 5, 6]);
    assert_eq!(it.claim("b", &[1], &FORCE), (vec![], vec![]));
}

#[test]
fn a_claim_that_gives_nothing_is_an_attempt() {
    let mut it = Fixture::new(1, 2);
    it.read("a", 1);
    it.now_ms += 5;
    it.claim("b", &[1], &min_idle(6));
    it.claim("c", &[1], &min_idle(5));
    let times = |name: &[u8]| {
        let consumer = it.group.find_consumer(name).unwrap();
        (consumer.seen_ms - START_MS, consumer.active_ms)
    };
    assert_eq!(times(b"b"), (5, None));
    assert_eq!(times(b"c"), (5, Some(START_MS + 5)));
}

#[test]
fn autoclaim_goes_by_id_and_says_where_to_go_on() {
    let mut it = Fixture::new(6, 2);
    it.read("a", 6);
    it.now_ms += 10;
    assert_eq!(it.autoclaim("b", 0, 2, 10), (Some(3), vec![1, 2], vec![]));
    assert_eq!(it.autoclaim("b", 3, 2, 10), (Some(5), vec![3, 4], vec![]));
    assert_eq!(it.autoclaim("b", 5, 2, 10), (None, vec![5, 6], vec![]));
    assert_eq!(it.autoclaim("b", 0, 9, 10), (None, vec![], vec![]));
    assert_eq!(it.autoclaim("b", 7, 9, 0), (None, vec![], vec![]));
    assert!(it.pending().iter().all(|row| row.1 == "b" && row.3 == 2));
}

#[test]
fn autoclaim_looks_at_ten_for_each() {
    let mut it = Fixture::new(30, 7);
    it.read("a", 24);
    it.now_ms += 10;
    it.read("a", 6);
    it.claim("a", &(1..=22).collect::<Vec<_>>(), &min_idle(0));
    assert_eq!(it.autoclaim("b", 0, 1, 10), (Some(11), vec![], vec![]));
    assert_eq!(it.autoclaim("b", 11, 1, 10), (Some(21), vec![], vec![]));
    assert_eq!(it.autoclaim("b", 21, 1, 10), (Some(24), vec![23], vec![]));
    assert_eq!(it.autoclaim("b", 24, 2, 10), (None, vec![24], vec![]));
}

#[test]
fn autoclaim_drops_and_counts_what_was_deleted() {
    let mut it = Fixture::new(8, 2);
    it.read("a", 8);
    it.log.delete(id(2));
    it.drop_segment(2);
    assert_eq!(it.autoclaim("b", 0, 2, 0), (Some(3), vec![1], vec![2]));
    assert_eq!(it.autoclaim("b", 3, 3, 0), (Some(6), vec![3, 4], vec![5]));
    // Not idle for long enough, yet gone.
    assert_eq!(it.autoclaim("b", 6, 9, 1000), (None, vec![], vec![6]));
    assert_eq!(it.order(), [7, 8, 1, 3, 4]);
}

#[test]
fn autoclaim_takes_what_nobody_has_however_young() {
    let mut it = Fixture::new(2, 2);
    it.read("a", 2);
    it.group.nack(
        [id(2)],
        &super::super::NackOptions {
            mode: super::super::NackMode::Fail,
            count: None,
            force: false,
        },
        &it.log,
    );
    assert_eq!(it.autoclaim("b", 0, 9, 1000), (None, vec![2], vec![]));
    assert_eq!(it.pending(), [row(1, "a", 0, 1), row(2, "b", 0, 2)]);
}

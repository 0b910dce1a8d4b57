//! Blocking commands, step by step on one thread: futures are polled by hand.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use bytes::Bytes;
use forebay_sync::Side;

use super::{Blocking, Reply, serve_left};
use crate::frozen::FrozenSet;
use crate::{Config, Engine, Error, ExpireCondition, How, List, Order, Result};

fn engine() -> Engine {
    Engine::open(Config::in_memory().workers(0)).unwrap()
}

/// Polls once; what came out, if it is ready.
fn poll<T>(future: &mut Blocking<T>) -> Option<Result<Option<T>>> {
    match Pin::new(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

/// A future that has begun to wait.
fn waiting<T>(mut future: Blocking<T>) -> Blocking<T> {
    assert!(poll(&mut future).is_none(), "it must wait");
    future
}

#[expect(clippy::unnecessary_wraps, reason = "what a poll gives")]
fn element(text: &str) -> Option<Result<Option<Bytes>>> {
    Some(Ok(Some(Bytes::copy_from_slice(text.as_bytes()))))
}

/// The elements in a row, from the left.
fn all(engine: &Engine, key: &str) -> String {
    let elements = engine.lrange(key, 0, -1).unwrap();
    elements
        .iter()
        .map(|element| str::from_utf8(element).unwrap())
        .collect()
}

fn is_attended(list: &List) -> bool {
    list.object.list.is_attended()
}

#[test]
fn what_is_there_is_taken_at_once() {
    let engine = engine();
    engine.rpush("mq", ["a", "b"]).unwrap();
    assert_eq!(
        poll(&mut engine.list("mq").unwrap().blpop_async(0.0)),
        element("a")
    );
    assert_eq!(
        poll(&mut engine.list("mq").unwrap().brpop_async(0.0)),
        element("b")
    );
}

#[test]
fn first_come_first_served() {
    let engine = engine();
    let mq = engine.list("mq").unwrap();
    let mut first = waiting(mq.blpop_async(0.0));
    let mut second = waiting(mq.blpop_async(0.0));
    let mut third = waiting(mq.blpop_async(0.0));
    assert_eq!(
        mq.rpush(["a", "b"]),
        Ok(2),
        "the length before anybody was served"
    );
    assert_eq!(mq.llen(), Ok(0));
    assert!(poll(&mut third).is_none());
    assert_eq!(poll(&mut second), element("b"));
    assert_eq!(poll(&mut first), element("a"));
    drop(third);
    assert!(!is_attended(&mq), "nobody waits any more");
}

#[test]
fn all_elements_of_a_push_are_there_before_anybody_is_served() {
    let engine = engine();
    let mut waiter = waiting(engine.list("mq").unwrap().blpop_async(0.0));
    engine.lpush("mq", ["a", "b", "c"]).unwrap();
    assert_eq!(poll(&mut waiter), element("c"));
    assert_eq!(all(&engine, "mq"), "ba");
}

#[test]
fn a_dropped_future_leaves_the_queue() {
    let engine = engine();
    let mq = engine.list("mq").unwrap();
    drop(waiting(mq.blpop_async(0.0)));
    assert!(!is_attended(&mq));
    let gone = waiting(mq.blpop_async(0.0));
    let mut stays = waiting(mq.blpop_async(0.0));
    drop(gone);
    mq.rpush(["a"]).unwrap();
    assert_eq!(poll(&mut stays), element("a"));
}

#[test]
fn a_dropped_future_gives_back_what_it_got() {
    let engine = engine();
    let mq = engine.list("mq").unwrap();
    for (side, left) in [(Side::Left, "abcd"), (Side::Right, "abcd")] {
        let waiter = waiting(engine.blmpop_async(0.0, &["mq"], side, 3));
        mq.rpush(["a", "b", "c", "d"]).unwrap();
        assert_eq!(mq.llen(), Ok(1));
        drop(waiter);
        assert_eq!(all(&engine, "mq"), left, "in their order");
        engine.del(&["mq"]).unwrap();
    }
}

#[test]
fn what_is_given_back_serves_the_next() {
    let engine = engine();
    let mq = engine.list("mq").unwrap();
    let first = waiting(mq.blpop_async(0.0));
    let mut second = waiting(mq.blpop_async(0.0));
    mq.rpush(["a"]).unwrap();
    drop(first);
    assert_eq!(poll(&mut second), element("a"));
    assert_eq!(mq.llen(), Ok(0));
}

#[test]
fn several_keys_register_together_and_leave_together() {
    let engine = engine();
    let keys = ["a", "b", "a"];
    let lists = ["a", "b"].map(|key| engine.list(key).unwrap());
    let mut waiter = waiting(engine.blpop_async(&keys, 0.0));
    assert!(lists.iter().all(is_attended));
    engine.rpush("b", ["x"]).unwrap();
    let (key, job) = poll(&mut waiter).unwrap().unwrap().unwrap();
    assert_eq!((&key[..], &job[..]), (&b"b"[..], &b"x"[..]));
    assert!(!lists.iter().any(is_attended));
}

#[test]
fn a_finished_call_is_passed_over_at_its_other_keys() {
    let engine = engine();
    let mut both = waiting(engine.blpop_async(&["a", "b"], 0.0));
    let mut behind = waiting(engine.blpop_async(&["b"], 0.0));
    engine.rpush("a", ["1"]).unwrap();
    engine.rpush("b", ["2"]).unwrap();
    assert_eq!(poll(&mut behind).unwrap().unwrap().unwrap().1, "2");
    assert_eq!(poll(&mut both).unwrap().unwrap().unwrap().1, "1");
    assert_eq!(engine.dbsize(), Ok(0));
}

#[test]
fn a_transaction_serves_in_the_order_of_the_arguments() {
    let engine = engine();
    let mut waiter = waiting(engine.blpop_async(&["a", "b", "c"], 0.0));
    engine
        .transaction(&["a", "b", "c"], |tx| {
            tx.rpush("c", ["3"])?;
            tx.rpush("b", ["2"])
        })
        .unwrap()
        .unwrap();
    assert_eq!(poll(&mut waiter).unwrap().unwrap().unwrap().0, "b");
    assert_eq!(all(&engine, "c"), "3");
}

#[test]
fn what_a_transaction_takes_back_wakes_nobody() {
    let engine = engine();
    let mut waiter = waiting(engine.blpop_async(&["mq"], 0.0));
    engine
        .transaction(&["mq"], |tx| {
            tx.rpush("mq", ["a"])?;
            tx.rpop("mq")
        })
        .unwrap()
        .unwrap();
    assert!(poll(&mut waiter).is_none());
}

#[test]
fn chains_of_moves_complete() {
    let engine = engine();
    let (left, right) = (Side::Left, Side::Right);
    let mut last = waiting(engine.blpop_async(&["c"], 0.0));
    let mut middle = waiting(engine.blmove_async("b", "c", left, right, 0.0));
    let mut first = waiting(engine.blmove_async("a", "b", left, right, 0.0));
    assert_eq!(engine.rpush("a", ["x"]), Ok(1));
    assert_eq!(poll(&mut first), element("x"));
    assert_eq!(poll(&mut middle), element("x"));
    assert_eq!(poll(&mut last).unwrap().unwrap().unwrap().1, "x");
    assert_eq!(engine.dbsize(), Ok(0));
}

#[test]
fn circles_of_moves_end() {
    let engine = engine();
    let (left, right) = (Side::Left, Side::Right);
    let mut there = waiting(engine.blmove_async("a", "b", left, right, 0.0));
    let mut back = waiting(engine.blmove_async("b", "a", left, right, 0.0));
    let mut own = waiting(engine.blmove_async("a", "a", left, right, 0.0));
    engine.rpush("a", ["x"]).unwrap();
    assert_eq!(poll(&mut there), element("x"));
    assert_eq!(poll(&mut back), element("x"));
    assert_eq!(poll(&mut own), element("x"));
    assert_eq!(all(&engine, "a"), "x");
}

#[test]
fn a_key_is_served_completely_before_the_next() {
    let engine = engine();
    let to_left = |key| waiting(engine.blmove_async(key, "to", Side::Left, Side::Left, 0.0));
    let (_first, _second) = (to_left("from"), to_left("from"));
    let mut consumer = waiting(engine.blpop_async(&["to"], 0.0));
    engine.rpush("from", ["a", "b"]).unwrap();
    assert_eq!(
        poll(&mut consumer).unwrap().unwrap().unwrap().1,
        "b",
        "a and b had been moved"
    );
    assert_eq!(all(&engine, "to"), "a");
}

#[test]
fn who_wants_more_than_there_is_keeps_nobody_waiting() {
    let engine = engine();
    let three = How::Exactly {
        n: 3,
        order: Order::Bulk,
    };
    let mut big = waiting(engine.blmovem_async("mq", "to", Side::Left, Side::Right, three, 0.0));
    let mut small = waiting(engine.blpop_async(&["mq"], 0.0));
    engine.rpush("mq", ["a"]).unwrap();
    assert_eq!(poll(&mut small).unwrap().unwrap().unwrap().1, "a");
    engine.rpush("mq", ["b", "c"]).unwrap();
    assert!(poll(&mut big).is_none());
    assert_eq!(
        engine.linsert("mq", crate::Position::After, "b", "x"),
        Ok(3)
    );
    let moved = poll(&mut big).unwrap().unwrap().unwrap();
    assert_eq!(moved, ["b", "x", "c"]);
    assert_eq!(all(&engine, "to"), "bxc");
}

#[test]
fn renaming_and_copying_serve() {
    let engine = engine();
    let mut waiter = waiting(engine.blpop_async(&["to"], 0.0));
    engine.rpush("from", ["a"]).unwrap();
    engine.rename("from", "to").unwrap();
    assert_eq!(poll(&mut waiter).unwrap().unwrap().unwrap().1, "a");
    let mut waiter = waiting(engine.blpop_async(&["to"], 0.0));
    engine.rpush("from", ["b"]).unwrap();
    assert_eq!(engine.copy("from", "to", false), Ok(true));
    assert_eq!(poll(&mut waiter).unwrap().unwrap().unwrap().1, "b");
}

#[test]
fn waiting_outlives_the_expiry_of_its_key() {
    let engine = engine();
    let mut waiter = waiting(engine.blpop_async(&["mq"], 0.0));
    engine
        .transaction(&["mq"], |tx| {
            tx.rpush("mq", ["a"])?;
            tx.pexpire("mq", -1, ExpireCondition::Always)
        })
        .unwrap()
        .unwrap();
    assert!(poll(&mut waiter).is_none(), "the element was gone again");
    engine.rpush("mq", ["b"]).unwrap();
    assert_eq!(poll(&mut waiter).unwrap().unwrap().unwrap().1, "b");
}

/// Between a push and the blocked move that it makes ready, lists are unfrozen for a moment. Who
/// comes by then serves first and looks afterwards.
#[test]
fn nobody_overtakes_a_blocked_move() {
    let engine = engine();
    let core = engine.core();
    for look in [
        |engine: &Engine| assert_eq!(engine.lpop("from"), Ok(None)),
        |engine: &Engine| assert_eq!(engine.llen("from"), Ok(0)),
        |engine: &Engine| assert_eq!(engine.exists(&["from", "from"]), Ok(0)),
        |engine: &Engine| assert_eq!(engine.rpush("from", ["b"]), Ok(1)),
        |engine: &Engine| assert_eq!(engine.lmove("from", "x", Side::Left, Side::Left), Ok(None)),
    ] {
        let mut mover = waiting(engine.blmove_async("from", "to", Side::Left, Side::Right, 0.0));
        let from = core.object(b"from").unwrap();
        let mut set = FrozenSet::new(core, [&from]).unwrap();
        set.key_mut(0).bare_list_mut().push(Side::Right, b"a");
        set.has_changed(0);
        let (left, mut wakes, _) = set.let_go();
        assert_eq!(left.len(), 1, "the destination was not frozen");
        look(&engine);
        assert_eq!(poll(&mut mover), element("a"));
        serve_left(core, left, &mut wakes);
        assert_eq!(all(&engine, "to"), "a");
        engine.flushall().unwrap();
    }
}

#[test]
fn timeouts_of_futures_are_kept_by_the_timers() {
    let engine = engine();
    let mq = engine.list("mq").unwrap();
    let mut waiter = waiting(mq.blpop_async(0.001));
    while poll(&mut waiter).is_none() {
        engine.maintain();
    }
    assert!(!is_attended(&mq));
    assert!(
        engine
            .core()
            .shards
            .iter()
            .all(crate::shard::Shard::has_no_timers)
    );
    drop(waiting(mq.blpop_async(10.0)));
    assert!(
        engine
            .core()
            .shards
            .iter()
            .all(crate::shard::Shard::has_no_timers)
    );
}

#[test]
fn the_first_reply_counts() {
    let engine = engine();
    let mq = engine.list("mq").unwrap();
    let mut waiter = waiting(mq.blpop_async(0.0));
    let claim = {
        let list = mq.object.list.freeze();
        let watch = list.extra().as_ref().unwrap();
        watch
            .waiters
            .iter()
            .next()
            .unwrap()
            .call
            .waiter
            .claim()
            .unwrap()
    };
    mq.rpush(["a"]).unwrap();
    assert_eq!(mq.llen(), Ok(1), "the waiter is spoken for");
    claim.deliver(Reply::TimedOut).wake();
    assert_eq!(poll(&mut waiter), Some(Ok(None)));
    assert_eq!(mq.lpop().unwrap().unwrap(), "a");
}

#[test]
fn closing_ends_all() {
    let engine = engine();
    let mut waiter = waiting(engine.blpop_async(&["a", "b"], 0.0));
    let mut mover = waiting(engine.blmove_async("a", "c", Side::Left, Side::Left, 0.0));
    engine.close();
    assert_eq!(poll(&mut waiter), Some(Err(Error::Closed)));
    assert_eq!(poll(&mut mover), Some(Err(Error::Closed)));
    assert_eq!(
        poll(&mut engine.blpop_async(&["a"], 0.0)),
        Some(Err(Error::Closed))
    );
}

#[test]
fn refusals_come_when_awaited() {
    let engine = engine();
    let none: [&str; 0] = [];
    assert_eq!(
        poll(&mut engine.blpop_async(&none, 0.0)),
        Some(Err(Error::NoKeys))
    );
    assert_eq!(
        poll(&mut engine.blpop_async(&none, -1.0)),
        Some(Err(Error::TimeoutNegative))
    );
    let zero = engine.blmpop_async(0.0, &["a"], Side::Left, 0);
    assert_eq!(poll(&mut { zero }), Some(Err(Error::CountZero)));
}

#[test]
#[should_panic(expected = "polled after it was ready")]
fn polling_again_is_a_mistake() {
    let engine = engine();
    engine.rpush("mq", ["a"]).unwrap();
    let mut future = engine.blpop_async(&["mq"], 0.0);
    assert!(poll(&mut future).is_some());
    drop(poll(&mut future));
}

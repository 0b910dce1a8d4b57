//! Futures that are dropped while they wait, or after they were served.

use super::*;

#[test]
fn a_dropped_waiter_swallows_nothing() {
    let engine = engine();
    let first = blpop(&engine, &["a", "k"]);
    let second = blpop(&engine, &["k"]);
    drop(first);
    engine.rpush("k", ["x"]).unwrap();
    assert_eq!(second.output(), pair("k", "x"));
    engine.rpush("a", ["y"]).unwrap();
    assert_eq!(contents(&engine, "a"), ["y"]);
}

#[test]
fn what_a_dropped_waiter_had_been_handed_goes_back_to_its_end() {
    let engine = engine();
    let left = blpop(&engine, &["k"]);
    let right = Task::waiting(engine.brpop_async(&["k"], 0.0));
    engine.rpush("k", ["1", "2", "3", "4"]).unwrap();
    assert_eq!(contents(&engine, "k"), ["2", "3"]);
    drop(left);
    assert_eq!(contents(&engine, "k"), ["1", "2", "3"]);
    drop(right);
    assert_eq!(contents(&engine, "k"), ["1", "2", "3", "4"]);
}

#[test]
fn what_a_dropped_waiter_had_been_handed_serves_the_next() {
    let engine = engine();
    let first = blpop(&engine, &["k"]);
    let second = blpop(&engine, &["k"]);
    engine.rpush("k", ["x"]).unwrap();
    assert!(!second.is_woken());
    drop(first);
    assert_eq!(second.output(), pair("k", "x"));
    assert_eq!(engine.exists(&["k"]).unwrap(), 0);
}

#[test]
fn several_elements_go_back_in_their_order() {
    let engine = engine();
    for (side, rest) in [(Side::Left, ["4", "5"]), (Side::Right, ["1", "2"])] {
        let waiter = Task::waiting(engine.blmpop_async(0.0, &["k"], side, 3));
        engine.rpush("k", ["1", "2", "3", "4", "5"]).unwrap();
        assert_eq!(contents(&engine, "k"), rest);
        drop(waiter);
        assert_eq!(contents(&engine, "k"), ["1", "2", "3", "4", "5"]);
        engine.del(&["k"]).unwrap();
    }
}

/// Whether a move that nobody heard of is undone or not: the element is in one of the two.
#[test]
fn a_dropped_move_loses_nothing() {
    let engine = engine();
    let waiter = blmove(&engine, "src", "dst");
    engine.rpush("src", ["x"]).unwrap();
    drop(waiter);
    let (src, dst) = (contents(&engine, "src"), contents(&engine, "dst"));
    assert_eq!([src, dst].concat(), ["x"]);
}

#[test]
fn a_finished_future_puts_nothing_back() {
    let engine = engine();
    let mut waiter = Task::waiting(engine.blpop_async(&["k"], 0.0));
    engine.rpush("k", ["x"]).unwrap();
    assert!(waiter.poll().is_ready());
    drop(waiter);
    assert_eq!(engine.exists(&["k"]).unwrap(), 0);
}

#[test]
fn a_handed_element_goes_back_beside_an_expiry_and_a_rename() {
    let engine = engine();
    let waiter = blpop(&engine, &["k"]);
    engine.rpush("k", ["1", "2"]).unwrap();
    engine.expire("k", 100, ExpireCondition::Always).unwrap();
    engine.rename("k", "other").unwrap();
    drop(waiter);
    assert_eq!(contents(&engine, "k"), ["1"]);
    assert_eq!(contents(&engine, "other"), ["2"]);
    assert_eq!(engine.ttl("k").unwrap(), -1);
}

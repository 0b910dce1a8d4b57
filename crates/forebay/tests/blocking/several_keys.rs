//! Waiting on several keys at once.

use super::*;

#[test]
fn the_first_key_that_has_something_is_popped() {
    let engine = engine();
    engine.rpush("b", ["2"]).unwrap();
    engine.rpush("a", ["1"]).unwrap();
    assert_eq!(
        engine.blpop(&["none", "a", "b"], 0.0).unwrap(),
        pair("a", "1")
    );
    assert_eq!(
        engine.blpop(&["none", "a", "b"], 0.0).unwrap(),
        pair("b", "2")
    );
}

#[test]
fn a_waiter_is_served_by_whichever_key_is_first_pushed() {
    let engine = engine();
    let waiter = blpop(&engine, &["a", "b", "c"]);
    engine.rpush("b", ["2"]).unwrap();
    engine.rpush("a", ["1"]).unwrap();
    assert_eq!(waiter.output(), pair("b", "2"));
    assert_eq!(
        contents(&engine, "a"),
        ["1"],
        "its other registrations are gone"
    );
}

#[test]
fn keys_that_become_ready_together_are_taken_in_the_order_of_the_call() {
    let engine = engine();
    for keys in [["a", "b"], ["b", "a"]] {
        let waiter = blpop(&engine, &keys);
        engine
            .transaction(&["a", "b"], |tx| {
                tx.rpush("b", ["of b"]).unwrap();
                tx.rpush("a", ["of a"]).unwrap();
            })
            .unwrap();
        assert_eq!(waiter.output().unwrap().0, keys[0]);
        engine.del(&["a", "b"]).unwrap();
    }
}

#[test]
fn each_key_has_its_own_queue() {
    let engine = engine();
    let both = blpop(&engine, &["a", "b"]);
    let only_b = blpop(&engine, &["b"]);
    let only_a = blpop(&engine, &["a"]);
    engine.rpush("b", ["1", "2"]).unwrap();
    assert_eq!(both.output(), pair("b", "1"));
    assert_eq!(only_b.output(), pair("b", "2"));
    assert!(!only_a.is_woken());
    engine.rpush("a", ["3"]).unwrap();
    assert_eq!(only_a.output(), pair("a", "3"));
}

#[test]
fn the_same_key_may_be_named_again_and_again() {
    let engine = engine();
    for key in ["a", "b"] {
        let waiter = blpop(&engine, &["a", "b", "b", "a"]);
        engine.rpush(key, ["x"]).unwrap();
        assert_eq!(waiter.output(), pair(key, "x"));
    }
    engine.rpush("a", ["1"]).unwrap();
    engine.rpush("b", ["2"]).unwrap();
    assert_eq!(
        engine.blpop(&["a", "b", "b", "a"], 0.0).unwrap(),
        pair("a", "1")
    );
    assert_eq!(
        engine.blpop(&["a", "b", "b", "a"], 0.0).unwrap(),
        pair("b", "2")
    );
}

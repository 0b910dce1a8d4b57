//! Those who wait for elements, and keys that hold a stream.

use super::*;

#[test]
fn who_waits_for_elements_outlasts_a_stream() {
    let engine = engine();
    let waiter = blpop(&engine, &["k"]);
    add(&engine, "k", "1");
    assert!(!waiter.is_woken());
    assert_eq!(engine.blpop(&["k"], 0.0), Err(Error::WrongType));
    engine.del(&["k"]).unwrap();
    engine.rpush("k", ["element"]).unwrap();
    assert_eq!(waiter.output(), pair("k", "element"));
}

#[test]
fn a_move_to_a_stream_fails_and_moves_nothing() {
    let engine = engine();
    let moves = engine.blmove_async("src", "dst", Side::Left, Side::Right, 0.0);
    let moves = Task::waiting(moves);
    let next = blpop(&engine, &["src"]);
    add(&engine, "dst", "1");
    assert!(!moves.is_woken());
    engine.rpush("src", ["element", "another"]).unwrap();
    assert_eq!(moves.output(), Err(Error::WrongType));
    assert_eq!(next.output(), pair("src", "element"));
    assert_eq!(contents(&engine, "src"), ["another"]);
}

#[test]
fn elements_and_entries_are_waited_for_side_by_side() {
    let engine = engine();
    let reader = xread(&engine, &["k"]);
    let popper = blpop(&engine, &["k"]);
    engine.rpush("k", ["element"]).unwrap();
    assert_eq!(popper.output(), pair("k", "element"));
    assert!(!reader.is_woken());
    add(&engine, "k", "1");
    assert_eq!(values(reader.output()), "k: 1");
}

#[test]
fn elements_of_a_dropped_call_do_not_go_back_into_a_stream() {
    let engine = engine();
    let popper = blpop(&engine, &["k"]);
    engine.rpush("k", ["element"]).unwrap();
    add(&engine, "k", "1");
    drop(popper);
    assert_eq!(engine.llen("k"), Err(Error::WrongType));
}

//! Moves that wait, and what they set off.

use super::*;

#[test]
fn a_chain_of_moves_completes_within_the_push() {
    let engine = engine();
    let second = blmove(&engine, "b", "c");
    let first = blmove(&engine, "a", "b");
    let last = blpop(&engine, &["c"]);
    assert_eq!(engine.rpush("a", ["x"]).unwrap(), 1);
    assert_eq!(first.output(), Some(Bytes::from("x")));
    assert_eq!(second.output(), Some(Bytes::from("x")));
    assert_eq!(last.output(), pair("c", "x"));
    assert_eq!(engine.dbsize().unwrap(), 0);
}

#[test]
fn a_long_chain_completes_too() {
    let engine = engine();
    let names: Vec<String> = (0..200).map(|at| format!("list {at}")).collect();
    let links: Vec<_> = names
        .windows(2)
        .map(|pair| blmove(&engine, &pair[0], &pair[1]))
        .collect();
    engine.rpush(&names[0], ["x"]).unwrap();
    for link in links {
        assert_eq!(link.output(), Some(Bytes::from("x")));
    }
    assert_eq!(contents(&engine, &names[199]), ["x"]);
    assert_eq!(engine.dbsize().unwrap(), 1);
}

#[test]
fn a_circle_of_moves_comes_to_rest() {
    let engine = engine();
    let there = blmove(&engine, "a", "b");
    let back = blmove(&engine, "b", "a");
    engine.rpush("a", ["x"]).unwrap();
    assert_eq!(there.output(), Some(Bytes::from("x")));
    assert_eq!(back.output(), Some(Bytes::from("x")));
    assert_eq!(contents(&engine, "a"), ["x"]);
    assert_eq!(engine.exists(&["b"]).unwrap(), 0);
}

#[test]
fn a_move_onto_its_own_list_rotates_it() {
    let engine = engine();
    let waiter = blmove(&engine, "k", "k");
    engine.rpush("k", ["1", "2", "3"]).unwrap();
    assert_eq!(waiter.output(), Some(Bytes::from("3")));
    assert_eq!(contents(&engine, "k"), ["3", "1", "2"]);
    assert_eq!(
        engine.brpoplpush("k", "k", 0.0).unwrap(),
        Some(Bytes::from("2"))
    );
    assert_eq!(contents(&engine, "k"), ["2", "3", "1"]);
}

#[test]
fn rotating_waiters_each_see_one_step() {
    let engine = engine();
    let first = blmove(&engine, "k", "k");
    let second = blmove(&engine, "k", "k");
    let third = blpop(&engine, &["k"]);
    engine.rpush("k", ["1", "2"]).unwrap();
    assert_eq!(first.output(), Some(Bytes::from("2")));
    assert_eq!(second.output(), Some(Bytes::from("1")));
    assert_eq!(third.output(), pair("k", "1"));
    assert_eq!(contents(&engine, "k"), ["2"]);
}

#[test]
fn all_four_directions() {
    let engine = engine();
    for (from, to, moved, left, right) in [
        (Side::Left, Side::Left, "1", ["1", "x"], ["2"]),
        (Side::Left, Side::Right, "1", ["x", "1"], ["2"]),
        (Side::Right, Side::Left, "2", ["2", "x"], ["1"]),
        (Side::Right, Side::Right, "2", ["x", "2"], ["1"]),
    ] {
        engine.flushall().unwrap();
        engine.rpush("dst", ["x"]).unwrap();
        let waiter =
            Task::waiting(async { engine.blmove_async("src", "dst", from, to, 0.0).await });
        engine.rpush("src", ["1", "2"]).unwrap();
        assert_eq!(waiter.output().unwrap(), Some(Bytes::from(moved)));
        assert_eq!(contents(&engine, "dst"), left, "{from:?} {to:?}");
        assert_eq!(contents(&engine, "src"), right, "{from:?} {to:?}");
    }
}

#[test]
fn brpoplpush_as_a_task_and_in_a_thread() {
    let engine = engine();
    let task = Task::waiting(async { engine.brpoplpush_async("src", "dst", 0.0).await.unwrap() });
    let threaded = {
        let engine = engine.clone();
        spawn_blocked(move || engine.brpoplpush("src", "dst", 0.0).unwrap())
    };
    engine.lpush("src", ["1", "2"]).unwrap();
    assert_eq!(task.output(), Some(Bytes::from("1")));
    assert_eq!(threaded.join().unwrap(), Some(Bytes::from("2")));
    assert_eq!(contents(&engine, "dst"), ["2", "1"]);
}

#[test]
fn a_waiter_at_the_destination_is_served_before_the_next_push() {
    let engine = engine();
    let mover = blmove(&engine, "a", "b");
    let popper = blpop(&engine, &["b"]);
    engine.rpush("a", ["1", "2"]).unwrap();
    assert_eq!(mover.output(), Some(Bytes::from("2")));
    assert_eq!(popper.output(), pair("b", "2"));
    assert_eq!(contents(&engine, "a"), ["1"]);
}

#[test]
fn what_is_moved_away_and_back_has_no_expiry() {
    let engine = engine();
    for blocks in [false, true] {
        engine.flushall().unwrap();
        engine.rpush("a", ["x"]).unwrap();
        engine.expire("a", 1_000, ExpireCondition::Always).unwrap();
        let back = blmove(&engine, "b", "a");
        let moved = if blocks {
            let (left, right) = (Side::Left, Side::Right);
            let moved = engine.blmovem("a", "b", left, right, How::One, 1.0);
            moved.unwrap().unwrap().pop()
        } else {
            engine.rpoplpush("a", "b").unwrap()
        };
        assert_eq!(moved, Some(Bytes::from("x")));
        assert_eq!(back.output(), Some(Bytes::from("x")));
        assert_eq!(contents(&engine, "a"), ["x"]);
        assert_eq!(engine.ttl("a").unwrap(), -1, "the key was gone in between");
    }
}

//! Who is served, with what, and when.

use super::*;

#[test]
fn who_waited_longest_is_served_first() {
    let engine = engine();
    let waiters: Vec<_> = (0..5).map(|_| blpop(&engine, &["k"])).collect();
    for (at, waiter) in waiters.into_iter().enumerate() {
        let element = at.to_string();
        assert!(!waiter.is_woken());
        assert_eq!(engine.rpush("k", [&element]).unwrap(), 1);
        assert_eq!(waiter.output(), pair("k", &element));
    }
    assert_eq!(engine.exists(&["k"]).unwrap(), 0);
}

#[test]
fn threads_are_served_in_the_order_in_which_they_came() {
    let engine = engine();
    let waiters: Vec<_> = (0..4)
        .map(|at| {
            let engine = engine.clone();

            spawn_blocked(move || {
                if at % 2 == 0 {
                    engine
                        .list("k")
                        .unwrap()
                        .blpop(Timeout::FOREVER)
                        .unwrap()
                        .unwrap()
                } else {
                    engine.blpop(&["k"], Timeout::FOREVER).unwrap().unwrap().1
                }
            })
        })
        .collect();
    engine.rpush("k", ["0", "1", "2"]).unwrap();
    engine.rpush("k", ["3"]).unwrap();
    for (at, waiter) in waiters.into_iter().enumerate() {
        assert_eq!(waiter.join().unwrap(), at.to_string());
    }
}

#[test]
fn a_thread_and_a_task_wait_in_the_same_queue() {
    let engine = engine();
    let first = blpop(&engine, &["k"]);
    let second = {
        let engine = engine.clone();
        spawn_blocked(move || engine.blpop(&["k"], Timeout::FOREVER).unwrap())
    };
    let third = blpop(&engine, &["k"]);
    engine.rpush("k", ["1", "2", "3"]).unwrap();
    assert_eq!(first.output(), pair("k", "1"));
    assert_eq!(second.join().unwrap(), pair("k", "2"));
    assert_eq!(third.output(), pair("k", "3"));
}

#[test]
fn one_push_of_several_serves_several() {
    let engine = engine();
    let waiters: Vec<_> = (0..4).map(|_| blpop(&engine, &["k"])).collect();
    // The length is the one before anybody was served.
    assert_eq!(engine.lpush("k", ["a", "b", "c"]).unwrap(), 3);
    let mut waiters = waiters.into_iter();
    for element in ["c", "b", "a"] {
        assert_eq!(waiters.next().unwrap().output(), pair("k", element));
    }
    let last = waiters.next().unwrap();
    assert!(!last.is_woken());
    engine.lpush("k", ["d"]).unwrap();
    assert_eq!(last.output(), pair("k", "d"));
}

#[test]
fn the_whole_push_is_there_before_anybody_is_served() {
    let engine = engine();
    let left = blpop(&engine, &["k"]);
    assert_eq!(engine.lpush("k", ["a", "b", "c"]).unwrap(), 3);
    assert_eq!(left.output(), pair("k", "c"));
    assert_eq!(contents(&engine, "k"), ["b", "a"]);
}

#[test]
fn each_end_serves_its_own_waiters() {
    let engine = engine();
    let left = blpop(&engine, &["k"]);
    let right =
        Task::waiting(async { engine.brpop_async(&["k"], Timeout::FOREVER).await.unwrap() });
    engine.rpush("k", ["a", "b", "c"]).unwrap();
    assert_eq!(left.output(), pair("k", "a"));
    assert_eq!(right.output(), pair("k", "c"));
    assert_eq!(contents(&engine, "k"), ["b"]);
}

#[test]
fn elements_of_any_size_are_handed_over() {
    let engine = engine();
    for len in [0, 1, 100, 5_000, 300_000] {
        let waiter = blpop(&engine, &["k"]);
        let element = vec![7; len];
        engine.rpush("k", [&element]).unwrap();
        assert_eq!(waiter.output().unwrap().1, element);
    }
}

#[test]
fn the_newest_waker_is_woken() {
    let engine = engine();
    let mut waiter = blpop(&engine, &["k"]);
    assert!(waiter.poll().is_pending());
    assert!(waiter.poll_with_new_waker().is_pending());
    engine.rpush("k", ["a"]).unwrap();
    assert_eq!(waiter.output(), pair("k", "a"));
}

#[test]
fn nothing_is_done_before_the_first_poll() {
    let engine = engine();
    let lazy = Task::new(async { engine.blpop_async(&["k"], 0.0).await.unwrap() });
    let waiter = blpop(&engine, &["k"]);
    engine.rpush("k", ["a"]).unwrap();
    assert_eq!(waiter.output(), pair("k", "a"));
    drop(lazy);
    engine.rpush("k", ["b"]).unwrap();
    assert_eq!(contents(&engine, "k"), ["b"]);
}

#[test]
fn what_is_there_is_taken_at_once() {
    let engine = engine();
    engine.rpush("k", ["a", "b", "c"]).unwrap();
    assert_eq!(
        engine.blpop(&["k"], Timeout::FOREVER).unwrap(),
        pair("k", "a")
    );
    assert_eq!(
        engine.brpop(&["k"], Timeout::FOREVER).unwrap(),
        pair("k", "c")
    );
    let found = block_on(engine.blpop_async(&["k"], Timeout::FOREVER)).unwrap();
    assert_eq!(found, pair("k", "b"));
    let list = engine.list("k").unwrap();
    list.rpush(["x", "y"]).unwrap();
    assert_eq!(
        block_on(list.brpop_async(0.0)).unwrap(),
        Some(Bytes::from("y"))
    );
    assert_eq!(
        block_on(list.blpop_async(0.0)).unwrap(),
        Some(Bytes::from("x"))
    );
}

#[test]
fn many_waiters_are_served_in_order() {
    let engine = engine();
    let keys: Vec<String> = (0..50)
        .map(|at| format!("other {at}"))
        .chain(["k".into()])
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut waiters: Vec<_> = (0..1_000).map(|_| blpop(&engine, &keys)).collect();
    // Every third one gives up.
    let mut at = 0;
    waiters.retain(|_| {
        at += 1;
        at % 3 != 0
    });
    let elements: Vec<String> = (0..waiters.len()).map(|at| at.to_string()).collect();
    engine.rpush("k", &elements).unwrap();
    for (waiter, element) in waiters.into_iter().zip(&elements) {
        assert_eq!(waiter.output(), pair("k", element));
    }
    for key in &keys {
        assert_eq!(engine.rpush(key, ["x"]).unwrap(), 1);
        assert_eq!(
            engine.llen(key).unwrap(),
            1,
            "nobody waits for {key} any more"
        );
    }
}

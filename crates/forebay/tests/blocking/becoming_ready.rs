//! All the ways in which a list can come to hold something.

use super::*;

#[test]
fn a_list_that_is_renamed_into_place_serves() {
    let engine = engine();
    let waiter = blpop(&engine, &["foo"]);
    engine.lpush("bob", ["abc", "def", "hij"]).unwrap();
    engine.rename("bob", "foo").unwrap();
    assert_eq!(waiter.output(), pair("foo", "hij"));
    assert_eq!(contents(&engine, "foo"), ["def", "abc"]);
    let waiter = blpop(&engine, &["bar"]);
    assert!(engine.renamenx("foo", "bar").unwrap());
    assert_eq!(waiter.output(), pair("bar", "def"));
}

#[test]
fn a_list_that_is_copied_into_place_serves() {
    let engine = engine();
    engine.rpush("src", ["1", "2"]).unwrap();
    let waiter = blpop(&engine, &["dst"]);
    assert!(engine.copy("src", "dst", false).unwrap());
    assert_eq!(waiter.output(), pair("dst", "1"));
    assert_eq!(contents(&engine, "src"), ["1", "2"]);
    assert_eq!(contents(&engine, "dst"), ["2"]);
}

#[test]
fn what_is_moved_into_place_serves() {
    let engine = engine();
    engine.rpush("src", ["1", "2", "3"]).unwrap();
    let waiter = blpop(&engine, &["dst"]);
    engine.lmove("src", "dst", Side::Left, Side::Left).unwrap();
    assert_eq!(waiter.output(), pair("dst", "1"));
    let waiter = blpop(&engine, &["dst"]);
    engine.rpoplpush("src", "dst").unwrap();
    assert_eq!(waiter.output(), pair("dst", "3"));
    let waiter = blpop(&engine, &["dst"]);
    engine
        .lmovem("src", "dst", Side::Left, Side::Left, How::One)
        .unwrap();
    assert_eq!(waiter.output(), pair("dst", "2"));
    assert_eq!(engine.dbsize().unwrap(), 0);
}

#[test]
fn every_way_to_push_serves() {
    let engine = engine();
    let list = engine.list("k").unwrap();
    let pushes: [&dyn Fn() -> u64; 4] = [
        &|| engine.lpush("k", ["x"]).unwrap(),
        &|| engine.rpush("k", ["x"]).unwrap(),
        &|| list.lpush(["x"]).unwrap(),
        &|| list.rpush(["x"]).unwrap(),
    ];
    for push in pushes {
        let waiter = blpop(&engine, &["k"]);
        assert_eq!(push(), 1);
        assert_eq!(waiter.output(), pair("k", "x"));
    }
}

#[test]
fn a_push_onto_what_does_not_exist_serves_nobody() {
    let engine = engine();
    let waiter = blpop(&engine, &["k"]);
    assert_eq!(engine.lpushx("k", ["x"]).unwrap(), 0);
    assert_eq!(engine.rpushx("k", ["x"]).unwrap(), 0);
    assert_eq!(engine.linsert("k", Position::Before, "x", "y").unwrap(), 0);
    assert!(!waiter.is_woken());
    assert_eq!(
        engine.exists(&["k"]).unwrap(),
        0,
        "a waiter alone is no key"
    );
    assert_eq!(engine.dbsize().unwrap(), 0);
    assert_eq!(engine.keys("*").unwrap(), Vec::<Bytes>::new());
    assert_eq!(engine.randomkey().unwrap(), None);
}

#[test]
fn what_comes_and_goes_within_a_transaction_serves_nobody() {
    let engine = engine();
    let waiter = blpop(&engine, &["k"]);
    engine
        .transaction(&["k"], |tx| {
            tx.rpush("k", ["a"]).unwrap();
            assert_eq!(tx.del(&["k"]).unwrap(), 1);
            tx.rpush("k", ["b"]).unwrap();
            assert_eq!(tx.rpop("k").unwrap(), Some(Bytes::from("b")));
        })
        .unwrap();
    assert!(!waiter.is_woken());
    engine.rpush("k", ["c"]).unwrap();
    assert_eq!(waiter.output(), pair("k", "c"));
}

#[test]
fn a_transaction_serves_with_what_is_there_at_its_end() {
    let engine = engine();
    let waiter = blpop(&engine, &["k"]);
    engine
        .transaction(&["k"], |tx| {
            for element in ["a", "b", "c"] {
                tx.lpush("k", [element]).unwrap();
            }
            assert_eq!(tx.llen("k").unwrap(), 3, "nobody is served before the end");
        })
        .unwrap();
    assert_eq!(waiter.output(), pair("k", "c"));
}

#[test]
fn deletion_leaves_a_waiter_waiting() {
    let engine = engine();
    let waiter = blpop(&engine, &["k"]);
    engine.del(&["k"]).unwrap();
    engine.flushall().unwrap();
    assert!(engine.rename("k", "other").is_err());
    engine.maintain();
    assert!(!waiter.is_woken());
    engine.rpush("k", ["x"]).unwrap();
    assert_eq!(waiter.output(), pair("k", "x"));
}

#[test]
fn a_list_that_expired_serves_nobody() {
    let engine = engine();
    engine.rpush("k", ["old"]).unwrap();
    assert!(engine.pexpire("k", 1, ExpireCondition::Always).unwrap());
    thread::sleep(Duration::from_millis(5));
    let waiter = blpop(&engine, &["k"]);
    engine.rpush("k", ["new"]).unwrap();
    assert_eq!(waiter.output(), pair("k", "new"));
    assert_eq!(engine.ttl("k").unwrap(), -2);
}

#[test]
fn a_waiter_and_an_expiry_live_side_by_side() {
    let engine = engine();
    let how = How::Exactly {
        n: 3,
        order: Order::Bulk,
    };
    let waiter = Task::waiting(async {
        engine
            .blmovem_async("k", "dst", Side::Left, Side::Right, how, 0.0)
            .await
            .unwrap()
    });
    engine.rpush("k", ["1", "2"]).unwrap();
    assert!(engine.pexpire("k", 10, ExpireCondition::Always).unwrap());
    thread::sleep(Duration::from_millis(40));
    assert_eq!(
        engine.rpush("k", ["3"]).unwrap(),
        1,
        "what was there has expired"
    );
    assert!(!waiter.is_woken());
    engine.rpush("k", ["4", "5"]).unwrap();
    assert_eq!(waiter.output().unwrap(), ["3", "4", "5"]);
}

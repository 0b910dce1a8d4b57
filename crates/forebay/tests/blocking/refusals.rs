//! Arguments that are refused before anybody waits.

use super::*;

#[test]
fn senseless_timeouts_are_refused_and_change_nothing() {
    let engine = engine();
    engine.rpush("k", ["x"]).unwrap();
    let list = engine.list("k").unwrap();
    for (seconds, error) in [
        (-1.0, Error::TimeoutNegative),
        (-0.001, Error::TimeoutNegative),
        (f64::NAN, Error::TimeoutNotFinite),
        (f64::INFINITY, Error::TimeoutNotFinite),
        (f64::NEG_INFINITY, Error::TimeoutNotFinite),
        (1e17, Error::TimeoutOutOfRange),
        (f64::MAX, Error::TimeoutOutOfRange),
    ] {
        let (from, to) = (Side::Left, Side::Right);
        let refused = Err(error);
        let refused = |result: Result<(), Error>| {
            assert_eq!(result, refused, "{seconds}");
        };
        refused(engine.blpop(&["k"], seconds).map(drop));
        refused(engine.brpop(&["k"], seconds).map(drop));
        refused(list.blpop(seconds).map(drop));
        refused(list.brpop(seconds).map(drop));
        refused(engine.blmove("k", "dst", from, to, seconds).map(drop));
        refused(engine.brpoplpush("k", "dst", seconds).map(drop));
        refused(engine.blmpop(seconds, &["k"], from, 1).map(drop));
        refused(
            engine
                .blmovem("k", "dst", from, to, How::One, seconds)
                .map(drop),
        );
        refused(block_on(engine.blpop_async(&["k"], seconds)).map(drop));
        refused(block_on(engine.brpop_async(&["k"], seconds)).map(drop));
        refused(block_on(list.blpop_async(seconds)).map(drop));
        refused(block_on(engine.blmove_async("k", "dst", from, to, seconds)).map(drop));
        refused(block_on(engine.blmpop_async(seconds, &["k"], from, 1)).map(drop));
    }
    assert_eq!(contents(&engine, "k"), ["x"]);
    assert_eq!(engine.dbsize().unwrap(), 1);
}

#[test]
fn the_longest_times_are_taken() {
    let engine = engine();
    for timeout in [
        Timeout::from(1e15),
        Timeout::from(Duration::from_secs(1 << 40)),
    ] {
        let waiter = Task::waiting(async { engine.blpop_async(&["k"], timeout).await.unwrap() });
        let threaded = {
            let engine = engine.clone();
            spawn_blocked(move || engine.blpop(&["k"], timeout).unwrap())
        };
        engine.rpush("k", ["x", "x"]).unwrap();
        assert_eq!(waiter.output(), pair("k", "x"));
        assert_eq!(threaded.join().unwrap(), pair("k", "x"));
    }
}

#[test]
fn no_keys_and_no_count_are_refused() {
    let engine = engine();
    engine.rpush("k", ["x"]).unwrap();
    let none: [&str; 0] = [];
    assert_eq!(engine.blpop(&none, 0.0), Err(Error::NoKeys));
    assert_eq!(engine.brpop(&none, 0.0), Err(Error::NoKeys));
    assert_eq!(engine.blmpop(0.0, &none, Side::Left, 1), Err(Error::NoKeys));
    assert_eq!(
        engine.blmpop(0.0, &["k"], Side::Left, 0),
        Err(Error::CountZero)
    );
    assert_eq!(block_on(engine.blpop_async(&none, 0.0)), Err(Error::NoKeys));
    for how in [
        How::Count {
            n: 0,
            order: Order::Bulk,
        },
        How::Exactly {
            n: 0,
            order: Order::OneByOne,
        },
    ] {
        let moved = engine.blmovem("k", "dst", Side::Left, Side::Left, how, 0.0);
        assert_eq!(moved, Err(Error::CountZero));
    }
    assert_eq!(contents(&engine, "k"), ["x"]);
}

#[test]
fn too_long_keys_and_messages_are_refused() {
    let config = Config::in_memory().message_bytes_max(10).key_bytes_max(5);
    let engine = Engine::open(config).unwrap();
    let waiter = blpop(&engine, &["k"]);
    let too_long = [0; 11];
    assert_eq!(
        engine.rpush("k", [&too_long[..10], &too_long]),
        Err(Error::MessageTooLarge { len: 11, max: 10 }),
    );
    assert!(!waiter.is_woken(), "nothing changed");
    assert_eq!(
        engine.blpop(&["k", "key456"], 0.0),
        Err(Error::KeyTooLarge { len: 6, max: 5 })
    );
    engine.rpush("k", [&too_long[..10]]).unwrap();
    assert_eq!(waiter.output().unwrap().1.len(), 10);
}

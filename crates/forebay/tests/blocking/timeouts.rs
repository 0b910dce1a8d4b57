//! When a wait ends with nothing.

use super::*;

/// Never early, and at least once out of many tries not late either: a busy machine may be
/// late, a wrong deadline always is.
fn takes(limit: Duration, wait: impl Fn()) {
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let started = Instant::now();
        wait();
        let elapsed = started.elapsed();
        assert!(elapsed >= limit, "{elapsed:?} is before {limit:?}");
        best = best.min(elapsed);
        if best < limit + Duration::from_millis(5) {
            return;
        }
    }
    assert!(
        best < limit + Duration::from_millis(50),
        "{best:?} is late for {limit:?}"
    );
}

#[test]
fn a_thread_gives_up_on_time() {
    let engine = engine();
    let list = engine.list("k").unwrap();
    for ms in [1, 3, 20, 110] {
        let limit = Duration::from_millis(ms);
        takes(limit, || {
            assert_eq!(engine.blpop(&["k"], limit).unwrap(), None);
        });
        takes(limit, || assert_eq!(list.brpop(limit).unwrap(), None));
    }
    takes(Duration::from_millis(15), || {
        assert_eq!(engine.brpop(&["a", "b", "c"], 0.015).unwrap(), None);
    });
}

#[test]
fn every_blocking_call_gives_up() {
    let engine = engine();
    let limit = Duration::from_millis(4);
    let (from, to) = (Side::Left, Side::Right);
    let how = How::Count {
        n: 2,
        order: Order::Bulk,
    };
    takes(limit, || {
        assert_eq!(engine.blmove("a", "b", from, to, limit).unwrap(), None);
    });
    takes(limit, || {
        assert_eq!(engine.brpoplpush("a", "b", limit).unwrap(), None);
    });
    takes(limit, || {
        assert_eq!(engine.blmpop(limit, &["a", "b"], from, 2).unwrap(), None);
    });
    takes(limit, || {
        assert_eq!(
            engine.blmovem("a", "b", from, to, how, limit).unwrap(),
            None
        );
    });
    assert_eq!(engine.rpush("a", ["x"]).unwrap(), 1);
    assert_eq!(contents(&engine, "a"), ["x"], "nobody waits any more");
}

#[test]
fn a_task_gives_up_on_time() {
    let engine = engine();
    let limit = Duration::from_millis(20);
    takes(limit, || {
        assert_eq!(block_on(engine.blpop_async(&["k"], limit)).unwrap(), None);
    });
    takes(limit, || {
        let moved = engine.blmove_async("a", "b", Side::Left, Side::Left, limit);
        assert_eq!(block_on(moved).unwrap(), None);
    });
    assert_eq!(engine.rpush("k", ["x"]).unwrap(), 1);
    assert_eq!(contents(&engine, "k"), ["x"], "nobody waits any more");
}

/// A later timer must not keep an earlier one waiting, whichever was set first.
#[test]
fn timers_of_tasks_do_not_wait_for_one_another() {
    let engine = engine();
    let far = Task::waiting(async { engine.blpop_async(&["far"], 30.0).await.unwrap() });
    takes(Duration::from_millis(10), || {
        assert_eq!(block_on(engine.blpop_async(&["k"], 0.01)).unwrap(), None);
    });
    assert!(!far.is_woken());
    drop(far);
}

#[test]
fn fractions_of_a_millisecond_are_rounded_up() {
    let engine = engine();
    takes(Duration::from_millis(1), || {
        assert_eq!(engine.blpop(&["k"], 0.000_1).unwrap(), None);
    });
    takes(Duration::from_millis(2), || {
        assert_eq!(
            engine.blpop(&["k"], Duration::from_micros(1_001)).unwrap(),
            None
        );
    });
}

#[test]
fn zero_is_for_ever() {
    let engine = engine();
    let threads: Vec<_> = [
        Timeout::from(0.0),
        Timeout::from(Duration::ZERO),
        Timeout::FOREVER,
    ]
    .into_iter()
    .map(|timeout| {
        let engine = engine.clone();
        spawn_blocked(move || engine.blpop(&["k"], timeout).unwrap())
    })
    .collect();
    let task = blpop(&engine, &["k"]);
    thread::sleep(Duration::from_millis(300));
    assert!(!task.is_woken());
    assert!(threads.iter().all(|thread| !thread.is_finished()));
    engine.rpush("k", ["x", "x", "x", "x"]).unwrap();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), pair("k", "x"));
    }
    assert_eq!(task.output(), pair("k", "x"));
}

#[test]
fn who_gave_up_is_passed_over() {
    let engine = engine();
    let other = {
        let engine = engine.clone();
        thread::spawn(move || engine.blpop(&["k"], 0.02).unwrap())
    };
    assert_eq!(other.join().unwrap(), None);
    let waiter = blpop(&engine, &["k"]);
    engine.rpush("k", ["x"]).unwrap();
    assert_eq!(waiter.output(), pair("k", "x"));
}

/// A task that is served in the very moment of its deadline has the element or has left it.
#[test]
fn a_deadline_loses_nothing() {
    let engine = engine();
    for round in 0..200 {
        let popper = {
            let engine = engine.clone();
            thread::spawn(move || block_on(engine.blpop_async(&["k"], 0.002)).unwrap())
        };
        thread::sleep(Duration::from_micros(1_500 + round * 10));
        engine.rpush("k", ["x"]).unwrap();
        let popped = popper.join().unwrap();
        let left = engine.lpop("k").unwrap();
        assert!(
            popped.is_some() != left.is_some(),
            "{popped:?} and {left:?}"
        );
    }
}

#[test]
fn without_workers_the_upkeep_ends_the_waits_of_tasks() {
    let engine = Engine::open(Config::in_memory().workers(0)).unwrap();
    let waiter = Task::waiting(async { engine.blpop_async(&["k"], 0.005).await.unwrap() });
    engine.maintain();
    assert!(!waiter.is_woken());
    thread::sleep(Duration::from_millis(10));
    engine.maintain();
    assert_eq!(waiter.output(), None);
    // Threads look after themselves.
    takes(Duration::from_millis(5), || {
        assert_eq!(engine.blpop(&["k"], 0.005).unwrap(), None);
    });
}

/// The workers look for husks every second, and pass over lists that are in use.
#[test]
fn a_long_transaction_delays_no_timeout_of_others() {
    let engine = Engine::open(Config::in_memory().shards(64).workers(1)).unwrap();
    engine.rpush("busy", ["x"]).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            engine
                .transaction(&["busy"], |_| thread::sleep(Duration::from_secs(4)))
                .unwrap();
        });
        thread::sleep(Duration::from_millis(100));
        let start = Instant::now();
        assert_eq!(block_on(engine.brpop_async(&["mq"], 1.5)).unwrap(), None);
        let late = start.elapsed();
        assert!(late < Duration::from_secs(3), "{late:?} instead of 1.5 s");
    });
}

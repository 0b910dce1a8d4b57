//! Closures that look at elements in place: they may use the engine, and they may panic.
#![cfg(test)]

extern crate alloc;

#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "support/task.rs"]
mod task;

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::{catch_unwind, resume_unwind};
use std::thread;

use bytes::Bytes;
use forebay::{Config, Engine, Error, ExpireCondition, How, Order, Side};

use task::Task;

fn engine() -> Engine {
    Engine::open(Config::in_memory()).unwrap()
}

/// The ways to look at the leftmost element of `mq` in place.
#[derive(Clone, Copy, Debug)]
enum Way {
    Handle,
    Name,
    EachByHandle,
    EachByName,
}

const WAYS: [Way; 4] = [Way::Handle, Way::Name, Way::EachByHandle, Way::EachByName];

/// How many elements `f` was shown.
fn look(engine: &Engine, way: Way, f: impl FnMut(&[u8])) -> usize {
    let list = engine.list("mq").unwrap();
    match way {
        Way::Handle => usize::from(list.lpop_with(f).unwrap().is_some()),
        Way::Name => usize::from(engine.lpop_with("mq", f).unwrap().is_some()),
        Way::EachByHandle => list.lpop_each(1, f).unwrap(),
        Way::EachByName => engine.lpop_each("mq", 1, f).unwrap(),
    }
}

/// A panic that prints nothing.
fn panic_quietly() -> ! {
    resume_unwind(Box::new("quiet"))
}

/// Without an expiry, and with one: an expiry lets every call take the slow path.
fn fill(engine: &Engine, elements: &[&str], attended: bool) {
    engine.flushall().unwrap();
    engine.rpush("mq", elements).unwrap();
    if attended {
        engine.expire("mq", 1_000, ExpireCondition::Always).unwrap();
    }
}

#[test]
fn a_closure_may_use_its_own_list() {
    let engine = engine();
    for attended in [false, true] {
        for way in WAYS {
            fill(&engine, &["1", "2", "3"], attended);
            let looked = look(&engine, way, |bytes| {
                assert_eq!(bytes, b"1");
                assert_eq!(
                    engine.llen("mq").unwrap(),
                    2,
                    "{way:?}: it is gone from the start"
                );
                assert_eq!(engine.lrange("mq", 0, -1).unwrap(), ["2", "3"], "{way:?}");
                assert_eq!(engine.rpush("mq", ["4"]).unwrap(), 3, "{way:?}");
                assert_eq!(engine.lpush("mq", ["0"]).unwrap(), 4, "{way:?}");
                assert_eq!(
                    engine.lpop("mq").unwrap(),
                    Some(Bytes::from("0")),
                    "{way:?}"
                );
                assert_eq!(
                    engine.rpop_with("mq", <[u8]>::len).unwrap(),
                    Some(1),
                    "{way:?}"
                );
                assert_eq!(engine.lrem("mq", 0, "2").unwrap(), 1, "{way:?}");
                engine.rename("mq", "other").unwrap();
                assert_eq!(
                    engine
                        .transaction(&["mq"], |tx| tx.rpush("mq", ["5"]))
                        .unwrap(),
                    Ok(1)
                );
                engine.maintain();
                assert_eq!(bytes, b"1", "{way:?}: the bytes stay where they are");
            });
            assert_eq!(looked, 1, "{way:?}");
            assert_eq!(engine.lrange("other", 0, -1).unwrap(), ["3"], "{way:?}");
            assert_eq!(engine.lrange("mq", 0, -1).unwrap(), ["5"], "{way:?}");
        }
    }
}

/// A backlog passes through the list while the bytes of one element are being looked at.
#[test]
fn what_is_looked_at_stays_while_the_list_moves_on() {
    let engine = engine();
    for way in WAYS {
        engine.flushall().unwrap();
        engine.rpush("mq", [vec![42; 300]]).unwrap();
        look(&engine, way, |bytes| {
            for round in 0..3_000_u32 {
                engine.rpush("mq", [[0; 100]; 2]).unwrap();
                if round % 3 == 0 {
                    engine.lpop_count("mq", 5).unwrap();
                }
            }
            engine.flushall().unwrap();
            engine.rpush("mq", vec![[1_u8; 100]; 1_000]).unwrap();
            assert!(
                bytes.iter().all(|&byte| byte == 42),
                "{way:?}: another element lies there now"
            );
        });
    }
}

#[test]
fn closures_may_be_nested() {
    let engine = engine();
    let list = engine.list("mq").unwrap();
    list.rpush(["1", "2", "3"]).unwrap();
    let seen = list.lpop_with(|first| {
        let second = engine.lpop_with("mq", |second| {
            let third = list.rpop_with(Bytes::copy_from_slice).unwrap();
            [second, &third.unwrap()].concat()
        });
        [first, &second.unwrap().unwrap()].concat()
    });
    assert_eq!(seen.unwrap().unwrap(), b"123");
    assert_eq!(engine.exists(&["mq"]).unwrap(), 0);
}

#[test]
fn a_closure_of_an_empty_list_is_not_called() {
    let engine = engine();
    for way in WAYS {
        assert_eq!(
            look(&engine, way, |_| panic!("there is nothing to look at")),
            0
        );
    }
}

/// While the closure looks at the only element, somebody begins to wait for one. When the closure
/// panics the element goes back, and so to him who waits.
#[test]
fn what_a_panicking_closure_gives_back_serves_who_waits() {
    let engine = engine();
    for attended in [false, true] {
        for way in WAYS {
            fill(&engine, &["x"], attended);
            let mut waiter = Task::new(engine.blpop_async(&["other", "mq"], 0.0));
            let result = catch_unwind(AssertUnwindSafe(|| {
                look(&engine, way, |_| {
                    assert!(waiter.poll().is_pending(), "{way:?}: there is nothing left");
                    panic_quietly();
                });
            }));
            assert!(result.is_err());
            assert!(waiter.is_woken(), "{way:?}, attended: {attended}");
            assert_eq!(waiter.output().unwrap().unwrap().1, "x", "{way:?}");
            assert_eq!(engine.exists(&["mq"]).unwrap(), 0, "{way:?}");
        }
    }
}

/// The same for one who waits for more than there was.
#[test]
fn what_a_panicking_closure_gives_back_completes_a_block() {
    let engine = engine();
    for way in WAYS {
        engine.flushall().unwrap();
        engine.rpush("mq", ["1", "2"]).unwrap();
        let how = How::Exactly {
            n: 2,
            order: Order::Bulk,
        };
        let block = engine.blmovem_async("mq", "dst", Side::Left, Side::Right, how, 0.0);
        let mut block = Task::new(block);
        let result = catch_unwind(AssertUnwindSafe(|| {
            look(&engine, way, |_| {
                assert!(block.poll().is_pending(), "{way:?}");
                panic_quietly();
            });
        }));
        assert!(result.is_err());
        assert_eq!(block.output().unwrap().unwrap(), ["1", "2"], "{way:?}");
    }
}

#[test]
fn an_engine_that_was_closed_meanwhile_takes_nothing_back() {
    for way in WAYS {
        let engine = engine();
        engine.rpush("mq", ["x"]).unwrap();
        let result = catch_unwind(AssertUnwindSafe(|| {
            look(&engine, way, |_| {
                engine.close();
                panic_quietly();
            });
        }));
        assert!(result.is_err());
        assert_eq!(engine.lpop("mq"), Err(Error::Closed));
    }
}

/// Without anybody else the list is what it was before, whatever way it was reached.
#[test]
fn a_panicking_closure_leaves_the_list_as_it_was() {
    let engine = engine();
    let list = engine.list("mq").unwrap();
    let before = ["1", "2", "3", "4"];
    for attended in [false, true] {
        engine.del(&["mq"]).unwrap();
        list.rpush(before).unwrap();
        if attended {
            engine.expire("mq", 1_000, ExpireCondition::Always).unwrap();
        }
        let calls: [&dyn Fn(); 7] = [
            &|| drop(list.lpop_with(|_| panic_quietly())),
            &|| drop(list.rpop_with(|_| panic_quietly())),
            &|| drop(engine.lpop_with("mq", |_| panic_quietly())),
            &|| drop(engine.rpop_with("mq", |_| panic_quietly())),
            &|| drop(list.lpop_each(3, |_| panic_quietly())),
            &|| drop(engine.rpop_each("mq", 3, |_| panic_quietly())),
            &|| drop(engine.transaction(&["mq", "b"], |_| panic_quietly())),
        ];
        for (at, call) in calls.iter().enumerate() {
            assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
            let now = list.lrange(0, -1).unwrap();
            assert_eq!(now, before, "call {at}, attended: {attended}");
        }
        // From the third element on: the first two are gone, as they were seen.
        let mut seen = 0;
        let third = catch_unwind(AssertUnwindSafe(|| {
            list.lpop_each(4, |_| {
                seen += 1;
                if seen == 3 {
                    panic_quietly();
                }
            })
        }));
        assert!(third.is_err());
        assert_eq!(list.lrange(0, -1).unwrap(), ["3", "4"]);
        assert_eq!(engine.ttl("mq").unwrap() > 0, attended);
    }
}

/// A transaction that panics half-way unlocks its keys, keeps what it did, and serves who waits.
#[test]
fn a_panicking_transaction_holds_nothing() {
    let engine = engine();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| engine.blpop(&["b"], Duration::from_secs(60)).unwrap());
        thread::sleep(Duration::from_millis(30));
        let result = catch_unwind(AssertUnwindSafe(|| {
            engine.transaction(&["a", "b"], |tx| {
                tx.rpush("a", ["1"]).unwrap();
                tx.rpush("b", ["2"]).unwrap();
                panic_quietly();
            })
        }));
        assert!(result.is_err());
        let (_, served) = waiter.join().unwrap().expect("what was pushed serves");
        assert_eq!(served, "2");
    });
    assert_eq!(engine.lrange("a", 0, -1).unwrap(), ["1"]);
    assert_eq!(engine.rpush("b", ["3"]).unwrap(), 1);
}

/// A destructor that pops while the thread unwinds: its closure returned, so the element is gone.
#[test]
fn what_a_destructor_pops_while_unwinding_is_gone() {
    struct PopsOne<'a>(&'a Engine, Way);
    impl Drop for PopsOne<'_> {
        fn drop(&mut self) {
            assert_eq!(look(self.0, self.1, |bytes| assert_eq!(bytes, b"1")), 1);
        }
    }
    let engine = engine();
    for attended in [false, true] {
        for way in WAYS {
            fill(&engine, &["1", "2"], attended);
            let unwound = catch_unwind(AssertUnwindSafe(|| {
                let _pops_one = PopsOne(&engine, way);
                panic_quietly()
            }));
            assert!(unwound.is_err(), "{way:?}");
            assert_eq!(
                engine.lrange("mq", 0, -1).unwrap(),
                ["2"],
                "{way:?}, attended: {attended}"
            );
        }
    }
}

//! Several keys: lists that are renamed, deleted and moved between while they are in use.

use super::*;

/// RENAME, DEL and FLUSHALL beside pushes and pops. What was deleted is counted in the same
/// transaction, so pushed = popped + deleted.
#[test]
fn renames_and_deletions_keep_the_count() {
    let engine = engine();
    let pushes = scale(60_000);
    let [pushed, taken] = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let done = AtomicBool::new(false);
    let keys = ["a", "b", "c"];
    thread::scope(|scope| {
        let (engine, pushed, taken, done) = (&engine, &pushed, &taken, &done);
        let pushing: Vec<_> = (0..3_u64)
            .map(|seed| {
                scope.spawn(move || {
                    let mut random = Random::new(seed);
                    for _ in 0..pushes / 3 {
                        let key = keys[usize::try_from(random.below(3)).unwrap()];
                        let count = 1 + usize::try_from(random.below(3)).unwrap();
                        engine.lpush(key, vec!["message"; count]).unwrap();
                        pushed.fetch_add(count, SeqCst);
                    }
                })
            })
            .collect();
        for seed in 10..12 {
            scope.spawn(move || {
                let mut random = Random::new(seed);
                while !done.load(SeqCst) {
                    let key = keys[usize::try_from(random.below(3)).unwrap()];
                    let found = engine
                        .brpop(&[key, "b"], Duration::from_micros(200))
                        .unwrap();
                    taken.fetch_add(usize::from(found.is_some()), SeqCst);
                }
            });
        }
        for seed in 20..23 {
            scope.spawn(move || {
                let mut random = Random::new(seed);
                while !done.load(SeqCst) {
                    let src = keys[usize::try_from(random.below(3)).unwrap()];
                    let dst = keys[usize::try_from(random.below(3)).unwrap()];
                    match random.below(4) {
                        0 if src != dst => {
                            let lost = engine.transaction(&[src, dst], |tx| {
                                let lost = tx.llen(dst).unwrap();
                                if tx.rename(src, dst).is_ok() { lost } else { 0 }
                            });
                            taken.fetch_add(usize::try_from(lost.unwrap()).unwrap(), SeqCst);
                        }
                        1 => drop(engine.renamenx(src, dst)),
                        2 => {
                            let lost = engine.transaction(&[src], |tx| {
                                let lost = tx.llen(src).unwrap();
                                assert_eq!(tx.del(&[src]).unwrap(), u64::from(lost > 0));
                                lost
                            });
                            taken.fetch_add(usize::try_from(lost.unwrap()).unwrap(), SeqCst);
                        }
                        _ => drop(engine.lmove(src, dst, Side::Left, Side::Right).unwrap()),
                    }
                    thread::sleep(Duration::from_micros(random.below(200)));
                }
            });
        }
        for pushing in pushing {
            pushing.join().unwrap();
        }
        thread::sleep(Duration::from_millis(5));
        done.store(true, SeqCst);
    });
    let left: u64 = keys.iter().map(|key| engine.llen(key).unwrap()).sum();
    let left = usize::try_from(left).unwrap();
    assert_eq!(
        pushed.load(SeqCst),
        taken.load(SeqCst) + left,
        "{left} are left"
    );
}

/// RENAME, DEL and FLUSHALL as a program calls them: nothing comes twice or out of order, nothing
/// hangs, and in the end nothing is left.
#[test]
fn flushes_beside_everything_else() {
    let engine = engine();
    let per_producer = scale(18_000);
    let done = AtomicBool::new(false);
    let mut ledger = Ledger::new(&[per_producer; 3]);
    thread::scope(|scope| {
        let (engine, done) = (&engine, &done);
        let pushing: Vec<_> = (0..3)
            .map(|producer| scope.spawn(move || produce(engine, "mq", producer, per_producer)))
            .collect();
        let got: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(move || {
                    let mut got = Vec::new();
                    while !done.load(SeqCst) {
                        let found = engine.brpop(&["mq"], Duration::from_millis(1)).unwrap();
                        got.extend(found.map(|(_, bytes)| Message::decode(&bytes)));
                    }
                    got
                })
            })
            .collect();
        scope.spawn(move || {
            let mut random = Random::new(5);
            while !done.load(SeqCst) {
                match random.below(5) {
                    0 => engine.flushall().unwrap(),
                    1 => drop(engine.del(&["mq", "old"]).unwrap()),
                    2 => drop(engine.rename("mq", "old")),
                    3 => drop(engine.unlink(&["old"]).unwrap()),
                    _ => {
                        engine.maintain();
                        assert!(engine.dbsize().unwrap() <= 2);
                        assert!(engine.keys("*").unwrap().len() <= 2);
                    }
                }
                thread::sleep(Duration::from_micros(random.below(1_000)));
            }
        });
        for pushing in pushing {
            pushing.join().unwrap();
        }
        done.store(true, SeqCst);
        for got in got {
            ledger.enter(&got.join().unwrap());
        }
    });
    assert!(ledger.total() > 0, "something came through");
    engine.flushall().unwrap();
    assert_eq!(engine.dbsize().unwrap(), 0);
    assert_eq!(engine.keys("*").unwrap(), Vec::<Bytes>::new());
    assert_eq!(engine.lpush("mq", ["x"]).unwrap(), 1);
}

/// Waiters of all kinds on several keys while messages wander from key to key.
#[test]
fn chains_of_moves_deliver_everything() {
    let engine = engine();
    let count = scale(12_000);
    let arrived = Progress::new(count);
    let mut ledger = Ledger::new(&[count]);
    thread::scope(|scope| {
        let (engine, arrived) = (&engine, &arrived);
        for (src, dst) in [("a", "b"), ("b", "c"), ("c", "d")] {
            for _ in 0..2 {
                scope.spawn(move || {
                    while arrived.unfinished() {
                        let patience = Duration::from_millis(2);
                        drop(
                            engine
                                .blmove(src, dst, Side::Right, Side::Left, patience)
                                .unwrap(),
                        );
                    }
                });
            }
        }
        let consumer = scope.spawn(move || {
            let mut got = Vec::new();
            while got.len() < count {
                let found = engine.brpop(&["d"], PATIENCE).unwrap();
                let (_, bytes) = found.expect("a message arrives in time");
                got.push(Message::decode(&bytes));
            }
            arrived.add(count);
            got
        });
        for number in 0..count {
            engine
                .lpush(
                    "a",
                    [Message {
                        producer: 0,
                        number,
                    }
                    .encode(number % 90)],
                )
                .unwrap();
        }
        ledger.enter(&consumer.join().unwrap());
    });
    ledger.close();
    assert_eq!(engine.dbsize().unwrap(), 0);
}

/// Elements wander between keys by every move there is; whoever looks at all keys in one step sees
/// all of them, and no two steps over the same keys stop one another for ever.
#[test]
fn transactions_see_whole_moves() {
    let engine = engine();
    let keys = ["a", "b", "c", "d", "e"];
    let steps = scale(6_000);
    let total = 500;
    for number in 0..total {
        engine
            .rpush(
                keys[number % keys.len()],
                [Message {
                    producer: 0,
                    number,
                }
                .encode(20)],
            )
            .unwrap();
    }
    thread::scope(|scope| {
        let engine = &engine;
        for seed in 0..5 {
            scope.spawn(move || {
                let mut random = Random::new(seed);
                let any = |random: &mut Random| keys[usize::try_from(random.below(5)).unwrap()];
                for _ in 0..steps {
                    let (src, dst) = (any(&mut random), any(&mut random));
                    match random.below(4) {
                        0 => drop(engine.lmove(src, dst, Side::Left, Side::Left).unwrap()),
                        1 => drop(engine.rpoplpush(src, dst).unwrap()),
                        2 => {
                            let how = How::Count {
                                n: 3,
                                order: Order::Bulk,
                            };
                            drop(
                                engine
                                    .lmovem(src, dst, Side::Left, Side::Right, how)
                                    .unwrap(),
                            );
                        }
                        _ => engine
                            .transaction(&[dst, src], |tx| {
                                if let Some(element) = tx.lpop(src).unwrap() {
                                    tx.rpush(dst, [element]).unwrap();
                                }
                            })
                            .unwrap(),
                    }
                }
            });
        }
        for seed in 10..12 {
            scope.spawn(move || {
                let mut random = Random::new(seed);
                for _ in 0..steps / 10 {
                    // In any order: the engine has one of its own.
                    let mut order = keys;
                    order.rotate_left(usize::try_from(random.below(5)).unwrap());
                    order.swap(0, usize::try_from(random.below(5)).unwrap());
                    let seen = engine.transaction(&order, |tx| {
                        order.iter().map(|key| tx.llen(key).unwrap()).sum::<u64>()
                    });
                    assert_eq!(seen.unwrap(), total as u64);
                }
            });
        }
    });
    let mut ledger = Ledger::new(&[total]);
    for key in keys {
        while let Some(message) = engine.lpop_with(key, Message::decode).unwrap() {
            ledger.enter(&[message]);
        }
    }
    ledger.close();
}

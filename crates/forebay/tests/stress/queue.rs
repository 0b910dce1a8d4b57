//! One list as a queue: every message once, each producer's in order.

use super::*;

#[test]
fn every_message_is_popped_once_and_in_order() {
    let engine = engine();
    let per_producer = scale(24_000);
    let (producers, consumers) = (4, 3);
    let total = producers * per_producer;
    let (popped, done) = (Progress::new(total), AtomicBool::new(false));
    let mut ledger = Ledger::new(&vec![per_producer; producers]);
    thread::scope(|scope| {
        let engine = &engine;
        let popped = &popped;
        for producer in 0..producers {
            scope.spawn(move || produce(engine, "mq", producer, per_producer));
        }
        let got: Vec<_> = (0..consumers)
            .map(|seed| scope.spawn(move || consume(engine, "mq", seed, popped)))
            .collect();
        scope.spawn(|| disturb(engine, "mq", &done));
        for got in got {
            ledger.enter(&got.join().unwrap());
        }
        done.store(true, SeqCst);
    });
    ledger.close();
    assert_eq!(engine.llen("mq").unwrap(), 0);
    assert_eq!(engine.exists(&["mq"]).unwrap(), 0);
}

/// Both ends at once: pushes on both sides and pops on both sides, each message once.
#[test]
fn both_ends_lose_nothing() {
    let engine = engine();
    let per_producer = scale(30_000);
    let total = 4 * per_producer;
    let popped = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 4]);
    thread::scope(|scope| {
        let (engine, popped) = (&engine, &popped);
        for producer in 0..4 {
            scope.spawn(move || {
                let list = engine.list("mq").unwrap();
                let mut random = Random::new(producer as u64);
                for number in 0..per_producer {
                    let message = Message { producer, number }.encode(padding(&mut random) / 4);
                    if producer % 2 == 0 {
                        list.lpush([message]).unwrap();
                    } else {
                        list.rpush([message]).unwrap();
                    }
                }
            });
        }
        let got: Vec<_> = (0..4_u64)
            .map(|seed| {
                scope.spawn(move || {
                    let list = engine.list("mq").unwrap();
                    let mut random = Random::new(seed);
                    let mut got = Vec::new();
                    while popped.unfinished() {
                        let found = match random.below(2) {
                            0 => list.lpop_with(Message::decode).unwrap(),
                            _ => list.rpop_with(Message::decode).unwrap(),
                        };
                        popped.add(usize::from(found.is_some()));
                        got.extend(found);
                    }
                    got
                })
            })
            .collect();
        for got in got {
            // With two ends there is no one order.
            let got = got.join().unwrap();
            for message in got {
                ledger.enter(&[message]);
            }
        }
    });
    ledger.close();
}

/// The reliable queue: a move into a backup list of one's own, and out of it when done.
#[test]
fn reliable_consumers_lose_nothing() {
    let engine = engine();
    let per_producer = scale(9_000);
    let total = 3 * per_producer;
    let finished = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 3]);
    thread::scope(|scope| {
        let (engine, finished) = (&engine, &finished);
        for producer in 0..3 {
            scope.spawn(move || produce(engine, "mq", producer, per_producer));
        }
        let got: Vec<_> = (0..4)
            .map(|consumer| {
                scope.spawn(move || {
                    let backup = format!("backup {consumer}");
                    let mut random = Random::new(consumer);
                    let mut got = Vec::new();
                    while finished.unfinished() {
                        let patience = Duration::from_micros(1 + random.below(4_000));
                        let found = engine
                            .blmove("mq", &backup, Side::Right, Side::Left, patience)
                            .unwrap();
                        let Some(found) = found else { continue };
                        assert_eq!(engine.lrem(&backup, 1, &found).unwrap(), 1);
                        got.push(Message::decode(&found));
                        finished.add(1);
                    }
                    assert_eq!(engine.exists(&[&backup]).unwrap(), 0);
                    got
                })
            })
            .collect();
        for got in got {
            ledger.enter(&got.join().unwrap());
        }
    });
    ledger.close();
}

/// Timeouts come at the very time of the pushes.
#[test]
fn timeouts_race_pushes() {
    let engine = engine();
    let per_producer = scale(3_000);
    let total = 2 * per_producer;
    let popped = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 2]);
    thread::scope(|scope| {
        let (engine, popped) = (&engine, &popped);
        for producer in 0..2 {
            scope.spawn(move || {
                let mut random = Random::new(producer as u64);
                for number in 0..per_producer {
                    thread::sleep(Duration::from_micros(random.below(1_200)));
                    engine
                        .lpush("mq", [Message { producer, number }.encode(8)])
                        .unwrap();
                }
            });
        }
        let got: Vec<_> = (0..6)
            .map(|consumer| {
                scope.spawn(move || {
                    let mut got = Vec::new();
                    while popped.unfinished() {
                        let patience = Duration::from_millis(1);
                        let found = match consumer % 3 {
                            0 => engine.brpop(&["mq"], patience).unwrap(),
                            1 => engine.brpop(&["other", "mq", "another"], patience).unwrap(),
                            _ => block_on(engine.brpop_async(&["mq"], patience)).unwrap(),
                        };
                        let Some((_, bytes)) = found else { continue };
                        got.push(Message::decode(&bytes));
                        popped.add(1);
                    }
                    got
                })
            })
            .collect();
        for got in got {
            ledger.enter(&got.join().unwrap());
        }
    });
    ledger.close();
    assert_eq!(engine.dbsize().unwrap(), 0);
}

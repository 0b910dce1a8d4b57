//! Consumers that do not come to their end: closures that panic, futures that are dropped.

use super::*;

/// A message whose closure panics goes back; none is lost, none is handled twice, nothing stays
/// locked.
#[test]
fn panicking_closures_hold_nothing() {
    let engine = engine();
    let per_producer = scale(9_000);
    let total = 4 * per_producer;
    let popped = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 4]);
    thread::scope(|scope| {
        let (engine, popped) = (&engine, &popped);
        for producer in 0..4 {
            scope.spawn(move || produce(engine, "mq", producer, per_producer));
        }
        let got: Vec<_> = (0..4)
            .map(|seed| {
                scope.spawn(move || {
                    let list = engine.list("mq").unwrap();
                    let mut random = Random::new(seed);
                    let (mut got, mut popped_before) = (Vec::new(), 0);
                    while popped.unfinished() {
                        let panics = random.one_in(3);
                        let mut look = |bytes: &[u8]| {
                            let message = Message::decode(bytes);
                            if panics {
                                // A panic that prints nothing.
                                resume_unwind(Box::new(message));
                            }
                            got.push(message);
                        };
                        let way = random.below(3);
                        let result = catch_unwind(AssertUnwindSafe(|| match way {
                            0 => drop(engine.rpop_with("mq", look).unwrap()),
                            1 => drop(list.rpop_with(look).unwrap()),
                            _ => drop(list.rpop_each(3, &mut look).unwrap()),
                        }));
                        if let Err(payload) = result {
                            assert!(panics && payload.is::<Message>(), "a panic of the engine");
                        }
                        popped.add(got.len() - popped_before);
                        popped_before = got.len();
                    }
                    got
                })
            })
            .collect();
        for got in got {
            // What goes back may be overtaken by what another consumer takes.
            for message in got.join().unwrap() {
                ledger.enter(&[message]);
            }
        }
    });
    ledger.close();
    assert_eq!(engine.exists(&["mq"]).unwrap(), 0);
    assert_eq!(engine.rpush("mq", ["still there"]).unwrap(), 1);
    assert_eq!(engine.lrange("mq", 0, -1).unwrap(), ["still there"]);
}

/// Futures are polled once or twice and dropped while messages arrive: what one had been handed
/// goes back to where it was, so that the order holds too.
#[test]
fn dropped_futures_lose_nothing() {
    let engine = engine();
    let per_producer = scale(9_000);
    let total = 3 * per_producer;
    let popped = Progress::new(total);
    let mut ledger = Ledger::new(&[per_producer; 3]);
    thread::scope(|scope| {
        let (engine, popped) = (&engine, &popped);
        for producer in 0..3 {
            scope.spawn(move || produce(engine, "mq", producer, per_producer));
        }
        let got: Vec<_> = (0..4)
            .map(|seed| {
                scope.spawn(move || {
                    let mut random = Random::new(seed);
                    let mut got = Vec::new();
                    let mut context = Context::from_waker(Waker::noop());
                    while popped.unfinished() {
                        let mut future = pin!(engine.brpop_async(&["other", "mq"], 0.0));
                        for _ in 0..=random.below(3) {
                            if let Poll::Ready(found) = future.as_mut().poll(&mut context) {
                                let (_, bytes) = found.unwrap().unwrap();
                                got.push(Message::decode(&bytes));
                                popped.add(1);
                                break;
                            }
                            if random.one_in(3) {
                                thread::sleep(Duration::from_micros(random.below(200)));
                            }
                        }
                    }
                    got
                })
            })
            .collect();
        for got in got {
            // Two futures of different threads may be dropped in either order, so only what came
            // and not in which order is certain here.
            for message in got.join().unwrap() {
                ledger.enter(&[message]);
            }
        }
    });
    ledger.close();
    assert_eq!(engine.llen("mq").unwrap(), 0);
    // No registration was left behind that would swallow a message.
    assert_eq!(engine.rpush("mq", ["x"]).unwrap(), 1);
    assert_eq!(engine.llen("mq").unwrap(), 1);
}

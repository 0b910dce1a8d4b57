//! What a durable engine does besides not forgetting.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Arc;

use forebay::{Clock, Config, Engine, Error, ExpireCondition, Level, StreamId};
use forebay_wal::sim::{Fault, SimDisk};

fn config(disk: &SimDisk) -> Config {
    Config::on_storage(Arc::new(disk.clone()))
        .log_bytes_max(1 << 20)
        .workers(1)
}

#[test]
fn what_was_closed_is_there() {
    let disk = SimDisk::new(1);
    let engine = Engine::open(config(&disk)).expect("a new disk");
    engine.rpush("mq", ["a", "b"]).expect("there is room");
    engine.close();
    assert_eq!(engine.rpush("mq", ["c"]), Err(Error::Closed));
    drop(engine);
    let engine = Engine::open(config(&disk)).expect("it was closed");
    assert_eq!(engine.lrange("mq", 0, -1).expect("a list"), ["a", "b"]);
    let durability = engine.durability().expect("it has a log");
    assert_eq!((durability.level, durability.records), (Level::Group, 0));
}

#[test]
fn a_directory_has_one_engine() {
    let disk = SimDisk::new(1);
    let engine = Engine::open(config(&disk)).expect("a new disk");
    assert_eq!(Engine::open(config(&disk)).err(), Some(Error::Locked));
    drop(engine);
    assert!(Engine::open(config(&disk)).is_ok());
}

#[test]
fn one_ticket_covers_what_a_thread_has_done() {
    let disk = SimDisk::new(1);
    let (engine, mut hand) = Engine::open_by_hand(config(&disk)).expect("a new disk");
    let hasty = engine.at_level(Level::None);
    let before = hasty.ticket();
    for n in 0..100 {
        hasty.rpush("mq", [n.to_string()]).expect("there is room");
    }
    let ticket = hasty.ticket();
    assert!(ticket > before, "{ticket:?}");
    let mut durable = pin!(engine.durable_async(ticket));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(durable.as_mut().poll(&mut context), Poll::Pending);
    hand.turn().expect("the disk is there");
    assert_eq!(durable.as_mut().poll(&mut context), Poll::Ready(Ok(())));
    // Looking changes nothing, and there is nothing to wait for.
    assert_eq!(engine.llen("mq"), Ok(100));
    assert_eq!(engine.ticket(), ticket);
    engine.durable(ticket).expect("it is durable");
}

#[test]
fn who_sees_a_step_waits_for_it() {
    let disk = SimDisk::new(1);
    let (engine, mut hand) = Engine::open_by_hand(config(&disk)).expect("a new disk");
    let hasty = engine.at_level(Level::None);
    hasty.rpush("mq", ["a"]).expect("there is room");
    let pushed = hasty.ticket();
    let seen = std::thread::scope(|scope| {
        let look = scope.spawn(|| {
            let before = hasty.ticket();
            hasty.llen("mq").expect("a list");
            (before, hasty.ticket())
        });
        look.join().expect("no panic")
    });
    assert!(seen.0 < pushed && seen.1 == pushed, "{seen:?} {pushed:?}");
    hand.turn().expect("the disk is there");
}

#[test]
fn what_is_handed_over_waits_until_it_is_durable() {
    let disk = SimDisk::new(1);
    let (engine, mut hand) = Engine::open_by_hand(config(&disk)).expect("a new disk");
    let hasty = engine.at_level(Level::None);
    let mut context = Context::from_waker(Waker::noop());
    let mut first = Box::pin(engine.brpop_async(&["mq"], 0.0));
    let mut second = Box::pin(engine.brpop_async(&["mq"], 0.0));
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(second.as_mut().poll(&mut context).is_pending());
    hasty.rpush("mq", ["a"]).expect("there is room");
    hasty.rpush("mq", ["b"]).expect("there is room");
    assert!(
        first.as_mut().poll(&mut context).is_pending(),
        "served, and not durable"
    );
    drop(first);
    assert_eq!(
        hasty.lrange("mq", 0, -1).expect("a list"),
        ["a"],
        "it went back"
    );
    hand.turn().expect("the disk is there");
    let got = second.as_mut().poll(&mut context);
    let Poll::Ready(Ok(Some((_, element)))) = got else {
        panic!("{got:?}");
    };
    assert_eq!(element, "b");
}

#[test]
fn a_full_log_refuses_what_adds_and_takes_what_takes_away() {
    let disk = SimDisk::new(1);
    let (engine, mut hand) = Engine::open_by_hand(config(&disk)).expect("a new disk");
    let engine = engine.at_level(Level::None);
    engine.xadd("s", [("a", "b")]).expect("there is room");
    let message = vec![b'x'; 5_000];
    let mut fill = |element: &[u8]| {
        let mut refusals = 0;
        loop {
            match engine.rpush("mq", [element, element]) {
                Ok(_) => refusals = 0,
                // The writer may have made a segment for whoever comes next.
                Err(_) if refusals < 3 => refusals += 1,
                Err(error) => return error,
            }
            hand.turn().expect("the disk is there");
        }
    };
    assert_eq!(fill(&message), Error::LogFull);
    let large = vec![b'x'; 2 * message.len() + 200];
    let pushed = engine.llen("mq").expect("a list");
    assert!(pushed > 20, "{pushed}");
    assert_eq!(pushed % 2, 0, "nothing is there by half");
    assert_eq!(engine.lset("mq", 0, &large), Err(Error::LogFull));
    assert_eq!(engine.xadd("s", [("a", &large)]), Err(Error::LogFull));
    for _ in 0..pushed / 2 {
        assert!(engine.lpop("mq").expect("there is a reserve").is_some());
    }
    hand.turn().expect("the disk is there");
    assert_eq!(engine.xtrim("s", &forebay::stream::Trim::maxlen(0)), Ok(1));
    assert_eq!(engine.del(&["mq"]), Ok(1));
    engine
        .checkpoint_by_hand(&mut hand, |_| ())
        .expect("the disk is there");
    hand.turn().expect("the disk is there");
    hand.turn().expect("the disk is there");
    assert_eq!(engine.rpush("mq", [&message]), Ok(1), "there is room again");
}

#[test]
fn a_step_larger_than_the_log_takes_is_refused_before_it_is_done() {
    let disk = SimDisk::new(1);
    let engine = Engine::open(config(&disk)).expect("a new disk");
    let message = vec![b'x'; 15_000];
    let refused = engine.rpush("mq", [&message, &message]);
    assert!(
        matches!(refused, Err(Error::StepTooLarge { .. })),
        "{refused:?}"
    );
    assert_eq!(engine.rpush("mq", [&message]), Ok(1));
    let refused = engine.transaction(&["mq"], |tx| {
        tx.lpush("mq", ["a"])?;
        tx.lpush("mq", [&message, &message])
    });
    let refused = refused.expect("the transaction itself is well");
    assert!(
        matches!(refused, Err(Error::StepTooLarge { .. })),
        "{refused:?}"
    );
    assert_eq!(engine.llen("mq"), Ok(2), "what was done stays done");
}

#[test]
fn a_long_log_is_cut() {
    let disk = SimDisk::new(1);
    let engine = Engine::open(config(&disk)).expect("a new disk");
    let hasty = engine.at_level(Level::None);
    let message = vec![b'x'; 1_000];
    // Twenty times what the log takes.
    for n in 0..20_000 {
        hasty
            .rpush("mq", [&message])
            .expect("checkpoints make room");
        if n > 50 {
            hasty.lpop("mq").expect("it is open");
        }
    }
    let durability = engine.durability().expect("it has a log");
    assert!(durability.checkpoints > 3, "{durability:?}");
    assert!(durability.log_bytes <= 1 << 20, "{durability:?}");
    let len = engine.llen("mq");
    engine.close();
    let engine = Engine::open(config(&disk)).expect("it was closed");
    assert_eq!(engine.llen("mq"), len);
}

#[test]
fn a_failed_log_says_so_and_reads_go_on() {
    let disk = SimDisk::new(1);
    let engine = Engine::open(config(&disk)).expect("a new disk");
    engine.rpush("mq", ["kept"]).expect("the disk is there");
    engine.flush().expect("the disk is there");
    disk.inject(disk.operations(), Fault::Io);
    let failed = engine.rpush("mq", ["lost?"]);
    assert!(
        matches!(failed, Err(Error::Indeterminate { .. })),
        "{failed:?}"
    );
    // The writer has failed, and is about to close the log.
    let refused = loop {
        match engine.rpush("mq", ["refused"]) {
            Err(Error::Indeterminate { .. }) => {}
            refused => break refused,
        }
    };
    assert!(
        matches!(refused, Err(Error::Poisoned { .. })),
        "{refused:?}"
    );
    assert!(matches!(engine.lpop("mq"), Err(Error::Poisoned { .. })));
    assert!(
        engine.llen("mq").expect("reads go on") >= 2,
        "the memory has it"
    );
    assert!(engine.durability().expect("it has a log").has_stopped);
    drop(engine);
    disk.restart();
    let engine = Engine::open(config(&disk)).expect("an error damages nothing");
    let kept = engine.lrange("mq", 0, -1).expect("a list");
    assert_eq!(
        kept.first().map(|first| &first[..]),
        Some(&b"kept"[..]),
        "{kept:?}"
    );
}

#[test]
fn a_level_is_a_matter_of_the_call() {
    let disk = SimDisk::new(1);
    let engine = Engine::open(config(&disk).level(Level::None)).expect("a new disk");
    engine.rpush("mq", ["a"]).expect("there is room");
    let careful = engine.at_level(Level::Group);
    careful.rpush("mq", ["b"]).expect("there is room");
    let durability = engine.durability().expect("it has a log");
    assert!(durability.durable >= careful.ticket(), "{durability:?}");
    assert_eq!(durability.level, Level::None);
}

#[test]
fn keys_expire_at_the_same_time() {
    let disk = SimDisk::new(1);
    let clock = Clock::manual(1_000);
    let open = || Engine::open(config(&disk).clock(clock.clone())).expect("the disk is there");
    let engine = open();
    for key in ["soon", "late", "never"] {
        engine.rpush(key, ["a"]).expect("there is room");
    }
    let always = ExpireCondition::Always;
    assert_eq!(engine.pexpire("soon", 50, always), Ok(true));
    assert_eq!(engine.pexpire("late", 500, always), Ok(true));
    drop(engine);
    clock.advance(Duration::from_millis(100));
    let engine = open();
    assert_eq!(engine.exists(&["soon", "late", "never"]), Ok(2));
    assert_eq!(engine.pexpiretime("late"), Ok(1_500));
    assert_eq!(engine.pttl("never"), Ok(-1));
}

#[test]
fn ids_rise_when_the_clock_was_set_back() {
    let disk = SimDisk::new(1);
    let clock = Clock::manual(9_000);
    let open = || Engine::open(config(&disk).clock(clock.clone())).expect("the disk is there");
    let engine = open();
    let first = engine.xadd("s", [("a", "b")]).expect("there is room");
    assert_eq!(engine.xdel("s", [first]), Ok(1));
    drop(engine);
    clock.set(5_000);
    let engine = open();
    assert_eq!(engine.xadd("s", [("a", "b")]), Ok(StreamId::new(9_000, 1)));
}

#[test]
fn an_entry_is_added_once_in_two_lives() {
    use forebay::stream::{Idempotence, XaddOptions};
    let disk = SimDisk::new(1);
    for closes in [true, false] {
        let fields = [("order", "7")];
        let once = XaddOptions {
            idempotence: Some(Idempotence::auto("shop")),
            ..XaddOptions::default()
        };
        let engine = Engine::open(config(&disk)).expect("the disk is there");
        let first = engine.xadd_with("s", &once, fields);
        if closes {
            drop(engine);
        } else {
            // Without a checkpoint.
            disk.restart();
            drop(engine);
            disk.restart();
        }
        let engine = Engine::open(config(&disk)).expect("the disk is there");
        assert_eq!(engine.xadd_with("s", &once, fields), first);
        assert_eq!(engine.xlen("s"), Ok(1));
    }
}

#[test]
fn many_keys_that_come_and_go_leave_nothing() {
    let disk = SimDisk::new(1);
    let (engine, mut hand) =
        Engine::open_by_hand(config(&disk).log_bytes_max(64 << 20).workers(0)).expect("a new disk");
    let engine = engine.at_level(Level::None);
    // What is gone from the keyspace, and comes again, is not confused with what was there before.
    for round in 0..6 {
        for n in 0..200 {
            let key = format!("key{n}");
            engine
                .rpush(&key, [round.to_string()])
                .expect("there is room");
            engine.rpop(&key).expect("it is there");
        }
        for _ in 0..200 {
            engine.maintain();
        }
        hand.turn().expect("the disk is there");
        if round == 3 {
            engine
                .checkpoint_by_hand(&mut hand, |_| ())
                .expect("the disk is there");
        }
    }
    engine.rpush("key7", ["last"]).expect("there is room");
    hand.turn().expect("the disk is there");
    drop(engine);
    disk.restart();
    let engine = Engine::open(config(&disk)).expect("the disk is there");
    assert_eq!(engine.keys("*").expect("it is open"), ["key7"]);
    assert_eq!(engine.lrange("key7", 0, -1).expect("a list"), ["last"]);
}

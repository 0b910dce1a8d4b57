//! Keys that are in no checkpoint, for they had left before it, and whose last steps are in the log
//! behind it.

use std::sync::Arc;

use forebay::{Config, Engine, Level};
use forebay_wal::sim::{Hand, SimDisk};

fn open(disk: &SimDisk) -> (Engine, Hand) {
    let config = Config::on_storage(Arc::new(disk.clone()))
        .log_bytes_max(4 << 20)
        .shards(1)
        .workers(0);
    let (engine, hand) = Engine::open_by_hand(config).expect("the disk is there");
    (engine.at_level(Level::None), hand)
}

/// Lets husks leave the keyspace.
fn sweep(engine: &Engine) {
    for _ in 0..2_000 {
        engine.maintain();
    }
}

/// The log has a pop of what was pushed before the checkpoint's position. Without the floor it would
/// be done again, on a key that has nothing.
#[test]
fn the_last_steps_of_keys_that_had_left_are_passed_over() {
    let disk = SimDisk::new(1);
    let (engine, mut hand) = open(&disk);
    for key in 0..50 {
        engine.rpush(format!("key{key}"), ["a", "b"]).expect("room");
    }
    engine.xadd("stream", [("n", "1")]).expect("there is room");
    hand.turn().expect("the disk is there");
    for key in 0..50 {
        let key = format!("key{key}");
        engine.lset(&key, 1, "changed").expect("it is there");
        engine.lpop(&key).expect("it is a list");
        engine.lpop(&key).expect("it is a list");
    }
    engine.del(&["stream"]).expect("it is there");
    sweep(&engine);
    engine
        .checkpoint_by_hand(&mut hand, |_| ())
        .expect("the disk is there");
    // Those that come again go on from the floor, and what they do counts.
    engine.rpush("key7", ["again"]).expect("there is room");
    hand.turn().expect("the disk is there");
    disk.restart();
    drop(engine);
    let (engine, mut hand) = open(&disk);
    assert_eq!(engine.keys("*").expect("it is open"), ["key7"]);
    assert_eq!(engine.lrange("key7", 0, -1).expect("a list"), ["again"]);
    // Neither is the floor forgotten by the next checkpoint and the next life.
    engine.rpush("key8", ["more"]).expect("there is room");
    hand.turn().expect("the disk is there");
    drop((engine, hand));
    disk.restart();
    let (engine, _hand) = open(&disk);
    assert_eq!(engine.lrange("key8", 0, -1).expect("a list"), ["more"]);
}

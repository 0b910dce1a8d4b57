//! A shop's stock, kept right by a queue although messages come twice and consumers die.
//!
//! * **Order**: what was sent first is done first, so a report between two sales counts one of
//!   them.
//! * **Duplicates**: every message begins with a unique id, and what was done is not done again.
//! * **Reliability**: BRPOPLPUSH keeps a message in a backup list until LREM says that it is done.
//!   A consumer that starts again begins with what its last life has left there.
//!
//! ```sh
//! cargo run --release -p forebay --example stock
//! ```

use core::error::Error;
use core::time::Duration;
use std::collections::HashSet;
use std::thread;

use forebay::{Config, Engine};

type Result<T> = core::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What is sent: a unique id, what happened, and how many.
const MESSAGES: [&str; 8] = [
    "101030001:stock:5",
    "101030002:stock:3",
    "101030003:sold:1",
    "101030004:report:0",
    "101030005:sold:1",
    "101030005:sold:1", // The acknowledgement was lost, so this is sent once more.
    "101030006:report:0",
    "101030007:close:0",
];

/// What outlives a consumer. A change and the id that brought it are stored in one step.
#[derive(Default)]
struct Database {
    stock: i64,
    reports: Vec<i64>,
    done: HashSet<u64>,
}

impl Database {
    /// Does what a message says, and nothing when that was done before. Returns whether it was new.
    fn apply(&mut self, id: u64, verb: &str, amount: i64) -> bool {
        let is_new = self.done.insert(id);
        match verb {
            "stock" if is_new => self.stock = amount,
            "sold" if is_new => self.stock -= amount,
            "report" if is_new => self.reports.push(self.stock),
            _ => {}
        }
        is_new
    }
}

fn produce(engine: &Engine) -> forebay::Result<()> {
    for message in MESSAGES {
        println!("{message}");
        engine.lpush("mq", [message])?;
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// One life of the consumer. Only the third lasts until the shop closes.
fn consume(engine: &Engine, database: &mut Database, life: u32) -> Result<()> {
    loop {
        // What the last life left unfinished comes before what is new.
        let message = match engine.lindex("mqback", -1)? {
            Some(unfinished) => unfinished,
            None => engine.brpoplpush("mq", "mqback", 0.0)?.ok_or("timeout")?,
        };
        let text = str::from_utf8(&message)?;
        let [id, verb, amount] = text.split(':').collect::<Vec<_>>()[..] else {
            return Err(format!("not a message: {text}").into());
        };
        if life == 1 && verb == "sold" {
            return Err("the power fails before the work".into());
        }
        let is_new = database.apply(id.parse()?, verb, amount.parse()?);
        let remark = if is_new { "" } else { "  (was done before)" };
        println!(
            "{:24}{life}: {text:20}{} in stock{remark}",
            "", database.stock
        );
        if life == 2 && verb == "sold" && database.stock == 1 {
            return Err("the power fails after the work".into());
        }
        engine.lrem("mqback", -1, &message)?;
        if verb == "close" {
            return Ok(());
        }
    }
}

fn main() -> Result<()> {
    let engine = Engine::open(Config::in_memory())?;
    let mut database = Database::default();

    println!("producer                consumer, in its lives 1, 2 and 3");
    thread::scope(|producer| {
        producer.spawn(|| produce(&engine));
        for life in 1..=3 {
            let end = thread::scope(|consumer| {
                let consumer = consumer.spawn(|| consume(&engine, &mut database, life));
                consumer.join().map_err(|_| "a panic")
            })?;
            let unfinished = engine.lrange("mqback", 0, -1)?;
            if let Err(death) = end {
                println!("{:24}{life}: {death}, {unfinished:?} is in mqback", "");
                assert_eq!(unfinished.len(), 1, "what it had begun");
            }
        }
        Ok::<(), Box<dyn Error + Send + Sync>>(())
    })?;

    assert_eq!(database.reports, [2, 1], "each sale before a report, once");
    assert_eq!(database.done.len(), 7, "all were done");
    assert_eq!(engine.exists(&["mq", "mqback"])?, 0, "none is left");
    println!("Nothing was lost, and nothing was done twice.");
    Ok(())
}

#[test]
fn stock_is_right_in_spite_of_duplicates_and_deaths() -> Result<()> {
    main()
}

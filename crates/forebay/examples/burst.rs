//! A burst of messages, far faster than the consumers are: it waits in the queue, and nothing is
//! lost.
//!
//! Two producers send as fast as they can, four consumers need 5 ms for a batch. The picture shows
//! the backlog and the memory of the process over time; after the burst the memory goes back.
//!
//! ```sh
//! cargo run --release -p forebay --example burst
//! ```

use core::error::Error;
use core::time::Duration;
use std::fs;
use std::thread::{self, ScopedJoinHandle};

use forebay::{Clock, Config, Engine, List, Side};

type Result<T> = core::result::Result<T, Box<dyn Error + Send + Sync>>;

const PRODUCERS: usize = 2;
const CONSUMERS: usize = 4;
const MESSAGES_EACH: u64 = 30_000;
const MESSAGES: u64 = MESSAGES_EACH * PRODUCERS as u64;
const BATCH: u64 = 80;

/// Returns the longest backlog that this producer has seen.
fn produce(mq: &List, producer: usize) -> Result<u64> {
    let mut longest = 0;
    let rest = ".".repeat(250);
    for number in 0..MESSAGES_EACH {
        let len = mq.lpush([format!("{producer} {number} {rest}")])?;
        longest = longest.max(len);
    }
    Ok(longest)
}

/// Returns how many messages this consumer has had when the engine is closed.
fn consume(engine: &Engine) -> Result<u64> {
    let mut next = [0; PRODUCERS];
    let mut count = 0;
    loop {
        let batch = match engine.blmpop(0.0, &["mq"], Side::Right, BATCH) {
            Ok(popped) => popped.map_or_else(Vec::new, |(_key, messages)| messages),
            Err(forebay::Error::Closed) => return Ok(count),
            Err(error) => return Err(error.into()),
        };
        for message in &batch {
            let mut words = str::from_utf8(message)?.split_whitespace();
            let (Some(producer), Some(number)) = (words.next(), words.next()) else {
                return Err("not a message".into());
            };
            let (producer, number): (usize, u64) = (producer.parse()?, number.parse()?);
            assert!(number >= next[producer], "first sent, first received");
            next[producer] = number + 1;
            count += 1;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// One line of the picture. Returns what the process occupies, in MiB; 0 where the system does not
/// say.
fn draw(start_ms: i64, backlog: u64) -> u64 {
    let elapsed_ms = Clock::system().unix_ms() - start_ms;
    let resident_mib = resident_mib();
    let bar = "#".repeat(usize::try_from(backlog * 50 / MESSAGES).unwrap_or(0));
    println!("{elapsed_ms:>5} ms {backlog:>7} waiting {resident_mib:>4} MiB {bar}");
    resident_mib
}

fn resident_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut words = status.split_whitespace();
    let kib = words.find(|&word| word == "VmRSS:").and(words.next());
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn join<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().map_err(|_| "a thread panicked")?
}

fn main() -> Result<()> {
    let engine = Engine::open(Config::in_memory())?;
    let mq = &engine.list("mq")?;
    let start_ms = Clock::system().unix_ms();
    let before_mib = draw(start_ms, 0);
    let mut most_mib = before_mib;

    thread::scope(|scope| {
        let consumers = [(); CONSUMERS].map(|()| scope.spawn(|| consume(&engine)));
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| scope.spawn(move || produce(mq, producer)))
            .collect();
        while !producers.iter().all(ScopedJoinHandle::is_finished) || mq.llen()? > 0 {
            thread::sleep(Duration::from_millis(40));
            most_mib = most_mib.max(draw(start_ms, mq.llen()?));
        }
        let mut longest = 0;
        for producer in producers {
            longest = longest.max(join(producer)?);
        }

        // The engine's workers give back what a burst took, some seconds after it; this is at once.
        engine.maintain();
        engine.maintain();
        let after_mib = draw(start_ms, mq.llen()?);
        engine.close();
        let received: u64 = consumers.into_iter().map(join).sum::<Result<u64>>()?;

        let grown_mib = most_mib - before_mib;
        let kept_mib = after_mib.saturating_sub(before_mib);
        let in_hand = BATCH * CONSUMERS as u64;
        println!("Of {MESSAGES} messages, {received} have been received, in their order.");
        println!("Up to {longest} were waiting while the consumers had {in_hand} in hand.");
        println!("The process grew by {grown_mib} MiB and has kept {kept_mib}.");
        assert_eq!(received, MESSAGES, "nothing lost, nothing twice");
        assert!(longest > 10 * in_hand, "a burst");
        assert!(kept_mib <= grown_mib / 2, "the memory goes back");
        Ok(())
    })
}

#[test]
fn a_burst_is_absorbed_and_its_memory_goes_back() -> Result<()> {
    main()
}

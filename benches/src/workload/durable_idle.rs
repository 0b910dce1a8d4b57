//! `durable-idle`: what an engine that has nothing to do takes of the processor.

use core::time::Duration;
use std::thread;

use forebay::{Config, Engine};

use crate::engine::durable::Directory;
use crate::engine::{Named, forebay as ours, redis};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::processor::Threads;
use crate::measure::{Case, Group, Sample, Work};

/// Milliseconds without work; a *message* of this workload is one of them.
const IDLE_MS: u64 = 3_000;
/// What is done before, and how long what follows from it may take.
const MESSAGES: usize = 1_000;
const SETTLING: Duration = Duration::from_millis(500);

/// One group.
#[must_use]
pub fn groups() -> Vec<Group> {
    let shape = Shape {
        workload: "durable-idle",
        title: "processor time without work, per millisecond".to_owned(),
        producers: 0,
        consumers: 0,
        threads: 1,
        keys: 1,
        extra: Vec::new(),
    };
    let forebay = <ours::Slices as Named>::NAME;
    let mut cases = vec![
        Case::new(forebay, Some("group"), |work| embedded(true, work)),
        Case::new(forebay, Some("memory"), |work| embedded(false, work)),
    ];
    if redis::version().is_some() {
        cases.push(Case::new(redis::NAME, Some("always"), served));
    }
    vec![Group::new(shape, IDLE_MS, Figure::NsPerOp, cases).with_slow_messages()]
}

fn failed(error: impl core::fmt::Display) -> Fault {
    Fault::Failed(error.to_string())
}

/// What the threads take while nothing happens.
fn idle(threads: &Threads, work: &Work) -> Result<Sample, Fault> {
    thread::sleep(SETTLING);
    let used = || {
        let used = threads.used();
        used.ok_or_else(|| Fault::Failed("the kernel counts no processor time".to_owned()))
    };
    let before = used()?;
    for done in 0..work.messages {
        thread::sleep(Duration::from_millis(1));
        if !work.pulse.after(done) {
            return Err(Fault::Interrupted);
        }
    }
    // The time of a thread that runs no more than once is still a time.
    let taken = used()?.saturating_sub(before).max(Duration::from_nanos(1));
    let mut sample = Sample::new(work.messages, taken);
    let seconds = as_f64(work.messages) / 1e3;
    let per_second = taken.as_secs_f64() / seconds;
    sample.extra.push(("cpu_s_per_s", per_second));
    Ok(sample)
}

fn embedded(is_durable: bool, work: &Work) -> Result<Sample, Fault> {
    let directory = Directory::new().map_err(failed)?;
    let config = if is_durable {
        Config::at(directory.path())
    } else {
        Config::in_memory()
    };
    let others = Threads::of_this_process();
    let engine = Engine::open(config).map_err(failed)?;
    let threads = Threads::of_this_process().without(&others);
    for _ in 0..MESSAGES {
        engine.lpush("mq", ["message"]).map_err(failed)?;
    }
    idle(&threads, work)
}

fn served(work: &Work) -> Result<Sample, Fault> {
    let server = redis::Server::start_durable("always");
    let mut connection = server.connect();
    for _ in 0..MESSAGES {
        connection.put(&[b"LPUSH", b"mq", b"message"]);
    }
    connection.flush();
    (0..MESSAGES).for_each(|_| connection.skip());
    idle(&server.threads(), work)
}

//! `durable-push`: one thread pushes with so many calls outstanding, each acknowledged when it is as
//! durable as its level says.
//!
//! The thread stands for as many clients: it pushes without waiting until so many calls are
//! outstanding, waits for the oldest one, takes the answers of all that are through with it, and
//! pushes again for each.

use std::collections::VecDeque;
use std::time::Instant;

use core::time::Duration;

use forebay::{Config, Engine, Level, Ticket};

use crate::audit::{Audit, Tally};
use crate::engine::durable::{Directory, RawFile};
use crate::engine::{Named, forebay as ours, redis};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::latency::Latency;
use crate::measure::{Case, Group, Sample, Span, Work, crew};
use crate::message::Header;

/// Calls outstanding, and messages of a run.
const OUTSTANDING: [(usize, u64); 4] =
    [(1, 3_000), (16, 40_000), (256, 400_000), (4096, 1_000_000)];
/// What is beside a message in the log, about: what a raw write has too.
const OVERHEAD_BYTES: usize = 25;
/// What an acknowledgement promises: it survives the machine.
const SYNCED: &str = "synced";
/// It survives the process, and the machine if that goes on for a while.
const WRITTEN: &str = "written";
/// Neither.
const NOTHING: &str = "nothing";
const BLOCK_BYTES: usize = 4096;
const SYNC_EVERY: Duration = Duration::from_millis(10);

/// One group for each number of calls outstanding.
#[must_use]
pub fn groups() -> Vec<Group> {
    OUTSTANDING.into_iter().map(group).collect()
}

fn group((outstanding, messages): (usize, u64)) -> Group {
    let shape = Shape {
        workload: "durable-push",
        title: format!("LPUSH, {outstanding} outstanding"),
        producers: 1,
        consumers: 0,
        threads: 1,
        keys: 1,
        extra: vec![("outstanding", outstanding.into())],
    };
    let forebay = <ours::Slices as Named>::NAME;
    let at = |variant, level, promise| {
        let run = move |work: &Work| push(Some(level), outstanding, work);
        Case::new(forebay, Some(variant), run).promising(promise)
    };
    let raw = move |work: &Work| raw(outstanding, work);
    let mut cases = vec![
        at("group", Level::Group, SYNCED),
        at("buffered", Level::Buffered, WRITTEN),
        at("interval", Level::Interval(SYNC_EVERY), WRITTEN),
        at("none", Level::None, NOTHING),
        Case::new(forebay, Some("memory"), move |work| {
            push(None, outstanding, work)
        })
        .promising(NOTHING),
        Case::new(RawFile::NAME, None, raw).promising(SYNCED),
    ];
    if redis::version().is_some() {
        for (variant, promise) in [("always", SYNCED), ("everysec", WRITTEN)] {
            let run = move |work: &Work| served(variant, outstanding, work);
            cases.push(Case::new(redis::NAME, Some(variant), run).promising(promise));
        }
    }
    Group::new(shape, messages, Figure::NsPerOp, cases).with_slow_messages()
}

/// Runs `f` on a thread of the crew, and takes its time.
fn timed(
    work: &Work,
    f: impl Fn(&mut Latency) -> Result<u64, Fault> + Sync,
) -> Result<Sample, Fault> {
    let results = crew::run(1, &work.pulse, |_, gate| {
        let mut latency = Latency::default();
        gate.wait();
        let (span, pushed) = Span::of(|| f(&mut latency));
        (span, pushed, latency)
    })?;
    work.check_stopped()?;
    let mut sample = Sample::new(work.messages, Duration::ZERO);
    let mut spans = Vec::new();
    for (span, pushed, latency) in results {
        if pushed? != work.messages {
            return Err(Fault::Failed("a push was not acknowledged".to_owned()));
        }
        spans.push(span);
        sample.latency = latency;
    }
    sample.elapsed = Span::hull(spans);
    Ok(sample)
}

fn failed(error: impl core::fmt::Display) -> Fault {
    Fault::Failed(error.to_string())
}

fn push(level: Option<Level>, outstanding: usize, work: &Work) -> Result<Sample, Fault> {
    let directory = Directory::new().map_err(failed)?;
    let config = match level {
        Some(level) => Config::at(directory.path()).level(level),
        None => Config::in_memory(),
    };
    let engine = Engine::open(config).map_err(failed)?;
    let sample = timed(work, |latency| {
        push_all(&engine, outstanding, work, latency).map_err(failed)
    })?;
    if engine.llen("mq") != Ok(work.messages) {
        return Err(Fault::Failed("a message is missing".to_owned()));
    }
    Ok(sample)
}

fn push_all(
    engine: &Engine,
    outstanding: usize,
    work: &Work,
    latency: &mut Latency,
) -> forebay::Result<u64> {
    let hasty = engine.at_level(Level::None);
    let mq = hasty.list("mq")?;
    let mut message = vec![0; work.payload];
    let mut waiting: VecDeque<(Ticket, Instant)> = VecDeque::with_capacity(outstanding);
    let (mut pushed, mut done) = (0, 0);
    while done < work.messages {
        while waiting.len() < outstanding && pushed < work.messages {
            Tally::write(&mut message, Header::new(0, pushed));
            let begun = Instant::now();
            mq.lpush([&message])?;
            waiting.push_back((hasty.ticket(), begun));
            pushed += 1;
        }
        let Some(&(oldest, _)) = waiting.front() else {
            break;
        };
        engine.durable(oldest)?;
        let now = Instant::now();
        while let Some(&(ticket, begun)) = waiting.front()
            && ticket <= oldest
        {
            waiting.pop_front();
            latency.record(now.saturating_duration_since(begun));
            done += 1;
        }
        if !work.pulse.after(done) {
            break;
        }
    }
    Ok(done)
}

/// The limit: as many messages as are outstanding are written as one block, and synced.
fn raw(outstanding: usize, work: &Work) -> Result<Sample, Fault> {
    let directory = Directory::new().map_err(failed)?;
    let mut file = RawFile::create(&directory).map_err(failed)?;
    let bytes = outstanding * (work.payload + OVERHEAD_BYTES);
    let block = vec![0x5a; bytes.next_multiple_of(BLOCK_BYTES)];
    let file = core::cell::RefCell::new(&mut file);
    let mut latency = Latency::default();
    let mut done = 0;
    let (span, written) = Span::of(|| {
        while done < work.messages {
            let begun = Instant::now();
            file.borrow_mut().write_and_sync(&block)?;
            for _ in 0..outstanding {
                latency.record(begun.elapsed());
            }
            done += outstanding as u64;
            if !work.pulse.after(done) {
                break;
            }
        }
        std::io::Result::Ok(())
    });
    written.map_err(failed)?;
    work.check_stopped()?;
    let mut sample = Sample::new(done, Span::hull([span]));
    sample.latency = latency;
    Ok(sample)
}

fn served(fsync: &'static str, outstanding: usize, work: &Work) -> Result<Sample, Fault> {
    let server = redis::Server::start_durable(fsync);
    timed(work, |latency| {
        let mut connection = server.connect();
        let mut message = vec![0; work.payload];
        let mut done = 0;
        while done < work.messages {
            let batch = (outstanding as u64).min(work.messages - done);
            let begun = Instant::now();
            for sequence in done..done + batch {
                Tally::write(&mut message, Header::new(0, sequence));
                connection.put(&[b"LPUSH", b"mq", &message]);
            }
            connection.flush();
            for _ in 0..batch {
                connection.integer();
                latency.record(begun.elapsed());
            }
            done += batch;
            if !work.pulse.after(done) {
                break;
            }
        }
        Ok(done)
    })
}

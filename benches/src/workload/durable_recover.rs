//! `durable-recover`: opening an engine whose log, or whose checkpoint, has so many messages.

use forebay::{Config, Engine, Level};

use crate::audit::{Audit, Tally};
use crate::engine::durable::Directory;
use crate::engine::{Named, forebay as ours, redis};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::{Case, Group, Sample, Span, Work};
use crate::message::Header;

const MESSAGES: u64 = 1_000_000;
/// Commands of a peer that are under way at once.
const PIPELINE: usize = 1_000;

/// The log, and the checkpoint that an engine leaves when it is closed.
#[must_use]
pub fn groups() -> Vec<Group> {
    [false, true].into_iter().map(group).collect()
}

fn group(is_closed: bool) -> Group {
    let shape = Shape {
        workload: "durable-recover",
        title: if is_closed {
            "from a checkpoint".to_owned()
        } else {
            "from the log".to_owned()
        },
        producers: 1,
        consumers: 0,
        threads: 1,
        keys: 1,
        extra: vec![("checkpoint", is_closed.into())],
    };
    let name = <ours::Slices as Named>::NAME;
    let case = Case::new(name, None, move |work| recover(is_closed, work));
    let mut cases = vec![case];
    if redis::version().is_some() {
        let variant = if is_closed { "rdb" } else { "aof" };
        let run = move |work: &Work| load(is_closed, work);
        cases.push(Case::new(redis::NAME, Some(variant), run));
    }
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases)
}

fn failed(error: impl core::fmt::Display) -> Fault {
    Fault::Failed(error.to_string())
}

fn recover(is_closed: bool, work: &Work) -> Result<Sample, Fault> {
    let directory = Directory::new().map_err(failed)?;
    let engine = Engine::open(Config::at(directory.path())).map_err(failed)?;
    let mq = engine.at_level(Level::None).list("mq").map_err(failed)?;
    let mut message = vec![0; work.payload];
    for sequence in 0..work.messages {
        Tally::write(&mut message, Header::new(0, sequence));
        mq.lpush([&message]).map_err(failed)?;
        if !work.pulse.after(sequence) {
            return Err(Fault::Interrupted);
        }
    }
    engine.flush().map_err(failed)?;
    drop(mq);
    // What a process that is killed leaves is a copy of the directory of one that is not.
    let copy = if is_closed {
        engine.close();
        directory
    } else {
        directory.copy().map_err(failed)?
    };
    let bytes = copy.bytes().map_err(failed)?;
    let (span, opened) = Span::of(|| Engine::open(Config::at(copy.path())));
    let opened = opened.map_err(failed)?;
    if opened.llen("mq") != Ok(work.messages) {
        return Err(Fault::Failed("a message is missing".to_owned()));
    }
    let mut sample = Sample::new(work.messages, Span::hull([span]));
    let seconds = sample.elapsed.as_secs_f64();
    sample.extra.push(("bytes_per_s", as_f64(bytes) / seconds));
    Ok(sample)
}

/// A server loads its log, or its snapshot. Its time is that of the whole start, up to the first
/// PING that it answers.
fn load(is_closed: bool, work: &Work) -> Result<Sample, Fault> {
    let directory = Directory::new().map_err(failed)?;
    let options = if is_closed {
        "--appendonly no"
    } else {
        // What has been answered is with the system, which is all that a killed process leaves.
        "--appendonly yes --appendfsync no --auto-aof-rewrite-percentage 0"
    };
    let (server, _) = redis::Server::start_in(directory.path(), options);
    let mut connection = server.connect();
    let mut message = vec![0; work.payload];
    for first in (0..work.messages).step_by(PIPELINE) {
        let batch = (PIPELINE as u64).min(work.messages - first);
        for sequence in first..first + batch {
            Tally::write(&mut message, Header::new(0, sequence));
            connection.put(&[b"LPUSH", b"mq", &message]);
        }
        connection.flush();
        (0..batch).for_each(|_| connection.skip());
        if !work.pulse.after(first) {
            return Err(Fault::Interrupted);
        }
    }
    if is_closed {
        connection.put(&[b"SAVE"]);
        connection.flush();
        connection.skip();
    }
    drop((connection, server));
    let bytes = directory.all_bytes().map_err(failed)?;
    let (server, elapsed) = redis::Server::start_in(directory.path(), options);
    let mut connection = server.connect();
    connection.put(&[b"LLEN", b"mq"]);
    connection.flush();
    if connection.integer() != work.messages {
        return Err(Fault::Failed("a message is missing".to_owned()));
    }
    let mut sample = Sample::new(work.messages, elapsed);
    let seconds = sample.elapsed.as_secs_f64();
    sample.extra.push(("bytes_per_s", as_f64(bytes) / seconds));
    Ok(sample)
}

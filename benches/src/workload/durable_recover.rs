//! `durable-recover`: opening an engine whose log, or whose checkpoint, has so many messages.

use forebay::{Config, Engine, Level};

use crate::audit::{Audit, Tally};
use crate::engine::durable::Directory;
use crate::engine::{Named, forebay as ours};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::{Case, Group, Sample, Span, Work};
use crate::message::Header;

const MESSAGES: u64 = 1_000_000;

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
    Group::new(shape, MESSAGES, Figure::NsPerOp, vec![case])
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

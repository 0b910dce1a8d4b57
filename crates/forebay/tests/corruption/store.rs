//! The store that is damaged, and what is known about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use forebay::stream::{GroupReadFrom, GroupStart, XreadgroupOptions};
use forebay::{Clock, Config, Engine, Error, Level, Result};
use forebay_wal::sim::{Hand, SimDisk};
use forebay_wal::{Storage, inspect};

use crate::dump::Dump;

const BLOCK_BYTES: usize = 4096;

/// Opens the engine on `disk`; its clock stands still.
pub(crate) fn open(disk: &SimDisk) -> Result<(Engine, Hand)> {
    let config = Config::on_storage(Arc::new(disk.clone()))
        .log_bytes_max(512 << 10)
        .clock(Clock::manual(1_000_000))
        .shards(1)
        .workers(0);
    Engine::open_by_hand(config)
}

/// All files of a disk.
pub(crate) fn image(disk: &SimDisk) -> BTreeMap<String, Vec<u8>> {
    let names = disk.names().expect("no fault was injected").into_iter();
    let bytes = |name: &String| disk.bytes(name).expect("it has just been named");
    names.map(|name| (name.clone(), bytes(&name))).collect()
}

/// Two segments with frames, a checkpoint in the first of them, and spare files, one of which has
/// been a segment.
pub(crate) struct Store {
    pub(crate) disk: SimDisk,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// What is in it.
    pub(crate) full: Dump,
    /// The same without the last step, if nothing vouches for that.
    pub(crate) cut: Option<Dump>,
    /// Up to where the log reaches in each segment: what is behind is not looked at.
    ends: BTreeMap<String, usize>,
    /// The last frame: where its records and its padding end.
    last: (String, core::ops::Range<usize>, usize),
}

/// What damage to a byte leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// All is there.
    Whole,
    /// All but the last step is there.
    Cut,
    /// The store is refused.
    Refused,
}

impl Store {
    /// A store that was closed, or one whose process was killed after the last step was synced.
    pub(crate) fn new(is_closed: bool) -> Self {
        Self::on(SimDisk::new(1), is_closed)
    }

    pub(crate) fn on(disk: SimDisk, is_closed: bool) -> Self {
        let (engine, mut hand) = open(&disk).expect("a new disk");
        let engine = engine.at_level(Level::None);
        fill(&engine, &mut hand);
        let before = (image(&disk), Dump::of(&engine));
        engine.rpush("mq", ["last"]).expect("there is room");
        hand.turn().expect("the disk is there");
        let full = Dump::of(&engine);
        let after = image(&disk);
        let disk = if is_closed {
            engine.close();
            drop(engine);
            hand.turn().expect("the disk is there");
            drop(hand);
            disk
        } else {
            disk.fork()
        };
        disk.restart();
        Self {
            files: image(&disk),
            full,
            cut: (!is_closed).then_some(before.1),
            ends: ends(&disk, is_closed),
            last: last_frame(&before.0, &after),
            disk,
        }
    }

    /// What damage to one byte must lead to, as the format says.
    pub(crate) fn outcome(&self, name: &str, offset: usize) -> Outcome {
        let (last, frame, padded) = &self.last;
        if name.starts_with("spare") {
            return Outcome::Whole;
        }
        if self.ends.get(name).is_some_and(|end| offset >= *end) {
            return Outcome::Whole;
        }
        if self.cut.is_none() || name != last || offset < frame.start {
            return Outcome::Refused;
        }
        assert!(offset < *padded, "the log ends with its last frame");
        if offset < frame.end {
            Outcome::Cut
        } else {
            Outcome::Whole
        }
    }
}

/// One step, and its frame. The log of an engine that is turned by hand grows only when somebody has
/// found it full.
fn step<R>(hand: &mut Hand, step: impl Fn() -> Result<R>) -> R {
    let mut done = step();
    for _ in 0..3 {
        hand.turn().expect("the disk is there");
        if let Err(Error::LogFull) = done {
            done = step();
        }
    }
    done.expect("there is room")
}

/// Lists, a stream with a group, and values, in three segments of which the first is freed.
fn fill(engine: &Engine, hand: &mut Hand) {
    for n in 0..17 {
        step(hand, || engine.rpush("mq", [n.to_string()]));
    }
    step(hand, || engine.set("string", "value"));
    engine
        .checkpoint_by_hand(hand, |_| ())
        .expect("it is there");
    step(hand, || engine.sadd("set", &["a", "b"]));
    for n in 0..7 {
        step(hand, || engine.lpop("mq"));
        step(hand, || engine.xadd("stream", [("n", n.to_string())]));
    }
    step(hand, || {
        engine.xgroup_create("stream", "g", GroupStart::BEGINNING)
    });
    let options = XreadgroupOptions {
        count: Some(4),
        ..XreadgroupOptions::default()
    };
    let new = [("stream", GroupReadFrom::New)];
    let read = step(hand, || engine.xreadgroup("g", "c", &new, &options));
    let read = &read[0].1;
    step(hand, || engine.xack("stream", "g", [read[0].id]));
    step(hand, || engine.rename("mq", "renamed"));
    engine
        .checkpoint_by_hand(hand, |_| ())
        .expect("it is there");
    for n in 0..13 {
        step(hand, || engine.rpush("mq", [format!("message {n}")]));
    }
    step(hand, || engine.xack("stream", "g", [read[1].id]));
}

/// Where the log ends in each segment.
fn ends(disk: &SimDisk, is_closed: bool) -> BTreeMap<String, usize> {
    let seen = inspect(disk).expect("it is whole");
    assert!(seen.verdict.is_ok(), "{seen:?}");
    assert!(seen.spares >= 2 && seen.checkpoints.len() == 1, "{seen:?}");
    assert!(seen.segments.len() >= 2, "{seen:?}");
    // The seal of a segment is behind its end: nobody needs it when the next one is there.
    let end = |end| usize::try_from(end).expect("small");
    let segments = seen.segments.into_iter();
    let mut ends: BTreeMap<_, _> = segments
        .map(|segment| (segment.file, end(segment.end)))
        .collect();
    // The frame that closing writes has no records: it vouches for the one before, and that is all.
    if is_closed && let Some(mut last) = ends.last_entry() {
        *last.get_mut() -= BLOCK_BYTES;
    }
    ends
}

/// Where the last step has written: the frame, and the end of its padding.
fn last_frame(
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
) -> (String, core::ops::Range<usize>, usize) {
    let mut changed = after
        .iter()
        .filter(|(name, bytes)| before.get(*name) != Some(bytes));
    let (name, bytes) = changed.next().expect("a frame was written");
    assert!(changed.next().is_none(), "into one file");
    let old = &before[name];
    let start = (0..bytes.len()).find(|at| bytes[*at] != old[*at]);
    // The place may have had an older frame, with the same first bytes.
    let start = start.expect("it has changed") / BLOCK_BYTES * BLOCK_BYTES;
    let length = u32::from_le_bytes(bytes[start + 8..start + 12].try_into().expect("four"));
    let end = start + usize::try_from(length).expect("small");
    (name.clone(), start..end, end.next_multiple_of(BLOCK_BYTES))
}

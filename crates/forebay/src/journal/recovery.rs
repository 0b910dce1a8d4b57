//! From a log to an engine.

use core::ops::Range;
use std::io;

use forebay_wal::{Recovery, Replay};

use super::apply::apply;
use super::bytes::Malformed;
use super::checkpoint;
use super::journal::STEP;
use super::step::ORDER_BYTES;
use crate::engine::Core;
use crate::error::{Error, Result};

impl From<Malformed> for Error {
    fn from(Malformed: Malformed) -> Self {
        Self::Unintelligible
    }
}

/// Makes an empty engine what the log says, and returns the largest order. Nobody else uses the
/// engine, and it writes nothing down.
pub(crate) fn recover(core: &Core, recovery: Recovery) -> Result<u64> {
    let mut loaded = checkpoint::Loaded::default();
    if let Some(reader) = recovery.checkpoint {
        loaded = checkpoint::load(core, reader)?;
    }
    let replayed = replay(core, loaded.floor, recovery.replay)?;
    Ok(replayed.max(loaded.order_max))
}

/// The records of one epoch, which come in any order.
#[derive(Default)]
struct Epoch {
    bytes: Vec<u8>,
    /// The orders, and the operations in `bytes`.
    steps: Vec<(u64, Range<usize>)>,
}

impl Epoch {
    fn add(&mut self, body: &[u8]) -> Result<()> {
        let (order, operations) = body.split_first_chunk::<ORDER_BYTES>().ok_or(Malformed)?;
        let start = self.bytes.len();
        self.bytes.extend_from_slice(operations);
        let order = u64::from_le_bytes(*order);
        self.steps.push((order, start..self.bytes.len()));
        Ok(())
    }

    /// Replays the records by their orders, and returns the largest one.
    fn replay(&mut self, core: &Core, floor: u64) -> Result<u64> {
        self.steps.sort_unstable_by_key(|(order, _)| *order);
        for (order, operations) in &self.steps {
            apply(core, floor, *order, &self.bytes[operations.clone()])?;
        }
        let last = self.steps.last().map_or(0, |(order, _)| *order);
        self.steps.clear();
        self.bytes.clear();
        Ok(last)
    }
}

fn replay(core: &Core, floor: u64, mut replay: Replay) -> Result<u64> {
    let mut epoch = Epoch::default();
    let mut number = 0;
    let mut order_max = 0;
    loop {
        let next = replay.next_with_epoch().map_err(Error::from_log)?;
        let Some((current, record)) = next else {
            break;
        };
        if record.kind() != STEP {
            return Err(Malformed.into());
        }
        if current != number {
            order_max = order_max.max(epoch.replay(core, floor)?);
            number = current;
        }
        epoch.add(record.body())?;
    }
    Ok(order_max.max(epoch.replay(core, floor)?))
}

/// What went wrong when a checkpoint was read.
pub(super) fn unreadable(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => Error::Unintelligible,
        kind => Error::LogUnavailable { kind },
    }
}

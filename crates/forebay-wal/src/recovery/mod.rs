//! Recovery: from the files to the place where the log goes on.
//!
//! 1. Look at the names: the newest checkpoint says where to begin.
//! 2. Walk through the segments from there and check every frame. What is found is judged by one
//!    table ([`decision`]); a refusal changes nothing.
//! 3. Remove what was never finished.
//! 4. Begin a new segment, whose header says where the log has ended. It begins with the accepted
//!    frames that nothing vouches for, and is durable before it has its name. No old segment is ever
//!    written to, so a crash in the middle of all this leads to the same result.

pub(crate) mod decision;
mod inventory;
pub(crate) mod segment;
mod tail;
mod walk;

pub(crate) use inventory::{Inventory, read_store, write_store};
pub(crate) use segment::Segment;

use crate::checkpoint::CheckpointFile;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::format::{FRAMES_START, FileName, Store};
use crate::position::Position;
use crate::storage::Storage;
use crate::writer::Resume;
use std::sync::Arc;
use tail::resume;
use walk::{Bounds, Walked, walk};

/// What recovery has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Segments that were read.
    pub segments: usize,
    /// Frames that were accepted.
    pub frames: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of whole frames of an epoch that was not whole; they were not acknowledged.
    pub cut_bytes: u64,
    /// Where the log ended.
    pub end: Position,
}

/// A recovered log that goes on.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) store: Store,
    pub(crate) files: Files,
    pub(crate) resume: Resume,
    pub(crate) start: Position,
    pub(crate) end: Position,
    pub(crate) checkpoint: Option<CheckpointFile>,
    pub(crate) report: Report,
}

/// What is in a store.
pub(crate) struct Survey {
    pub(crate) checkpoint: Option<CheckpointFile>,
    start: Position,
    /// The segments from there on.
    needed: Vec<u64>,
    walked: Walked,
}

impl Survey {
    /// Looks at all that is needed of a store. Changes nothing.
    pub(crate) fn take(
        storage: &dyn Storage,
        store: &Store,
        inventory: &Inventory,
    ) -> Result<Self> {
        let newest = inventory.checkpoints.last().copied();
        let checkpoint = newest.map(|number| CheckpointFile::open(storage, store, number));
        let checkpoint = checkpoint.transpose()?;
        let bounds = checkpoint.as_ref().map_or(
            Bounds {
                start: Position::new(1, FRAMES_START),
                durable: Position::default(),
            },
            |found| Bounds {
                start: found.position(),
                durable: found.durable(),
            },
        );
        let needed = inventory.segments_from(bounds.start.segment())?;
        let walked = walk(storage, store, &needed, bounds)?;
        Ok(Self {
            checkpoint,
            start: bounds.start,
            needed,
            walked,
        })
    }

    pub(crate) fn report(&self) -> Report {
        Report {
            segments: self.needed.len(),
            frames: self.walked.frames,
            records: self.walked.records,
            cut_bytes: self.walked.cut_bytes,
            end: self.walked.end.position,
        }
    }
}

/// Recovers the log of a store that is there.
pub(crate) fn recover(
    storage: &Arc<dyn Storage>,
    store: Store,
    mut inventory: Inventory,
) -> Result<Recovered> {
    let survey = Survey::take(&**storage, &store, &inventory)?;
    let report = survey.report();
    let Survey {
        checkpoint,
        start,
        needed,
        walked,
    } = survey;
    let resume = resume(&walked, &store, &**storage)?;
    let end = resume.end();
    inventory.clean(&**storage, store.segment_bytes)?;
    let live = apply(&**storage, &inventory, &needed, &resume)?;

    let mut files = Files::new(
        Arc::clone(storage),
        store.segment_bytes,
        live.into(),
        inventory.spares,
    );
    let recycled = files.recycle_below(start.segment());
    recycled.map_err(Error::io("freeing old segments"))?;
    Ok(Recovered {
        store,
        files,
        resume,
        start,
        end,
        checkpoint,
        report,
    })
}

/// Removes what was cut; returns the segments that are left.
fn apply(
    storage: &dyn Storage,
    inventory: &Inventory,
    needed: &[u64],
    resume: &Resume,
) -> Result<Vec<u64>> {
    let io = Error::io;
    storage.sync_names().map_err(io("syncing the directory"))?;
    // From the last one on, each for good before the next: what is left is without a gap. The one
    // that the new segment replaces goes when that takes its name.
    let replaced = resume.header.number;
    for number in needed.iter().rev().filter(|number| **number > replaced) {
        storage
            .remove(&Segment::name(*number))
            .map_err(io("removing what was cut"))?;
        storage.sync_names().map_err(io("syncing the directory"))?;
    }
    let mut older = inventory.checkpoints.clone();
    older.pop();
    for number in older {
        let name = FileName::Checkpoint(number).to_string();
        storage
            .remove(&name)
            .map_err(io("removing an old checkpoint"))?;
    }
    let live = inventory.segments.iter().copied();
    Ok(live.filter(|number| *number < replaced).collect())
}

//! Recovery: from the files to the place where the log goes on.
//!
//! 1. Look at the names: temporary files go, the newest checkpoint says where to begin.
//! 2. Walk through the segments from there and check every frame. What is found is judged by one
//!    table ([`decision`]); a refusal changes nothing.
//! 3. Make durable what was accepted: it may have been read from memory, after a process was killed.
//!    It is written again first, because a failed sync may have left it marked as clean.
//! 4. Begin a new segment, whose header says where the log has ended. Nothing is ever written
//!    behind a torn end, so a crash in the middle of all this leads to the same result.

pub(crate) mod decision;
mod inventory;
pub(crate) mod segment;
mod walk;

pub(crate) use inventory::{Inventory, write_store};
pub(crate) use segment::Segment;

use crate::checkpoint::CheckpointFile;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::format::{FRAMES_START, FileName, SegmentHeader, Store};
use crate::position::Position;
use crate::storage::Storage;
use crate::storage::io::write_all;
use crate::writer::Resume;
use std::sync::Arc;
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

/// Recovers the log of a store that is there.
pub(crate) fn recover(
    storage: &Arc<dyn Storage>,
    store: Store,
    inventory: &Inventory,
) -> Result<Recovered> {
    let newest = inventory.checkpoints.last().copied();
    let checkpoint = newest.map(|number| CheckpointFile::open(&**storage, &store, number));
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
    let first = bounds.start.segment();
    let needed = inventory.segments_from(first)?;
    let walked = walk(&**storage, &store, &needed, bounds)?;
    let resume = resume(&walked, &store, &**storage)?;
    let live = apply(&**storage, inventory, &needed, &walked, &resume)?;

    let mut files = Files::new(
        Arc::clone(storage),
        store.segment_bytes,
        live.into(),
        inventory.spares.clone(),
    );
    let recycled = files.recycle_below(first);
    recycled.map_err(Error::io("freeing old segments"))?;
    Ok(Recovered {
        store,
        files,
        resume,
        start: bounds.start,
        end: walked.end.position,
        checkpoint,
        report: Report {
            segments: needed.len(),
            frames: walked.frames,
            records: walked.records,
            cut_bytes: walked.cut_bytes,
            end: walked.end.position,
        },
    })
}

/// The header of the segment in which the log goes on. A segment without a whole epoch is replaced.
fn resume(walked: &Walked, store: &Store, storage: &dyn Storage) -> Result<Resume> {
    let end = &walked.end;
    let nothing = end.position == Position::new(walked.first.number, FRAMES_START);
    let (number, previous) = if nothing {
        (walked.first.number, walked.first.previous)
    } else {
        (end.position.segment() + 1, end.position)
    };
    let salt = storage.random().map_err(Error::io("asking for chance"))?;
    Ok(Resume {
        header: SegmentHeader {
            store: store.id,
            number,
            salt,
            previous,
            chain: end.chain,
            sequence: end.sequence,
            epoch: end.epoch,
        },
        epoch: end.epoch,
    })
}

/// Makes durable what was accepted and removes what was cut; returns the segments that are left.
fn apply(
    storage: &dyn Storage,
    inventory: &Inventory,
    needed: &[u64],
    walked: &Walked,
    resume: &Resume,
) -> Result<Vec<u64>> {
    let io = Error::io;
    storage.sync_names().map_err(io("syncing the directory"))?;
    keep(storage, walked).map_err(io("making the end durable"))?;
    // From the last one on, each for good before the next: what is left is without a gap. The one
    // that the new segment replaces goes when that takes its name.
    let replaced = resume.header.number;
    for number in needed.iter().rev().filter(|number| **number > replaced) {
        storage.remove(&Segment::name(*number)).map_err(io("removing what was cut"))?;
        storage.sync_names().map_err(io("syncing the directory"))?;
    }
    let mut older = inventory.checkpoints.clone();
    older.pop();
    for number in older {
        let name = FileName::Checkpoint(number).to_string();
        storage.remove(&name).map_err(io("removing an old checkpoint"))?;
    }
    let live = inventory.segments.iter().copied();
    Ok(live.filter(|number| *number < replaced).collect())
}

/// Writes again and syncs the accepted frames that nothing vouches for.
fn keep(storage: &dyn Storage, walked: &Walked) -> std::io::Result<()> {
    let end = walked.end.position;
    let file = storage.open(&Segment::name(end.segment()))?;
    let durable = walked.durable;
    let from = if durable.segment() == end.segment() { durable.offset() } else { FRAMES_START };
    let from = from.max(FRAMES_START);
    if from < end.offset() {
        let mut bytes = vec![0; (end.offset() - from) as usize];
        crate::storage::io::read_full(&*file, &mut bytes, u64::from(from))?;
        write_all(&*file, &bytes, u64::from(from))?;
    }
    file.sync()
}

//! Looking at a store without changing it: what is in it, and where it is damaged.
//!
//! Nothing here takes the lock or writes to the store. What is seen of a store that is in use may be
//! torn at its end; look again when it is closed.

mod salvage;
mod scan;

pub use salvage::{LeftOut, Salvage, salvage};

use crate::checkpoint::CheckpointFile;
use crate::error::{Corruption, Damage, Error, Result};
use crate::format::{FileName, STORE_NAME};
use crate::position::Position;
use crate::recovery::{Inventory, Report, Survey, read_store};
use crate::storage::Storage;
use scan::{Part, Scan, identify};
use std::collections::BTreeMap;

/// Records of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindSummary {
    /// How many there are.
    pub records: u64,
    /// The bytes of their bodies.
    pub bytes: u64,
}

/// What is in one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SegmentSummary {
    /// The name of the file.
    pub file: String,
    /// The length of the file.
    pub bytes: u64,
    /// Whole frames.
    pub frames: u64,
    /// Whole records, by kind.
    pub kinds: BTreeMap<u8, KindSummary>,
    /// The first and the last epoch, if there are frames.
    pub epochs: Option<(u64, u64)>,
    /// The offset behind the last whole frame.
    pub end: u64,
    /// What is unreadable in front of that offset, or of the end that the next segment names.
    pub damage: Vec<LeftOut>,
}

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckpointSummary {
    /// The name of the file.
    pub file: String,
    /// How many bytes its body has, and where replay begins; or where it is damaged.
    pub contents: Result<(u64, Position), Corruption>,
}

/// What is in a store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// The size of a segment.
    pub segment_bytes: u32,
    /// All segments, the oldest first; also those that a checkpoint has made needless.
    pub segments: Vec<SegmentSummary>,
    /// All checkpoints; the last one counts.
    pub checkpoints: Vec<CheckpointSummary>,
    /// How many spare segments there are.
    pub spares: usize,
    /// Files that were never finished: the next opening removes them.
    pub unfinished: Vec<String>,
    /// Files that are no part of a store.
    pub strange: Vec<String>,
    /// What opening the store would recover, or the first damage that makes it refuse.
    pub verdict: Result<Report, Corruption>,
}

/// Looks at all of a store. Takes the time to read every segment twice, and the memory of two.
///
/// # Errors
/// [`Error::Io`] if the medium does not even give names; [`Error::Corrupt`] if nothing that is
/// there says which store this is; [`Error::Config`] if there is no store.
pub fn inspect(storage: &dyn Storage) -> Result<Inspection> {
    let inventory = Inventory::look(storage)?;
    let store = identify(storage, &inventory)?;
    let mut scan = Scan::new(storage, store);
    let mut segments = Vec::new();
    for number in inventory.segments.iter().rev() {
        segments.push(summary(&mut scan, *number)?);
    }
    segments.reverse();
    let checkpoint = |number: &u64| CheckpointSummary {
        file: FileName::Checkpoint(*number).to_string(),
        contents: match CheckpointFile::open(storage, &store, *number) {
            Ok(found) => Ok((found.reader().bytes(), found.position())),
            Err(error) => Err(damage(&FileName::Checkpoint(*number).to_string(), &error)),
        },
    };
    Ok(Inspection {
        segment_bytes: store.segment_bytes,
        checkpoints: inventory.checkpoints.iter().map(checkpoint).collect(),
        spares: inventory.spares.len(),
        verdict: verdict(storage, &inventory),
        segments,
        unfinished: inventory.temporary,
        strange: inventory.strange,
    })
}

/// What opening would say.
fn verdict(storage: &dyn Storage, inventory: &Inventory) -> Result<Report, Corruption> {
    let opened = read_store(storage).and_then(|store| {
        if let Some(store) = store {
            Survey::take(storage, &store, inventory).map(|survey| survey.report())
        } else {
            let unborn = inventory.check_unborn(storage);
            unborn.map(|()| Report::default())
        }
    });
    opened.map_err(|error| damage(STORE_NAME, &error))
}

/// Where `error` is; a file that the medium does not give is unreadable from its start.
fn damage(file: &str, error: &Error) -> Corruption {
    match error {
        Error::Corrupt(found) => found.clone(),
        _ => Corruption::at(file, 0, Damage::Unreadable),
    }
}

/// Later segments come first: each says where the one before it ends.
fn summary(scan: &mut Scan<'_>, number: u64) -> Result<SegmentSummary> {
    let mut summary = SegmentSummary {
        file: FileName::Segment(number).to_string(),
        bytes: 0,
        frames: 0,
        kinds: BTreeMap::new(),
        epochs: None,
        end: 0,
        damage: Vec::new(),
    };
    let found = scan.segment(number)?;
    summary.bytes = found.length;
    for part in found.parts() {
        match part {
            Part::Frame(frame) => {
                summary.frames += 1;
                summary.end = frame.end;
                let (first, _) = summary.epochs.unwrap_or((frame.epoch, 0));
                summary.epochs = Some((first, frame.epoch));
                for record in frame.records() {
                    let kind = summary.kinds.entry(record.kind()).or_default();
                    kind.records += 1;
                    kind.bytes += record.body().len() as u64;
                }
            }
            Part::Damage(left_out) => summary.damage.push(left_out),
        }
    }
    Ok(summary)
}

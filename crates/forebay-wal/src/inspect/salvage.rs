//! Salvage: a new store of all that can be proven good of a damaged one.

use super::scan::{Part, Scan, identify};
use super::{damage, verdict};
use crate::checkpoint::CheckpointFile;
use crate::config::Config;
use crate::error::{Damage, Error, Result};
use crate::format::{FRAMES_START, FileName};
use crate::level::Level;
use crate::position::Position;
use crate::recovery::{Inventory, Segment};
use crate::storage::Storage;
use crate::wal::Wal;
use std::sync::Arc;

/// A part of a store that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The name of the file.
    pub file: String,
    /// Where the part begins.
    pub offset: u64,
    /// How long it is; 0 if that is not known, for a missing file or a missing end.
    pub bytes: u64,
    /// What is wrong with it.
    pub damage: Damage,
}

/// What was salvaged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Salvage {
    /// How many bytes the body of the checkpoint has, if one was whole.
    pub checkpoint_bytes: Option<u64>,
    /// How many records were copied.
    pub records: u64,
    /// The bytes of their bodies.
    pub record_bytes: u64,
    /// How many of those are of an epoch whose end was not found: they may never have been
    /// acknowledged.
    pub unfinished: u64,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
}

/// Makes a store in `into` of every record of the store in `from` that is proven by its checksums,
/// in the order of the log, on top of the newest checkpoint that is whole. `from` is not changed.
///
/// Records behind a gap were made by users who knew what is lost in it: what they mean without it
/// is for the user of the log to judge.
///
/// # Errors
/// As [`inspect`](super::inspect) for `from`; [`Error::Config`] if there is a store in `into`, and
/// whatever else opening and writing one may fail with.
pub fn salvage(from: &dyn Storage, into: Arc<dyn Storage>) -> Result<Salvage> {
    let inventory = Inventory::look(from)?;
    let store = identify(from, &inventory)?;
    let is_damaged = verdict(from, &inventory).is_err();
    let mut salvage = Salvage::default();
    let mut checkpoint = None;
    for number in inventory.checkpoints.iter().rev() {
        let file = FileName::Checkpoint(*number).to_string();
        match CheckpointFile::open(from, &store, *number) {
            Ok(found) => {
                checkpoint = Some(found);
                break;
            }
            Err(error) => {
                let found = damage(&file, &error);
                salvage.left_out.push(LeftOut {
                    file,
                    offset: found.offset(),
                    bytes: 0,
                    damage: found.damage(),
                });
            }
        }
    }
    let first = Position::new(1, FRAMES_START);
    let start = checkpoint.as_ref().map_or(first, CheckpointFile::position);

    let mut config = Config {
        level: Level::None,
        segment_bytes: store.segment_bytes,
        segments_max: usize::MAX >> 1,
        ..Config::default()
    };
    config.record_bytes_max = config.record_bytes_limit();
    let (log, recovery) = Wal::open(into, config)?;
    if recovery.report.segments > 0 {
        return Err(Error::Config(
            "there is a store in the directory to salvage into",
        ));
    }
    if let Some(found) = checkpoint {
        let mut written = log.checkpoint()?;
        let copied = std::io::copy(&mut found.reader(), &mut written);
        salvage.checkpoint_bytes = Some(copied.map_err(Error::io("copying the checkpoint"))?);
        written.commit()?;
    }
    let mut copy = Copy {
        scan: Ends::find(from, store, &inventory)?,
        start,
        is_damaged,
        next: start.segment(),
        sequence: 0,
        salvage,
    };
    for number in inventory
        .segments
        .iter()
        .filter(|number| **number >= start.segment())
    {
        copy.segment(&log, *number)?;
    }
    log.close()?;
    Ok(copy.salvage)
}

/// Where each segment ends, which is known from the last one to the first.
struct Ends<'a> {
    from: &'a dyn Storage,
    store: crate::format::Store,
    inventory: &'a Inventory,
    /// The last epoch whose end was found, or that a later one follows.
    ended: u64,
}

impl<'a> Ends<'a> {
    fn find(
        from: &'a dyn Storage,
        store: crate::format::Store,
        inventory: &'a Inventory,
    ) -> Result<Self> {
        let mut scan = Scan::new(from, store);
        let mut ended = 0;
        for number in inventory.segments.iter().rev() {
            for part in scan.segment(*number)?.parts() {
                if let Part::Frame(frame) = part {
                    let known = if frame.ends {
                        frame.epoch
                    } else {
                        frame.epoch.saturating_sub(1)
                    };
                    ended = ended.max(known);
                }
            }
        }
        Ok(Self {
            from,
            store,
            inventory,
            ended,
        })
    }

    fn scanned(&self, number: u64) -> Result<super::scan::Scanned> {
        let mut scan = Scan::new(self.from, self.store);
        if self.inventory.segments.contains(&(number + 1)) {
            scan.segment(number + 1)?;
        }
        scan.segment(number)
    }
}

struct Copy<'a> {
    scan: Ends<'a>,
    start: Position,
    is_damaged: bool,
    /// The segment that comes next if none is missing.
    next: u64,
    /// The last frame that was copied.
    sequence: u64,
    salvage: Salvage,
}

impl Copy<'_> {
    fn segment(&mut self, log: &Wal, number: u64) -> Result<()> {
        for lost in self.next..number {
            self.salvage.left_out.push(LeftOut {
                file: Segment::name(lost),
                offset: 0,
                bytes: 0,
                damage: Damage::Missing,
            });
        }
        self.next = number + 1;
        for part in self.scan.scanned(number)?.parts() {
            let frame = match part {
                Part::Frame(frame) => frame,
                Part::Damage(left_out) => {
                    self.salvage.left_out.push(left_out);
                    continue;
                }
            };
            let offset = u32::try_from(frame.offset).unwrap_or(u32::MAX);
            let unfinished = frame.epoch > self.scan.ended;
            // A frame that recovery has written again is found twice.
            let known = frame.sequence <= self.sequence;
            if Position::new(number, offset) < self.start || known {
                continue;
            }
            // Of a whole store nothing is kept that opening it would cut.
            if unfinished && !self.is_damaged {
                continue;
            }
            self.sequence = frame.sequence;
            for record in frame.records() {
                log.append(record)?;
                self.salvage.records += 1;
                self.salvage.record_bytes += record.body().len() as u64;
                self.salvage.unfinished += u64::from(unfinished);
            }
        }
        Ok(())
    }
}

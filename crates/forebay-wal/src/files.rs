//! The segment files: made once, used again and again.

use crate::format::{FRAMES_START, FileName, SegmentHeader, TEMPORARY_SUFFIX};
use crate::storage::io::{write_all, write_zeroes};
use crate::storage::{Storage, StorageFile};
use std::collections::VecDeque;
use std::io::{Error, Result};
use std::sync::Arc;

/// How much is zeroed by one write.
/// The files of one log.
#[derive(Debug)]
pub(crate) struct Files {
    storage: Arc<dyn Storage>,
    segment_bytes: u32,
    /// The segments with records, the oldest first.
    live: VecDeque<u64>,
    spares: Vec<u64>,
    next_spare: u64,
    /// Whether a spare is written once when it is made. Syncing what overwrites is faster than
    /// syncing what is written for the first time, so that is for who syncs often.
    overwrites: bool,
}

impl Files {
    pub(crate) fn new(
        storage: Arc<dyn Storage>,
        segment_bytes: u32,
        live: VecDeque<u64>,
        spares: Vec<u64>,
    ) -> Self {
        let next_spare = spares.iter().max().map_or(0, |last| last + 1);
        Self {
            storage,
            segment_bytes,
            live,
            spares,
            next_spare,
            overwrites: true,
        }
    }

    /// Says how later spares are made.
    pub(crate) fn set_overwrites(&mut self, overwrites: bool) {
        self.overwrites = overwrites;
    }

    pub(crate) fn live(&self) -> usize {
        self.live.len()
    }

    pub(crate) fn spares(&self) -> usize {
        self.spares.len()
    }

    /// Makes a spare file: all zeroes, and with all its blocks, so that no later write needs room
    /// from the file system.
    pub(crate) fn allocate(&mut self) -> Result<()> {
        let number = self.next_spare;
        let name = FileName::Spare(number).to_string();
        let temporary = format!("{name}{TEMPORARY_SUFFIX}");
        let made = self.fill(&temporary).and_then(|()| {
            self.storage.rename(&temporary, &name)?;
            self.storage.sync_names()
        });
        self.next_spare += 1;
        if let Err(error) = made {
            // What could be made of it goes at the next opening at the latest.
            drop(self.storage.remove(&temporary));
            return Err(error);
        }
        self.spares.push(number);
        Ok(())
    }

    fn fill(&self, name: &str) -> Result<()> {
        let file = self.storage.create(name)?;
        let bytes = u64::from(self.segment_bytes);
        if self.overwrites {
            write_zeroes(&*file, bytes)?;
        } else {
            file.reserve(bytes)?;
        }
        file.sync()
    }

    /// Makes a spare file the segment of `header`, which begins with `frames`. When this returns, the segment is there after
    /// any crash; until then it is there as a whole or not at all.
    pub(crate) fn start(
        &mut self,
        header: &SegmentHeader,
        frames: &[u8],
    ) -> Result<Arc<dyn StorageFile>> {
        if self.spares.is_empty() {
            self.allocate()?;
        }
        let number = self
            .spares
            .pop()
            .ok_or_else(|| Error::other("no spare segment"))?;
        let spare = FileName::Spare(number).to_string();
        let file = self.storage.open(&spare)?;
        let block = header.encode();
        debug_assert_eq!(
            u32::try_from(block.len()),
            Ok(FRAMES_START),
            "frames come next"
        );
        write_all(&*file, &block, 0)?;
        write_all(&*file, frames, u64::from(FRAMES_START))?;
        file.sync()?;
        let name = FileName::Segment(header.number).to_string();
        self.storage.rename(&spare, &name)?;
        self.storage.sync_names()?;
        self.live.push_back(header.number);
        Ok(file)
    }

    /// Frees the segments below `number`, which no recovery needs any more; says how many.
    pub(crate) fn recycle_below(&mut self, number: u64) -> Result<usize> {
        let mut freed = Vec::new();
        while self.live.front().is_some_and(|first| *first < number) {
            let Some(old) = self.live.pop_front() else {
                break;
            };
            let spare = FileName::Spare(self.next_spare).to_string();
            self.storage
                .rename(&FileName::Segment(old).to_string(), &spare)?;
            freed.push(self.next_spare);
            self.next_spare += 1;
        }
        if freed.is_empty() {
            return Ok(0);
        }
        // Only when its old name is gone for good may a file get a new one.
        self.storage.sync_names()?;
        let count = freed.len();
        self.spares.append(&mut freed);
        Ok(count)
    }
}

//! The one writer: takes what the lanes have, writes it, syncs once, says so.
//!
//! [`Writer::turn`] is one round. In production a thread calls it and sleeps in between; in tests
//! it is called by hand, and then everything that happens to the medium is in one known order.

mod frames;
mod thread;

#[cfg(any(test, feature = "sim"))]
pub(crate) use thread::fail;
pub(crate) use thread::run;

use crate::buffer::Buffer;
use crate::files::Files;
use crate::format::{FRAME_HEADER_BYTES, FRAMES_START, Flags, SegmentHeader};
use crate::gate::Goal;
use crate::level::Level;
use crate::loom::{Site, skips};
use crate::position::Position;
use crate::shared::{Shared, Wishes};
use crate::stats::Stats;
use crate::storage::StorageFile;
use core::time::Duration;
use std::io::Result;
use std::sync::Arc;

/// After how much time a file system that was full is tried again, if nobody asks for it.
const GROW_AGAIN: Duration = Duration::from_secs(1);

/// What the writer does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// There may be more at once.
    Turn,
    /// Nothing until it is woken, or until this time has passed.
    Sleep(Option<Duration>),
    /// It has ended.
    End,
}

/// Why there should be more segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Nobody waits for them: there is room, as the log was just opened, or segments were freed.
    Nothing,
    /// Some should be at hand.
    Spares,
    /// Somebody waits for room.
    One,
}

/// Where the log goes on.
#[derive(Debug)]
pub(crate) struct Resume {
    pub(crate) header: SegmentHeader,
    /// The last epoch that was recovered.
    pub(crate) epoch: u64,
    /// The segment's first frames, which are already sealed.
    pub(crate) frames: Vec<u8>,
    /// The checksum of the last frame.
    pub(crate) chain: u32,
    /// The sequence number of the next frame.
    pub(crate) sequence: u64,
}

impl Resume {
    /// In an empty segment.
    pub(crate) fn at(header: SegmentHeader, epoch: u64) -> Self {
        Self {
            header,
            epoch,
            frames: Vec::new(),
            chain: header.chain,
            sequence: header.sequence,
        }
    }

    /// Behind the frames.
    pub(crate) fn end(&self) -> Position {
        let frames = u32::try_from(self.frames.len()).unwrap_or(u32::MAX);
        Position::new(self.header.number, FRAMES_START.saturating_add(frames))
    }
}

#[derive(Debug)]
pub(crate) struct Writer {
    shared: Arc<Shared>,
    files: Files,
    file: Arc<dyn StorageFile>,
    header: SegmentHeader,
    seed: u32,
    tail: u32,
    /// Bytes of the current segment that were charged to the space.
    charged: i64,
    chain: u32,
    sequence: u64,
    /// The last epoch with a whole batch in the log.
    epoch: u64,
    /// Everything before this is synced.
    durable: Position,
    /// The same, and an epoch ends here: what a checkpoint may rely on, for recovery cuts back to
    /// the end of an epoch.
    durable_epoch: Position,
    /// Whether some frame of the log is not vouched for by a later one.
    unvouched: bool,
    dirty_since: Option<Duration>,
    active: Duration,
    /// When growing is tried again after it has failed.
    grow_at: Duration,
    batch: Vec<Buffer>,
    frame: Vec<u8>,
    frame_records: u32,
    stats: Stats,
}

impl Writer {
    /// Begins a segment and is ready to write into it.
    pub(crate) fn start(shared: Arc<Shared>, mut files: Files, resume: &Resume) -> Result<Self> {
        files.set_overwrites(shared.config.level == Level::Group);
        let file = files.start(&resume.header, &resume.frames)?;
        let durable = resume.end();
        let charged = i64::try_from(resume.frames.len()).unwrap_or(i64::MAX);
        let active = shared.storage.now();
        let mut writer = Self {
            shared,
            files,
            file,
            header: resume.header,
            seed: resume.header.seed(),
            tail: durable.offset(),
            charged,
            chain: resume.chain,
            sequence: resume.sequence,
            epoch: resume.epoch,
            durable,
            durable_epoch: durable,
            unvouched: charged > 0,
            dirty_since: None,
            active,
            grow_at: Duration::ZERO,
            batch: Vec::new(),
            frame: vec![0; FRAME_HEADER_BYTES],
            frame_records: 0,
            stats: Stats::default(),
        };
        let spares = i64::try_from(writer.files.spares()).unwrap_or(i64::MAX);
        let usable = writer.shared.config.usable_bytes();
        writer
            .shared
            .space
            .add(usable.saturating_mul(1 + spares) - charged);
        // More than the reserve can wait until the log is open.
        if writer.files.spares() < writer.shared.config.segments_reserved {
            writer.grow(Asked::Nothing);
        }
        writer.show();
        Ok(writer)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// One round. After an error nothing is written any more: nobody knows what the medium has.
    pub(crate) fn turn(&mut self) -> Result<Next> {
        let wishes = *self.shared.wishes.lock();
        if wishes.stop {
            return self.finish();
        }
        let quiet = self.batch()?;
        self.sync_if_due(wishes)?;
        self.maintain()?;
        if !quiet {
            return Ok(Next::Turn);
        }
        self.rest()
    }

    /// Writes one epoch. Says whether there was and is nothing to write.
    fn batch(&mut self) -> Result<bool> {
        let gathered = self.shared.lanes.gather(&mut self.batch);
        let mut batch = core::mem::take(&mut self.batch);
        let records: u64 = batch.iter().map(Buffer::records).sum();
        if records > 0 {
            self.active = self.shared.storage.now();
            self.dirty_since.get_or_insert(self.active);
            self.write_batch(gathered.epoch, &batch)?;
            self.stats.batches += 1;
            self.stats.records += records;
        }
        for buffer in &mut batch {
            buffer.clear(&self.shared.lanes.pool);
        }
        self.batch = batch;
        self.epoch = gathered.epoch;
        self.show();
        self.shared.gate.publish(Goal::Written, gathered.epoch);
        Ok(gathered.quiet)
    }

    fn sync_if_due(&mut self, wishes: Wishes) -> Result<()> {
        let due = match (self.shared.config.level, self.dirty_since) {
            (Level::Group, Some(_)) => true,
            (Level::Interval(limit), Some(since)) => self.shared.storage.now() >= since + limit,
            _ => false,
        };
        let wished = wishes.sync > self.shared.gate.synced();
        if (due || wished) && !skips(Site::WriterSync) {
            self.sync()?;
        }
        if self.dirty_since.is_none() || skips(Site::WriterSync) {
            self.shared.gate.publish(Goal::Synced, self.epoch);
        }
        Ok(())
    }

    /// Makes durable what is written.
    fn sync(&mut self) -> Result<()> {
        if self.dirty_since.is_some() {
            self.file.sync()?;
            self.stats.syncs += 1;
            self.dirty_since = None;
            self.durable = self.position();
            self.durable_epoch = self.durable;
            self.unvouched = true;
            self.show();
        }
        Ok(())
    }

    /// Frees what is not needed any more, and keeps spare segments at hand.
    fn maintain(&mut self) -> Result<()> {
        // In this order: whoever promises later has told before what to free.
        self.shared.space.keep_promise();
        let below = self.shared.wishes.lock().recycle_below;
        let below = below.min(self.header.number);
        let freed = self.files.recycle_below(below)?;
        if freed > 0 {
            let freed_bytes = i64::try_from(freed).unwrap_or(i64::MAX);
            let usable = self.shared.config.usable_bytes();
            self.shared.space.add(usable.saturating_mul(freed_bytes));
            self.stats.recycled += freed as u64;
        }
        let few =
            self.files.spares() < self.spares_wanted() && self.shared.storage.now() >= self.grow_at;
        let asked = if freed > 0 {
            Asked::Nothing
        } else if self.shared.space.is_wanted() {
            Asked::One
        } else {
            Asked::Spares
        };
        if asked != Asked::Spares || (few && self.may_grow()) {
            self.grow(asked);
        }
        Ok(())
    }

    fn spares_wanted(&self) -> usize {
        self.shared.config.segments_reserved + 1
    }

    fn may_grow(&self) -> bool {
        self.files.live() + self.files.spares() < self.shared.config.segments_max
    }

    /// Makes spare segments as far as they are wanted and allowed. That there is no room for them
    /// is no failure: nothing that was accepted depends on it.
    fn grow(&mut self, asked: Asked) {
        let mut grown = false;
        // Who asks for room has not found enough in the spares that there are.
        let least = match asked {
            Asked::One => self.files.spares() + 1,
            Asked::Nothing | Asked::Spares => 0,
        };
        while self.files.spares() < self.spares_wanted().max(least) && self.may_grow() {
            if self.files.allocate().is_err() {
                self.grow_at = self.shared.storage.now() + GROW_AGAIN;
                break;
            }
            grown = true;
            self.shared.space.add(self.shared.config.usable_bytes());
        }
        self.shared.space.tried(!grown && asked != Asked::Nothing);
        self.show();
    }

    /// What to do when there is nothing to do: vouch for the last frame once, then sleep.
    fn rest(&mut self) -> Result<Next> {
        let now = self.shared.storage.now();
        if let (Level::Interval(limit), Some(since)) = (self.shared.config.level, self.dirty_since)
        {
            return Ok(Next::Sleep(Some((since + limit).saturating_sub(now))));
        }
        if self.dirty_since.is_some() || !self.unvouched {
            return Ok(Next::Sleep(None));
        }
        let vouch_at = self.active + self.shared.config.vouch_after;
        if now < vouch_at {
            return Ok(Next::Sleep(Some(vouch_at.saturating_sub(now))));
        }
        self.vouch()?;
        Ok(Next::Sleep(None))
    }

    /// Writes an empty frame, for the frames before it to be known as durable.
    fn vouch(&mut self) -> Result<()> {
        self.write_empty(Flags::EPOCH_END)?;
        self.file.sync()?;
        self.durable = self.position();
        self.durable_epoch = self.durable;
        self.unvouched = false;
        // Nobody has written for some time.
        self.shared.lanes.pool.empty();
        self.show();
        Ok(())
    }

    /// Writes and syncs what is left, and ends.
    fn finish(&mut self) -> Result<Next> {
        self.shared.lanes.close();
        // What came before the closing has the tag of the epoch that this ends.
        if !skips(Site::WriterLastBatch) {
            self.batch()?;
        }
        self.sync()?;
        self.shared.gate.publish(Goal::Synced, self.epoch);
        if self.unvouched {
            self.vouch()?;
        }
        Ok(Next::End)
    }

    fn position(&self) -> Position {
        Position::new(self.header.number, self.tail)
    }

    fn show(&mut self) {
        self.stats.segments = self.files.live();
        self.stats.spares = self.files.spares();
        self.stats.free_bytes = self.shared.space.free();
        let mut shown = self.shared.shown.lock();
        shown.tail = self.position();
        shown.durable = self.durable_epoch;
        shown.stats = self.stats;
    }
}

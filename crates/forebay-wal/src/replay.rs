//! Replay: the records of a recovered log, one after the other.

use crate::error::{Damage, Error, Result};
use crate::format::{SegmentHeader, Store};
use crate::position::Position;
use crate::record::Record;
use crate::recovery::Segment;
use crate::recovery::segment::Cursor;
use crate::storage::Storage;
use std::sync::Arc;

/// The records from a checkpoint's position to the end of the recovered log.
///
/// All of them were checked when the log was opened; they are read again here, one segment in memory
/// at a time. Take no checkpoint before this is at its end: it would free what is still to be read.
#[derive(Debug)]
pub struct Replay {
    storage: Arc<dyn Storage>,
    store: Store,
    start: Position,
    end: Position,
    /// Where the segments that were ended say that they are ended.
    segment: Option<Loaded>,
    next: u64,
}

#[derive(Debug)]
struct Loaded {
    segment: Segment,
    /// Where it ends.
    end: Position,
    cursor: Cursor,
    /// What is left of the frame before the cursor, in bytes of the segment.
    records: core::ops::Range<usize>,
    /// The epoch of that frame.
    epoch: u64,
}

impl Replay {
    pub(crate) fn new(
        storage: &Arc<dyn Storage>,
        store: Store,
        start: Position,
        end: Position,
    ) -> Self {
        Self {
            storage: Arc::clone(storage),
            store,
            start,
            end,
            segment: None,
            next: start.segment(),
        }
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Corrupt`] if the medium now gives something else than when the
    /// log was opened.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>> {
        Ok(self.next_with_epoch()?.map(|(_, record)| record))
    }

    /// The next record and its epoch. Epochs come one after the other; the records of one come in no
    /// particular order, but those of one thread in theirs.
    ///
    /// # Errors
    /// As [`next_record`](Self::next_record).
    pub fn next_with_epoch(&mut self) -> Result<Option<(u64, Record<'_>)>> {
        let range = loop {
            match &mut self.segment {
                Some(loaded) if !loaded.records.is_empty() => break loaded.take()?,
                Some(loaded) if loaded.cursor.position < loaded.end => loaded.step(self.start)?,
                _ if self.next > self.end.segment() => return Ok(None),
                _ => self.load()?,
            }
        };
        let Some(loaded) = &self.segment else {
            return Ok(None);
        };
        let bytes = loaded.segment.bytes.get(range);
        let record = bytes.and_then(Record::decode);
        Ok(record.map(|(record, _)| (loaded.epoch, record)))
    }

    fn load(&mut self) -> Result<()> {
        let number = self.next;
        let segment = Segment::read(&*self.storage, &self.store, number)?;
        let end = if number == self.end.segment() {
            self.end
        } else {
            self.header(number + 1)?.previous
        };
        self.segment = Some(Loaded {
            cursor: Cursor::before(&segment.header),
            segment,
            end,
            records: 0..0,
            epoch: 0,
        });
        self.next += 1;
        Ok(())
    }

    fn header(&self, number: u64) -> Result<SegmentHeader> {
        Ok(Segment::read(&*self.storage, &self.store, number)?.header)
    }
}

impl Loaded {
    /// Goes over the next frame, and takes its records if they are behind `start`.
    fn step(&mut self, start: Position) -> Result<()> {
        let at = self.cursor.position;
        let Some(frame) = self.segment.frame(at.offset()) else {
            return Err(self.changed());
        };
        let first = at.offset() as usize + crate::format::FRAME_HEADER_BYTES;
        let count = frame.records.len();
        self.cursor = self.cursor.behind(&frame);
        self.epoch = frame.header.epoch;
        if at >= start {
            self.records = first..first + count;
        }
        Ok(())
    }

    /// Where the next record is.
    fn take(&mut self) -> Result<core::ops::Range<usize>> {
        let bytes = self
            .segment
            .bytes
            .get(self.records.clone())
            .unwrap_or_default();
        let Some((record, _)) = Record::decode(bytes) else {
            return Err(self.changed());
        };
        let first = self.records.start;
        self.records.start += record.encoded_bytes();
        Ok(first..self.records.start)
    }

    fn changed(&self) -> Error {
        let name = Segment::name(self.segment.header.number);
        Error::corrupt(
            &name,
            u64::from(self.cursor.position.offset()),
            Damage::Unreadable,
        )
    }
}

//! From buffers to frames, and from one segment to the next.

use super::Writer;
use crate::buffer::Buffer;
use crate::format::{
    BLOCK_BYTES, FRAME_HEADER_BYTES, FRAMES_START, Flags, FrameHeader, SegmentHeader, seal_frame,
};
use crate::position::Position;
use crate::record::Record;
use crate::storage::io::write_all;
use std::io::{Error, Result};

/// The flags of the frame that ends a segment in the middle of an epoch.
const MIDDLE: Flags = Flags::SEAL;

impl Writer {
    /// Writes the records of one epoch as frames, the last of which says that the epoch is whole.
    pub(super) fn write_batch(&mut self, epoch: u64, batch: &[Buffer]) -> Result<()> {
        let mut begun = false;
        for slab in batch.iter().flat_map(Buffer::slabs) {
            let mut rest = &slab.bytes[..];
            let mut records = slab.records;
            while records > 0 {
                let (bytes, count) = fitting(rest, records, self.frame_room());
                if count == 0 {
                    if self.frame_records > 0 {
                        self.write_frame(epoch, Flags::default())?;
                        begun = true;
                    } else {
                        self.rotate(begun.then_some(epoch))?;
                    }
                    continue;
                }
                self.frame.extend_from_slice(&rest[..bytes]);
                self.frame_records += count;
                self.stats.record_bytes += bytes as u64;
                self.charged += i64::try_from(bytes).unwrap_or(i64::MAX);
                rest = &rest[bytes..];
                records -= count;
            }
        }
        self.write_frame(epoch, Flags::EPOCH_END)
    }

    /// How many bytes of records the frame can still take. A frame without any takes one of any
    /// size that the segment has room for.
    fn frame_room(&self) -> Room {
        let segment = self.shared.config.segment_bytes as usize;
        // The last block is for the seal.
        let left = segment - BLOCK_BYTES - self.tail as usize;
        let most = left.saturating_sub(self.frame.len());
        let target = self.shared.config.frame_bytes_max;
        Room {
            most,
            target: target.saturating_sub(self.frame.len()).min(most),
            empty: self.frame_records == 0,
        }
    }

    fn write_frame(&mut self, epoch: u64, flags: Flags) -> Result<()> {
        let header = FrameHeader {
            flags,
            records: self.frame_records,
            chain: self.chain,
            segment: self.header.number,
            sequence: self.sequence,
            epoch,
            durable: self.durable,
        };
        let record_bytes = self.frame.len() - FRAME_HEADER_BYTES;
        let checksum = seal_frame(&mut self.frame, self.seed, &header);
        write_all(&*self.file, &self.frame, u64::from(self.tail))?;
        self.stats.frames += 1;
        self.stats.bytes += self.frame.len() as u64;
        let cost = i64::try_from(self.frame.len() - record_bytes).unwrap_or(i64::MAX);
        self.shared.space.add(-cost);
        self.charged += cost;
        self.tail += u32::try_from(self.frame.len()).map_err(Error::other)?;
        self.chain = checksum;
        self.sequence += 1;
        self.frame.truncate(FRAME_HEADER_BYTES);
        self.frame_records = 0;
        Ok(())
    }

    /// Writes a frame without records.
    pub(super) fn write_empty(&mut self, flags: Flags) -> Result<()> {
        let segment = self.shared.config.segment_bytes as usize;
        if self.tail as usize + 2 * BLOCK_BYTES > segment {
            self.rotate(None)?;
        }
        self.write_frame(self.epoch, flags)
    }

    /// Goes on in a new segment; `unfinished` is the epoch that is, if one is. The order is what
    /// recovery relies on: the old segment is durable, then the new one is there, then the old one
    /// is sealed and so says that there is a new one.
    fn rotate(&mut self, unfinished: Option<u64>) -> Result<()> {
        self.file.sync()?;
        self.stats.syncs += 1;
        let header = SegmentHeader {
            number: self.header.number + 1,
            salt: self.shared.storage.random()?,
            previous: self.position(),
            chain: self.chain,
            sequence: self.sequence,
            epoch: self.epoch,
            ..self.header
        };
        let file = self.files.start(&header, &[])?;
        // A seal inside an epoch vouches for no more than what is before it: a recovery that loses
        // the end of the epoch removes the new segment.
        self.durable = self.position();
        match unfinished {
            Some(epoch) => self.write_frame(epoch, MIDDLE)?,
            None => self.write_frame(self.epoch, MIDDLE.and(Flags::EPOCH_END))?,
        }
        self.file.sync()?;
        self.durable = Position::new(header.number, FRAMES_START);

        // The segment counted as less than it holds; what was charged beyond that comes back.
        let usable = self.shared.config.usable_bytes();
        self.shared.space.add((self.charged - usable).max(0));
        self.charged = 0;
        self.file = file;
        self.seed = header.seed();
        self.header = header;
        self.tail = FRAMES_START;
        self.chain = header.chain;
        self.sequence = header.sequence;
        self.unvouched = false;
        self.stats.rotations += 1;
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
struct Room {
    most: usize,
    target: usize,
    empty: bool,
}

/// How many bytes, and how many of the `records` in `bytes`, go into a frame with this room.
fn fitting(bytes: &[u8], records: u32, room: Room) -> (usize, u32) {
    if bytes.len() <= room.target {
        return (bytes.len(), records);
    }
    let mut rest = bytes;
    let mut count = 0;
    while let Some((_, behind)) = Record::decode(rest) {
        let limit = if room.empty && count == 0 {
            room.most
        } else {
            room.target
        };
        if bytes.len() - behind.len() > limit {
            break;
        }
        rest = behind;
        count += 1;
    }
    (bytes.len() - rest.len(), count)
}

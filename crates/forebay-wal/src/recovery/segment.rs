//! A segment in memory, and the frames in it.

use super::decision::Found;
use crate::error::{Damage, Error, Result};
use crate::format::{
    BLOCK_BYTES, FRAME_HEADER_BYTES, FRAMES_START, FileName, Flags, Frame, SegmentHeader, Store,
    padded, parse_frame,
};
use crate::position::Position;
use crate::record::Record;
use crate::storage::Storage;
use crate::storage::io::read_full;

/// All bytes of a segment, whose header is right.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) header: SegmentHeader,
    pub(crate) bytes: Vec<u8>,
    seed: u32,
}

/// Where a walk through the log stands: what the next frame has to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) position: Position,
    pub(crate) chain: u32,
    pub(crate) sequence: u64,
    pub(crate) epoch: u64,
}

impl Cursor {
    /// In front of the first frame of a segment.
    pub(crate) fn before(header: &SegmentHeader) -> Self {
        Self {
            position: Position::new(header.number, FRAMES_START),
            chain: header.chain,
            sequence: header.sequence,
            epoch: header.epoch,
        }
    }

    /// Behind `frame`, which is at this place.
    pub(crate) fn behind(&self, frame: &Frame<'_>) -> Self {
        let bytes = padded(FRAME_HEADER_BYTES + frame.records.len());
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let offset = self.position.offset().saturating_add(bytes);
        Self {
            position: Position::new(self.position.segment(), offset),
            chain: frame.checksum,
            sequence: self.sequence + 1,
            epoch: frame.header.epoch,
        }
    }
}

impl Segment {
    pub(crate) fn name(number: u64) -> String {
        FileName::Segment(number).to_string()
    }

    /// Reads segment `number`. The memory that this takes is bounded by the size of a segment.
    pub(crate) fn read(storage: &dyn Storage, store: &Store, number: u64) -> Result<Self> {
        let name = Self::name(number);
        let file = storage.open(&name).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::corrupt(&name, 0, Damage::Missing),
            _ => Error::io("opening a segment")(error),
        })?;
        let length = file.len().map_err(Error::io("reading a segment"))?;
        if length != u64::from(store.segment_bytes) {
            return Err(Error::corrupt(&name, length, Damage::Length));
        }
        let mut bytes = vec![0; store.segment_bytes as usize];
        let count = read_full(&*file, &mut bytes, 0).map_err(Error::io("reading a segment"))?;
        if count != bytes.len() {
            return Err(Error::corrupt(&name, count as u64, Damage::Length));
        }
        let header = SegmentHeader::decode(&bytes, store.id, number);
        let header = header.map_err(|damage| Error::corrupt(&name, 0, damage))?;
        if let Some(at) = dirty(&bytes[SegmentHeader::BYTES..FRAMES_START as usize]) {
            let offset = (SegmentHeader::BYTES + at) as u64;
            return Err(Error::corrupt(&name, offset, Damage::Padding));
        }
        Ok(Self::of(header, bytes))
    }

    /// A segment of bytes whose header was decoded.
    pub(crate) fn of(header: SegmentHeader, bytes: Vec<u8>) -> Self {
        Self {
            seed: header.seed(),
            header,
            bytes,
        }
    }

    /// The frame at `offset`, if there is a whole one.
    pub(crate) fn frame(&self, offset: u32) -> Option<Frame<'_>> {
        let bytes = self.bytes.get(offset as usize..)?;
        parse_frame(bytes, self.seed, self.header.number)
    }

    /// The first byte behind the records of a frame at `offset`, up to the next block, that is not
    /// zero. No checksum covers these.
    pub(crate) fn dirty_padding(&self, offset: u32, frame: &Frame<'_>) -> Option<u32> {
        let end = offset as usize + FRAME_HEADER_BYTES + frame.records.len();
        let padding = self.bytes.get(end..padded(end))?;
        u32::try_from(end + dirty(padding)?).ok()
    }

    /// What is at `cursor`.
    pub(crate) fn find(&self, cursor: &Cursor) -> (Found, Option<Frame<'_>>) {
        let Some(frame) = self.frame(cursor.position.offset()) else {
            return (Found::Unreadable, None);
        };
        let header = &frame.header;
        let follows = header.sequence == cursor.sequence
            && header.chain == cursor.chain
            && header.epoch >= cursor.epoch;
        let found = if !follows {
            Found::Broken
        } else if !header.flags.has(Flags::SEAL) {
            Found::Follows
        } else if header.flags.has(Flags::EPOCH_END) {
            Found::SealEnd
        } else {
            Found::SealMiddle
        };
        (found, Some(frame))
    }

    /// The furthest place that any frame at or behind `offset` says is durable.
    pub(crate) fn vouched_behind(&self, offset: u32) -> Position {
        let blocks = (offset as usize..self.bytes.len()).step_by(BLOCK_BYTES);
        let offsets = blocks.filter_map(|offset| u32::try_from(offset).ok());
        let frames = offsets.filter_map(|offset| self.frame(offset));
        let durable = frames.map(|frame| frame.header.durable);
        durable.max().unwrap_or_default()
    }
}

/// The first byte that is not zero.
fn dirty(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte != 0)
}

/// Whether a frame has as many records as it says, and nothing else.
pub(crate) fn records_are_whole(frame: &Frame<'_>) -> bool {
    let mut rest = frame.records;
    for _ in 0..frame.header.records {
        match Record::decode(rest) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.is_empty()
}

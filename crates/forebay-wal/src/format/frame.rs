//! Frames: what one write puts into the log.

use super::{BLOCK_BYTES, Reader, VERSION, Writer};
use crate::position::Position;

/// What is before the records of a frame.
pub(crate) const FRAME_HEADER_BYTES: usize = 64;

const MAGIC: u32 = u32::from_le_bytes(*b"FBFR");

/// What the checksum does not cover: the magic number and itself.
const UNCOVERED_BYTES: usize = 8;

/// What a frame is beside its records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u16);

impl Flags {
    /// Its epoch is whole with this frame.
    pub(crate) const EPOCH_END: Self = Self(1);
    /// It is the last of its segment, and there is a next one.
    pub(crate) const SEAL: Self = Self(2);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The fields of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) flags: Flags,
    pub(crate) records: u32,
    /// The checksum of the frame before.
    pub(crate) chain: u32,
    pub(crate) segment: u64,
    pub(crate) sequence: u64,
    pub(crate) epoch: u64,
    /// Everything before this place was durable when the frame was written.
    pub(crate) durable: Position,
}

/// A frame whose checksum is right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) header: FrameHeader,
    pub(crate) checksum: u32,
    pub(crate) records: &'a [u8],
}

/// Makes a frame of `buffer`, which has room for the header and then the records. It is padded to
/// whole blocks; the checksum is returned.
pub(crate) fn seal_frame(buffer: &mut Vec<u8>, seed: u32, header: &FrameHeader) -> u32 {
    debug_assert!(
        buffer.len() >= FRAME_HEADER_BYTES,
        "there is room for the header"
    );
    let length = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
    let mut fields = Vec::with_capacity(FRAME_HEADER_BYTES);
    Writer(&mut fields)
        .u32(MAGIC)
        .u32(0)
        .u32(length)
        .u16(VERSION)
        .u16(header.flags.0)
        .u32(header.records)
        .u32(header.chain)
        .u64(header.segment)
        .u64(header.sequence)
        .u64(header.epoch)
        .u64(header.durable.segment())
        .u32(header.durable.offset())
        .u32(0);
    buffer[..FRAME_HEADER_BYTES].copy_from_slice(&fields);
    let checksum = crc32c::crc32c_append(seed, &buffer[UNCOVERED_BYTES..]);
    buffer[4..UNCOVERED_BYTES].copy_from_slice(&checksum.to_le_bytes());
    buffer.resize(buffer.len().next_multiple_of(BLOCK_BYTES), 0);
    checksum
}

/// The frame at the start of `bytes`, if there is a whole one of this segment.
pub(crate) fn parse_frame(bytes: &[u8], seed: u32, segment: u64) -> Option<Frame<'_>> {
    let mut reader = Reader(bytes);
    if reader.u32()? != MAGIC {
        return None;
    }
    let checksum = reader.u32()?;
    let length = usize::try_from(reader.u32()?).ok()?;
    let version = reader.u16()?;
    let header = FrameHeader {
        flags: Flags(reader.u16()?),
        records: reader.u32()?,
        chain: reader.u32()?,
        segment: reader.u64()?,
        sequence: reader.u64()?,
        epoch: reader.u64()?,
        durable: Position::new(reader.u64()?, reader.u32()?),
    };
    if version != VERSION || header.segment != segment || length < FRAME_HEADER_BYTES {
        return None;
    }
    let frame = bytes.get(..length)?;
    if crc32c::crc32c_append(seed, &frame[UNCOVERED_BYTES..]) != checksum {
        return None;
    }
    Some(Frame {
        header,
        checksum,
        records: &frame[FRAME_HEADER_BYTES..],
    })
}

//! The first block of a segment.

use super::{BLOCK_BYTES, Reader, VERSION, Writer};
use crate::error::Damage;
use crate::position::Position;

const MAGIC: [u8; 8] = *b"FBSEGMT\0";

/// What a segment says about itself and about the one before it.
///
/// It is durable before the first frame behind it is written, and it vouches for its predecessor:
/// all frames of that one up to `previous` are durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) store: [u8; 16],
    pub(crate) number: u64,
    /// Random, new for every use of a file: part of the checksum of all its frames, so what an
    /// earlier use has left is never taken for a frame.
    pub(crate) salt: u64,
    /// Where the log ends in the segment before; the default in the first segment.
    pub(crate) previous: Position,
    /// The checksum of the last frame before.
    pub(crate) chain: u32,
    /// The sequence number of the first frame.
    pub(crate) sequence: u64,
    /// All epochs of this segment are later than, or the same as, this one.
    pub(crate) epoch: u64,
}

impl SegmentHeader {
    /// What it takes of the first block; the rest is zero.
    pub(crate) const BYTES: usize = 80;

    /// What the checksums of this segment's frames start from.
    pub(crate) fn seed(&self) -> u32 {
        let seed = crc32c::crc32c(&self.store);
        crc32c::crc32c_append(seed, &self.salt.to_le_bytes())
    }

    /// A whole block.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BLOCK_BYTES);
        Writer(&mut bytes)
            .bytes(&MAGIC)
            .u16(VERSION)
            .u16(0)
            .bytes(&self.store)
            .u64(self.number)
            .u64(self.salt)
            .u64(self.previous.segment())
            .u32(self.previous.offset())
            .u32(self.chain)
            .u64(self.sequence)
            .u64(self.epoch)
            .checksum();
        debug_assert_eq!(bytes.len(), Self::BYTES, "the size is part of the format");
        bytes.resize(BLOCK_BYTES, 0);
        bytes
    }

    /// The header of segment `number` of `store`.
    pub(crate) fn decode(bytes: &[u8], store: [u8; 16], number: u64) -> Result<Self, Damage> {
        let fields = bytes.get(..Self::BYTES).ok_or(Damage::Length)?;
        let (fields, checksum) = fields.split_at(Self::BYTES - 4);
        if crc32c::crc32c(fields).to_le_bytes() != checksum {
            return Err(Damage::Checksum);
        }
        let mut reader = Reader(fields);
        let decoded = (|| {
            let magic: [u8; 8] = reader.array()?;
            let (version, _flags) = (reader.u16()?, reader.u16()?);
            let header = Self {
                store: reader.array()?,
                number: reader.u64()?,
                salt: reader.u64()?,
                previous: Position::new(reader.u64()?, reader.u32()?),
                chain: reader.u32()?,
                sequence: reader.u64()?,
                epoch: reader.u64()?,
            };
            Some((magic, version, header))
        })();
        match decoded {
            Some((MAGIC, VERSION, header)) if header.store == store && header.number == number => {
                Ok(header)
            }
            Some((MAGIC, version, _)) if version != VERSION => Err(Damage::Version),
            _ => Err(Damage::Misplaced),
        }
    }
}

//! The bytes of a checkpoint file: a header, chunks with a chained checksum each, and an end.

use crate::error::Damage;
use crate::format::{Reader, Store, VERSION, Writer};
use crate::position::Position;

const MAGIC: [u8; 8] = *b"FBCHECK\0";

/// How much is in a chunk at most.
pub(super) const CHUNK_BYTES_MAX: usize = 1 << 20;
/// What is before a chunk's bytes: their number and the checksum.
pub(super) const CHUNK_HEADER_BYTES: usize = 8;
pub(super) const HEADER_BYTES: usize = 52;
/// The number of all bytes and the place up to which the log was durable.
pub(super) const END_BYTES: usize = 20;
/// What a chunk's number of bytes is for the end, which looks like a chunk otherwise.
pub(super) const END_MARK: u32 = u32::MAX;

/// The start of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) number: u64,
    pub(super) position: Position,
}

impl Header {
    pub(super) fn encode(&self, store: [u8; 16]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        Writer(&mut bytes)
            .bytes(&MAGIC)
            .u16(VERSION)
            .u16(0)
            .bytes(&store)
            .u64(self.number)
            .u64(self.position.segment())
            .u32(self.position.offset())
            .checksum();
        debug_assert_eq!(bytes.len(), HEADER_BYTES, "the size is part of the format");
        bytes
    }

    pub(super) fn decode(bytes: &[u8], store: &Store, number: u64) -> Result<Self, Damage> {
        let fields = bytes.get(..HEADER_BYTES).ok_or(Damage::Length)?;
        let (fields, checksum) = fields.split_at(HEADER_BYTES - 4);
        if crc32c::crc32c(fields).to_le_bytes() != checksum {
            return Err(Damage::Checksum);
        }
        let mut reader = Reader(fields);
        let decoded = (|| {
            let magic: [u8; 8] = reader.array()?;
            let (version, _flags) = (reader.u16()?, reader.u16()?);
            let id: [u8; 16] = reader.array()?;
            let number = reader.u64()?;
            let position = Position::new(reader.u64()?, reader.u32()?);
            Some((magic, version, id, Self { number, position }))
        })();
        match decoded {
            Some((MAGIC, VERSION, id, header)) if id == store.id && header.number == number => {
                Ok(header)
            }
            Some((MAGIC, version, ..)) if version != VERSION => Err(Damage::Version),
            _ => Err(Damage::Misplaced),
        }
    }

    /// What the checksum of the first chunk starts from.
    pub(super) fn seed(&self, store: [u8; 16]) -> u32 {
        crc32c::crc32c(&self.encode(store))
    }
}

/// The end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) bytes: u64,
    pub(super) durable: Position,
}

impl End {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(END_BYTES);
        Writer(&mut bytes)
            .u64(self.bytes)
            .u64(self.durable.segment())
            .u32(self.durable.offset());
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        Some(Self {
            bytes: reader.u64()?,
            durable: Position::new(reader.u64()?, reader.u32()?),
        })
    }
}

/// The checksum of a chunk: of the one before, its mark and its bytes.
pub(super) fn checksum(chain: u32, mark: u32, bytes: &[u8]) -> u32 {
    let marked = crc32c::crc32c_append(chain, &mark.to_le_bytes());
    crc32c::crc32c_append(marked, bytes)
}

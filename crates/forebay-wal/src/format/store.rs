//! The file that says which store this is.

use super::{Reader, VERSION, Writer};
use crate::error::Damage;

pub(crate) const STORE_NAME: &str = "STORE";

const MAGIC: [u8; 8] = *b"FBSTORE\0";

/// Which store this is; never changed once written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Store {
    /// Random: bytes of another store, or such as a user could make up, have wrong checksums here.
    pub(crate) id: [u8; 16],
    pub(crate) segment_bytes: u32,
}

impl Store {
    pub(crate) const BYTES: usize = 36;

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::BYTES);
        Writer(&mut bytes)
            .bytes(&MAGIC)
            .u16(VERSION)
            .u16(0)
            .bytes(&self.id)
            .u32(self.segment_bytes)
            .checksum();
        debug_assert_eq!(bytes.len(), Self::BYTES, "the size is part of the format");
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Damage> {
        if bytes.len() != Self::BYTES {
            return Err(Damage::Length);
        }
        let (fields, checksum) = bytes.split_at(Self::BYTES - 4);
        if crc32c::crc32c(fields).to_le_bytes() != checksum {
            return Err(Damage::Checksum);
        }
        let mut reader = Reader(fields);
        let decoded = (|| {
            let magic: [u8; 8] = reader.array()?;
            let (version, _flags) = (reader.u16()?, reader.u16()?);
            let id = reader.array()?;
            let segment_bytes = reader.u32()?;
            Some((magic, version, Self { id, segment_bytes }))
        })();
        match decoded {
            Some((MAGIC, VERSION, store)) => Ok(store),
            Some((MAGIC, ..)) => Err(Damage::Version),
            _ => Err(Damage::Misplaced),
        }
    }
}

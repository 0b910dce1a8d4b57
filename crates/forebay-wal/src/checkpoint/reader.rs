//! Reading a checkpoint.

use super::chunks::{
    CHUNK_BYTES_MAX, CHUNK_HEADER_BYTES, END_BYTES, END_MARK, End, HEADER_BYTES, Header, checksum,
};
use crate::error::{Damage, Error, Result};
use crate::format::{FileName, Reader, Store};
use crate::position::Position;
use crate::storage::io::read_full;
use crate::storage::{Storage, StorageFile};
use std::io::{self, Read};
use std::sync::Arc;

/// A checkpoint that is whole.
#[derive(Clone, Debug)]
pub(crate) struct CheckpointFile {
    name: String,
    file: Arc<dyn StorageFile>,
    header: Header,
    seed: u32,
    end: End,
}

impl CheckpointFile {
    /// Opens checkpoint `number` and reads all of it once, to know that it is whole. Its name was
    /// given when it was, so a part that is missing was lost later.
    pub(crate) fn open(storage: &dyn Storage, store: &Store, number: u64) -> Result<Self> {
        let name = FileName::Checkpoint(number).to_string();
        let io = || Error::io("reading a checkpoint");
        let file = storage.open(&name).map_err(io())?;
        let mut bytes = [0; HEADER_BYTES];
        let count = read_full(&*file, &mut bytes, 0).map_err(io())?;
        let header = Header::decode(&bytes[..count], store, number);
        let header = header.map_err(|damage| Error::corrupt(&name, 0, damage))?;
        let mut chunks = Chunks {
            file: Arc::clone(&file),
            offset: HEADER_BYTES as u64,
            chain: header.seed(store.id),
            chunk: Vec::new(),
        };
        let mut bytes = 0;
        let end = loop {
            match chunks.next().map_err(io())? {
                Ok(None) => bytes += chunks.chunk.len() as u64,
                Ok(Some(end)) if end.bytes == bytes => break end,
                Ok(Some(_)) => return Err(Error::corrupt(&name, chunks.offset, Damage::Length)),
                Err(damage) => return Err(Error::corrupt(&name, chunks.offset, damage)),
            }
        };
        if file.len().map_err(io())? != chunks.offset {
            return Err(Error::corrupt(&name, chunks.offset, Damage::Length));
        }
        Ok(Self {
            name,
            file,
            header,
            seed: header.seed(store.id),
            end,
        })
    }

    pub(crate) fn number(&self) -> u64 {
        self.header.number
    }

    pub(crate) fn position(&self) -> Position {
        self.header.position
    }

    pub(crate) fn durable(&self) -> Position {
        self.end.durable
    }

    pub(crate) fn reader(&self) -> CheckpointReader {
        CheckpointReader {
            chunks: Chunks {
                file: Arc::clone(&self.file),
                offset: HEADER_BYTES as u64,
                chain: self.seed,
                chunk: Vec::new(),
            },
            name: self.name.clone(),
            read: 0,
            ended: false,
            position: self.header.position,
            bytes: self.end.bytes,
        }
    }
}

/// Chunk after chunk.
#[derive(Debug)]
struct Chunks {
    file: Arc<dyn StorageFile>,
    offset: u64,
    chain: u32,
    chunk: Vec<u8>,
}

impl Chunks {
    /// Reads the next chunk, or the end.
    fn next(&mut self) -> io::Result<Result<Option<End>, Damage>> {
        let mut header = [0; CHUNK_HEADER_BYTES];
        let count = read_full(&*self.file, &mut header, self.offset)?;
        let mut fields = Reader(&header[..count]);
        let (Some(mark), Some(expected)) = (fields.u32(), fields.u32()) else {
            return Ok(Err(Damage::Length));
        };
        let bytes = match mark {
            END_MARK => END_BYTES,
            mark => mark as usize,
        };
        if bytes > CHUNK_BYTES_MAX {
            return Ok(Err(Damage::Length));
        }
        self.chunk.resize(bytes, 0);
        let at = self.offset + CHUNK_HEADER_BYTES as u64;
        if read_full(&*self.file, &mut self.chunk, at)? != bytes {
            return Ok(Err(Damage::Length));
        }
        let found = checksum(self.chain, mark, &self.chunk);
        if found != expected {
            return Ok(Err(Damage::Checksum));
        }
        self.chain = found;
        self.offset = at + bytes as u64;
        if mark == END_MARK {
            return Ok(End::decode(&self.chunk).map(Some).ok_or(Damage::Length));
        }
        Ok(Ok(None))
    }
}

/// The body of a checkpoint, from its start.
#[derive(Debug)]
pub struct CheckpointReader {
    chunks: Chunks,
    name: String,
    read: usize,
    ended: bool,
    position: Position,
    bytes: u64,
}

impl CheckpointReader {
    /// Where replay begins.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// How many bytes the body has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Read for CheckpointReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !self.ended && self.read == self.chunks.chunk.len() {
            self.read = 0;
            match self.chunks.next()? {
                Ok(None) => {}
                Ok(Some(_)) => self.ended = true,
                Err(damage) => {
                    self.ended = true;
                    let error = Error::corrupt(&self.name, self.chunks.offset, damage);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                }
            }
        }
        if self.ended {
            return Ok(0);
        }
        let left = &self.chunks.chunk[self.read..];
        let count = into.len().min(left.len());
        into[..count].copy_from_slice(&left[..count]);
        self.read += count;
        Ok(count)
    }
}

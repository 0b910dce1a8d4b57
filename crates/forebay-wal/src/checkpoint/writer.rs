//! Writing a checkpoint.

use super::chunks::{CHUNK_BYTES_MAX, CHUNK_HEADER_BYTES, END_MARK, End, Header, checksum};
use crate::error::{Error, Result};
use crate::format::{FileName, TEMPORARY_SUFFIX, Writer};
use crate::gate::Goal;
use crate::position::Position;
use crate::shared::Shared;
use crate::storage::StorageFile;
use crate::storage::io::write_all;
use crate::ticket::wait;
use std::io::{self, Write};
use std::sync::Arc;

/// A checkpoint in the making. What is written into it is its body; without
/// [`commit`](Self::commit) it has never been.
#[derive(Debug)]
pub struct CheckpointWriter {
    shared: Arc<Shared>,
    /// The right to take a checkpoint.
    _turn: Turn,
    header: Header,
    file: Arc<dyn StorageFile>,
    offset: u64,
    chain: u32,
    bytes: u64,
    chunk: Vec<u8>,
    finished: bool,
}

impl CheckpointWriter {
    pub(crate) fn begin(shared: &Arc<Shared>) -> Result<Self> {
        let turn = Turn::take(shared)?;
        let position = shared.shown.lock().tail;
        let number = shared.checkpoint.load() + 1;
        let header = Header { number, position };
        let begin = || {
            let file = shared.storage.create(&temporary(number))?;
            write_all(&*file, &header.encode(shared.store), 0)?;
            io::Result::Ok(file)
        };
        let file = begin().map_err(|error| {
            drop(shared.storage.remove(&temporary(number)));
            Error::io("beginning a checkpoint")(error)
        })?;
        Ok(Self {
            shared: Arc::clone(shared),
            _turn: turn,
            header,
            file,
            offset: super::chunks::HEADER_BYTES as u64,
            chain: header.seed(shared.store),
            bytes: 0,
            chunk: Vec::with_capacity(CHUNK_HEADER_BYTES + CHUNK_BYTES_MAX),
            finished: false,
        })
    }

    /// Where replay begins when this is the newest checkpoint.
    #[must_use]
    pub fn position(&self) -> Position {
        self.header.position
    }

    /// Makes this the newest checkpoint and frees what is no longer needed.
    ///
    /// Waits until all that was appended up to now is synced.
    ///
    /// # Errors
    /// [`Error::Io`] if the file could not be made durable; whether it is, the next opening will
    /// tell, and either way nothing is lost. [`Error::Indeterminate`] if the log has failed.
    pub fn commit(self) -> Result<()> {
        let epoch = self.shared.lanes.epoch();
        self.shared.wish_sync(epoch);
        wait(&self.shared, Goal::Synced, epoch)?;
        self.commit_synced()
    }

    /// Commits when all that the state has an effect of is synced.
    pub(crate) fn commit_synced(mut self) -> Result<()> {
        let durable = self.shared.shown.lock().durable;
        self.finish(durable)
            .map_err(Error::io("finishing a checkpoint"))?;
        self.shared.checkpoint.store(self.header.number);

        // From here on the checkpoint counts, and what is left to do may fail.
        let older = FileName::Checkpoint(self.header.number - 1).to_string();
        drop(self.shared.storage.remove(&older));
        let mut wishes = self.shared.wishes.lock();
        wishes.recycle_below = self.header.position.segment();
        drop(wishes);
        self.shared.space.promise();
        self.shared.wake();
        Ok(())
    }

    fn finish(&mut self, durable: Position) -> io::Result<()> {
        self.write_chunk()?;
        let end = End {
            bytes: self.bytes,
            durable,
        };
        let end = end.encode();
        self.write_marked(END_MARK, &end)?;
        self.file.sync()?;
        let name = FileName::Checkpoint(self.header.number).to_string();
        self.shared
            .storage
            .rename(&temporary(self.header.number), &name)?;
        self.finished = true;
        self.shared.storage.sync_names()
    }

    fn write_chunk(&mut self) -> io::Result<()> {
        let chunk = core::mem::take(&mut self.chunk);
        if !chunk.is_empty() {
            let mark = u32::try_from(chunk.len()).map_err(io::Error::other)?;
            self.write_marked(mark, &chunk)?;
            self.bytes += chunk.len() as u64;
        }
        self.chunk = chunk;
        self.chunk.clear();
        Ok(())
    }

    fn write_marked(&mut self, mark: u32, bytes: &[u8]) -> io::Result<()> {
        self.chain = checksum(self.chain, mark, bytes);
        let mut header = Vec::with_capacity(CHUNK_HEADER_BYTES);
        Writer(&mut header).u32(mark).u32(self.chain);
        write_all(&*self.file, &header, self.offset)?;
        write_all(&*self.file, bytes, self.offset + header.len() as u64)?;
        self.offset += (header.len() + bytes.len()) as u64;
        Ok(())
    }
}

impl Write for CheckpointWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK_BYTES_MAX {
            self.write_chunk()?;
        }
        let count = bytes.len().min(CHUNK_BYTES_MAX - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_chunk()
    }
}

impl Drop for CheckpointWriter {
    fn drop(&mut self) {
        if !self.finished {
            // If this fails the next opening removes it.
            drop(self.shared.storage.remove(&temporary(self.header.number)));
        }
    }
}

/// The right to take a checkpoint, which one has at a time.
#[derive(Debug)]
struct Turn(Arc<Shared>);

impl Turn {
    fn take(shared: &Arc<Shared>) -> Result<Self> {
        if shared.checkpointing.swap(true) {
            return Err(Error::CheckpointRunning);
        }
        Ok(Self(Arc::clone(shared)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.checkpointing.store(false);
    }
}

fn temporary(number: u64) -> String {
    format!("{}{TEMPORARY_SUFFIX}", FileName::Checkpoint(number))
}

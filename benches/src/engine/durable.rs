//! Directories for what is durable, and the limit that a disk sets: `raw-fdatasync`.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::{env, process};

/// As large as a segment of the log; used again and again, as that is.
const FILE_BYTES: usize = 64 << 20;
const ZEROES_BYTES: usize = 1 << 20;

/// A directory of its own, removed when this is dropped.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// A new directory, where temporary files are.
    ///
    /// # Errors
    /// Why there is none.
    pub fn new() -> io::Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        // Relaxed: only the number counts.
        let count = MADE.fetch_add(1, Relaxed);
        let name = format!("forebay-bench-durable-{}-{count}", process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A copy, as far as the files are that count.
    ///
    /// # Errors
    /// Why there is none.
    pub fn copy(&self) -> io::Result<Self> {
        let copy = Self::new()?;
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            fs::copy(entry.path(), copy.0.join(entry.file_name()))?;
        }
        Ok(copy)
    }

    /// The bytes of all logs and checkpoints in it.
    ///
    /// # Errors
    /// Why they cannot be counted.
    pub fn bytes(&self) -> io::Result<u64> {
        let mut bytes = 0;
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("segment-") || name.starts_with("checkpoint-") {
                bytes += entry.metadata()?.len();
            }
        }
        Ok(bytes)
    }
}

impl Directory {
    /// The bytes of all files in it, and in the directories in it.
    ///
    /// # Errors
    /// Why they cannot be counted.
    pub fn all_bytes(&self) -> io::Result<u64> {
        let mut bytes = 0;
        let mut left = vec![self.0.clone()];
        while let Some(directory) = left.pop() {
            for entry in fs::read_dir(directory)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    left.push(entry.path());
                } else if entry.file_type()?.is_file() {
                    bytes += entry.metadata()?.len();
                }
            }
        }
        Ok(bytes)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A destructor has nobody to tell.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A file of zeroes that is written from its start to its end, again and again, with a sync behind
/// each write: nothing that is durable is faster on this disk.
#[derive(Debug)]
pub struct RawFile {
    file: File,
    offset: usize,
}

impl RawFile {
    /// The name in every report.
    pub const NAME: &str = "raw-fdatasync";

    /// Makes the file.
    ///
    /// # Errors
    /// Why there is none.
    pub fn create(directory: &Directory) -> io::Result<Self> {
        let file = File::create(directory.path().join("raw"))?;
        let zeroes = vec![0; ZEROES_BYTES];
        for offset in (0..FILE_BYTES).step_by(ZEROES_BYTES) {
            file.write_all_at(&zeroes, offset as u64)?;
        }
        file.sync_all()?;
        Ok(Self { file, offset: 0 })
    }

    /// Writes a block that is no larger than the file, and syncs it.
    ///
    /// # Errors
    /// Why that is not possible.
    pub fn write_and_sync(&mut self, block: &[u8]) -> io::Result<()> {
        if self.offset + block.len() > FILE_BYTES {
            self.offset = 0;
        }
        self.file.write_all_at(block, self.offset as u64)?;
        self.offset += block.len();
        self.file.sync_data()
    }
}

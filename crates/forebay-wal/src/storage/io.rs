//! Whole reads and writes on top of partial ones.

use super::StorageFile;
use std::io::{Error, ErrorKind, Result};

/// Writes all of `from`. An interrupted or short write is continued; nothing else is tried again.
pub(crate) fn write_all(file: &dyn StorageFile, mut from: &[u8], mut offset: u64) -> Result<()> {
    while !from.is_empty() {
        match file.write_at(from, offset) {
            Ok(0) => return Err(Error::new(ErrorKind::WriteZero, "nothing was written")),
            Ok(count) => {
                from = &from[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Fills `into` as far as the file goes, and says how far that was.
pub(crate) fn read_full(file: &dyn StorageFile, into: &mut [u8], offset: u64) -> Result<usize> {
    let mut done = 0;
    while done < into.len() {
        match file.read_at(&mut into[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// All of a file that may have `bytes_max` bytes and no more.
pub(crate) fn read_small(file: &dyn StorageFile, bytes_max: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; bytes_max + 1];
    let count = read_full(file, &mut bytes, 0)?;
    bytes.truncate(count);
    Ok(bytes)
}

const ZEROES_BYTES: usize = 1 << 20;

/// Makes a file of so many zeroes.
pub(crate) fn write_zeroes(file: &dyn StorageFile, bytes: u64) -> Result<()> {
    let zeroes = vec![0; ZEROES_BYTES];
    let mut offset = 0;
    while offset < bytes {
        let left = usize::try_from(bytes - offset).unwrap_or(usize::MAX);
        let count = left.min(ZEROES_BYTES);
        write_all(file, &zeroes[..count], offset)?;
        offset += count as u64;
    }
    Ok(())
}

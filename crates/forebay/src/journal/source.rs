//! Reading what [`bytes`](super::bytes) has put, from a checkpoint.

use core::fmt;
use std::io::{self, BufRead, BufReader, Read};

use super::bytes::Malformed;
use crate::stream::StreamId;
use forebay_wal::CheckpointReader;

/// What is read from the medium at once.
const BUFFER_BYTES: usize = 64 << 10;

/// The body of a checkpoint, read from the front.
pub(crate) struct Source {
    reader: BufReader<CheckpointReader>,
    /// The last byte string.
    bytes: Vec<u8>,
}

impl Source {
    pub(super) fn new(reader: CheckpointReader) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER_BYTES, reader),
            bytes: Vec::new(),
        }
    }

    /// What cannot be read, for the bytes are not what was written.
    pub(crate) fn malformed() -> io::Error {
        io::ErrorKind::InvalidData.into()
    }

    pub(crate) fn byte(&mut self) -> io::Result<u8> {
        let byte = *(self.reader.fill_buf()?)
            .first()
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        self.reader.consume(1);
        Ok(byte)
    }

    pub(crate) fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Self::malformed())
    }

    pub(crate) fn signed(&mut self) -> io::Result<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(crate) fn flag(&mut self) -> io::Result<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Self::malformed()),
        }
    }

    pub(crate) fn optional(&mut self) -> io::Result<Option<u64>> {
        self.flag()?.then(|| self.number()).transpose()
    }

    pub(crate) fn id(&mut self) -> io::Result<StreamId> {
        Ok(StreamId::new(self.number()?, self.number()?))
    }

    /// A byte string. No more is allocated than is there.
    pub(crate) fn bytes(&mut self) -> io::Result<&[u8]> {
        let len = self.number()?;
        self.bytes.clear();
        let read = self
            .reader
            .by_ref()
            .take(len)
            .read_to_end(&mut self.bytes)?;
        if read as u64 != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(&self.bytes)
    }
}

impl From<Malformed> for io::Error {
    fn from(Malformed: Malformed) -> Self {
        Source::malformed()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.reader).finish()
    }
}

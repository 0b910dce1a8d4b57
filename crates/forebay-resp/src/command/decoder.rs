//! Bytes to commands.

use bytes::{Buf, BytesMut};
use memchr::memchr;

use super::borrowed_command::Command;
use super::error::ProtocolError;
use super::header;
use super::inline;
use super::span::Span;
use crate::limits::CommandLimits;

/// How many spans stay allocated whatever comes next.
const SPANS_KEPT: usize = 64;

/// Reads the commands of one connection, as they arrive.
///
/// It looks at the start of the read buffer, which the caller fills and leaves alone otherwise. A
/// decoder of a connection that has sent nothing owns no memory.
///
/// # Examples
/// ```
/// use bytes::BytesMut;
/// use forebay_resp::{CommandDecoder, CommandLimits};
///
/// let limits = CommandLimits::default();
/// let mut decoder = CommandDecoder::new();
/// let mut input = BytesMut::new();
/// for part in ["*1\r", "\n$4\r\nPI", "NG\r\n"] {
///     assert!(decoder.decode(&mut input, &limits)?.is_none());
///     input.extend_from_slice(part.as_bytes());
/// }
/// let command = decoder.decode(&mut input, &limits)?.expect("now it is whole");
/// assert_eq!(command.name(), b"PING");
/// # Ok::<(), forebay_resp::ProtocolError>(())
/// ```
#[derive(Debug, Default)]
pub struct CommandDecoder {
    /// The arguments of the command that is being read.
    spans: Vec<Span>,
    /// How much of it is read.
    cursor: usize,
    /// How much after that holds no line end.
    scanned: usize,
    /// How many arguments are still to come; zero between two commands.
    arguments_left: u32,
    /// The length of the argument at the cursor, once it is known.
    bulk_bytes: Option<u32>,
    failed: Option<ProtocolError>,
}

/// How far a command was read.
enum Progress {
    /// It has not arrived as a whole.
    Incomplete,
    /// It has so many bytes and no argument. Redis ignores these, and so do we.
    Empty(usize),
    /// It has so many bytes.
    Complete(usize),
}

impl CommandDecoder {
    /// A decoder for a new connection.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            spans: Vec::new(),
            cursor: 0,
            scanned: 0,
            arguments_left: 0,
            bulk_bytes: None,
            failed: None,
        }
    }

    /// The next command in `buffer`, or `None` until more bytes have arrived.
    ///
    /// # Errors
    /// The client broke the protocol or a limit. The error is final: each later call returns it.
    ///
    /// # Complexity
    /// Each byte of a line is looked at once or twice however it arrives, the bytes of an argument
    /// never.
    #[inline]
    pub fn decode<'a>(
        &'a mut self,
        buffer: &'a mut BytesMut,
        limits: &CommandLimits,
    ) -> Result<Option<Command<'a>>, ProtocolError> {
        loop {
            match self.step(buffer, limits)? {
                Progress::Incomplete => return Ok(None),
                Progress::Empty(bytes) => buffer.advance(bytes),
                Progress::Complete(bytes) => {
                    return Ok(Some(Command::new(buffer, &self.spans, bytes)));
                }
            }
        }
    }

    /// For how many more bytes to make room in `buffer` before the next read, if for more than
    /// usual.
    ///
    /// A large argument is read with fewer calls this way. The figure is what is missing of the
    /// argument, but never more than what has arrived already, so that announcing costs the client
    /// as much as it costs the server. While there is room for a quarter of what has arrived it is
    /// zero: a buffer that was asked to double each time it is half full would have four times the
    /// size it needs.
    ///
    /// # Examples
    /// ```
    /// use bytes::BytesMut;
    /// use forebay_resp::{CommandDecoder, CommandLimits};
    ///
    /// let mut decoder = CommandDecoder::new();
    /// let mut input = BytesMut::from("*2\r\n$4\r\nECHO\r\n$10000000\r\nbegin");
    /// assert!(decoder.decode(&mut input, &CommandLimits::default())?.is_none());
    /// assert_eq!(decoder.room_bytes(&input), input.len());
    /// # Ok::<(), forebay_resp::ProtocolError>(())
    /// ```
    #[must_use]
    pub fn room_bytes(&self, buffer: &BytesMut) -> usize {
        let Some(length) = self.bulk_bytes else {
            return 0;
        };
        if buffer.capacity() - buffer.len() >= buffer.len().div_ceil(4) {
            return 0;
        }
        let end = self.cursor.saturating_add(length as usize + 2);
        end.saturating_sub(buffer.len()).min(buffer.len())
    }

    #[cfg(test)]
    pub(super) fn spans_capacity(&self) -> usize {
        self.spans.capacity()
    }

    #[inline]
    fn step(
        &mut self,
        buffer: &mut BytesMut,
        limits: &CommandLimits,
    ) -> Result<Progress, ProtocolError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let progress = self.advance(buffer, limits);
        if let Err(error) = progress {
            self.failed = Some(error);
        }
        progress
    }

    #[inline]
    fn advance(
        &mut self,
        buffer: &mut BytesMut,
        limits: &CommandLimits,
    ) -> Result<Progress, ProtocolError> {
        if self.arguments_left == 0 {
            match buffer.first() {
                None => return Ok(self.rest()),
                Some(b'*') => {}
                Some(_) => return self.inline(buffer, limits),
            }
            let Some((count, width)) = header::count(buffer, self.scanned, limits)? else {
                return Ok(self.wait(buffer));
            };
            self.scanned = 0;
            self.cursor = width;
            if count == 0 {
                return Ok(self.finish(Progress::Empty));
            }
            self.arguments_left = count;
            self.begin_spans();
        }
        self.arguments(buffer, limits)
    }

    /// The arguments that have arrived.
    #[inline]
    fn arguments(
        &mut self,
        bytes: &[u8],
        limits: &CommandLimits,
    ) -> Result<Progress, ProtocolError> {
        // In registers while the loop runs: each length depends on where the one before it ended.
        let mut cursor = self.cursor;
        for left in (1..=self.arguments_left).rev() {
            let length = if let Some(length) = self.bulk_bytes.take() {
                length
            } else {
                let rest = &bytes[cursor..];
                let Some((length, width)) = header::length(rest, self.scanned, limits)? else {
                    (self.cursor, self.arguments_left) = (cursor, left);
                    return Ok(self.wait(rest));
                };
                self.scanned = 0;
                cursor += width;
                header::check_end(cursor, length, limits)?;
                length
            };
            let end = cursor + length as usize;
            if bytes.len() < end + 2 {
                (self.cursor, self.arguments_left) = (cursor, left);
                self.bulk_bytes = Some(length);
                return Ok(Progress::Incomplete);
            }
            self.spans.push(Span::new(cursor, end));
            cursor = end + 2;
        }
        (self.cursor, self.arguments_left) = (cursor, 0);
        Ok(self.finish(Progress::Complete))
    }

    /// Notes that no line ends in `rest`. Its last byte is looked at again: it may be half an end.
    #[cold]
    fn wait(&mut self, rest: &[u8]) -> Progress {
        self.scanned = rest.len().saturating_sub(1);
        Progress::Incomplete
    }

    #[cold]
    fn inline(
        &mut self,
        buffer: &mut BytesMut,
        limits: &CommandLimits,
    ) -> Result<Progress, ProtocolError> {
        let line_bytes_max = header::line_bytes_max(limits);
        let searched = buffer.len().min(line_bytes_max.saturating_add(1));
        let unseen = buffer.get(self.scanned..searched).unwrap_or(&[]);
        let Some(found) = memchr(b'\n', unseen) else {
            if buffer.len() > line_bytes_max {
                return Err(ProtocolError::TooBigInline);
            }
            self.scanned = buffer.len();
            return Ok(Progress::Incomplete);
        };
        let end = self.scanned + found;
        let line = &mut buffer[..end];
        self.begin_spans();
        inline::split(line, &mut self.spans, |count| {
            header::check_count(count, limits)
        })?;
        self.cursor = end + 1;
        Ok(if self.spans.is_empty() {
            self.finish(Progress::Empty)
        } else {
            self.finish(Progress::Complete)
        })
    }

    /// Forgets the arguments of the last command. Their memory is kept for commands of about its
    /// size, so that a pipeline of long ones allocates once.
    #[inline]
    fn begin_spans(&mut self) {
        let capacity = self.spans.capacity();
        if capacity > SPANS_KEPT && self.spans.len() < capacity / 4 {
            self.spans = Vec::new();
        }
        self.spans.clear();
    }

    /// Nothing is there to be read. Whoever sends no more is not to hold memory for it.
    #[inline]
    fn rest(&mut self) -> Progress {
        if self.spans.capacity() > SPANS_KEPT {
            self.spans = Vec::new();
        }
        Progress::Incomplete
    }

    /// Makes ready for the next command.
    #[inline]
    fn finish(&mut self, progress: fn(usize) -> Progress) -> Progress {
        let bytes = self.cursor;
        self.cursor = 0;
        self.scanned = 0;
        progress(bytes)
    }
}

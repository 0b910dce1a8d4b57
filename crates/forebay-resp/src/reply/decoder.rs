//! Bytes to replies.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

use super::error::ReplyError;
use super::scalar;
use super::stack::{Kind, Stack};
use super::value::{Reply, VerbatimFormat};
use crate::limits::ReplyLimits;

/// Reads the replies of one connection, of either version, as they arrive.
///
/// What has been read is taken from the buffer even while its reply is incomplete, so the decoder
/// and the buffer belong together.
///
/// # Examples
/// ```
/// use bytes::BytesMut;
/// use forebay_resp::{Reply, ReplyDecoder, ReplyLimits};
///
/// let limits = ReplyLimits::default();
/// let mut decoder = ReplyDecoder::new();
/// let mut input = BytesMut::from("*2\r\n:1\r\n");
/// assert_eq!(decoder.decode(&mut input, &limits)?, None);
/// input.extend_from_slice(b"_\r\n");
/// let reply = Reply::Array(vec![Reply::Integer(1), Reply::Null]);
/// assert_eq!(decoder.decode(&mut input, &limits)?, Some(reply));
/// # Ok::<(), forebay_resp::ReplyError>(())
/// ```
#[derive(Debug, Default)]
pub struct ReplyDecoder {
    stack: Stack,
    /// The string that is arriving, once its length is known.
    string: Option<PendingString>,
    /// How much of the buffer holds no line end.
    scanned: usize,
    /// Of the reply so far.
    bytes: usize,
    values: usize,
    failed: Option<ReplyError>,
}

#[derive(Clone, Copy, Debug)]
struct PendingString {
    sign: u8,
    bytes: usize,
}

impl ReplyDecoder {
    /// A decoder for a new connection.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            stack: Stack::new(),
            string: None,
            scanned: 0,
            bytes: 0,
            values: 0,
            failed: None,
        }
    }

    /// The next reply in `buffer`, or `None` until more bytes have arrived.
    ///
    /// # Errors
    /// The server broke the protocol or a limit. The error is final: each later call returns it.
    ///
    /// # Complexity
    /// Each byte is looked at once or twice however it arrives.
    pub fn decode(
        &mut self,
        buffer: &mut BytesMut,
        limits: &ReplyLimits,
    ) -> Result<Option<Reply>, ReplyError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let reply = self.advance(buffer, limits);
        match &reply {
            Ok(Some(_)) => (self.bytes, self.values) = (0, 0),
            Ok(None) => {}
            Err(error) => self.failed = Some(*error),
        }
        reply
    }

    fn advance(
        &mut self,
        buffer: &mut BytesMut,
        limits: &ReplyLimits,
    ) -> Result<Option<Reply>, ReplyError> {
        loop {
            let string = match self.string {
                Some(string) => string,
                None => match self.line(buffer, limits)? {
                    Step::Incomplete => return Ok(None),
                    Step::Inside => continue,
                    Step::Whole(reply) => return Ok(Some(reply)),
                    Step::String(string) => string,
                },
            };
            let Some(value) = self.string(string, buffer)? else {
                return Ok(None);
            };
            if let Some(reply) = self.stack.place(value) {
                return Ok(Some(reply));
            }
        }
    }

    /// Reads a line and what it says.
    fn line(&mut self, buffer: &mut BytesMut, limits: &ReplyLimits) -> Result<Step, ReplyError> {
        let Some((sign, text)) = self.take_line(buffer, limits)? else {
            return Ok(Step::Incomplete);
        };
        self.values += 1;
        if self.values > limits.values_max {
            return Err(ReplyError::TooManyValues);
        }
        if let Some(value) = scalar::parse(sign, &text)? {
            return Ok(self.stack.place(value).into());
        }
        let kind = match sign {
            b'$' | b'=' | b'!' => return self.announced(sign, &text, limits),
            b'*' => Kind::Array,
            b'~' => Kind::Set,
            b'>' => Kind::Push,
            b'%' => Kind::Map,
            b'|' => Kind::Attribute,
            sign => return Err(ReplyError::UnknownType(sign)),
        };
        let Some(length) = scalar::length(&text)? else {
            return match sign {
                b'*' => Ok(self.stack.place(Reply::NullArray).into()),
                _ => Err(ReplyError::Length),
            };
        };
        if length > limits.values_max {
            return Err(ReplyError::TooManyValues);
        }
        if self.stack.depth() >= limits.nesting_max {
            return Err(ReplyError::TooDeep);
        }
        Ok(self.stack.open(kind, length).into())
    }

    /// A line that announces a string.
    fn announced(
        &mut self,
        sign: u8,
        text: &[u8],
        limits: &ReplyLimits,
    ) -> Result<Step, ReplyError> {
        let Some(bytes) = scalar::length(text)? else {
            return match sign {
                b'$' => Ok(self.stack.place(Reply::NullBulk).into()),
                _ => Err(ReplyError::Length),
            };
        };
        if bytes > limits.bulk_bytes_max {
            return Err(ReplyError::StringTooLong);
        }
        self.bytes = self.bytes.saturating_add(bytes).saturating_add(2);
        if self.bytes > limits.reply_bytes_max {
            return Err(ReplyError::TooLong);
        }
        let string = PendingString { sign, bytes };
        self.string = Some(string);
        Ok(Step::String(string))
    }

    /// Takes a string from the buffer once it is there.
    fn string(
        &mut self,
        string: PendingString,
        buffer: &mut BytesMut,
    ) -> Result<Option<Reply>, ReplyError> {
        if buffer.len() < string.bytes.saturating_add(2) {
            return Ok(None);
        }
        if buffer[string.bytes..string.bytes + 2] != *b"\r\n" {
            return Err(ReplyError::StringEnd);
        }
        self.string = None;
        let mut text = buffer.split_to(string.bytes).freeze();
        buffer.advance(2);
        Ok(Some(match string.sign {
            b'$' => Reply::Bulk(text),
            b'!' => Reply::BulkError(text),
            _ => match *text {
                [a, b, c, b':', ..] => {
                    text.advance(4);
                    Reply::Verbatim(VerbatimFormat([a, b, c]), text)
                }
                _ => return Err(ReplyError::VerbatimFormat),
            },
        }))
    }

    /// Takes a line from the buffer once it is there: its sign, and its text.
    fn take_line(
        &mut self,
        buffer: &mut BytesMut,
        limits: &ReplyLimits,
    ) -> Result<Option<(u8, Bytes)>, ReplyError> {
        let searched = buffer.len().min(limits.line_bytes_max.saturating_add(1));
        let unseen = buffer.get(self.scanned..searched).unwrap_or(&[]);
        let Some(found) = memchr(b'\r', unseen) else {
            if buffer.len() > limits.line_bytes_max {
                return Err(ReplyError::LineTooLong);
            }
            self.scanned = buffer.len();
            return Ok(None);
        };
        let end = self.scanned + found;
        match buffer.get(end + 1) {
            None => {
                self.scanned = end;
                return Ok(None);
            }
            Some(b'\n') => {}
            Some(_) => return Err(ReplyError::LineEnd),
        }
        if end == 0 {
            return Err(ReplyError::UnknownType(b'\r'));
        }
        self.scanned = 0;
        self.bytes = self.bytes.saturating_add(end + 2);
        if self.bytes > limits.reply_bytes_max {
            return Err(ReplyError::TooLong);
        }
        let mut text = buffer.split_to(end + 2).freeze();
        let sign = text[0];
        text.truncate(end);
        text.advance(1);
        Ok(Some((sign, text)))
    }
}

/// What came of a line.
enum Step {
    Incomplete,
    /// A value inside an aggregate that has not ended.
    Inside,
    Whole(Reply),
    String(PendingString),
}

impl From<Option<Reply>> for Step {
    fn from(reply: Option<Reply>) -> Self {
        reply.map_or(Self::Inside, Self::Whole)
    }
}

//! Replies to bytes.

use bytes::BytesMut;

use super::double::DoubleText;
use super::value::VerbatimFormat;
use crate::command::ProtocolError;
use crate::pieces::{NumberLine, put_bulk, put_header, put_text};
use crate::protocol::Protocol;

/// Writes replies at the end of an output buffer, in the version that the connection speaks.
///
/// An aggregate is announced with its length and its values follow, each written by a call of its
/// own. The writer does not count them.
///
/// # Examples
/// ```
/// use bytes::BytesMut;
/// use forebay_resp::{Protocol, ReplyWriter};
///
/// let mut output = BytesMut::new();
/// for protocol in [Protocol::Resp2, Protocol::Resp3] {
///     let mut reply = ReplyWriter::new(&mut output, protocol);
///     reply.map(1);
///     reply.bulk("length");
///     reply.integer(3);
/// }
/// assert_eq!(&output[..], b"*2\r\n$6\r\nlength\r\n:3\r\n%1\r\n$6\r\nlength\r\n:3\r\n");
/// ```
#[derive(Debug)]
pub struct ReplyWriter<'a> {
    output: &'a mut BytesMut,
    protocol: Protocol,
}

impl<'a> ReplyWriter<'a> {
    /// A writer that appends to `output`.
    #[inline]
    #[must_use]
    pub fn new(output: &'a mut BytesMut, protocol: Protocol) -> Self {
        Self { output, protocol }
    }

    /// The version that it writes.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// A short text of the server, such as `OK`. A line end in it becomes blanks.
    #[inline]
    pub fn simple(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// `+OK`, the most frequent reply of all.
    #[inline]
    pub fn ok(&mut self) {
        self.output.extend_from_slice(b"+OK\r\n");
    }

    /// An error: its code in capitals, a blank, and what is wrong. A line end in it becomes blanks,
    /// for it may quote what the client sent.
    pub fn error(&mut self, text: impl AsRef<[u8]>) {
        self.line(b'-', text.as_ref());
    }

    /// What Redis says to a client that broke the protocol.
    ///
    /// # Examples
    /// ```
    /// use bytes::BytesMut;
    /// use forebay_resp::{Protocol, ProtocolError, ReplyWriter};
    ///
    /// let mut output = BytesMut::new();
    /// let mut reply = ReplyWriter::new(&mut output, Protocol::Resp2);
    /// reply.protocol_error(ProtocolError::ExpectedBulk(b'x'));
    /// assert_eq!(&output[..], b"-ERR Protocol error: expected '$', got 'x'\r\n");
    /// ```
    pub fn protocol_error(&mut self, error: ProtocolError) {
        let (text, byte) = error.parts();
        self.output.extend_from_slice(b"-ERR ");
        self.output.extend_from_slice(text.as_bytes());
        if let Some(byte) = byte {
            put_text(self.output, &[byte, b'\'']);
        }
        self.output.extend_from_slice(b"\r\n");
    }

    /// An integer.
    #[inline]
    pub fn integer(&mut self, value: i64) {
        let line = NumberLine::integer(b':', value);
        self.output.extend_from_slice(line.as_bytes());
    }

    /// A string of any bytes.
    #[inline]
    pub fn bulk(&mut self, bytes: impl AsRef<[u8]>) {
        put_bulk(self.output, bytes.as_ref());
    }

    /// An integer as a string, which is how Redis replies with a value that is one.
    pub fn bulk_integer(&mut self, value: i64) {
        let line = NumberLine::integer(b'$', value);
        // Its digits, without the sign in front and the line end.
        let line = line.as_bytes();
        put_bulk(self.output, &line[1..line.len() - 2]);
    }

    /// No value, where there could be one that is not an array.
    #[inline]
    pub fn null(&mut self) {
        self.by_protocol(b"$-1\r\n", b"_\r\n");
    }

    /// No value, where there could be an array.
    #[inline]
    pub fn null_array(&mut self) {
        self.by_protocol(b"*-1\r\n", b"_\r\n");
    }

    /// True or false; one or zero in RESP2.
    pub fn boolean(&mut self, value: bool) {
        if value {
            self.by_protocol(b":1\r\n", b"#t\r\n");
        } else {
            self.by_protocol(b":0\r\n", b"#f\r\n");
        }
    }

    /// A double; a string in RESP2.
    ///
    /// # Examples
    /// ```
    /// use bytes::BytesMut;
    /// use forebay_resp::{Protocol, ReplyWriter};
    ///
    /// let mut output = BytesMut::new();
    /// ReplyWriter::new(&mut output, Protocol::Resp2).double(0.25);
    /// ReplyWriter::new(&mut output, Protocol::Resp3).double(f64::NEG_INFINITY);
    /// assert_eq!(&output[..], b"$4\r\n0.25\r\n,-inf\r\n");
    /// ```
    pub fn double(&mut self, value: f64) {
        self.line_or_bulk(b',', DoubleText::new(value).as_bytes());
    }

    /// An integer of any length, given as its decimal digits; a string in RESP2.
    pub fn big_number(&mut self, digits: &str) {
        let number = digits.strip_prefix('-').unwrap_or(digits);
        debug_assert!(
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()),
            "a big number is written in decimal digits"
        );
        self.line_or_bulk(b'(', digits.as_bytes());
    }

    /// A text that is meant to be shown as it is; a plain string in RESP2.
    ///
    /// # Examples
    /// ```
    /// use bytes::BytesMut;
    /// use forebay_resp::{Protocol, ReplyWriter, VerbatimFormat};
    ///
    /// let mut output = BytesMut::new();
    /// let mut reply = ReplyWriter::new(&mut output, Protocol::Resp3);
    /// reply.verbatim(VerbatimFormat::TEXT, "role:master");
    /// assert_eq!(&output[..], b"=15\r\ntxt:role:master\r\n");
    /// ```
    pub fn verbatim(&mut self, format: VerbatimFormat, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        match self.protocol {
            Protocol::Resp2 => put_bulk(self.output, text),
            Protocol::Resp3 => {
                put_header(self.output, b'=', text.len() + 4);
                self.output.extend_from_slice(&format.0);
                self.output.extend_from_slice(b":");
                self.output.extend_from_slice(text);
                self.output.extend_from_slice(b"\r\n");
            }
        }
    }

    /// An array of so many values, which follow.
    #[inline]
    pub fn array(&mut self, length: usize) {
        put_header(self.output, b'*', length);
    }

    /// An array of as many values as `write` returns, which it has written.
    ///
    /// # Complexity
    /// Where 10 values or more were written, their bytes are moved once to make room for the
    /// length.
    ///
    /// # Examples
    /// ```
    /// use bytes::BytesMut;
    /// use forebay_resp::{Protocol, ReplyWriter};
    ///
    /// let mut output = BytesMut::new();
    /// ReplyWriter::new(&mut output, Protocol::Resp2).array_with(|reply| {
    ///     let even = (1..8).filter(|number| number % 2 == 0);
    ///     even.map(|number| reply.integer(number)).count()
    /// });
    /// assert_eq!(&output[..], b"*3\r\n:2\r\n:4\r\n:6\r\n");
    /// ```
    pub fn array_with(&mut self, write: impl FnOnce(&mut ReplyWriter<'_>) -> usize) {
        const SHORT: usize = b"*9\r\n".len();

        let start = self.output.len();
        self.output.extend_from_slice(&[0; SHORT]);
        let length = write(self);
        let line = NumberLine::length(b'*', length);
        let line = line.as_bytes();
        let end = self.output.len();
        if line.len() > SHORT {
            self.output.resize(end + line.len() - SHORT, 0);
            self.output
                .copy_within(start + SHORT..end, start + line.len());
        }
        self.output[start..start + line.len()].copy_from_slice(line);
    }

    /// A set of so many values, which follow; an array in RESP2.
    pub fn set(&mut self, length: usize) {
        self.aggregate(b'~', length);
    }

    /// A map of so many keys, each followed by its value; an array of both in RESP2.
    pub fn map(&mut self, pairs: usize) {
        match self.protocol {
            Protocol::Resp2 => put_header(self.output, b'*', pairs * 2),
            Protocol::Resp3 => put_header(self.output, b'%', pairs),
        }
    }

    /// A message that answers no command, of so many values, which follow; an array in RESP2.
    pub fn push(&mut self, length: usize) {
        self.aggregate(b'>', length);
    }

    /// What is to be known about the reply that follows: as many keys with their values as `pairs`
    /// says, written by `write`. RESP2 does not have it, and `write` is not called.
    ///
    /// # Examples
    /// ```
    /// use bytes::BytesMut;
    /// use forebay_resp::{Protocol, ReplyWriter};
    ///
    /// let mut output = BytesMut::new();
    /// for protocol in [Protocol::Resp2, Protocol::Resp3] {
    ///     let mut reply = ReplyWriter::new(&mut output, protocol);
    ///     reply.attribute(1, |reply| {
    ///         reply.simple("ttl");
    ///         reply.integer(3600);
    ///     });
    ///     reply.ok();
    /// }
    /// assert_eq!(&output[..], b"+OK\r\n|1\r\n+ttl\r\n:3600\r\n+OK\r\n");
    /// ```
    pub fn attribute(&mut self, pairs: usize, write: impl FnOnce(&mut ReplyWriter<'_>)) {
        if self.protocol == Protocol::Resp3 {
            put_header(self.output, b'|', pairs);
            write(self);
        }
    }

    fn line(&mut self, sign: u8, text: &[u8]) {
        self.output.reserve(text.len() + 3);
        self.output.extend_from_slice(&[sign]);
        put_text(self.output, text);
        self.output.extend_from_slice(b"\r\n");
    }

    fn line_or_bulk(&mut self, sign: u8, text: &[u8]) {
        match self.protocol {
            Protocol::Resp2 => put_bulk(self.output, text),
            Protocol::Resp3 => self.line(sign, text),
        }
    }

    fn aggregate(&mut self, sign: u8, length: usize) {
        let sign = match self.protocol {
            Protocol::Resp2 => b'*',
            Protocol::Resp3 => sign,
        };
        put_header(self.output, sign, length);
    }

    #[inline]
    fn by_protocol(&mut self, resp2: &[u8], resp3: &[u8]) {
        self.output.extend_from_slice(match self.protocol {
            Protocol::Resp2 => resp2,
            Protocol::Resp3 => resp3,
        });
    }
}

//! A reply that was read.

use bytes::Bytes;

/// A reply of either version, as a client sees it. Strings share the bytes of the read buffer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// `+`: a short text of the server.
    Simple(Bytes),
    /// `-`: an error, its code first.
    Error(Bytes),
    /// `!`: an error of any bytes.
    BulkError(Bytes),
    /// `:`
    Integer(i64),
    /// `$`: a string of any bytes.
    Bulk(Bytes),
    /// `$-1`: the null of RESP2 where there could be a string.
    NullBulk,
    /// `*-1`: the null of RESP2 where there could be an array.
    NullArray,
    /// `_`: the null of RESP3.
    Null,
    /// `#`
    Boolean(bool),
    /// `,`
    Double(f64),
    /// `(`: an integer of any length, as its digits.
    BigNumber(Bytes),
    /// `=`: a text that is meant to be shown as it is.
    Verbatim(VerbatimFormat, Bytes),
    /// `*`
    Array(Vec<Reply>),
    /// `~`, in the order of its arrival.
    Set(Vec<Reply>),
    /// `>`: a message that answers no command.
    Push(Vec<Reply>),
    /// `%`, in the order of its arrival.
    Map(Vec<(Reply, Reply)>),
    /// `|`: what is to be known about a reply, and the reply.
    Attributed(Vec<(Reply, Reply)>, Box<Reply>),
}

impl Reply {
    /// Whether it is a null of either version.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::NullBulk | Self::NullArray | Self::Null)
    }

    /// Whether it is an error, a long one or not.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_) | Self::BulkError(_))
    }
}

/// What a verbatim string is written in: three characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VerbatimFormat(pub [u8; 3]);

impl VerbatimFormat {
    /// Plain text, `txt`.
    pub const TEXT: Self = Self(*b"txt");
    /// Markdown, `mkd`.
    pub const MARKDOWN: Self = Self(*b"mkd");
}

//! What is wrong with what a client sent.

use core::error::Error;
use core::fmt;

/// A client broke the protocol. Tell it so and close the connection: where its next command begins
/// cannot be known.
///
/// The texts are those of Redis;
/// [`ReplyWriter::protocol_error`](crate::ReplyWriter::protocol_error) sends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The number after `*` is none, or larger than the limit.
    InvalidMultibulkLength,
    /// The number after `$` is none, is negative, or larger than the limit.
    InvalidBulkLength,
    /// More arguments than a client may send before it has authenticated.
    UnauthenticatedMultibulkLength,
    /// A longer argument than a client may send before it has authenticated.
    UnauthenticatedBulkLength,
    /// An argument begins with this byte instead of `$`.
    ExpectedBulk(u8),
    /// The line with the number of arguments does not end within the limit.
    TooBigMultibulkCount,
    /// The line with the length of an argument does not end within the limit.
    TooBigBulkCount,
    /// An inline command does not end within the limit.
    TooBigInline,
    /// A quote in an inline command is not closed, or is followed by something else than a blank.
    UnbalancedQuotes,
    /// The command as a whole is larger than the limit. Redis closes the connection without a word.
    TooBigCommand,
}

impl ProtocolError {
    /// The text up to the byte that is at fault, and that byte.
    pub(crate) fn parts(self) -> (&'static str, Option<u8>) {
        match self {
            Self::InvalidMultibulkLength => ("Protocol error: invalid multibulk length", None),
            Self::InvalidBulkLength => ("Protocol error: invalid bulk length", None),
            Self::UnauthenticatedMultibulkLength => {
                ("Protocol error: unauthenticated multibulk length", None)
            }
            Self::UnauthenticatedBulkLength => {
                ("Protocol error: unauthenticated bulk length", None)
            }
            Self::ExpectedBulk(byte) => ("Protocol error: expected '$', got '", Some(byte)),
            Self::TooBigMultibulkCount => ("Protocol error: too big mbulk count string", None),
            Self::TooBigBulkCount => ("Protocol error: too big bulk count string", None),
            Self::TooBigInline => ("Protocol error: too big inline request", None),
            Self::UnbalancedQuotes => ("Protocol error: unbalanced quotes in request", None),
            Self::TooBigCommand => ("Protocol error: too big request", None),
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (text, None) => f.write_str(text),
            (text, Some(byte)) => write!(f, "{text}{}'", byte.escape_ascii()),
        }
    }
}

impl Error for ProtocolError {}

//! What is wrong with what a server sent.

use core::error::Error;
use core::fmt;

/// A server broke the protocol or a limit of its client, who should close the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyError {
    /// No type has this sign.
    UnknownType(u8),
    /// A carriage return is not followed by a line feed.
    LineEnd,
    /// A string does not end where its length says.
    StringEnd,
    /// A length is no number, or is negative where there is no null.
    Length,
    /// The text of an integer, double, big number, boolean or null is none.
    Value,
    /// A verbatim string does not begin with three characters and a colon.
    VerbatimFormat,
    /// A line does not end within the limit.
    LineTooLong,
    /// A string is longer than the limit.
    StringTooLong,
    /// More values than the limit.
    TooManyValues,
    /// More aggregates inside each other than the limit.
    TooDeep,
    /// The reply as a whole is larger than the limit.
    TooLong,
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownType(sign) => {
                return write!(f, "no type of reply begins with '{}'", sign.escape_ascii());
            }
            Self::LineEnd => "a carriage return in a line of a reply",
            Self::StringEnd => "a string does not end where its length says",
            Self::Length => "a length is not a number of values or bytes",
            Self::Value => "a value is not of its type",
            Self::VerbatimFormat => "a verbatim string does not say its format",
            Self::LineTooLong => "a line is longer than the limit allows",
            Self::StringTooLong => "a string is longer than the limit allows",
            Self::TooManyValues => "a reply has more values than the limit allows",
            Self::TooDeep => "a reply is nested deeper than the limit allows",
            Self::TooLong => "a reply is longer than the limit allows",
        })
    }
}

impl Error for ReplyError {}

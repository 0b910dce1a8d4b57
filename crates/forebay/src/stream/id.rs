//! The id of an entry.

use core::fmt;
use core::str::FromStr;

use crate::error::{Error, Result};

/// The id of an entry: the time of the engine in milliseconds since the beginning of 1970, then the
/// number of the entry within that millisecond, from 0.
///
/// Ids of a stream only ever rise. They are written `ms-seq`; where a `seq` is left away in text,
/// it is 0.
///
/// # Examples
/// ```
/// use forebay::StreamId;
///
/// let id: StreamId = "1599203861727-0".parse()?;
/// assert_eq!(id, StreamId::new(1_599_203_861_727, 0));
/// assert_eq!("5".parse::<StreamId>()?, StreamId::new(5, 0));
/// assert!(id < id.next().unwrap());
/// assert_eq!(id.to_string(), "1599203861727-0");
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// Milliseconds.
    pub ms: u64,
    /// The number within the millisecond.
    pub seq: u64,
}

impl StreamId {
    /// The smallest id. No entry has it: what comes after it is every entry.
    pub const MIN: Self = Self::new(0, 0);

    /// The largest id.
    pub const MAX: Self = Self::new(u64::MAX, u64::MAX);

    /// The id `ms-seq`.
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    ///
    /// assert_eq!(StreamId::new(5, 1).to_string(), "5-1");
    /// ```
    #[must_use]
    pub const fn new(ms: u64, seq: u64) -> Self {
        Self { ms, seq }
    }

    /// The smallest id that is larger; `None` after [`StreamId::MAX`].
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    ///
    /// assert_eq!(StreamId::new(5, 1).next(), Some(StreamId::new(5, 2)));
    /// assert_eq!(StreamId::new(5, u64::MAX).next(), Some(StreamId::new(6, 0)));
    /// assert_eq!(StreamId::MAX.next(), None);
    /// ```
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match (self.ms, self.seq) {
            (u64::MAX, u64::MAX) => None,
            (ms, u64::MAX) => Some(Self::new(ms + 1, 0)),
            (ms, seq) => Some(Self::new(ms, seq + 1)),
        }
    }

    /// The largest id that is smaller; `None` before [`StreamId::MIN`].
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    ///
    /// assert_eq!(StreamId::new(5, 2).previous(), Some(StreamId::new(5, 1)));
    /// assert_eq!(StreamId::new(5, 0).previous(), Some(StreamId::new(4, u64::MAX)));
    /// assert_eq!(StreamId::MIN.previous(), None);
    /// ```
    #[must_use]
    pub const fn previous(self) -> Option<Self> {
        match (self.ms, self.seq) {
            (0, 0) => None,
            (ms, 0) => Some(Self::new(ms - 1, u64::MAX)),
            (ms, seq) => Some(Self::new(ms, seq - 1)),
        }
    }
}

/// `ms-seq`.
impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

/// `ms-seq` too: an id is read more often than its parts.
impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<(u64, u64)> for StreamId {
    fn from((ms, seq): (u64, u64)) -> Self {
        Self::new(ms, seq)
    }
}

/// `ms-seq`, or `ms` for `ms-0`: both decimal, without a sign.
///
/// # Errors
/// [`InvalidStreamId`](Error::InvalidStreamId).
impl FromStr for StreamId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let Partial { ms, seq } = text.parse()?;
        Ok(Self::new(ms, seq.unwrap_or(0)))
    }
}

/// An id as text gives it: without the sequence number, whoever reads it knows which one is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) ms: u64,
    pub(super) seq: Option<u64>,
}

impl FromStr for Partial {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.split_once('-') {
            None => Self {
                ms: number(text)?,
                seq: None,
            },
            Some((ms, seq)) => Self {
                ms: number(ms)?,
                seq: Some(number(seq)?),
            },
        })
    }
}

/// Decimal digits and nothing else.
pub(super) fn number(text: &str) -> Result<u64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::InvalidStreamId);
    }
    text.parse().map_err(|_| Error::InvalidStreamId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["0-0", "5-1", "18446744073709551615-18446744073709551615"] {
            assert_eq!(text.parse::<StreamId>().unwrap().to_string(), text);
        }
        assert_eq!("5".parse(), Ok(StreamId::new(5, 0)));
        assert_eq!("01-08".parse(), Ok(StreamId::new(1, 8)));
    }

    #[test]
    fn other_text_is_no_id() {
        for text in [
            "",
            "-",
            "+",
            "*",
            "5-",
            "-5",
            "5-*",
            "5-1-1",
            "+5",
            " 5",
            "5 ",
            "5-+1",
            "a",
            "(5-1",
            "18446744073709551616",
            "1-18446744073709551616",
        ] {
            assert_eq!(
                text.parse::<StreamId>(),
                Err(Error::InvalidStreamId),
                "{text:?}"
            );
        }
    }

    #[test]
    fn neighbours() {
        for id in [
            StreamId::new(0, 1),
            StreamId::new(5, 0),
            StreamId::new(5, u64::MAX),
            StreamId::MAX,
        ] {
            assert_eq!(id.previous().unwrap().next(), Some(id));
            assert!(id.previous().unwrap() < id);
        }
    }
}

//! XGROUP CREATE and XGROUP SETID.

use core::fmt;
use core::str::FromStr;

use super::id::StreamId;
use crate::error::{Error, Result};

/// Where a consumer group begins, or goes on.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::GroupStart;
///
/// assert_eq!("$".parse(), Ok(GroupStart::Now));
/// assert_eq!("0".parse(), Ok(GroupStart::After(StreamId::MIN)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupStart {
    /// `$`: with the entries that come after the call.
    Now,
    /// `ms-seq`: with the entries that have larger ids, so with `0-0` at the beginning.
    After(StreamId),
}

impl GroupStart {
    /// With the first entry.
    pub const BEGINNING: Self = Self::After(StreamId::MIN);
}

/// How XGROUP CREATE makes a consumer group.
///
/// # Examples
/// ```
/// use forebay::stream::XgroupCreateOptions;
///
/// let options = XgroupCreateOptions { mkstream: true, ..XgroupCreateOptions::default() };
/// assert_eq!(options.entries_read, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct XgroupCreateOptions {
    /// Makes an empty stream when the key does not exist.
    pub mkstream: bool,
    /// How many entries the group counts as having read, which tells how far it lags behind. More
    /// than were ever added are as many as were added. `None` when it is not known.
    pub entries_read: Option<u64>,
}

impl From<StreamId> for GroupStart {
    fn from(id: StreamId) -> Self {
        Self::After(id)
    }
}

/// As XGROUP CREATE takes it.
impl fmt::Display for GroupStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("$"),
            Self::After(id) => fmt::Display::fmt(id, f),
        }
    }
}

/// `$`, `ms-seq`, `ms` for `ms-0`; also `-` and `+` for the smallest and the largest id.
///
/// # Errors
/// [`InvalidStreamId`](Error::InvalidStreamId).
impl FromStr for GroupStart {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "$" => Ok(Self::Now),
            "-" => Ok(Self::After(StreamId::MIN)),
            "+" => Ok(Self::After(StreamId::MAX)),
            _ => text.parse().map(Self::After),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["$", "5-1"] {
            assert_eq!(text.parse::<GroupStart>().unwrap().to_string(), text);
        }
        assert_eq!("-".parse(), Ok(GroupStart::After(StreamId::MIN)));
        assert_eq!("+".parse(), Ok(GroupStart::After(StreamId::MAX)));
        for text in [">", "(5", "*", ""] {
            assert_eq!(
                text.parse::<GroupStart>(),
                Err(Error::InvalidStreamId),
                "{text:?}"
            );
        }
    }
}

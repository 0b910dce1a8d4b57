//! XREADGROUP.

use core::fmt;
use core::str::FromStr;

use super::fields::Fields;
use super::id::StreamId;
use super::read::check_limits;
use crate::error::{Error, Result};
use crate::timeout::Timeout;

/// What XREADGROUP reads of a stream.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::GroupReadFrom;
///
/// assert_eq!(">".parse(), Ok(GroupReadFrom::New));
/// assert_eq!("0".parse(), Ok(GroupReadFrom::PendingAfter(StreamId::MIN)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GroupReadFrom {
    /// `>`: the entries that no consumer of the group has been given yet.
    #[default]
    New,
    /// `ms-seq`: of the entries that are pending for this consumer, those with larger ids.
    PendingAfter(StreamId),
}

/// What XREADGROUP reads, and how long it waits. The default reads everything there is and does not
/// wait.
///
/// BLOCK, CLAIM and NOACK are about new entries; they do nothing when pending ones are read.
///
/// # Examples
/// ```
/// use forebay::stream::XreadgroupOptions;
///
/// let options = XreadgroupOptions {
///     count: Some(10),
///     claim: Some(60_000),
///     ..XreadgroupOptions::default()
/// };
/// assert!(options.check().is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct XreadgroupOptions {
    /// How many entries of each stream at most; 0 is no limit.
    pub count: Option<u64>,
    /// How long to wait when there is nothing. `None` does not wait.
    pub block: Option<Timeout>,
    /// NOACK: new entries do not become pending.
    pub noack: bool,
    /// CLAIM: takes over entries that have been pending for so many milliseconds, before new ones.
    pub claim: Option<u64>,
    /// How many entries of all streams together at most. Not 0, and not less than `count`.
    pub maxcount: Option<u64>,
    /// How many bytes all entries together have at most, but at least one entry comes. Not 0.
    pub maxsize: Option<u64>,
}

impl XreadgroupOptions {
    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`MaxcountZero`](Error::MaxcountZero), [`MaxsizeZero`](Error::MaxsizeZero),
    /// [`MaxcountBelowCount`](Error::MaxcountBelowCount).
    ///
    /// # Examples
    /// ```
    /// use forebay::Error;
    /// use forebay::stream::XreadgroupOptions;
    ///
    /// let options = XreadgroupOptions { maxcount: Some(0), ..XreadgroupOptions::default() };
    /// assert_eq!(options.check(), Err(Error::MaxcountZero));
    /// ```
    pub fn check(&self) -> Result<()> {
        check_limits(self.count, self.maxcount, self.maxsize)
    }
}

/// An entry as XREADGROUP gives it to a consumer.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::{Delivered, Fields};
///
/// let delivered = Delivered {
///     id: StreamId::new(5, 1),
///     fields: Some(Fields::from([("repo", "5")])),
///     idle_ms: Some(0),
///     deliveries: 0,
/// };
/// assert!(delivered.fields.is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Delivered {
    /// Its id.
    pub id: StreamId,
    /// Its names and values. `None` when it was deleted while it was pending.
    pub fields: Option<Fields>,
    /// How long it had been pending when it was taken over by CLAIM; 0 when it was new. `None` when
    /// its consumer had given it back.
    pub idle_ms: Option<u64>,
    /// How often it had been delivered when it was taken over by CLAIM; 0 when it was new.
    pub deliveries: u64,
}

impl From<StreamId> for GroupReadFrom {
    fn from(id: StreamId) -> Self {
        Self::PendingAfter(id)
    }
}

/// As XREADGROUP takes it.
impl fmt::Display for GroupReadFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str(">"),
            Self::PendingAfter(id) => fmt::Display::fmt(id, f),
        }
    }
}

/// `>`, `ms-seq`, or `ms` for `ms-0`.
///
/// # Errors
/// [`InvalidStreamId`](Error::InvalidStreamId).
impl FromStr for GroupReadFrom {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            ">" => Ok(Self::New),
            _ => text.parse().map(Self::PendingAfter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in [">", "5-1"] {
            assert_eq!(text.parse::<GroupReadFrom>().unwrap().to_string(), text);
        }
        for text in ["$", "+", "-", "*"] {
            assert_eq!(
                text.parse::<GroupReadFrom>(),
                Err(Error::InvalidStreamId),
                "{text:?}"
            );
        }
    }
}

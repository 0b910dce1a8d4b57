//! XREAD.

use core::fmt;
use core::str::FromStr;

use super::id::StreamId;
use crate::error::{Error, Result};
use crate::timeout::Timeout;

/// From where on XREAD reads a stream.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::ReadFrom;
///
/// assert_eq!("$".parse(), Ok(ReadFrom::Now));
/// assert_eq!("5-1".parse(), Ok(ReadFrom::After(StreamId::new(5, 1))));
/// assert_eq!(ReadFrom::from(StreamId::MIN).to_string(), "0-0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadFrom {
    /// `ms-seq`: the entries with larger ids.
    After(StreamId),
    /// `$`: the entries that come after the call began.
    Now,
    /// `+`: the last entry; of an empty stream the first that comes.
    Last,
}

/// What XREAD reads, and how long it waits. The default reads everything there is and does not
/// wait.
///
/// # Examples
/// ```
/// use forebay::Timeout;
/// use forebay::stream::XreadOptions;
///
/// let patient = XreadOptions {
///     count: Some(100),
///     block: Some(Timeout::FOREVER),
///     ..XreadOptions::default()
/// };
/// assert!(patient.check().is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct XreadOptions {
    /// How many entries of each stream at most; 0 is no limit.
    pub count: Option<u64>,
    /// How long to wait when there is nothing. `None` does not wait.
    pub block: Option<Timeout>,
    /// How many entries of all streams together at most. Not 0, and not less than `count`.
    pub maxcount: Option<u64>,
    /// How many bytes all entries together have at most, but at least one entry comes. Not 0.
    pub maxsize: Option<u64>,
}

impl XreadOptions {
    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`MaxcountZero`](Error::MaxcountZero), [`MaxsizeZero`](Error::MaxsizeZero),
    /// [`MaxcountBelowCount`](Error::MaxcountBelowCount).
    ///
    /// # Examples
    /// ```
    /// use forebay::Error;
    /// use forebay::stream::XreadOptions;
    ///
    /// let options = XreadOptions {
    ///     count: Some(5),
    ///     maxcount: Some(3),
    ///     ..XreadOptions::default()
    /// };
    /// assert_eq!(options.check(), Err(Error::MaxcountBelowCount));
    /// ```
    pub fn check(&self) -> Result<()> {
        check_limits(self.count, self.maxcount, self.maxsize)
    }
}

/// What XREAD and XREADGROUP refuse.
pub(super) fn check_limits(
    count: Option<u64>,
    maxcount: Option<u64>,
    maxsize: Option<u64>,
) -> Result<()> {
    if maxcount == Some(0) {
        return Err(Error::MaxcountZero);
    }
    if maxsize == Some(0) {
        return Err(Error::MaxsizeZero);
    }
    if maxcount.is_some_and(|maxcount| count.is_some_and(|count| maxcount < count)) {
        return Err(Error::MaxcountBelowCount);
    }
    Ok(())
}

impl From<StreamId> for ReadFrom {
    fn from(id: StreamId) -> Self {
        Self::After(id)
    }
}

/// As XREAD takes it.
impl fmt::Display for ReadFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(id) => fmt::Display::fmt(id, f),
            Self::Now => f.write_str("$"),
            Self::Last => f.write_str("+"),
        }
    }
}

/// `$`, `+`, `ms-seq`, or `ms` for `ms-0`.
///
/// # Errors
/// [`InvalidStreamId`](Error::InvalidStreamId).
impl FromStr for ReadFrom {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "$" => Ok(Self::Now),
            "+" => Ok(Self::Last),
            _ => text.parse().map(Self::After),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["$", "+", "5-1"] {
            assert_eq!(text.parse::<ReadFrom>().unwrap().to_string(), text);
        }
        for text in [">", "-", "(5", "*"] {
            assert_eq!(
                text.parse::<ReadFrom>(),
                Err(Error::InvalidStreamId),
                "{text:?}"
            );
        }
    }

    #[test]
    fn senseless_limits_are_refused() {
        assert_eq!(check_limits(None, None, None), Ok(()));
        assert_eq!(check_limits(Some(0), Some(1), Some(1)), Ok(()));
        assert_eq!(check_limits(Some(5), Some(5), None), Ok(()));
        assert_eq!(
            check_limits(Some(5), Some(4), None),
            Err(Error::MaxcountBelowCount)
        );
        assert_eq!(check_limits(None, Some(0), None), Err(Error::MaxcountZero));
        assert_eq!(check_limits(None, None, Some(0)), Err(Error::MaxsizeZero));
    }
}

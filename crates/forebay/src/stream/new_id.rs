//! The id that XADD is given.

use core::fmt;
use core::str::FromStr;

use super::id::{Partial, StreamId, number};
use crate::error::{Error, Result};

/// Which id XADD gives to the new entry. It is always larger than every id that the stream has
/// given out, those of deleted entries included.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::NewId;
///
/// assert_eq!("*".parse(), Ok(NewId::Auto));
/// assert_eq!("5-*".parse(), Ok(NewId::AutoSeq(5)));
/// assert_eq!("5-1".parse(), Ok(NewId::Exactly(StreamId::new(5, 1))));
/// assert_eq!(NewId::from(StreamId::new(5, 1)).to_string(), "5-1");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NewId {
    /// `*`: the time now, and 0. Where that is not larger than the last id, the one after the last
    /// id.
    #[default]
    Auto,
    /// `ms-*`: this time, and the first number that is free in it.
    AutoSeq(u64),
    /// `ms-seq`: this one.
    Exactly(StreamId),
}

impl NewId {
    /// The id of the entry that comes after `last` when the time is `now_ms`.
    ///
    /// # Errors
    /// [`IdZero`](Error::IdZero), [`IdTooSmall`](Error::IdTooSmall),
    /// [`IdsExhausted`](Error::IdsExhausted).
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    /// use forebay::stream::NewId;
    ///
    /// let last = StreamId::new(5, 1);
    /// assert_eq!(NewId::Auto.after(last, 7), Ok(StreamId::new(7, 0)));
    /// assert_eq!(NewId::Auto.after(last, 5), Ok(StreamId::new(5, 2)));
    /// assert_eq!(NewId::Auto.after(last, 3), Ok(StreamId::new(5, 2)));
    /// assert_eq!(NewId::AutoSeq(6).after(last, 7), Ok(StreamId::new(6, 0)));
    /// ```
    pub fn after(self, last: StreamId, now_ms: u64) -> Result<StreamId> {
        if self == Self::Exactly(StreamId::MIN) {
            return Err(Error::IdZero);
        }
        let following = last.next().ok_or(Error::IdsExhausted)?;
        let id = match self {
            Self::Auto if now_ms > last.ms => StreamId::new(now_ms, 0),
            Self::Auto => following,
            // What follows an id with the last number of its time is no longer in that time.
            Self::AutoSeq(ms) if ms == last.ms && following.ms == ms => following,
            Self::AutoSeq(ms) => StreamId::new(ms, 0),
            Self::Exactly(id) => id,
        };
        if id < following {
            return Err(Error::IdTooSmall);
        }
        Ok(id)
    }
}

impl From<StreamId> for NewId {
    fn from(id: StreamId) -> Self {
        Self::Exactly(id)
    }
}

/// As XADD takes it.
impl fmt::Display for NewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("*"),
            Self::AutoSeq(ms) => write!(f, "{ms}-*"),
            Self::Exactly(id) => fmt::Display::fmt(id, f),
        }
    }
}

/// `*`, `ms-*`, `ms-seq`, or `ms` for `ms-0`.
///
/// # Errors
/// [`InvalidStreamId`](Error::InvalidStreamId).
impl FromStr for NewId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "*" {
            return Ok(Self::Auto);
        }
        if let Some(ms) = text.strip_suffix("-*") {
            return number(ms).map(Self::AutoSeq);
        }
        let Partial { ms, seq } = text.parse()?;
        Ok(Self::Exactly(StreamId::new(ms, seq.unwrap_or(0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn id(ms: u64, seq: u64) -> StreamId {
        StreamId::new(ms, seq)
    }

    #[test]
    fn text_and_back() {
        for text in ["*", "5-*", "5-1", "0-0"] {
            assert_eq!(text.parse::<NewId>().unwrap().to_string(), text);
        }
        for text in ["", "-*", "*-1", "*-*", "5-**", "**", "+5-*", "5*"] {
            assert_eq!(
                text.parse::<NewId>(),
                Err(Error::InvalidStreamId),
                "{text:?}"
            );
        }
    }

    #[test]
    fn automatic_ids_never_fall() {
        let auto = |last, now_ms| NewId::Auto.after(last, now_ms);
        assert_eq!(auto(id(0, 0), 0), Ok(id(0, 1)));
        assert_eq!(auto(id(5, u64::MAX), 5), Ok(id(6, 0)));
        assert_eq!(auto(id(5, u64::MAX), 6), Ok(id(6, 0)));
        assert_eq!(auto(id(u64::MAX, 7), 6), Ok(id(u64::MAX, 8)));
        assert_eq!(auto(StreamId::MAX, 6), Err(Error::IdsExhausted));
    }

    #[test]
    fn automatic_numbers_stay_within_their_time() {
        let auto = |ms, last| NewId::AutoSeq(ms).after(last, 9);
        assert_eq!(auto(0, id(0, 0)), Ok(id(0, 1)));
        assert_eq!(auto(5, id(0, 0)), Ok(id(5, 0)));
        assert_eq!(auto(5, id(5, 0)), Ok(id(5, 1)));
        assert_eq!(auto(4, id(5, 0)), Err(Error::IdTooSmall));
        assert_eq!(auto(5, id(5, u64::MAX)), Err(Error::IdTooSmall));
        assert_eq!(auto(6, id(5, u64::MAX)), Ok(id(6, 0)));
        assert_eq!(auto(u64::MAX, StreamId::MAX), Err(Error::IdsExhausted));
    }

    #[test]
    fn given_ids_must_rise() {
        let exactly = |given, last| NewId::Exactly(given).after(last, 9);
        assert_eq!(exactly(id(0, 1), id(0, 0)), Ok(id(0, 1)));
        assert_eq!(exactly(id(0, 0), id(0, 0)), Err(Error::IdZero));
        assert_eq!(exactly(id(0, 0), StreamId::MAX), Err(Error::IdZero));
        assert_eq!(exactly(id(5, 1), id(5, 1)), Err(Error::IdTooSmall));
        assert_eq!(exactly(id(5, 2), id(5, 1)), Ok(id(5, 2)));
        assert_eq!(
            exactly(StreamId::MAX, StreamId::MAX),
            Err(Error::IdsExhausted)
        );
    }
}

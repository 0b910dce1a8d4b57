//! A run of ids: what XRANGE, XREVRANGE, XPENDING and XAUTOCLAIM look at.

use core::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};
use core::str::FromStr;

use super::id::{Partial, StreamId};
use crate::error::{Error, Result};

/// One end of a run of ids, as the text of a command gives it.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::IdBound;
///
/// let bound: IdBound = "5".parse()?;
/// assert_eq!(bound.lowest()?, StreamId::new(5, 0));
/// assert_eq!(bound.highest()?, StreamId::new(5, u64::MAX));
/// let bound: IdBound = "(5-1".parse()?;
/// assert_eq!(bound.lowest()?, StreamId::new(5, 2));
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdBound {
    /// `-`: the smallest id there can be.
    Min,
    /// `+`: the largest id there can be.
    Max,
    /// `ms-seq`: this id too.
    Included(StreamId),
    /// `(ms-seq`: this id no longer.
    Excluded(StreamId),
    /// `ms`: all ids of this millisecond too.
    IncludedMs(u64),
    /// `(ms`: all of this millisecond but the first id when it is a start, but the last one when it
    /// is an end.
    ExcludedMs(u64),
}

impl IdBound {
    /// The smallest id of a run that starts here.
    ///
    /// # Errors
    /// [`InvalidRangeStart`](Error::InvalidRangeStart) when there is none.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Error, StreamId};
    /// use forebay::stream::IdBound;
    ///
    /// assert_eq!(IdBound::Min.lowest(), Ok(StreamId::MIN));
    /// assert_eq!(IdBound::Excluded(StreamId::MAX).lowest(), Err(Error::InvalidRangeStart));
    /// ```
    pub fn lowest(self) -> Result<StreamId> {
        match self {
            Self::Min => Ok(StreamId::MIN),
            Self::Max => Ok(StreamId::MAX),
            Self::Included(id) => Ok(id),
            Self::IncludedMs(ms) => Ok(StreamId::new(ms, 0)),
            Self::Excluded(id) => id.next().ok_or(Error::InvalidRangeStart),
            Self::ExcludedMs(ms) => Ok(StreamId::new(ms, 1)),
        }
    }

    /// The largest id of a run that ends here.
    ///
    /// # Errors
    /// [`InvalidRangeEnd`](Error::InvalidRangeEnd) when there is none.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Error, StreamId};
    /// use forebay::stream::IdBound;
    ///
    /// assert_eq!(IdBound::Max.highest(), Ok(StreamId::MAX));
    /// assert_eq!(IdBound::Excluded(StreamId::MIN).highest(), Err(Error::InvalidRangeEnd));
    /// ```
    pub fn highest(self) -> Result<StreamId> {
        match self {
            Self::Min => Ok(StreamId::MIN),
            Self::Max => Ok(StreamId::MAX),
            Self::Included(id) => Ok(id),
            Self::IncludedMs(ms) => Ok(StreamId::new(ms, u64::MAX)),
            Self::Excluded(id) => id.previous().ok_or(Error::InvalidRangeEnd),
            Self::ExcludedMs(ms) => Ok(StreamId::new(ms, u64::MAX - 1)),
        }
    }
}

impl From<StreamId> for IdBound {
    fn from(id: StreamId) -> Self {
        Self::Included(id)
    }
}

/// `-`, `+`, `ms-seq`, `ms`, `(ms-seq` or `(ms`.
///
/// # Errors
/// [`InvalidStreamId`](Error::InvalidStreamId).
impl FromStr for IdBound {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "-" => return Ok(Self::Min),
            "+" => return Ok(Self::Max),
            _ => {}
        }
        let (excluded, id) = match text.strip_prefix('(') {
            Some(id) => (true, id),
            None => (false, text),
        };
        let Partial { ms, seq } = id.parse()?;
        Ok(match (excluded, seq) {
            (false, Some(seq)) => Self::Included(StreamId::new(ms, seq)),
            (true, Some(seq)) => Self::Excluded(StreamId::new(ms, seq)),
            (false, None) => Self::IncludedMs(ms),
            (true, None) => Self::ExcludedMs(ms),
        })
    }
}

/// A run of ids. Every range of Rust over [`StreamId`] is one.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::IdRange;
///
/// let all = IdRange::from(..);
/// assert_eq!(all, IdRange::parse("-", "+")?);
/// let after = StreamId::new(5, 1);
/// assert_eq!(IdRange::after(after), IdRange::parse("(5-1", "+")?);
/// assert!(!IdRange::after(after).resolve()?.contains(&after));
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdRange {
    /// Where it starts.
    pub start: IdBound,
    /// Where it ends. Before the start, nothing is in it.
    pub end: IdBound,
}

impl IdRange {
    /// Every id.
    pub const ALL: Self = Self {
        start: IdBound::Min,
        end: IdBound::Max,
    };

    /// Every id that is larger than `id`.
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    /// use forebay::stream::IdRange;
    ///
    /// let rest = IdRange::after(StreamId::new(5, 1)).resolve()?;
    /// assert_eq!(*rest.start(), StreamId::new(5, 2));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub const fn after(id: StreamId) -> Self {
        Self {
            start: IdBound::Excluded(id),
            end: IdBound::Max,
        }
    }

    /// The range between two ends in the text of a command.
    ///
    /// # Errors
    /// [`InvalidStreamId`](Error::InvalidStreamId).
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    /// use forebay::stream::IdRange;
    ///
    /// let second = IdRange::parse("1000", "1999")?.resolve()?;
    /// assert!(second.contains(&StreamId::new(1999, 7)));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn parse(start: &str, end: &str) -> Result<Self> {
        Ok(Self {
            start: start.parse()?,
            end: end.parse()?,
        })
    }

    /// The smallest and the largest id; nothing is in between when the first is larger.
    ///
    /// # Errors
    /// [`InvalidRangeStart`](Error::InvalidRangeStart) when it starts after the largest id there
    /// can be, [`InvalidRangeEnd`](Error::InvalidRangeEnd) when it ends before the smallest.
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    /// use forebay::stream::IdRange;
    ///
    /// let ids = IdRange::from(StreamId::new(5, 0)..StreamId::new(7, 0)).resolve()?;
    /// assert_eq!(ids, StreamId::new(5, 0)..=StreamId::new(6, u64::MAX));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn resolve(self) -> Result<RangeInclusive<StreamId>> {
        Ok(self.start.lowest()?..=self.end.highest()?)
    }

    fn of(range: &impl RangeBounds<StreamId>) -> Self {
        let bound = |bound: Bound<&StreamId>, unbounded| match bound {
            Bound::Included(&id) => IdBound::Included(id),
            Bound::Excluded(&id) => IdBound::Excluded(id),
            Bound::Unbounded => unbounded,
        };
        Self {
            start: bound(range.start_bound(), IdBound::Min),
            end: bound(range.end_bound(), IdBound::Max),
        }
    }
}

impl Default for IdRange {
    fn default() -> Self {
        Self::ALL
    }
}

impl From<RangeFull> for IdRange {
    fn from(_: RangeFull) -> Self {
        Self::ALL
    }
}

/// The ranges of the standard library, which have no common type.
macro_rules! from_ranges {
    ($($range:ty),*) => {
        $(impl From<$range> for IdRange {
            fn from(range: $range) -> Self {
                Self::of(&range)
            }
        })*
    };
}

from_ranges!(
    Range<StreamId>,
    RangeInclusive<StreamId>,
    RangeFrom<StreamId>,
    RangeTo<StreamId>,
    RangeToInclusive<StreamId>,
    (Bound<StreamId>, Bound<StreamId>)
);

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(start: &str, end: &str) -> Result<(String, String)> {
        let ids = IdRange::parse(start, end)?.resolve()?;
        Ok((ids.start().to_string(), ids.end().to_string()))
    }

    #[test]
    fn what_is_left_away_depends_on_the_end() {
        let max = u64::MAX;
        let pair = |start: String, end: String| Ok((start, end));
        assert_eq!(resolved("5", "5"), pair("5-0".into(), format!("5-{max}")));
        assert_eq!(
            resolved("(5", "(5"),
            pair("5-1".into(), format!("5-{}", max - 1))
        );
        assert_eq!(
            resolved("-", "+"),
            pair("0-0".into(), format!("{max}-{max}"))
        );
        assert_eq!(
            resolved("+", "-"),
            pair(format!("{max}-{max}"), "0-0".into())
        );
        assert_eq!(
            resolved("(5-1", "(7-0"),
            pair("5-2".into(), format!("6-{max}"))
        );
    }

    #[test]
    fn nothing_lies_outside() {
        let max = StreamId::MAX.to_string();
        assert_eq!(
            resolved(&format!("({max}"), "+"),
            Err(Error::InvalidRangeStart)
        );
        assert_eq!(resolved("-", "(0-0"), Err(Error::InvalidRangeEnd));
        assert_eq!(
            resolved("(0-0", &format!("({max}")).map(|ids| ids.0),
            Ok("0-1".into())
        );
    }

    #[test]
    fn other_text_is_no_bound() {
        for text in ["", "(", "(-", "(+", "((5", "*", "5-*", "$", ">"] {
            assert_eq!(
                text.parse::<IdBound>(),
                Err(Error::InvalidStreamId),
                "{text:?}"
            );
        }
    }

    #[test]
    fn ranges_of_rust() {
        let (a, b) = (StreamId::new(1, 0), StreamId::new(2, 0));
        let parsed = |start, end| IdRange::parse(start, end).unwrap();
        assert_eq!(IdRange::from(a..b), parsed("1-0", "(2-0"));
        assert_eq!(IdRange::from(a..=b), parsed("1-0", "2-0"));
        assert_eq!(IdRange::from(a..), parsed("1-0", "+"));
        assert_eq!(IdRange::from(..b), parsed("-", "(2-0"));
        assert_eq!(IdRange::from(..=b), parsed("-", "2-0"));
        assert_eq!(
            IdRange::from((Bound::Excluded(a), Bound::Unbounded)),
            IdRange::after(a)
        );
    }
}

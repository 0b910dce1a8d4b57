//! The 128-bit ids of entries, and how the next one is chosen.

use core::fmt;

/// The id of an entry: a time in milliseconds, and a number among the entries of that time.
///
/// Ids are ordered by time, then by number.
///
/// ```
/// use forebay_sync::stream_log::Id;
///
/// let id = Id::new(1_700_000_000_000, 7);
/// assert!(id < id.next().unwrap());
/// assert_eq!(Id::new(5, u64::MAX).next(), Some(Id::new(6, 0)));
/// assert_eq!(Id::MAX.next(), None);
/// assert_eq!(id.to_string(), "1700000000000-7");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Milliseconds.
    pub ms: u64,
    /// The number among the entries of that millisecond.
    pub seq: u64,
}

impl Id {
    /// `0-0`, which no entry has.
    pub const MIN: Self = Self::new(0, 0);
    /// The last id there is.
    pub const MAX: Self = Self::new(u64::MAX, u64::MAX);

    /// An id of these parts.
    #[inline]
    #[must_use]
    pub const fn new(ms: u64, seq: u64) -> Self {
        Self { ms, seq }
    }

    /// The id right behind this one; `None` behind [`Id::MAX`].
    #[inline]
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        if self.seq < u64::MAX {
            Some(Self::new(self.ms, self.seq + 1))
        } else if self.ms < u64::MAX {
            Some(Self::new(self.ms + 1, 0))
        } else {
            None
        }
    }

    /// The id right in front of this one; `None` in front of [`Id::MIN`].
    #[inline]
    #[must_use]
    pub const fn previous(self) -> Option<Self> {
        if self.seq > 0 {
            Some(Self::new(self.ms, self.seq - 1))
        } else if self.ms > 0 {
            Some(Self::new(self.ms - 1, u64::MAX))
        } else {
            None
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

/// How the id of a new entry is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewId {
    /// `*`: this time and number 0, or, when the last id is not older, the id right behind it.
    Auto {
        /// The caller's clock.
        now_ms: u64,
    },
    /// `ms-*`: the next number of this time.
    Sequence {
        /// The time; not before that of the last id.
        ms: u64,
    },
    /// This id, which is greater than all before it.
    Exact(Id),
}

impl NewId {
    /// The id that follows `last`.
    #[inline]
    pub(super) fn after(self, last: Id) -> Result<Id, IdError> {
        let id = match self {
            Self::Auto { now_ms } if now_ms > last.ms => return Ok(Id::new(now_ms, 0)),
            Self::Auto { .. } => return last.next().ok_or(IdError::Exhausted),
            Self::Sequence { ms } if ms == last.ms && last.seq < u64::MAX => {
                Id::new(ms, last.seq + 1)
            }
            Self::Sequence { ms } => Id::new(ms, 0),
            Self::Exact(id) => id,
        };
        if id > last {
            Ok(id)
        } else if last == Id::MAX {
            Err(IdError::Exhausted)
        } else {
            Err(IdError::NotGreater)
        }
    }
}

/// Why an entry cannot have the id that was asked for. Nothing was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// It is not greater than the last id.
    NotGreater,
    /// The last id is [`Id::MAX`]: there is none behind it.
    Exhausted,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotGreater => "the id is equal to or smaller than the last id",
            Self::Exhausted => "the last possible id is taken",
        })
    }
}

impl core::error::Error for IdError {}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_stands_or_goes_back_counts_on() {
        let last = Id::new(10, 3);
        for (now_ms, expected) in [(9, (10, 4)), (10, (10, 4)), (11, (11, 0))] {
            let id = NewId::Auto { now_ms }.after(last);
            assert_eq!(id, Ok(Id::new(expected.0, expected.1)), "at {now_ms}");
        }
        let full = Id::new(10, u64::MAX);
        assert_eq!(
            NewId::Auto { now_ms: 10 }.after(full),
            Ok(Id::new(11, 0)),
            "the number is used up"
        );
    }

    #[test]
    fn ids_end_at_the_last_one() {
        for new in [
            NewId::Auto { now_ms: 0 },
            NewId::Auto { now_ms: u64::MAX },
            NewId::Sequence { ms: u64::MAX },
            NewId::Exact(Id::MAX),
        ] {
            assert_eq!(new.after(Id::MAX), Err(IdError::Exhausted), "{new:?}");
        }
        let before = Id::MAX.previous().unwrap();
        assert_eq!(NewId::Exact(Id::MAX).after(before), Ok(Id::MAX));
    }

    #[test]
    fn a_number_of_a_given_time() {
        let last = Id::new(10, 3);
        assert_eq!(NewId::Sequence { ms: 10 }.after(last), Ok(Id::new(10, 4)));
        assert_eq!(NewId::Sequence { ms: 12 }.after(last), Ok(Id::new(12, 0)));
        assert_eq!(
            NewId::Sequence { ms: 9 }.after(last),
            Err(IdError::NotGreater)
        );
        let full = Id::new(10, u64::MAX);
        assert_eq!(
            NewId::Sequence { ms: 10 }.after(full),
            Err(IdError::NotGreater),
            "no number is left"
        );
        assert_eq!(
            NewId::Exact(Id::MIN).after(Id::MIN),
            Err(IdError::NotGreater)
        );
    }
}

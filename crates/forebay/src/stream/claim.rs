//! XCLAIM and XAUTOCLAIM.

use super::id::StreamId;
use crate::error::{Error, Result};

/// How XCLAIM takes over pending entries. By default their idle time starts again at 0, and they
/// count as delivered once more.
///
/// # Examples
/// ```
/// use forebay::stream::{ClaimTime, XclaimOptions};
///
/// let options = XclaimOptions {
///     delivered: ClaimTime::Idle(5_000),
///     retrycount: Some(3),
///     ..XclaimOptions::default()
/// };
/// assert!(!options.force);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct XclaimOptions {
    /// IDLE, TIME: when they count as delivered.
    pub delivered: ClaimTime,
    /// How often they count as delivered. `None` is once more than before, or as often as before
    /// when only their ids are asked for.
    pub retrycount: Option<u64>,
    /// Makes entries pending that are not, but that are in the stream.
    pub force: bool,
    /// The group has been given the entries up to this one, if it had not come so far.
    pub lastid: Option<StreamId>,
}

/// When an entry that XCLAIM takes over counts as delivered. What would be in the future, or before
/// 1970, is now.
///
/// # Examples
/// ```
/// use forebay::stream::ClaimTime;
///
/// assert_eq!(ClaimTime::Now.unix_ms(5_000), 5_000);
/// assert_eq!(ClaimTime::Idle(2_000).unix_ms(5_000), 3_000);
/// assert_eq!(ClaimTime::At(2_000).unix_ms(5_000), 2_000);
/// assert_eq!(ClaimTime::At(9_000).unix_ms(5_000), 5_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClaimTime {
    /// Now.
    #[default]
    Now,
    /// IDLE: so many milliseconds ago.
    Idle(u64),
    /// TIME: so many milliseconds after the beginning of 1970.
    At(i64),
}

impl ClaimTime {
    /// The time in milliseconds since the beginning of 1970.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::ClaimTime;
    ///
    /// assert_eq!(ClaimTime::Idle(u64::MAX).unix_ms(5_000), 5_000);
    /// ```
    #[must_use]
    pub fn unix_ms(self, now_ms: i64) -> i64 {
        let at_ms = match self {
            Self::Now => now_ms,
            Self::Idle(ms) => now_ms.saturating_sub_unsigned(ms),
            Self::At(unix_ms) => unix_ms,
        };
        if (0..=now_ms).contains(&at_ms) {
            at_ms
        } else {
            now_ms
        }
    }
}

/// How much XAUTOCLAIM takes over at once.
///
/// # Examples
/// ```
/// use forebay::stream::XautoclaimOptions;
///
/// assert_eq!(XautoclaimOptions::default().count, 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct XautoclaimOptions {
    /// How many entries at most; up to ten times as many are looked at. Not 0.
    pub count: u64,
}

impl Default for XautoclaimOptions {
    fn default() -> Self {
        Self { count: 100 }
    }
}

impl XautoclaimOptions {
    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`CountZero`](Error::CountZero).
    ///
    /// # Examples
    /// ```
    /// use forebay::Error;
    /// use forebay::stream::XautoclaimOptions;
    ///
    /// assert_eq!(XautoclaimOptions { count: 0 }.check(), Err(Error::CountZero));
    /// ```
    pub fn check(&self) -> Result<()> {
        if self.count == 0 {
            return Err(Error::CountZero);
        }
        Ok(())
    }
}

/// What XAUTOCLAIM took over: [entries](super::Entry), or only their [ids](StreamId).
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::AutoClaimed;
///
/// let step: AutoClaimed<StreamId> = AutoClaimed {
///     cursor: StreamId::MIN,
///     claimed: vec![StreamId::new(5, 1)],
///     deleted: Vec::new(),
/// };
/// assert!(step.is_last());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AutoClaimed<T> {
    /// Where the next call goes on: `0-0` when all have been looked at.
    pub cursor: StreamId,
    /// What now belongs to the consumer, by id.
    pub claimed: Vec<T>,
    /// Entries that are no longer in the stream, and from now on no longer pending.
    pub deleted: Vec<StreamId>,
}

impl<T> AutoClaimed<T> {
    /// Whether all pending entries have been looked at.
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    /// use forebay::stream::{AutoClaimed, Entry};
    ///
    /// let step: AutoClaimed<Entry> = AutoClaimed {
    ///     cursor: StreamId::new(5, 1),
    ///     claimed: Vec::new(),
    ///     deleted: Vec::new(),
    /// };
    /// assert!(!step.is_last());
    /// ```
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.cursor == StreamId::MIN
    }
}

//! XPENDING.

use bytes::Bytes;

use super::id::StreamId;
use super::range::IdRange;

/// What is pending in a group: XPENDING without a range.
///
/// # Examples
/// ```
/// use forebay::stream::PendingSummary;
///
/// assert_eq!(PendingSummary::default().range, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PendingSummary {
    /// How many entries.
    pub count: u64,
    /// The smallest and the largest id; `None` when nothing is pending.
    pub range: Option<(StreamId, StreamId)>,
    /// How many each consumer has, by name; consumers with none are left away, and entries that
    /// were given back belong to none.
    pub consumers: Vec<(Bytes, u64)>,
}

/// Which pending entries XPENDING lists.
///
/// # Examples
/// ```
/// use forebay::stream::XpendingOptions;
///
/// let late = XpendingOptions { min_idle_ms: 60_000, ..XpendingOptions::first(10) };
/// assert_eq!(late.count, 10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct XpendingOptions {
    /// Those with ids in this range.
    pub range: IdRange,
    /// How many at most.
    pub count: u64,
    /// Only those of this consumer.
    pub consumer: Option<Bytes>,
    /// Only those that have been pending for so long, and those that were given back.
    pub min_idle_ms: u64,
}

impl XpendingOptions {
    /// The first `count`, of all consumers.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{IdRange, XpendingOptions};
    ///
    /// assert_eq!(XpendingOptions::first(10).range, IdRange::ALL);
    /// ```
    #[must_use]
    pub const fn first(count: u64) -> Self {
        Self {
            range: IdRange::ALL,
            count,
            consumer: None,
            min_idle_ms: 0,
        }
    }
}

/// An entry that is pending.
///
/// # Examples
/// ```
/// use forebay::{Bytes, StreamId};
/// use forebay::stream::PendingEntry;
///
/// let pending = PendingEntry {
///     id: StreamId::new(5, 1),
///     consumer: Some(Bytes::from("consumer2")),
///     idle_ms: Some(7),
///     deliveries: 1,
/// };
/// assert_eq!(pending.deliveries, 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PendingEntry {
    /// Its id.
    pub id: StreamId,
    /// Whose it is. `None` when it was given back; Redis then says that the consumer is "".
    pub consumer: Option<Bytes>,
    /// How many milliseconds ago it was delivered. `None` when it was given back; Redis then says
    /// -1.
    pub idle_ms: Option<u64>,
    /// How often it has been delivered.
    pub deliveries: u64,
}

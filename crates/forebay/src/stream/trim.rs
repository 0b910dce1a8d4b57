//! Trimming: XTRIM, and the options of XADD that do the same.

use super::id::StreamId;

/// How many entries an approximate trim removes at most when it is not told.
const LIMIT_DEFAULT: u64 = 10_000;

/// Which of the oldest entries go: all but the newest [`maxlen`](Trim::maxlen), or those before a
/// [`minid`](Trim::minid).
///
/// # Examples
/// ```
/// use forebay::stream::{References, Trim, TrimTo};
///
/// let trim = Trim::maxlen(1_000).approximately().references(References::Acked);
/// assert_eq!(trim.to, TrimTo::Maxlen(1_000));
/// assert_eq!(trim.limit(), Some(10_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trim {
    /// What stays.
    pub to: TrimTo,
    /// How exactly.
    pub precision: Precision,
    /// What happens to entries that groups have not done with.
    pub references: References,
}

/// What a [trim](Trim) leaves.
///
/// # Examples
/// ```
/// use forebay::stream::{Trim, TrimTo};
///
/// assert_eq!(Trim::maxlen(5).to, TrimTo::Maxlen(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrimTo {
    /// So many entries, the newest.
    Maxlen(u64),
    /// The entries with this id and larger ones.
    Minid(StreamId),
}

/// How exactly a [trim](Trim) removes.
///
/// # Examples
/// ```
/// use forebay::stream::{Precision, Trim};
///
/// let trim = Trim::maxlen(5).approximately();
/// assert_eq!(trim.precision, Precision::Approximate { limit: None });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// `=`: all that must go.
    #[default]
    Exact,
    /// `~`: what can be removed cheaply, so some more may stay.
    Approximate {
        /// LIMIT: how many are removed at most; 0 is no limit. `None` is 10,000.
        limit: Option<u64>,
    },
}

/// What removing an entry does about consumer groups that refer to it: those that have it pending,
/// and those that have not come to it yet.
///
/// # Examples
/// ```
/// use forebay::stream::References;
///
/// assert_eq!(References::default(), References::Keep);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum References {
    /// KEEPREF: the entry goes, and where it is pending it stays pending.
    #[default]
    Keep,
    /// DELREF: the entry goes, and is no longer pending in any group.
    Delete,
    /// ACKED: the entry only goes when every group has read and acknowledged it.
    Acked,
}

impl Trim {
    /// Leaves the newest `len` entries.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{Precision, Trim};
    ///
    /// assert_eq!(Trim::maxlen(1_000).precision, Precision::Exact);
    /// ```
    #[must_use]
    pub const fn maxlen(len: u64) -> Self {
        Self::to(TrimTo::Maxlen(len))
    }

    /// Leaves the entries with ids from `id` on.
    ///
    /// # Examples
    /// ```
    /// use forebay::StreamId;
    /// use forebay::stream::{Trim, TrimTo};
    ///
    /// let id = StreamId::new(1_599_203_861_727, 0);
    /// assert_eq!(Trim::minid(id).to, TrimTo::Minid(id));
    /// ```
    #[must_use]
    pub const fn minid(id: StreamId) -> Self {
        Self::to(TrimTo::Minid(id))
    }

    const fn to(to: TrimTo) -> Self {
        Self {
            to,
            precision: Precision::Exact,
            references: References::Keep,
        }
    }

    /// The same with `~`: only what can be removed cheaply.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Trim;
    ///
    /// assert_eq!(Trim::maxlen(5).approximately().limit(), Some(10_000));
    /// ```
    #[must_use]
    pub const fn approximately(mut self) -> Self {
        self.precision = Precision::Approximate { limit: None };
        self
    }

    /// The same with `~` and LIMIT: at most `limit` entries, 0 for no limit.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Trim;
    ///
    /// assert_eq!(Trim::maxlen(5).at_most(100).limit(), Some(100));
    /// assert_eq!(Trim::maxlen(5).at_most(0).limit(), None);
    /// ```
    #[must_use]
    pub const fn at_most(mut self, limit: u64) -> Self {
        self.precision = Precision::Approximate { limit: Some(limit) };
        self
    }

    /// The same with this rule about consumer groups.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{References, Trim};
    ///
    /// let trim = Trim::maxlen(5).references(References::Delete);
    /// assert_eq!(trim.references, References::Delete);
    /// ```
    #[must_use]
    pub const fn references(mut self, references: References) -> Self {
        self.references = references;
        self
    }

    /// How many entries may go at most; `None` for no limit.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Trim;
    ///
    /// assert_eq!(Trim::maxlen(5).limit(), None);
    /// ```
    #[must_use]
    pub const fn limit(&self) -> Option<u64> {
        match self.precision {
            Precision::Exact | Precision::Approximate { limit: Some(0) } => None,
            Precision::Approximate { limit: None } => Some(LIMIT_DEFAULT),
            Precision::Approximate { limit } => limit,
        }
    }

    /// Whether this is with `~`.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Trim;
    ///
    /// assert!(!Trim::maxlen(5).is_approximate());
    /// ```
    #[must_use]
    pub const fn is_approximate(&self) -> bool {
        matches!(self.precision, Precision::Approximate { .. })
    }
}

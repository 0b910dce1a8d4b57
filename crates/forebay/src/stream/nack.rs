//! XNACK.

/// Why a consumer gives an entry back, which decides how often it counts as delivered.
///
/// # Examples
/// ```
/// use forebay::stream::NackMode;
///
/// assert_eq!(NackMode::Silent.deliveries(3), 2);
/// assert_eq!(NackMode::Fail.deliveries(3), 3);
/// assert_eq!(NackMode::Fatal.deliveries(3), i64::MAX.unsigned_abs());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NackMode {
    /// The consumer did not try: the delivery does not count.
    Silent,
    /// The consumer tried and failed.
    Fail,
    /// The entry can not be processed by anybody: it counts as delivered as often as can be.
    Fatal,
}

impl NackMode {
    /// How often an entry counts as delivered that had been delivered `before` times.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::NackMode;
    ///
    /// assert_eq!(NackMode::Silent.deliveries(0), 0);
    /// ```
    #[must_use]
    pub const fn deliveries(self, before: u64) -> u64 {
        match self {
            Self::Silent => before.saturating_sub(1),
            Self::Fail => before,
            Self::Fatal => super::DELIVERIES_MAX,
        }
    }
}

/// How XNACK gives entries back.
///
/// # Examples
/// ```
/// use forebay::stream::XnackOptions;
///
/// let options = XnackOptions { retrycount: Some(3), ..XnackOptions::default() };
/// assert!(!options.force);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct XnackOptions {
    /// How often they count as delivered, whatever the mode says.
    pub retrycount: Option<u64>,
    /// Makes entries pending that are not, but that are in the stream.
    pub force: bool,
}

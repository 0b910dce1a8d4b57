//! The engine's only source of time.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// What tells the engine the time of day, by which keys expire.
///
/// A [`Clock::manual`] one stands still until it is [advanced](Clock::advance), so that a test of
/// expiring keys need not sleep. How long a blocked call waits is always real time.
///
/// # Examples
/// ```
/// use core::time::Duration;
/// use forebay::{Clock, Config, Engine, ExpireCondition};
///
/// let clock = Clock::manual(1_000);
/// let engine = Engine::open(Config::in_memory().clock(clock.clone()))?;
/// engine.rpush("mq", ["a"])?;
/// engine.expire("mq", 60, ExpireCondition::Always)?;
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(engine.exists(&["mq"])?, 0);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Clock(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    System,
    // A lock and not an atomic: nobody is in a hurry here.
    Manual(Arc<Mutex<i64>>),
}

impl Clock {
    /// The clock of the operating system.
    ///
    /// # Examples
    /// ```
    /// assert!(forebay::Clock::system().unix_ms() > 1_600_000_000_000);
    /// ```
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `unix_ms` until somebody advances it. Clones are the same clock.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(forebay::Clock::manual(5).unix_ms(), 5);
    /// ```
    #[must_use]
    pub fn manual(unix_ms: i64) -> Self {
        Self(Source::Manual(Arc::new(Mutex::new(unix_ms))))
    }

    /// Moves a manual clock on; whole milliseconds count. Does nothing to the system's clock.
    ///
    /// # Examples
    /// ```
    /// use core::time::Duration;
    /// use forebay::Clock;
    ///
    /// let clock = Clock::manual(5);
    /// clock.advance(Duration::from_millis(2));
    /// assert_eq!(clock.unix_ms(), 7);
    /// ```
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(now_ms) = &self.0 {
            let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            let mut now_ms = now_ms.lock().unwrap_or_else(PoisonError::into_inner);
            *now_ms = now_ms.saturating_add(by_ms);
        }
    }

    /// Sets a manual clock to another time, which may lie before: clocks of computers are set back
    /// too. Does nothing to the system's clock.
    ///
    /// # Examples
    /// ```
    /// use forebay::Clock;
    ///
    /// let clock = Clock::manual(5);
    /// clock.set(2);
    /// assert_eq!(clock.unix_ms(), 2);
    /// ```
    pub fn set(&self, unix_ms: i64) {
        if let Source::Manual(now_ms) = &self.0 {
            *now_ms.lock().unwrap_or_else(PoisonError::into_inner) = unix_ms;
        }
    }

    /// Milliseconds since the beginning of 1970.
    ///
    /// # Examples
    /// ```
    /// use forebay::Clock;
    ///
    /// assert_eq!(Clock::manual(42).unix_ms(), 42);
    /// ```
    #[must_use]
    pub fn unix_ms(&self) -> i64 {
        match &self.0 {
            Source::System => system_ms(),
            Source::Manual(now_ms) => *now_ms.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// A moment that never goes back, for deadlines.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that all others ask"
    )]
    #[expect(clippy::unused_self, reason = "time has one source")]
    pub(crate) fn instant(&self) -> Instant {
        Instant::now()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that all others ask"
)]
fn system_ms() -> i64 {
    // A clock before 1970 is as good as one that stands at its beginning.
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::System => f.write_str("Clock::system"),
            Source::Manual(_) => write!(f, "Clock::manual({})", self.unix_ms()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_clock_moves_only_when_told() {
        let clock = Clock::manual(10);
        let same = clock.clone();
        same.advance(Duration::from_micros(1_999));
        assert_eq!(clock.unix_ms(), 11, "clones share one time");
        clock.advance(Duration::MAX);
        assert_eq!(clock.unix_ms(), i64::MAX);
    }

    #[test]
    fn system_clock_is_not_advanced() {
        let clock = Clock::system();
        let before = clock.unix_ms();
        clock.advance(Duration::from_secs(1_000_000));
        assert!(clock.unix_ms() < before + 1_000_000);
    }
}

//! How long a blocking command waits.

use core::time::Duration;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// How long a blocking command waits before it gives up: a number of seconds as in Redis, or a
/// [`Duration`]. 0 means for ever. Fractions of a millisecond are rounded up.
///
/// A number that is negative, infinite, not a number, or beyond the end of time is refused when the
/// command begins.
///
/// # Examples
/// ```
/// use core::time::Duration;
/// use forebay::{Config, Engine, Error, Timeout};
///
/// let engine = Engine::open(Config::in_memory())?;
/// assert_eq!(engine.blpop(&["mq"], 0.01)?, None);
/// assert_eq!(engine.blpop(&["mq"], Duration::from_millis(10))?, None);
/// assert_eq!(engine.blpop(&["mq"], -1.0), Err(Error::TimeoutNegative));
/// engine.rpush("mq", ["job"])?;
/// assert!(engine.blpop(&["mq"], Timeout::FOREVER)?.is_some());
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeout(Limit);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Limit {
    Seconds(f64),
    Duration(Duration),
}

impl Timeout {
    /// No limit. So is a timeout of 0.
    pub const FOREVER: Self = Self(Limit::Duration(Duration::ZERO));

    /// The limit in whole milliseconds, `None` for no limit.
    pub(crate) fn resolve(self, clock: &Clock) -> Result<Option<Duration>> {
        let ms = match self.0 {
            Limit::Seconds(seconds) => ms_from_seconds(seconds)?,
            Limit::Duration(limit) => limit.as_nanos().div_ceil(1_000_000),
        };
        let ms = i64::try_from(ms).map_err(|_| Error::TimeoutOutOfRange)?;
        // The clock is only asked when the answer can matter.
        if ms > i64::MAX / 2 && clock.unix_ms().checked_add(ms).is_none() {
            return Err(Error::TimeoutOutOfRange);
        }
        Ok((ms != 0).then(|| Duration::from_millis(ms.unsigned_abs())))
    }
}

fn ms_from_seconds(seconds: f64) -> Result<u128> {
    if !seconds.is_finite() {
        return Err(Error::TimeoutNotFinite);
    }
    if seconds < 0.0 {
        return Err(Error::TimeoutNegative);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative; what is too large saturates and is refused by the caller"
    )]
    let ms = (seconds * 1000.0).ceil() as u128;
    Ok(ms)
}

impl From<f64> for Timeout {
    fn from(seconds: f64) -> Self {
        Self(Limit::Seconds(seconds))
    }
}

/// Seconds. A negative number is refused by the call that gets it.
impl From<i32> for Timeout {
    fn from(seconds: i32) -> Self {
        Self(Limit::Seconds(seconds.into()))
    }
}

/// Seconds.
impl From<u32> for Timeout {
    fn from(seconds: u32) -> Self {
        Self(Limit::Seconds(seconds.into()))
    }
}

impl From<Duration> for Timeout {
    fn from(limit: Duration) -> Self {
        Self(Limit::Duration(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(timeout: impl Into<Timeout>) -> Result<Option<Duration>> {
        timeout.into().resolve(&Clock::manual(1_000))
    }

    #[test]
    fn zero_is_for_ever() {
        assert_eq!(resolve(0.0), Ok(None));
        assert_eq!(resolve(-0.0), Ok(None));
        assert_eq!(resolve(Duration::ZERO), Ok(None));
        assert_eq!(resolve(Timeout::FOREVER), Ok(None));
    }

    #[test]
    fn fractions_are_rounded_up_to_milliseconds() {
        let ms = |ms| Ok(Some(Duration::from_millis(ms)));
        assert_eq!(resolve(0.000_001), ms(1));
        assert_eq!(resolve(0.001), ms(1));
        assert_eq!(resolve(0.0011), ms(2));
        assert_eq!(resolve(1.5), ms(1500));
        assert_eq!(resolve(Duration::from_nanos(1)), ms(1));
        assert_eq!(resolve(Duration::from_micros(1_001)), ms(2));
    }

    #[test]
    fn senseless_times_are_refused() {
        assert_eq!(resolve(-0.000_1), Err(Error::TimeoutNegative));
        assert_eq!(resolve(f64::NAN), Err(Error::TimeoutNotFinite));
        assert_eq!(resolve(f64::INFINITY), Err(Error::TimeoutNotFinite));
        assert_eq!(resolve(f64::NEG_INFINITY), Err(Error::TimeoutNotFinite));
        assert_eq!(resolve(f64::MAX), Err(Error::TimeoutOutOfRange));
        assert_eq!(resolve(Duration::MAX), Err(Error::TimeoutOutOfRange));
        let last_ms = i64::MAX.unsigned_abs();
        assert_eq!(
            resolve(Duration::from_millis(last_ms)),
            Err(Error::TimeoutOutOfRange)
        );
        assert!(resolve(Duration::from_millis(last_ms - 1_000)).is_ok());
    }
}

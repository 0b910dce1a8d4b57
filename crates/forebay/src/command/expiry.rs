//! EXPIRE and TTL with their relatives, PERSIST.

use core::ops::ControlFlow;

use super::keys::{Dropped, delete};
use crate::error::{Error, Result};
use crate::frozen::FrozenKey;
use crate::journal::{Code, put_signed};

/// When EXPIRE and its relatives apply.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, ExpireCondition};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.rpush("mq", ["a"])?;
/// assert!(!engine.expire("mq", 10, ExpireCondition::Xx)?);
/// assert!(engine.expire("mq", 10, ExpireCondition::Nx)?);
/// assert!(!engine.expire("mq", 5, ExpireCondition::Gt)?);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExpireCondition {
    /// In any case.
    #[default]
    Always,
    /// Only if the key has no expiry.
    Nx,
    /// Only if the key has an expiry.
    Xx,
    /// Only if the new expiry is later. No expiry is later than any.
    Gt,
    /// Only if the new expiry is earlier. No expiry is later than any.
    Lt,
}

impl ExpireCondition {
    fn allows(self, current_ms: Option<i64>, new_ms: i64) -> bool {
        match self {
            Self::Always => true,
            Self::Nx => current_ms.is_none(),
            Self::Xx => current_ms.is_some(),
            Self::Gt => current_ms.is_some_and(|current_ms| new_ms > current_ms),
            Self::Lt => current_ms.is_none_or(|current_ms| new_ms < current_ms),
        }
    }
}

/// The unit of a time, in the argument or in the answer.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Seconds,
    Milliseconds,
}

impl Unit {
    /// The moment that lies `time` behind `base_ms`.
    pub(crate) fn moment_ms(self, time: i64, base_ms: i64) -> Result<i64> {
        let ms = match self {
            Self::Seconds => time.checked_mul(1000),
            Self::Milliseconds => Some(time),
        };
        ms.and_then(|ms| ms.checked_add(base_ms))
            .ok_or(Error::ExpireOutOfRange)
    }

    /// Milliseconds in this unit; seconds are rounded.
    fn of_ms(self, ms: i64) -> i64 {
        match self {
            Self::Seconds => ms.saturating_add(500) / 1000,
            Self::Milliseconds => ms,
        }
    }
}

/// Sets the expiry of an existing key. A time that is not in the future deletes the key.
pub(crate) fn expire(
    key: &mut FrozenKey<'_>,
    at_ms: i64,
    now_ms: i64,
    condition: ExpireCondition,
    dropped: &mut Dropped,
) -> bool {
    if !key.exists() || !condition.allows(key.expire_at_ms(), at_ms) {
        return false;
    }
    if at_ms <= now_ms {
        delete(key, dropped);
    } else {
        key.watch().expire_at_ms = Some(at_ms);
        key.write(Code::Expire, |to| put_signed(to, at_ms));
    }
    true
}

/// Removes the expiry; whether there was one.
pub(crate) fn persist(key: &mut FrozenKey<'_>) -> bool {
    let had_expiry = key.expire_at_ms().is_some();
    key.forget_expiry();
    if had_expiry {
        key.write(Code::Persist, |_| ());
    }
    had_expiry
}

/// -2 when there is no such key, -1 when it never expires, else the moment in ms.
fn moment_ms(key: &FrozenKey<'_>) -> ControlFlow<i64, i64> {
    if !key.exists() {
        return ControlFlow::Break(-2);
    }
    match key.expire_at_ms() {
        None => ControlFlow::Break(-1),
        Some(at_ms) => ControlFlow::Continue(at_ms),
    }
}

/// TTL and PTTL.
pub(crate) fn remaining(key: &FrozenKey<'_>, now_ms: i64, unit: Unit) -> i64 {
    match moment_ms(key) {
        ControlFlow::Break(none) => none,
        ControlFlow::Continue(at_ms) => unit.of_ms(at_ms.saturating_sub(now_ms).max(0)),
    }
}

/// EXPIRETIME and PEXPIRETIME.
pub(crate) fn moment(key: &FrozenKey<'_>, unit: Unit) -> i64 {
    match moment_ms(key) {
        ControlFlow::Break(none) => none,
        ControlFlow::Continue(at_ms) => unit.of_ms(at_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        use ExpireCondition::{Always, Gt, Lt, Nx, Xx};
        let allowed = |current: Option<i64>, new| {
            [Always, Nx, Xx, Gt, Lt].map(|condition| condition.allows(current, new))
        };
        assert_eq!(allowed(None, 5), [true, true, false, false, true]);
        assert_eq!(allowed(Some(4), 5), [true, false, true, true, false]);
        assert_eq!(allowed(Some(5), 5), [true, false, true, false, false]);
        assert_eq!(allowed(Some(6), 5), [true, false, true, false, true]);
    }

    #[test]
    fn units() {
        assert_eq!(Unit::Seconds.moment_ms(2, 500), Ok(2_500));
        assert_eq!(Unit::Seconds.moment_ms(-2, 500), Ok(-1_500));
        assert_eq!(
            Unit::Seconds.moment_ms(i64::MAX / 999, 0),
            Err(Error::ExpireOutOfRange)
        );
        assert_eq!(
            Unit::Milliseconds.moment_ms(i64::MAX, 1),
            Err(Error::ExpireOutOfRange)
        );
        assert_eq!(Unit::Seconds.of_ms(1_499), 1);
        assert_eq!(Unit::Seconds.of_ms(1_500), 2);
    }
}

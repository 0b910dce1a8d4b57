//! Strings: GET, SET, INCRBY.

use core::time::Duration;

use bytes::Bytes;

use super::Value;
use crate::command::keys::{Dropped, KeyType, delete};
use crate::error::{Error, Result};
use crate::frozen::FrozenKey;
use crate::journal::{Code, put_bytes, put_signed};

/// How SET sets. The default sets in any case, for ever.
///
/// # Examples
/// ```
/// use core::time::Duration;
/// use forebay::value::{SetCondition, SetExpiry, SetOptions};
///
/// // A lock that is taken if it is free, and let go after ten seconds at the latest.
/// let lock = SetOptions {
///     condition: SetCondition::Nx,
///     expiry: SetExpiry::In(Duration::from_secs(10)),
///     ..SetOptions::default()
/// };
/// assert!(!lock.get);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SetOptions {
    /// Whether it sets.
    pub condition: SetCondition,
    /// When the key expires.
    pub expiry: SetExpiry,
    /// GET: also answers what was there before, which must be a string then.
    pub get: bool,
}

/// When SET sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SetCondition {
    /// In any case.
    #[default]
    Always,
    /// Only if the key does not exist.
    Nx,
    /// Only if the key exists.
    Xx,
}

/// When a key that was set expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SetExpiry {
    /// Never.
    #[default]
    Never,
    /// When it would have expired before.
    Keep,
    /// After so long.
    In(Duration),
    /// At this time, in milliseconds since 1970. One that has passed deletes the key.
    AtMs(i64),
}

/// What SET did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetReply {
    /// Whether it has set the key.
    pub is_set: bool,
    /// What was there before; `None` too when it was not asked for.
    pub previous: Option<Bytes>,
}

/// GET.
pub(crate) fn get(key: &FrozenKey<'_>) -> Result<Option<Bytes>> {
    match key.any_value() {
        Some(Value::String(string)) => Ok(Some(string.clone())),
        None if !key.exists() => Ok(None),
        _ => Err(Error::WrongType),
    }
}

/// SET.
pub(crate) fn set(
    key: &mut FrozenKey<'_>,
    string: &[u8],
    options: SetOptions,
    now_ms: i64,
    dropped: &mut Dropped,
) -> Result<SetReply> {
    let expire_at_ms = match options.expiry {
        SetExpiry::Never => None,
        SetExpiry::Keep => key.expire_at_ms(),
        SetExpiry::AtMs(at_ms) => Some(at_ms),
        SetExpiry::In(time) => {
            let at_ms = i64::try_from(time.as_millis()).ok();
            let at_ms = at_ms.and_then(|ms| ms.checked_add(now_ms));
            Some(at_ms.ok_or(Error::ExpireOutOfRange)?)
        }
    };
    let previous = if options.get { get(key)? } else { None };
    let is_set = match options.condition {
        SetCondition::Always => true,
        SetCondition::Nx => !key.exists(),
        SetCondition::Xx => key.exists(),
    };
    if is_set {
        delete(key, dropped);
        if expire_at_ms.is_none_or(|at_ms| at_ms > now_ms) {
            replace(key, string)?;
            if let Some(at_ms) = expire_at_ms {
                key.watch().expire_at_ms = expire_at_ms;
                key.write(Code::Expire, |to| put_signed(to, at_ms));
            }
        }
    }
    Ok(SetReply { is_set, previous })
}

/// INCRBY: the sum.
pub(crate) fn increment(key: &mut FrozenKey<'_>, by: i64) -> Result<i64> {
    let before = match get(key)? {
        None => 0,
        Some(string) => integer(&string).ok_or(Error::NotInteger)?,
    };
    let sum = before.checked_add(by).ok_or(Error::IncrementOverflow)?;
    replace(key, sum.to_string().as_bytes())?;
    Ok(sum)
}

/// The key, which holds a string or nothing, holds this one from now on. The expiry stays.
pub(crate) fn replace(key: &mut FrozenKey<'_>, string: &[u8]) -> Result<()> {
    if key.key_type().is_some_and(|held| held != KeyType::String) {
        return Err(Error::WrongType);
    }
    key.put_value(Value::String(Bytes::copy_from_slice(string)));
    key.write(Code::SetString, |to| put_bytes(to, string));
    Ok(())
}

/// An integer as INCRBY writes it, and only so.
fn integer(text: &[u8]) -> Option<i64> {
    let value: i64 = core::str::from_utf8(text).ok()?.parse().ok()?;
    (value.to_string().as_bytes() == text).then_some(value)
}

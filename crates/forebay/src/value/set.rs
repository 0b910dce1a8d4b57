//! Sets of strings: SADD, SREM, SISMEMBER, SMEMBERS, SCARD.

use ahash::RandomState;
use bytes::Bytes;
use indexmap::IndexSet;

use super::Value;
use crate::error::{Error, Result};
use crate::frozen::FrozenKey;

/// The members of a set.
pub(crate) type Members = IndexSet<Bytes, RandomState>;

/// The members; `None` when there is no such key.
pub(crate) fn members<'k>(key: &'k FrozenKey<'_>) -> Result<Option<&'k Members>> {
    match key.any_value() {
        Some(Value::Set(members)) => Ok(Some(members)),
        None if !key.exists() => Ok(None),
        _ => Err(Error::WrongType),
    }
}

/// SADD: how many were not there before.
pub(crate) fn add<M: AsRef<[u8]>>(key: &mut FrozenKey<'_>, added: &[M]) -> Result<u64> {
    if members(key)?.is_none() {
        key.put_value(Value::Set(Members::default()));
    }
    let mut count = 0;
    if let Some(Value::Set(members)) = key.any_value_mut() {
        for member in added {
            if !members.contains(member.as_ref()) {
                members.insert(Bytes::copy_from_slice(member.as_ref()));
                count += 1;
            }
        }
    }
    Ok(count)
}

/// SREM: how many were there.
pub(crate) fn remove<M: AsRef<[u8]>>(key: &mut FrozenKey<'_>, removed: &[M]) -> Result<u64> {
    if members(key)?.is_none() {
        return Ok(0);
    }
    let mut count = 0;
    if let Some(Value::Set(members)) = key.any_value_mut() {
        for member in removed {
            count += u64::from(members.swap_remove(member.as_ref()));
        }
        if members.is_empty() {
            drop(key.take_value());
            key.forget_expiry();
        }
    }
    Ok(count)
}

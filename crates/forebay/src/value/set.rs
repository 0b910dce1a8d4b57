//! Sets of strings: SADD, SREM, SISMEMBER, SMEMBERS, SCARD.

use ahash::RandomState;
use bytes::Bytes;
use indexmap::IndexSet;

use super::Value;
use crate::error::{Error, Result};
use crate::frozen::FrozenKey;
use crate::journal::{Code, put_bytes};

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
    for member in added.iter().map(AsRef::as_ref) {
        if let Some(Value::Set(members)) = key.any_value_mut()
            && !members.contains(member)
        {
            members.insert(Bytes::copy_from_slice(member));
            key.write(Code::AddMember, |to| put_bytes(to, member));
            count += 1;
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
    for member in removed.iter().map(AsRef::as_ref) {
        if let Some(Value::Set(members)) = key.any_value_mut()
            && members.swap_remove(member)
        {
            key.write(Code::RemoveMember, |to| put_bytes(to, member));
            count += 1;
        }
    }
    if members(key)?.is_some_and(Members::is_empty) {
        drop(key.take_value());
        key.forget_expiry();
    }
    Ok(count)
}

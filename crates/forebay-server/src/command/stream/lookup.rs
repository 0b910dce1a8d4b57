//! Refusals that depend on what a key holds.
//!
//! Some commands look at the key before they look at their other arguments: without the key they
//! answer that there is nothing, even where an id makes no sense. What their parsers refuse is kept
//! until they are executed.

use forebay::{Error, KeyType};

use crate::command::{Refusal, Store, on};

/// What a parser made of arguments that are looked at after the key.
pub(super) type AfterKey<T> = Result<T, Refusal>;

/// Whether a key holds a stream; refuses what is of another type.
pub(super) fn has_stream(store: &mut Store<'_, '_>, key: &[u8]) -> Result<bool, Refusal> {
    match on!(store, key_type(key))? {
        None => Ok(false),
        Some(KeyType::Stream) => Ok(true),
        Some(_) => Err(Error::WrongType.into()),
    }
}

/// Whether a key holds a stream with this group; refuses what is of another type.
pub(super) fn has_group(
    store: &mut Store<'_, '_>,
    key: &[u8],
    group: &[u8],
) -> Result<bool, Refusal> {
    match on!(store, xpending(key, group)) {
        Ok(_) => Ok(true),
        Err(Error::NoGroup { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// There is no such key or group.
pub(super) fn no_group(key: &[u8], group: &[u8]) -> Refusal {
    format!(
        "NOGROUP No such key '{}' or consumer group '{}'",
        String::from_utf8_lossy(key),
        String::from_utf8_lossy(group)
    )
    .into()
}

/// There is no such group, but there is the key.
pub(super) fn no_group_of_key(key: &[u8], group: &[u8]) -> Refusal {
    format!(
        "NOGROUP No such consumer group '{}' for key name '{}'",
        String::from_utf8_lossy(group),
        String::from_utf8_lossy(key)
    )
    .into()
}

/// What the engine refuses, with the names of the key and the group.
pub(super) fn refusal(error: Error, key: &[u8], group: &[u8]) -> Refusal {
    match error {
        Error::NoGroup { .. } => no_group(key, group),
        error => error.into(),
    }
}

//! Commands on keys as a whole: DEL, RENAME, COPY.

use forebay_sync::{Contents, Side};

use super::expiry::{expire_at_ms, forget_expiry};
use crate::error::{Error, Result};
use crate::frozen::watch;
use crate::object::FrozenList;

/// A list with more elements than this is emptied in one step, and its memory freed afterwards.
const CLEARED_IN_PLACE_MAX: u64 = 64;

/// What a key holds.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, KeyType};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.rpush("mq", ["a"])?;
/// assert_eq!(engine.key_type("mq")?, Some(KeyType::List));
/// assert_eq!(engine.key_type("missing")?, None);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// A list.
    List,
}

/// Elements of deleted keys, to be dropped when nothing is frozen any more.
pub(crate) type Dropped = Vec<Contents>;

/// Empties a list; whether there was anything.
pub(crate) fn delete(list: &mut FrozenList<'_>, dropped: &mut Dropped) -> bool {
    if list.is_empty() {
        return false;
    }
    if list.len() > CLEARED_IN_PLACE_MAX {
        dropped.push(list.take_all());
    } else {
        list.clear();
    }
    forget_expiry(list);
    true
}

/// RENAME, and RENAMENX with `only_if_free`: whether it was renamed. No destination means the source
/// itself.
pub(crate) fn rename(
    source: &mut FrozenList<'_>,
    destination: Option<&mut FrozenList<'_>>,
    only_if_free: bool,
    dropped: &mut Dropped,
) -> Result<bool> {
    if source.is_empty() {
        return Err(Error::NoSuchKey);
    }
    let Some(destination) = destination else {
        return Ok(!only_if_free);
    };
    if only_if_free && !destination.is_empty() {
        return Ok(false);
    }
    delete(destination, dropped);
    take_expiry(source, destination);
    destination.put_all(source.take_all());
    forget_expiry(source);
    Ok(true)
}

/// COPY of one key to another: whether it was copied.
pub(crate) fn copy(
    source: &FrozenList<'_>,
    destination: &mut FrozenList<'_>,
    replace: bool,
    dropped: &mut Dropped,
) -> bool {
    if source.is_empty() || (!replace && !destination.is_empty()) {
        return false;
    }
    delete(destination, dropped);
    take_expiry(source, destination);
    for element in source {
        destination.push(Side::Right, element);
    }
    true
}

/// The destination expires when the source does.
fn take_expiry(source: &FrozenList<'_>, destination: &mut FrozenList<'_>) {
    if let Some(at_ms) = expire_at_ms(source) {
        watch(destination).expire_at_ms = Some(at_ms);
    }
}

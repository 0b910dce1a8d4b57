//! Commands on keys as a whole: DEL, RENAME, COPY.

use forebay_sync::{Contents, Side};

use super::expiry::expire_at_ms;
use crate::error::{Error, Result};
use crate::frozen::{FrozenSet, watch};
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
    if let Some(watch) = list.extra_mut() {
        watch.expire_at_ms = None;
    }
    true
}

/// RENAME, and RENAMENX with `only_if_free`: whether it was renamed.
pub(crate) fn rename(
    set: &mut FrozenSet<'_>,
    source: usize,
    destination: usize,
    only_if_free: bool,
    dropped: &mut Dropped,
) -> Result<bool> {
    if set.list(source).is_empty() {
        return Err(Error::NoSuchKey);
    }
    if only_if_free && !set.list(destination).is_empty() {
        return Ok(false);
    }
    if source == destination {
        return Ok(true);
    }
    delete(set.list_mut(destination), dropped);
    let expire_at_ms = expire_at_ms(set.list(source));
    let contents = set.list_mut(source).take_all();
    delete_expiry(set.list_mut(source));
    place(set, destination, expire_at_ms, |list| {
        list.put_all(contents);
    });
    Ok(true)
}

/// COPY of one key to another: whether it was copied.
pub(crate) fn copy(
    set: &mut FrozenSet<'_>,
    source: usize,
    destination: usize,
    replace: bool,
    dropped: &mut Dropped,
) -> bool {
    if set.list(source).is_empty() || (!replace && !set.list(destination).is_empty()) {
        return false;
    }
    delete(set.list_mut(destination), dropped);
    let expire_at_ms = expire_at_ms(set.list(source));
    if let Ok([source, target]) = set.members_mut().get_disjoint_mut([source, destination]) {
        for element in &source.list {
            target.list.push(Side::Right, element);
        }
    }
    place(set, destination, expire_at_ms, |_| ());
    true
}

fn delete_expiry(list: &mut FrozenList<'_>) {
    if let Some(watch) = list.extra_mut() {
        watch.expire_at_ms = None;
    }
}

/// Fills an empty list; its key expires when the key did that the elements come from.
fn place(
    set: &mut FrozenSet<'_>,
    at: usize,
    expire_at_ms: Option<i64>,
    fill: impl FnOnce(&mut FrozenList<'_>),
) {
    fill(set.list_mut(at));
    if expire_at_ms.is_some() {
        watch(set.list_mut(at)).expire_at_ms = expire_at_ms;
    }
    set.has_grown(at);
}

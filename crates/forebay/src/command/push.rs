//! LPUSH, RPUSH, LPUSHX, RPUSHX.

use std::sync::Arc;

use forebay_sync::Side;
use smallvec::SmallVec;

use crate::engine::Access;
use crate::error::Result;
use crate::frozen::FrozenList;
use crate::journal::Cost;
use crate::object::Object;

/// Adds elements, and returns the new length.
#[inline]
pub(crate) fn push<T: AsRef<[u8]>>(
    core: &Access,
    object: &Arc<Object>,
    side: Side,
    elements: &[T],
) -> Result<u64> {
    if let [element] = elements {
        let element = element.as_ref();
        core.check_message(element)?;
        if let Ok(len) = object.list.push(side, element) {
            return Ok(len);
        }
    }
    push_slowly(core, object, side, elements)
}

#[inline(never)]
fn push_slowly<T: AsRef<[u8]>>(
    core: &Access,
    object: &Arc<Object>,
    side: Side,
    elements: &[T],
) -> Result<u64> {
    core.check_messages(elements)?;
    if let [element] = elements {
        let element = [element.as_ref()];
        return core.edit(object, Cost::fill_all(&element), |list| {
            all(list, side, &element)
        });
    }
    if let Ok(len) = object.list.push_many(side, elements) {
        return Ok(len);
    }
    let elements = as_slices(elements);
    core.edit(object, Cost::fill_all(&elements), |list| {
        all(list, side, &elements)
    })
}

/// As [`push`], but only if the key exists; else 0. The elements have been checked.
pub(crate) fn push_existing<T: AsRef<[u8]>>(
    core: &Access,
    object: &Arc<Object>,
    side: Side,
    elements: &[T],
) -> Result<u64> {
    let elements = as_slices(elements);
    core.edit(object, Cost::fill_all(&elements), |list| {
        all_if_any(list, side, &elements)
    })
}

/// Asks for the bytes before anything is frozen: `as_ref` is the user's code.
fn as_slices<T: AsRef<[u8]>>(elements: &[T]) -> SmallVec<[&[u8]; 8]> {
    elements.iter().map(AsRef::as_ref).collect()
}

/// Adds the elements one after the other, and returns the new length.
pub(crate) fn all<T: AsRef<[u8]>>(list: &mut FrozenList<'_>, side: Side, elements: &[T]) -> u64 {
    for element in elements {
        list.push(side, element.as_ref());
    }
    list.len()
}

/// As [`all`], but only if there are elements already; else 0.
pub(crate) fn all_if_any<T: AsRef<[u8]>>(
    list: &mut FrozenList<'_>,
    side: Side,
    elements: &[T],
) -> u64 {
    if list.is_empty() {
        0
    } else {
        all(list, side, elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::testing::{letters, list_of};

    #[test]
    fn the_last_argument_ends_outermost() {
        let list = list_of("m");
        let mut list = list.freeze();
        assert_eq!(all(&mut list, Side::Left, &["a", "b"]), 3);
        assert_eq!(all(&mut list, Side::Right, &["y", "z"]), 5);
        assert_eq!(letters(&list), "bamyz");
    }
}

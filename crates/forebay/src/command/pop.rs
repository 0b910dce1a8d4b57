//! LPOP, RPOP with all their forms, and LMPOP.

use std::sync::Arc;

use bytes::Bytes;
use forebay_sync::{Attended, Side};

use crate::blocking::Elements;
use crate::engine::Access;
use crate::error::{Error, Result};
use crate::frozen::{FrozenList, FrozenSet};
use crate::journal::Cost;
use crate::object::Object;

/// Takes one element.
#[inline]
pub(crate) fn pop(core: &Access, object: &Arc<Object>, side: Side) -> Result<Option<Bytes>> {
    match object.list.pop(side) {
        Ok(popped) => Ok(popped),
        Err(Attended) => pop_attended(core, object, side),
    }
}

#[cold]
fn pop_attended(core: &Access, object: &Arc<Object>, side: Side) -> Result<Option<Bytes>> {
    core.edit(object, Cost::DRAIN, |list| list.pop(side))
}

/// Takes one element and calls `f` with it.
#[inline]
pub(crate) fn pop_with<R>(
    core: &Access,
    object: &Arc<Object>,
    side: Side,
    f: impl FnOnce(&[u8]) -> R,
) -> Result<Option<R>> {
    // The fast path uses `f` up even when it does not call it.
    let mut f = Some(f);
    let mut call = |element: &[u8]| f.take().map(|f| f(element));
    let mut lending = Lending::of(core, object);
    let popped = object.list.pop_with(side, &mut call);
    lending.is_over = true;
    if let Ok(popped) = popped {
        return Ok(popped.flatten());
    }
    let popped = pop_attended(core, object, side)?;
    Ok(popped.and_then(|element| lend(core, object, side, &element, call)))
}

/// Takes up to `max` elements and calls `f` with each.
pub(crate) fn pop_each(
    core: &Access,
    object: &Arc<Object>,
    side: Side,
    max: usize,
    mut f: impl FnMut(&[u8]),
) -> Result<usize> {
    let mut popped = 0;
    while popped < max {
        let mut lending = Lending::of(core, object);
        let step = object.list.pop_many_with(side, max - popped, &mut f);
        lending.is_over = true;
        let step = match step {
            Ok(step) => step,
            Err(Attended) => usize::from(pop_with(core, object, side, &mut f)?.is_some()),
        };
        if step == 0 {
            break;
        }
        popped += step;
    }
    Ok(popped)
}

/// While the list itself lends elements to a caller's closure. When that panics the list gets them
/// back, and somebody may have begun to wait for them meanwhile.
struct Lending<'a> {
    core: &'a Access,
    object: &'a Arc<Object>,
    is_over: bool,
}

impl<'a> Lending<'a> {
    #[inline]
    fn of(core: &'a Access, object: &'a Arc<Object>) -> Self {
        Self {
            core,
            object,
            is_over: false,
        }
    }
}

impl Drop for Lending<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_over {
            serve_anew(self.core, self.object);
        }
    }
}

/// Serves who has begun to wait while a closure had the elements that are there again.
#[cold]
fn serve_anew(core: &Access, object: &Arc<Object>) {
    // Errors: the engine has been closed.
    let _ = core.edit(object, Cost::NONE, |_| ());
}

/// Calls `f` with an element that has left the list; when `f` panics, the element goes back.
fn lend<R>(
    core: &Access,
    object: &Arc<Object>,
    side: Side,
    element: &[u8],
    f: impl FnOnce(&[u8]) -> R,
) -> R {
    struct PutBack<'a> {
        core: &'a Access,
        object: &'a Arc<Object>,
        side: Side,
        element: &'a [u8],
        is_over: bool,
    }
    impl Drop for PutBack<'_> {
        fn drop(&mut self) {
            // Not `panicking`: `f` may return while the thread unwinds, when a destructor pops.
            if !self.is_over {
                // Errors: the engine has been closed.
                let cost = Cost::drain(self.element.len());
                let _ = self.core.edit(self.object, cost, |list| {
                    list.push(self.side, self.element);
                });
            }
        }
    }
    let mut put_back = PutBack {
        core,
        object,
        side,
        element,
        is_over: false,
    };
    let result = f(element);
    put_back.is_over = true;
    result
}

/// LPOP with a count: `None` when there is no such key.
pub(crate) fn pop_count(list: &mut FrozenList<'_>, side: Side, count: u64) -> Option<Vec<Bytes>> {
    if list.is_empty() {
        return None;
    }
    let count = count.min(list.len());
    Some((0..count).map_while(|_| list.pop(side)).collect())
}

/// Up to `count` elements, outermost first.
pub(crate) fn elements(list: &mut FrozenList<'_>, side: Side, count: u64) -> Elements {
    let count = count.min(list.len());
    (0..count).map_while(|_| list.pop(side)).collect()
}

/// Refuses what LMPOP and BLMPOP refuse, in their order.
pub(crate) fn check_lmpop<K>(keys: &[K], count: u64) -> Result<()> {
    if keys.is_empty() {
        return Err(Error::NoKeys);
    }
    if count == 0 {
        return Err(Error::CountZero);
    }
    Ok(())
}

/// LMPOP: up to `count` elements from the first of the `objects` that has any, and which one that
/// is.
pub(crate) fn pop_first(
    set: &mut FrozenSet<'_>,
    objects: &[Arc<Object>],
    side: Side,
    count: u64,
) -> Result<Option<(Bytes, Vec<Bytes>)>> {
    set.admit(Cost::DRAIN)?;
    for object in objects {
        let at = set.position(object);
        if let Some(popped) = pop_count(set.key_mut(at).list_mut()?, side, count) {
            return Ok(Some((Bytes::copy_from_slice(object.key()), popped)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::testing::{joined, letters, list_of};

    #[test]
    fn counts() {
        let list = list_of("abcdef");
        let mut list = list.freeze();
        assert_eq!(pop_count(&mut list, Side::Left, 0), Some(vec![]));
        assert_eq!(joined(&pop_count(&mut list, Side::Left, 2).unwrap()), "ab");
        assert_eq!(
            joined(&pop_count(&mut list, Side::Right, 2).unwrap()),
            "fe",
            "tail first"
        );
        assert_eq!(letters(&list), "cd");
        assert_eq!(
            joined(&pop_count(&mut list, Side::Right, u64::MAX).unwrap()),
            "dc"
        );
        assert_eq!(pop_count(&mut list, Side::Left, 0), None, "the key is gone");
    }
}

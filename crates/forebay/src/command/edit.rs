//! Changes in the middle: LSET, LINSERT, LREM.

use forebay_sync::Side;

use super::range::place;
use crate::error::{Error, Result};
use crate::frozen::FrozenList;

/// On which side of the pivot LINSERT puts the element.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, Position};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.rpush("mq", ["a", "c"])?;
/// assert_eq!(engine.linsert("mq", Position::Before, "c", "b")?, 3);
/// assert_eq!(engine.lrange("mq", 0, -1)?, ["a", "b", "c"]);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// On the left.
    Before,
    /// On the right.
    After,
}

/// LSET.
pub(crate) fn lset(list: &mut FrozenList<'_>, index: i64, element: &[u8]) -> Result<()> {
    if list.is_empty() {
        return Err(Error::NoSuchKey);
    }
    let place = place(index, list.len()).ok_or(Error::IndexOutOfRange)?;
    let was_set = list.set(place, element);
    debug_assert!(was_set, "the place is inside the list");
    Ok(())
}

/// LINSERT: the new length, -1 when there is no such pivot, 0 when there is no such key.
pub(crate) fn linsert(
    list: &mut FrozenList<'_>,
    position: Position,
    pivot: &[u8],
    element: &[u8],
) -> i64 {
    if list.is_empty() {
        return 0;
    }
    let Some(found) = list.iter().position(|candidate| candidate == pivot) else {
        return -1;
    };
    let place = match position {
        Position::Before => found as u64,
        Position::After => found as u64 + 1,
    };
    list.insert(place, element);
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

/// LREM: how many elements were removed.
pub(crate) fn lrem(list: &mut FrozenList<'_>, count: i64, element: &[u8]) -> u64 {
    let from = if count < 0 { Side::Right } else { Side::Left };
    let limit = match count.unsigned_abs() {
        0 => u64::MAX,
        limit => limit,
    };
    list.remove_equal(from, limit, element)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::testing::{letters, list_of};

    #[test]
    fn lset_says_what_is_missing() {
        let list = list_of("abc");
        let mut list = list.freeze();
        assert_eq!(lset(&mut list, -1, b"z"), Ok(()));
        assert_eq!(lset(&mut list, 0, b"x"), Ok(()));
        assert_eq!(letters(&list), "xbz");
        assert_eq!(lset(&mut list, 3, b"y"), Err(Error::IndexOutOfRange));
        assert_eq!(lset(&mut list, -4, b"y"), Err(Error::IndexOutOfRange));
        list.truncate_to(0, 0);
        assert_eq!(
            lset(&mut list, 9, b"y"),
            Err(Error::NoSuchKey),
            "the key comes first"
        );
    }

    #[test]
    fn linsert_at_the_first_pivot_from_the_left() {
        let list = list_of("abab");
        let mut list = list.freeze();
        assert_eq!(linsert(&mut list, Position::Before, b"b", b"1"), 5);
        assert_eq!(letters(&list), "a1bab");
        assert_eq!(linsert(&mut list, Position::After, b"b", b"2"), 6);
        assert_eq!(letters(&list), "a1b2ab");
        assert_eq!(linsert(&mut list, Position::Before, b"a", b"0"), 7);
        assert_eq!(letters(&list), "0a1b2ab");
        assert_eq!(linsert(&mut list, Position::After, b"x", b"3"), -1);
        list.truncate_to(0, 0);
        assert_eq!(linsert(&mut list, Position::After, b"x", b"3"), 0);
    }

    #[test]
    fn linsert_behind_the_last() {
        let list = list_of("ab");
        let mut list = list.freeze();
        assert_eq!(linsert(&mut list, Position::After, b"b", b"c"), 3);
        assert_eq!(letters(&list), "abc");
    }

    #[test]
    fn lrem_from_either_side() {
        let list = list_of("xaxbxcx");
        let mut list = list.freeze();
        assert_eq!(lrem(&mut list, 1, b"x"), 1);
        assert_eq!(letters(&list), "axbxcx");
        assert_eq!(lrem(&mut list, -2, b"x"), 2);
        assert_eq!(letters(&list), "axbc");
        assert_eq!(lrem(&mut list, 0, b"z"), 0);
        assert_eq!(lrem(&mut list, i64::MIN, b"x"), 1);
        assert_eq!(letters(&list), "abc");
    }

    #[test]
    fn lrem_of_all() {
        let list = list_of("xxx");
        let mut list = list.freeze();
        assert_eq!(lrem(&mut list, 0, b"x"), 3);
        assert!(list.is_empty());
    }
}

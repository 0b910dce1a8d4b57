//! Indexes and ranges: LRANGE, LINDEX, LTRIM.

use bytes::Bytes;
use forebay_sync::Exclusive;

use crate::frozen::FrozenList;

/// The place that an index means, counted from the right when it is negative; `None` when the list
/// of this length has no such element.
pub(crate) fn place(index: i64, len: u64) -> Option<u64> {
    let from_left = if index < 0 {
        len.checked_sub(index.unsigned_abs())?
    } else {
        index.unsigned_abs()
    };
    (from_left < len).then_some(from_left)
}

/// The inclusive range of Redis as the half-open one that lies inside a list of this length.
pub(crate) fn bounds(start: i64, stop: i64, len: u64) -> (u64, u64) {
    let clamped = |index: i64| {
        if index < 0 {
            len.checked_sub(index.unsigned_abs())
        } else {
            Some(index.unsigned_abs())
        }
    };
    let start = clamped(start).unwrap_or(0);
    let Some(stop) = clamped(stop) else {
        return (0, 0);
    };
    let end = stop.saturating_add(1).min(len);
    if start < end { (start, end) } else { (0, 0) }
}

/// LRANGE.
pub(crate) fn lrange<X>(list: &Exclusive<'_, X>, start: i64, stop: i64) -> Vec<Bytes> {
    let (start, end) = bounds(start, stop, list.len());
    list.range(start, end).map(Bytes::copy_from_slice).collect()
}

/// LINDEX.
pub(crate) fn lindex<X>(list: &Exclusive<'_, X>, index: i64) -> Option<Bytes> {
    list.get(place(index, list.len())?)
        .map(Bytes::copy_from_slice)
}

/// LTRIM.
pub(crate) fn ltrim(list: &mut FrozenList<'_>, start: i64, stop: i64) {
    let (start, end) = bounds(start, stop, list.len());
    list.truncate_to(start, end);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::testing::{joined, letters, list_of};

    #[test]
    fn places() {
        assert_eq!(place(0, 3), Some(0));
        assert_eq!(place(2, 3), Some(2));
        assert_eq!(place(3, 3), None);
        assert_eq!(place(-1, 3), Some(2));
        assert_eq!(place(-3, 3), Some(0));
        assert_eq!(place(-4, 3), None);
        assert_eq!(place(0, 0), None);
        assert_eq!(place(i64::MIN, 3), None);
        assert_eq!(place(i64::MAX, 3), None);
    }

    #[test]
    fn ranges_are_clamped() {
        assert_eq!(bounds(0, -1, 3), (0, 3));
        assert_eq!(bounds(-100, 100, 3), (0, 3));
        assert_eq!(bounds(1, 1, 3), (1, 2));
        assert_eq!(bounds(-2, -2, 3), (1, 2));
        assert_eq!(bounds(2, 1, 3), (0, 0));
        assert_eq!(bounds(3, 5, 3), (0, 0));
        assert_eq!(bounds(0, -4, 3), (0, 0));
        assert_eq!(bounds(0, -1, 0), (0, 0));
        assert_eq!(bounds(i64::MIN, i64::MAX, 3), (0, 3));
        assert_eq!(bounds(i64::MAX, i64::MIN, 3), (0, 0));
    }

    #[test]
    fn lrange_and_lindex() {
        let list = list_of("abcde");
        let list = list.freeze();
        assert_eq!(joined(&lrange(&list, 1, 3)), "bcd");
        assert_eq!(joined(&lrange(&list, -3, 100)), "cde");
        assert!(lrange(&list, 4, 3).is_empty());
        assert_eq!(lindex(&list, -1).as_deref(), Some(&b"e"[..]));
        assert_eq!(lindex(&list, 5), None);
    }

    #[test]
    fn ltrim_keeps_the_range() {
        let list = list_of("abcde");
        let mut list = list.freeze();
        ltrim(&mut list, 1, -2);
        assert_eq!(letters(&list), "bcd");
        ltrim(&mut list, 0, 100);
        assert_eq!(letters(&list), "bcd");
        ltrim(&mut list, 2, 1);
        assert_eq!(letters(&list), "", "an empty range leaves nothing");
    }
}

//! LPOS.

use forebay_sync::Exclusive;

use crate::error::{Error, Result};

/// What [`List::lpos_with`](crate::List::lpos_with) looks for. The default is the first match.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, LposOptions};
///
/// let engine = Engine::open(Config::in_memory())?;
/// let mq = engine.list("mq")?;
/// mq.rpush(["a", "b", "a", "a"])?;
/// let last_two = LposOptions { rank: -1, count: Some(2), ..LposOptions::default() };
/// assert_eq!(mq.lpos_with("a", last_two)?, [3, 2]);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LposOptions {
    /// From which match on: 1 is the first from the left, -1 the first from the right. Not 0.
    pub rank: i64,
    /// How many matches; 0 is all of them. `None` is one.
    pub count: Option<i64>,
    /// How many elements are compared at most; 0 is no limit.
    pub maxlen: i64,
}

impl Default for LposOptions {
    fn default() -> Self {
        Self {
            rank: 1,
            count: None,
            maxlen: 0,
        }
    }
}

/// Options that make sense.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    skip: u64,
    from_right: bool,
    count: u64,
    maxlen: u64,
}

impl LposOptions {
    /// Refuses what makes no sense, in the order of Redis.
    pub(crate) fn check(self) -> Result<Search> {
        match self.rank {
            0 => return Err(Error::RankZero),
            i64::MIN => return Err(Error::RankOutOfRange),
            _ => {}
        }
        let unlimited = |number: u64| if number == 0 { u64::MAX } else { number };
        let count = u64::try_from(self.count.unwrap_or(1)).map_err(|_| Error::NegativeCount)?;
        let maxlen = u64::try_from(self.maxlen).map_err(|_| Error::NegativeMaxlen)?;
        Ok(Search {
            skip: self.rank.unsigned_abs() - 1,
            from_right: self.rank < 0,
            count: unlimited(count),
            maxlen: unlimited(maxlen),
        })
    }
}

/// LPOS: the indexes, counted from the left, in the order of the search.
pub(crate) fn lpos<X>(list: &Exclusive<'_, X>, element: &[u8], search: Search) -> Vec<u64> {
    let len = list.len();
    let compared = search.maxlen.min(len);
    let mut found = Vec::new();
    let mut skip = search.skip;
    let mut take = |index: u64, candidate: &[u8]| {
        if candidate == element {
            if skip > 0 {
                skip -= 1;
            } else {
                found.push(index);
            }
        }
        (found.len() as u64) < search.count
    };
    if search.from_right {
        let candidates = list.range(len - compared, len).rev();
        let _ = (len - compared..len)
            .rev()
            .zip(candidates)
            .all(|(index, each)| take(index, each));
    } else {
        let _ = (0..compared)
            .zip(list.range(0, compared))
            .all(|(index, each)| take(index, each));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::testing::list_of;

    fn search(rank: i64, count: Option<i64>, maxlen: i64) -> Vec<u64> {
        let list = list_of("abc12c3c4");
        lpos(
            &list.freeze(),
            b"c",
            LposOptions {
                rank,
                count,
                maxlen,
            }
            .check()
            .unwrap(),
        )
    }

    #[test]
    fn first_match() {
        assert_eq!(search(1, None, 0), [2]);
        assert_eq!(search(2, None, 0), [5]);
        assert_eq!(search(-1, None, 0), [7]);
        assert_eq!(search(4, None, 0), []);
    }

    #[test]
    fn several_matches() {
        assert_eq!(search(1, Some(2), 0), [2, 5]);
        assert_eq!(search(1, Some(0), 0), [2, 5, 7]);
        assert_eq!(search(-1, Some(2), 0), [7, 5]);
        assert_eq!(search(-2, Some(0), 0), [5, 2]);
    }

    #[test]
    fn compares_no_more_than_asked() {
        assert_eq!(search(1, Some(0), 2), []);
        assert_eq!(search(1, Some(0), 6), [2, 5]);
        assert_eq!(search(-1, Some(0), 2), [7]);
        assert_eq!(search(-1, Some(0), 4), [7, 5]);
        assert_eq!(search(1, Some(0), i64::MAX), [2, 5, 7]);
    }

    #[test]
    fn senseless_options_are_refused_in_order() {
        let check = |rank, count, maxlen| {
            LposOptions {
                rank,
                count,
                maxlen,
            }
            .check()
            .err()
        };
        assert_eq!(check(0, Some(-1), -1), Some(Error::RankZero));
        assert_eq!(check(i64::MIN, Some(-1), -1), Some(Error::RankOutOfRange));
        assert_eq!(check(1, Some(-1), -1), Some(Error::NegativeCount));
        assert_eq!(check(1, Some(0), -1), Some(Error::NegativeMaxlen));
        assert_eq!(check(-i64::MAX, None, 0), None);
    }
}

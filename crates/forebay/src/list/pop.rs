//! Taking elements from an end.

use bytes::Bytes;
use forebay_sync::Side;

use super::List;
use crate::command::pop::{pop, pop_count, pop_each, pop_with};
use crate::error::Result;
use crate::journal::Cost;

impl List {
    /// Takes the leftmost element; `None` when there is none.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(1). One allocation and copy for a short element, none for a long one. [`List::lpop_with`]
    /// needs neither.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b"])?;
    /// assert_eq!(mq.lpop()?.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn lpop(&self) -> Result<Option<Bytes>> {
        pop(&self.core, &self.object, Side::Left)
    }

    /// Takes the rightmost element; otherwise as [`List::lpop`].
    ///
    /// # Errors
    /// As [`List::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b"])?;
    /// assert_eq!(mq.rpop()?.as_deref(), Some(&b"b"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn rpop(&self) -> Result<Option<Bytes>> {
        pop(&self.core, &self.object, Side::Right)
    }

    /// Takes the leftmost element and calls `f` with its bytes, where they lie: nothing is copied
    /// or allocated. `None` when there is no element.
    ///
    /// The element is gone for others from the start. Nothing is locked while `f` runs, and `f` may
    /// use the list.
    ///
    /// # Errors
    /// As [`List::lpop`].
    ///
    /// # Panics
    /// When `f` panics; the element goes back to the left end.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["abc"])?;
    /// assert_eq!(mq.lpop_with(|job| job.len())?, Some(3));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn lpop_with<R>(&self, f: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        pop_with(&self.core, &self.object, Side::Left, f)
    }

    /// Takes the rightmost element and calls `f` with its bytes; otherwise as [`List::lpop_with`].
    ///
    /// # Errors
    /// As [`List::lpop`].
    ///
    /// # Panics
    /// When `f` panics; the element goes back to the right end.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.lpush(["abc"])?;
    /// assert_eq!(mq.rpop_with(|job| job.to_ascii_uppercase())?.unwrap(), b"ABC");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn rpop_with<R>(&self, f: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        pop_with(&self.core, &self.object, Side::Right, f)
    }

    /// Takes up to `n` elements from the left, leftmost first. `None` when the list is empty: then
    /// there is no such key; `Some` of nothing for 0 elements of a list that has some.
    ///
    /// # Errors
    /// As [`List::lpop`].
    ///
    /// # Complexity
    /// O(`n`).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b", "c"])?;
    /// assert_eq!(mq.lpop_count(2)?.unwrap(), ["a", "b"]);
    /// assert_eq!(mq.lpop_count(0)?, Some(vec![]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop_count(&self, n: u64) -> Result<Option<Vec<Bytes>>> {
        self.core.edit(&self.object, Cost::DRAIN, |list| {
            pop_count(list, Side::Left, n)
        })
    }

    /// Takes up to `n` elements from the right, rightmost first; otherwise as [`List::lpop_count`].
    ///
    /// # Errors
    /// As [`List::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b", "c"])?;
    /// assert_eq!(mq.rpop_count(2)?.unwrap(), ["c", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop_count(&self, n: u64) -> Result<Option<Vec<Bytes>>> {
        self.core.edit(&self.object, Cost::DRAIN, |list| {
            pop_count(list, Side::Right, n)
        })
    }

    /// Takes up to `max` elements from the left and calls `f` with each, where it lies: nothing is
    /// copied or allocated. Returns how many there were.
    ///
    /// The elements are taken in a few steps, not in one: elements of other consumers may lie
    /// between those of two steps. What `f` may do is said at [`List::lpop_with`].
    ///
    /// # Errors
    /// As [`List::lpop`].
    ///
    /// # Panics
    /// When `f` panics; the element, and those of the same step that `f` has not seen, go back.
    ///
    /// # Complexity
    /// O(`max`).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b", "c"])?;
    /// let mut seen = Vec::new();
    /// assert_eq!(mq.lpop_each(2, |job| seen.extend_from_slice(job))?, 2);
    /// assert_eq!(seen, b"ab");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop_each(&self, max: usize, f: impl FnMut(&[u8])) -> Result<usize> {
        pop_each(&self.core, &self.object, Side::Left, max, f)
    }

    /// Takes up to `max` elements from the right and calls `f` with each; otherwise as
    /// [`List::lpop_each`].
    ///
    /// # Errors
    /// As [`List::lpop`].
    ///
    /// # Panics
    /// As [`List::lpop_each`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.lpush(["a", "b", "c"])?;
    /// let mut seen = Vec::new();
    /// assert_eq!(mq.rpop_each(10, |job| seen.extend_from_slice(job))?, 3);
    /// assert_eq!(seen, b"abc");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop_each(&self, max: usize, f: impl FnMut(&[u8])) -> Result<usize> {
        pop_each(&self.core, &self.object, Side::Right, max, f)
    }
}

//! Taking elements from an end, by key.

use bytes::Bytes;
use forebay_sync::Side;

use super::Engine;
use crate::command::pop::{check_lmpop, pop, pop_count, pop_each, pop_first, pop_with};
use crate::error::Result;
use crate::frozen::FrozenSet;
use crate::journal::Cost;

impl Engine {
    /// LPOP: see [`List::lpop`](crate::List::lpop).
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// assert_eq!(engine.lpop("mq")?.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn lpop(&self, key: impl AsRef<[u8]>) -> Result<Option<Bytes>> {
        self.pop(key.as_ref(), Side::Left)
    }

    /// RPOP: see [`List::rpop`](crate::List::rpop).
    ///
    /// # Errors
    /// As [`Engine::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// assert_eq!(engine.rpop("mq")?.as_deref(), Some(&b"b"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn rpop(&self, key: impl AsRef<[u8]>) -> Result<Option<Bytes>> {
        self.pop(key.as_ref(), Side::Right)
    }

    /// LPOP without a copy: see [`List::lpop_with`](crate::List::lpop_with).
    ///
    /// # Errors
    /// As [`Engine::lpop`].
    ///
    /// # Panics
    /// As [`List::lpop_with`](crate::List::lpop_with).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["abc"])?;
    /// assert_eq!(engine.lpop_with("mq", |job| job.len())?, Some(3));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn lpop_with<R>(
        &self,
        key: impl AsRef<[u8]>,
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>> {
        self.pop_with(key.as_ref(), Side::Left, f)
    }

    /// RPOP without a copy: see [`List::lpop_with`](crate::List::lpop_with).
    ///
    /// # Errors
    /// As [`Engine::lpop`].
    ///
    /// # Panics
    /// As [`List::lpop_with`](crate::List::lpop_with).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.lpush("mq", ["abc"])?;
    /// assert_eq!(engine.rpop_with("mq", |job| job[0])?, Some(b'a'));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn rpop_with<R>(
        &self,
        key: impl AsRef<[u8]>,
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>> {
        self.pop_with(key.as_ref(), Side::Right, f)
    }

    /// LPOP with a count: see [`List::lpop_count`](crate::List::lpop_count).
    ///
    /// # Errors
    /// As [`Engine::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.lpop_count("mq", 2)?, None);
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// assert_eq!(engine.lpop_count("mq", 2)?.unwrap(), ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop_count(&self, key: impl AsRef<[u8]>, n: u64) -> Result<Option<Vec<Bytes>>> {
        self.pop_count(key.as_ref(), Side::Left, n)
    }

    /// RPOP with a count: see [`List::rpop_count`](crate::List::rpop_count).
    ///
    /// # Errors
    /// As [`Engine::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// assert_eq!(engine.rpop_count("mq", 2)?.unwrap(), ["c", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop_count(&self, key: impl AsRef<[u8]>, n: u64) -> Result<Option<Vec<Bytes>>> {
        self.pop_count(key.as_ref(), Side::Right, n)
    }

    /// Takes many from the left: see [`List::lpop_each`](crate::List::lpop_each).
    ///
    /// # Errors
    /// As [`Engine::lpop`].
    ///
    /// # Panics
    /// As [`List::lpop_each`](crate::List::lpop_each).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// assert_eq!(engine.lpop_each("mq", 2, |job| assert_eq!(job.len(), 1))?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop_each(
        &self,
        key: impl AsRef<[u8]>,
        max: usize,
        f: impl FnMut(&[u8]),
    ) -> Result<usize> {
        self.pop_each(key.as_ref(), Side::Left, max, f)
    }

    /// Takes many from the right: see [`List::lpop_each`](crate::List::lpop_each).
    ///
    /// # Errors
    /// As [`Engine::lpop`].
    ///
    /// # Panics
    /// As [`List::lpop_each`](crate::List::lpop_each).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// let mut jobs = Vec::new();
    /// engine.rpop_each("mq", 2, |job| jobs.extend_from_slice(job))?;
    /// assert_eq!(jobs, b"cb");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop_each(
        &self,
        key: impl AsRef<[u8]>,
        max: usize,
        f: impl FnMut(&[u8]),
    ) -> Result<usize> {
        self.pop_each(key.as_ref(), Side::Right, max, f)
    }

    /// LMPOP: takes up to `count` elements from the first of the keys that exists, and returns that
    /// key too. `None` when none exists.
    ///
    /// # Errors
    /// [`NoKeys`](crate::Error::NoKeys), [`CountZero`](crate::Error::CountZero),
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of keys + `count`).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("later", ["a", "b", "c"])?;
    /// let (key, jobs) = engine.lmpop(&["urgent", "later"], Side::Right, 2)?.unwrap();
    /// assert_eq!((key.as_ref(), jobs.len()), (&b"later"[..], 2));
    /// assert_eq!(jobs, ["c", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lmpop<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        side: Side,
        count: u64,
    ) -> Result<Option<(Bytes, Vec<Bytes>)>> {
        check_lmpop(keys, count)?;
        let objects = self.objects_of(keys)?;
        let mut set = FrozenSet::new(&self.core, &objects)?;
        let popped = pop_first(&mut set, &objects, side, count)?;
        set.finish()?;
        self.core.wait()?;
        Ok(popped)
    }

    #[inline]
    fn pop(&self, key: &[u8], side: Side) -> Result<Option<Bytes>> {
        self.core
            .with_existing(key, |object| pop(&self.core, object, side))
            .map(Option::flatten)
    }

    #[inline]
    fn pop_with<R>(&self, key: &[u8], side: Side, f: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        self.core
            .with_existing(key, |object| pop_with(&self.core, object, side, f))
            .map(Option::flatten)
    }

    fn pop_count(&self, key: &[u8], side: Side, n: u64) -> Result<Option<Vec<Bytes>>> {
        let popped = self.core.with_existing(key, |object| {
            self.core
                .edit(object, Cost::DRAIN, |list| pop_count(list, side, n))
        });
        popped.map(Option::flatten)
    }

    fn pop_each(&self, key: &[u8], side: Side, max: usize, f: impl FnMut(&[u8])) -> Result<usize> {
        let popped = self
            .core
            .with_existing(key, |object| pop_each(&self.core, object, side, max, f));
        Ok(popped?.unwrap_or(0))
    }
}

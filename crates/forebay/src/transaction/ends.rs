//! Adding and taking elements at the ends, in a transaction.

use bytes::Bytes;
use forebay_sync::Side;

use super::Transaction;
use crate::command::pop::{self, check_lmpop, pop_count};
use crate::command::push;
use crate::error::Result;
use crate::journal::Cost;

impl Transaction<'_> {
    /// LPUSH: see [`List::lpush`](crate::List::lpush). Who waits for the elements is served when
    /// the transaction ends.
    ///
    /// # Errors
    /// As [`List::lpush`](crate::List::lpush), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let len = engine.transaction(&["mq"], |tx| tx.lpush("mq", ["a", "b"]))??;
    /// assert_eq!(len, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpush<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push(key, Side::Left, elements.as_ref())
    }

    /// RPUSH: see [`List::rpush`](crate::List::rpush).
    ///
    /// # Errors
    /// As [`Transaction::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["mq"], |tx| tx.rpush("mq", ["a", "b"]))??;
    /// assert_eq!(engine.lrange("mq", 0, -1)?, ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpush<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push(key, Side::Right, elements.as_ref())
    }

    /// LPUSHX: see [`List::lpushx`](crate::List::lpushx).
    ///
    /// # Errors
    /// As [`Transaction::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.lpushx("mq", ["a"]))??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpushx<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push_existing(key, Side::Left, elements.as_ref())
    }

    /// RPUSHX: see [`List::rpushx`](crate::List::rpushx).
    ///
    /// # Errors
    /// As [`Transaction::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.rpushx("mq", ["a"]))??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpushx<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push_existing(key, Side::Right, elements.as_ref())
    }

    /// LPOP: see [`List::lpop`](crate::List::lpop).
    ///
    /// # Errors
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let job = engine.transaction(&["mq"], |tx| tx.lpop("mq"))??;
    /// assert_eq!(job.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop(&mut self, key: impl AsRef<[u8]>) -> Result<Option<Bytes>> {
        self.edit(key, Cost::DRAIN, |list| list.pop(Side::Left))
    }

    /// RPOP: see [`List::rpop`](crate::List::rpop).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let job = engine.transaction(&["mq"], |tx| tx.rpop("mq"))??;
    /// assert_eq!(job.as_deref(), Some(&b"b"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop(&mut self, key: impl AsRef<[u8]>) -> Result<Option<Bytes>> {
        self.edit(key, Cost::DRAIN, |list| list.pop(Side::Right))
    }

    /// Pops from the left and calls `f` with the bytes: see
    /// [`List::lpop_with`](crate::List::lpop_with). Here the element is copied, and does not go
    /// back when `f` panics.
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["abc"])?;
    /// let len = engine.transaction(&["mq"], |tx| tx.lpop_with("mq", |job| job.len()))??;
    /// assert_eq!(len, Some(3));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop_with<R>(
        &mut self,
        key: impl AsRef<[u8]>,
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>> {
        Ok(self.lpop(key)?.map(|element| f(&element)))
    }

    /// Pops from the right and calls `f` with the bytes; otherwise as [`Transaction::lpop_with`].
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let len = engine.transaction(&["mq"], |tx| tx.rpop_with("mq", |job| job.len()))??;
    /// assert_eq!(len, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop_with<R>(
        &mut self,
        key: impl AsRef<[u8]>,
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>> {
        Ok(self.rpop(key)?.map(|element| f(&element)))
    }

    /// Pops up to `max` elements from the left and calls `f` with each; returns how many there
    /// were. Otherwise as [`Transaction::lpop_with`].
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// let mut jobs = Vec::new();
    /// engine.transaction(&["mq"], |tx| {
    ///     tx.lpop_each("mq", 2, |job| jobs.extend_from_slice(job))
    /// })??;
    /// assert_eq!(jobs, b"ab");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop_each(
        &mut self,
        key: impl AsRef<[u8]>,
        max: usize,
        f: impl FnMut(&[u8]),
    ) -> Result<usize> {
        self.pop_each(key, Side::Left, max, f)
    }

    /// Pops up to `max` elements from the right and calls `f` with each; otherwise as
    /// [`Transaction::lpop_each`].
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let popped = engine.transaction(&["mq"], |tx| tx.rpop_each("mq", 2, |_| ()))??;
    /// assert_eq!(popped, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop_each(
        &mut self,
        key: impl AsRef<[u8]>,
        max: usize,
        f: impl FnMut(&[u8]),
    ) -> Result<usize> {
        self.pop_each(key, Side::Right, max, f)
    }

    /// LPOP with a count: see [`List::lpop_count`](crate::List::lpop_count).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// let jobs = engine.transaction(&["mq"], |tx| tx.lpop_count("mq", 2))??;
    /// assert_eq!(jobs.unwrap(), ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop_count(&mut self, key: impl AsRef<[u8]>, n: u64) -> Result<Option<Vec<Bytes>>> {
        self.edit(key, Cost::DRAIN, |list| pop_count(list, Side::Left, n))
    }

    /// RPOP with a count: see [`List::rpop_count`](crate::List::rpop_count).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// let jobs = engine.transaction(&["mq"], |tx| tx.rpop_count("mq", 2))??;
    /// assert_eq!(jobs.unwrap(), ["c", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop_count(&mut self, key: impl AsRef<[u8]>, n: u64) -> Result<Option<Vec<Bytes>>> {
        self.edit(key, Cost::DRAIN, |list| pop_count(list, Side::Right, n))
    }

    /// LMPOP: see [`Engine::lmpop`](crate::Engine::lmpop).
    ///
    /// # Errors
    /// As [`Engine::lmpop`](crate::Engine::lmpop), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("b", ["x"])?;
    /// let keys = ["a", "b"];
    /// let popped = engine.transaction(&keys, |tx| tx.lmpop(&keys, Side::Left, 1))??;
    /// assert_eq!(popped.unwrap().0, "b");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lmpop<K: AsRef<[u8]>>(
        &mut self,
        keys: &[K],
        side: Side,
        count: u64,
    ) -> Result<Option<(Bytes, Vec<Bytes>)>> {
        check_lmpop(keys, count)?;
        self.set.admit(Cost::DRAIN)?;
        for at in self.places(keys)? {
            if let Some(popped) = pop_count(self.set.key_mut(at).list_mut()?, side, count) {
                self.edited(at);
                return Ok(Some((
                    Bytes::copy_from_slice(self.set.object(at).key()),
                    popped,
                )));
            }
        }
        Ok(None)
    }

    fn pop_each(
        &mut self,
        key: impl AsRef<[u8]>,
        side: Side,
        max: usize,
        f: impl FnMut(&[u8]),
    ) -> Result<usize> {
        let popped = self.edit(key, Cost::DRAIN, |list| {
            pop::elements(list, side, max as u64)
        })?;
        popped.iter().map(Bytes::as_ref).for_each(f);
        Ok(popped.len())
    }

    fn push<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        side: Side,
        elements: &[T],
    ) -> Result<u64> {
        self.core.check_messages(elements)?;
        self.edit(key, Cost::fill_all(elements), |list| {
            push::all(list, side, elements)
        })
    }

    fn push_existing<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        side: Side,
        elements: &[T],
    ) -> Result<u64> {
        self.core.check_messages(elements)?;
        self.edit(key, Cost::fill_all(elements), |list| {
            push::all_if_any(list, side, elements)
        })
    }
}

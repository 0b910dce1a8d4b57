//! Looking at elements and changing them in the middle, in a transaction.

use bytes::Bytes;

use super::Transaction;
use crate::command::edit::{Position, linsert, lrem, lset};
use crate::command::positions::{LposOptions, lpos};
use crate::command::range::{lindex, lrange, ltrim};
use crate::error::Result;
use crate::journal::Cost;

impl Transaction<'_> {
    /// LLEN: see [`List::llen`](crate::List::llen).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.llen("mq"))??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn llen(&self, key: impl AsRef<[u8]>) -> Result<u64> {
        Ok(self.list(key)?.len())
    }

    /// LRANGE: see [`List::lrange`](crate::List::lrange).
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
    /// let all = engine.transaction(&["mq"], |tx| tx.lrange("mq", 0, -1))??;
    /// assert_eq!(all, ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lrange(&self, key: impl AsRef<[u8]>, start: i64, stop: i64) -> Result<Vec<Bytes>> {
        Ok(lrange(self.list(key)?, start, stop))
    }

    /// LINDEX: see [`List::lindex`](crate::List::lindex).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.lindex("mq", 0))??, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lindex(&self, key: impl AsRef<[u8]>, index: i64) -> Result<Option<Bytes>> {
        Ok(lindex(self.list(key)?, index))
    }

    /// LPOS: see [`List::lpos`](crate::List::lpos).
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
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.lpos("mq", "b"))??, Some(1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpos(&self, key: impl AsRef<[u8]>, element: impl AsRef<[u8]>) -> Result<Option<u64>> {
        Ok(self
            .lpos_with(key, element, LposOptions::default())?
            .first()
            .copied())
    }

    /// LPOS with options: see [`List::lpos_with`](crate::List::lpos_with).
    ///
    /// # Errors
    /// As [`List::lpos_with`](crate::List::lpos_with), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, LposOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "a"])?;
    /// let all = LposOptions { count: Some(0), ..LposOptions::default() };
    /// let found = engine.transaction(&["mq"], |tx| tx.lpos_with("mq", "a", all))??;
    /// assert_eq!(found, [0, 2]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpos_with(
        &self,
        key: impl AsRef<[u8]>,
        element: impl AsRef<[u8]>,
        options: LposOptions,
    ) -> Result<Vec<u64>> {
        let search = options.check()?;
        Ok(lpos(self.list(key)?, element.as_ref(), search))
    }

    /// LSET: see [`List::lset`](crate::List::lset).
    ///
    /// # Errors
    /// As [`List::lset`](crate::List::lset), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.transaction(&["mq"], |tx| tx.lset("mq", 0, "b"))??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lset(
        &mut self,
        key: impl AsRef<[u8]>,
        index: i64,
        element: impl AsRef<[u8]>,
    ) -> Result<()> {
        self.core.check_message(element.as_ref())?;
        self.edit(key, Cost::fill(element.as_ref().len()), |list| {
            lset(list, index, element.as_ref())
        })?
    }

    /// LINSERT: see [`List::linsert`](crate::List::linsert).
    ///
    /// # Errors
    /// As [`List::linsert`](crate::List::linsert), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Position};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// let len = engine.transaction(&["mq"], |tx| {
    ///     tx.linsert("mq", Position::After, "a", "b")
    /// })??;
    /// assert_eq!(len, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn linsert(
        &mut self,
        key: impl AsRef<[u8]>,
        position: Position,
        pivot: impl AsRef<[u8]>,
        element: impl AsRef<[u8]>,
    ) -> Result<i64> {
        self.core.check_message(element.as_ref())?;
        self.edit(key, Cost::fill(element.as_ref().len()), |list| {
            linsert(list, position, pivot.as_ref(), element.as_ref())
        })
    }

    /// LREM: see [`List::lrem`](crate::List::lrem).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "a"])?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.lrem("mq", 1, "a"))??, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lrem(
        &mut self,
        key: impl AsRef<[u8]>,
        count: i64,
        element: impl AsRef<[u8]>,
    ) -> Result<u64> {
        self.edit(key, Cost::drain(element.as_ref().len()), |list| {
            lrem(list, count, element.as_ref())
        })
    }

    /// LTRIM: see [`List::ltrim`](crate::List::ltrim).
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
    /// engine.transaction(&["mq"], |tx| tx.ltrim("mq", 1, -1))??;
    /// assert_eq!(engine.lrange("mq", 0, -1)?, ["b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn ltrim(&mut self, key: impl AsRef<[u8]>, start: i64, stop: i64) -> Result<()> {
        self.edit(key, Cost::DRAIN, |list| ltrim(list, start, stop))
    }
}

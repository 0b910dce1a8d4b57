//! Looking at elements, by key.

use bytes::Bytes;

use super::Engine;
use crate::command::positions::{LposOptions, lpos};
use crate::command::range::{lindex, lrange};
use crate::error::Result;

impl Engine {
    /// LLEN: see [`List::llen`](crate::List::llen).
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.llen("mq")?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn llen(&self, key: impl AsRef<[u8]>) -> Result<u64> {
        let len = self
            .core
            .with_existing(key.as_ref(), |object| self.core.len(object))?;
        Ok(len.unwrap_or(0))
    }

    /// LRANGE: see [`List::lrange`](crate::List::lrange).
    ///
    /// # Errors
    /// As [`Engine::llen`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// assert_eq!(engine.lrange("mq", 0, 1)?, ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lrange(&self, key: impl AsRef<[u8]>, start: i64, stop: i64) -> Result<Vec<Bytes>> {
        let range = self.core.with_existing(key.as_ref(), |object| {
            self.core.read(object, |list| lrange(list, start, stop))
        });
        Ok(range?.unwrap_or_default())
    }

    /// LINDEX: see [`List::lindex`](crate::List::lindex).
    ///
    /// # Errors
    /// As [`Engine::llen`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// assert_eq!(engine.lindex("mq", -2)?.as_deref(), Some(&b"b"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lindex(&self, key: impl AsRef<[u8]>, index: i64) -> Result<Option<Bytes>> {
        let found = self.core.with_existing(key.as_ref(), |object| {
            self.core.read(object, |list| lindex(list, index))
        });
        found.map(Option::flatten)
    }

    /// LPOS: see [`List::lpos`](crate::List::lpos).
    ///
    /// # Errors
    /// As [`Engine::llen`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// assert_eq!(engine.lpos("mq", "b")?, Some(1));
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
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, LposOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "a"])?;
    /// let last = LposOptions { rank: -1, ..LposOptions::default() };
    /// assert_eq!(engine.lpos_with("mq", "a", last)?, [2]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpos_with(
        &self,
        key: impl AsRef<[u8]>,
        element: impl AsRef<[u8]>,
        options: LposOptions,
    ) -> Result<Vec<u64>> {
        let search = options.check()?;
        let element = element.as_ref();
        let found = self.core.with_existing(key.as_ref(), |object| {
            self.core.read(object, |list| lpos(list, element, search))
        });
        Ok(found?.unwrap_or_default())
    }
}

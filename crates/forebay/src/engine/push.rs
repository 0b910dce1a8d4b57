//! Adding elements at an end, by key.

use forebay_sync::Side;

use super::Engine;
use crate::command::push::{push, push_existing};
use crate::error::Result;

impl Engine {
    /// LPUSH: see [`List::lpush`](crate::List::lpush).
    ///
    /// # Errors
    /// As [`List::lpush`](crate::List::lpush), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.lpush("mq", ["a", "b"])?, 2);
    /// assert_eq!(engine.lrange("mq", 0, -1)?, ["b", "a"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn lpush<T: AsRef<[u8]>>(
        &self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push(key.as_ref(), Side::Left, elements.as_ref())
    }

    /// RPUSH: see [`List::rpush`](crate::List::rpush).
    ///
    /// # Errors
    /// As [`Engine::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.rpush("mq", ["a", "b"])?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn rpush<T: AsRef<[u8]>>(
        &self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push(key.as_ref(), Side::Right, elements.as_ref())
    }

    /// LPUSHX: see [`List::lpushx`](crate::List::lpushx).
    ///
    /// # Errors
    /// As [`Engine::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.lpushx("mq", ["a"])?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpushx<T: AsRef<[u8]>>(
        &self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push_existing(key.as_ref(), Side::Left, elements.as_ref())
    }

    /// RPUSHX: see [`List::rpushx`](crate::List::rpushx).
    ///
    /// # Errors
    /// As [`Engine::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.rpushx("mq", ["b"])?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpushx<T: AsRef<[u8]>>(
        &self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push_existing(key.as_ref(), Side::Right, elements.as_ref())
    }

    #[inline]
    fn push<T: AsRef<[u8]>>(&self, key: &[u8], side: Side, elements: &[T]) -> Result<u64> {
        self.core.check_messages(elements)?;
        self.core
            .with(key, |object| push(&self.core, object, side, elements))
    }

    fn push_existing<T: AsRef<[u8]>>(&self, key: &[u8], side: Side, elements: &[T]) -> Result<u64> {
        self.core.check_messages(elements)?;
        let pushed = self.core.with_existing(key, |object| {
            push_existing(&self.core, object, side, elements)
        });
        Ok(pushed?.unwrap_or(0))
    }
}

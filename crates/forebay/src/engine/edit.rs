//! Changing elements in the middle, by key.

use super::Engine;
use crate::command::edit::{Position, linsert, lrem, lset};
use crate::command::range::ltrim;
use crate::error::{Error, Result};
use crate::journal::Cost;

impl Engine {
    /// LSET: see [`List::lset`](crate::List::lset).
    ///
    /// # Errors
    /// As [`List::lset`](crate::List::lset), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.lset("mq", 0, "a"), Err(Error::NoSuchKey));
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.lset("mq", 1, "a"), Err(Error::IndexOutOfRange));
    /// engine.lset("mq", 0, "b")?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn lset(&self, key: impl AsRef<[u8]>, index: i64, element: impl AsRef<[u8]>) -> Result<()> {
        let element = element.as_ref();
        self.core.check_message(element)?;
        let set = self.core.with_existing(key.as_ref(), |object| {
            self.core.edit(object, Cost::fill(element.len()), |list| {
                lset(list, index, element)
            })?
        });
        set?.ok_or(Error::NoSuchKey)
    }

    /// LINSERT: see [`List::linsert`](crate::List::linsert).
    ///
    /// # Errors
    /// As [`List::linsert`](crate::List::linsert), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Position};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.linsert("mq", Position::Before, "b", "a")?, 0);
    /// engine.rpush("mq", ["b"])?;
    /// assert_eq!(engine.linsert("mq", Position::Before, "b", "a")?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn linsert(
        &self,
        key: impl AsRef<[u8]>,
        position: Position,
        pivot: impl AsRef<[u8]>,
        element: impl AsRef<[u8]>,
    ) -> Result<i64> {
        let (pivot, element) = (pivot.as_ref(), element.as_ref());
        self.core.check_message(element)?;
        let len = self.core.with_existing(key.as_ref(), |object| {
            self.core.edit(object, Cost::fill(element.len()), |list| {
                linsert(list, position, pivot, element)
            })
        });
        Ok(len?.unwrap_or(0))
    }

    /// LREM: see [`List::lrem`](crate::List::lrem).
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["x", "a", "x"])?;
    /// assert_eq!(engine.lrem("mq", 0, "x")?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lrem(
        &self,
        key: impl AsRef<[u8]>,
        count: i64,
        element: impl AsRef<[u8]>,
    ) -> Result<u64> {
        let element = element.as_ref();
        let removed = self.core.with_existing(key.as_ref(), |object| {
            self.core.edit(object, Cost::drain(element.len()), |list| {
                lrem(list, count, element)
            })
        });
        Ok(removed?.unwrap_or(0))
    }

    /// LTRIM: see [`List::ltrim`](crate::List::ltrim).
    ///
    /// # Errors
    /// As [`Engine::lrem`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// engine.ltrim("mq", -1, -1)?;
    /// assert_eq!(engine.lrange("mq", 0, -1)?, ["c"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn ltrim(&self, key: impl AsRef<[u8]>, start: i64, stop: i64) -> Result<()> {
        self.core.with_existing(key.as_ref(), |object| {
            self.core
                .edit(object, Cost::DRAIN, |list| ltrim(list, start, stop))
        })?;
        Ok(())
    }
}

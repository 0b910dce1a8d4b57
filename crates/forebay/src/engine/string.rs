//! Strings.

use bytes::Bytes;

use super::Engine;
use crate::command::keys::Dropped;
use crate::error::Result;
use crate::journal::Cost;
use crate::value::{SetOptions, SetReply, string};

impl Engine {
    /// GET: the string; `None` when there is no such key.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`KeyTooLarge`](crate::Error::KeyTooLarge),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.set("k", "v")?;
    /// assert_eq!(engine.get("k")?.as_deref(), Some(&b"v"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn get(&self, key: impl AsRef<[u8]>) -> Result<Option<Bytes>> {
        let found = self.core.with_existing(key.as_ref(), |object| {
            self.core
                .edit_key(object, Cost::NONE, |key| string::get(key))?
        })?;
        Ok(found.unwrap_or_default())
    }

    /// SET: the key holds a string from now on, whatever it held before, and never expires.
    ///
    /// # Errors
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge),
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.set("k", "v")?;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn set(&self, key: impl AsRef<[u8]>, string: impl AsRef<[u8]>) -> Result<()> {
        self.set_with(key, string, SetOptions::default())?;
        Ok(())
    }

    /// SET with options.
    ///
    /// # Errors
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge), [`WrongType`](crate::Error::WrongType),
    /// [`ExpireOutOfRange`](crate::Error::ExpireOutOfRange),
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::value::{SetCondition, SetOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let nx = SetOptions { condition: SetCondition::Nx, ..SetOptions::default() };
    /// assert!(engine.set_with("lock", "me", nx)?.is_set);
    /// assert!(!engine.set_with("lock", "you", nx)?.is_set);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn set_with(
        &self,
        key: impl AsRef<[u8]>,
        string: impl AsRef<[u8]>,
        options: SetOptions,
    ) -> Result<SetReply> {
        let string = string.as_ref();
        self.core.check_message(string)?;
        let now_ms = self.core.clock().unix_ms();
        let mut dropped = Dropped::new();
        self.core.with(key.as_ref(), |object| {
            self.core
                .edit_key(object, Cost::fill(string.len()), |key| {
                    string::set(key, string, options, now_ms, &mut dropped)
                })?
        })
    }

    /// INCRBY: adds to the integer that the string is, 0 when there is no such key. Returns the sum.
    /// The expiry stays.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`NotInteger`](crate::Error::NotInteger),
    /// [`IncrementOverflow`](crate::Error::IncrementOverflow),
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.incrby("k", 5)?, 5);
    /// assert_eq!(engine.incrby("k", -2)?, 3);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn incrby(&self, key: impl AsRef<[u8]>, by: i64) -> Result<i64> {
        self.core.with(key.as_ref(), |object| {
            self.core
                .edit_key(object, Cost::fill(0), |key| string::increment(key, by))?
        })
    }
}

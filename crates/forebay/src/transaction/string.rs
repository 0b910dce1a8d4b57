//! Strings, in a transaction.

use bytes::Bytes;

use super::Transaction;
use crate::error::Result;
use crate::journal::Cost;
use crate::value::{SetOptions, SetReply, string};

impl Transaction<'_> {
    /// GET: the string; `None` when there is no such key.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["k"], |tx| {
    ///     tx.set("k", "v")?;
    ///     assert_eq!(tx.get("k")?.as_deref(), Some(&b"v"[..]));
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn get(&self, key: impl AsRef<[u8]>) -> Result<Option<Bytes>> {
        let key = self.key(key)?;
        string::get(key)
    }

    /// SET: the key holds a string from now on, whatever it held before, and never expires.
    ///
    /// # Errors
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge),
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["k"], |tx| {
    ///     tx.set("k", "v")?;
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn set(&mut self, key: impl AsRef<[u8]>, string: impl AsRef<[u8]>) -> Result<()> {
        self.set_with(key, string, SetOptions::default())?;
        Ok(())
    }

    /// SET with options.
    ///
    /// # Errors
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge), [`WrongType`](crate::Error::WrongType),
    /// [`ExpireOutOfRange`](crate::Error::ExpireOutOfRange),
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::value::{SetCondition, SetOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["k"], |tx| {
    ///     let nx = SetOptions { condition: SetCondition::Nx, ..SetOptions::default() };
    ///     assert!(tx.set_with("k", "me", nx)?.is_set);
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn set_with(
        &mut self,
        key: impl AsRef<[u8]>,
        string: impl AsRef<[u8]>,
        options: SetOptions,
    ) -> Result<SetReply> {
        let string = string.as_ref();
        self.core.check_message(string)?;
        let now_ms = self.now_ms();
        let at = self.place(key)?;
        self.set.admit(Cost::fill(string.len()))?;
        let key = self.set.key_mut(at);
        let reply = string::set(key, string, options, now_ms, &mut self.dropped);
        self.set.has_changed(at);
        reply
    }

    /// INCRBY: adds to the integer that the string is, 0 when there is no such key. Returns the sum.
    /// The expiry stays.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`NotInteger`](crate::Error::NotInteger),
    /// [`IncrementOverflow`](crate::Error::IncrementOverflow),
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["k"], |tx| {
    ///     assert_eq!(tx.incrby("k", 5)?, 5);
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn incrby(&mut self, key: impl AsRef<[u8]>, by: i64) -> Result<i64> {
        let at = self.place(key)?;
        self.set.admit(Cost::fill(0))?;
        let key = self.set.key_mut(at);
        string::increment(key, by)
    }
}

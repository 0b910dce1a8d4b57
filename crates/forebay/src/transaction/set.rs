//! Sets of strings, in a transaction.

use bytes::Bytes;

use super::Transaction;
use crate::error::Result;
use crate::journal::Cost;
use crate::value::set;

impl Transaction<'_> {
    /// SADD: adds members to a set, which is made if there is none. How many were not in it.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`NoElements`](crate::Error::NoElements),
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge),
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Complexity
    /// O(number of members).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["k"], |tx| {
    ///     assert_eq!(tx.sadd("k", &["a", "b", "a"])?, 2);
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn sadd<M: AsRef<[u8]>>(&mut self, key: impl AsRef<[u8]>, members: &[M]) -> Result<u64> {
        self.core.check_messages(members)?;
        let at = self.place(key)?;
        self.set.admit(Cost::fill_all(members))?;
        let key = self.set.key_mut(at);
        set::add(key, members)
    }

    /// SREM: removes members from a set. How many were in it. An empty set does not exist.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Complexity
    /// O(number of members).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["k"], |tx| {
    ///     assert_eq!(tx.srem("k", &["a"])?, 0);
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn srem<M: AsRef<[u8]>>(&mut self, key: impl AsRef<[u8]>, members: &[M]) -> Result<u64> {
        let at = self.place(key)?;
        self.set.admit(Cost::drain_all(members))?;
        let key = self.set.key_mut(at);
        set::remove(key, members)
    }

    /// SISMEMBER: whether a set has a member.
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
    ///     assert!(!tx.sismember("k", "a")?);
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn sismember(&self, key: impl AsRef<[u8]>, member: impl AsRef<[u8]>) -> Result<bool> {
        let key = self.key(key)?;
        Ok(set::members(key)?.is_some_and(|members| members.contains(member.as_ref())))
    }

    /// SMEMBERS: all members, in no order that means anything.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Complexity
    /// O(number of members).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["k"], |tx| {
    ///     assert!(tx.smembers("k")?.is_empty());
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn smembers(&self, key: impl AsRef<[u8]>) -> Result<Vec<Bytes>> {
        let key = self.key(key)?;
        Ok(set::members(key)?.map_or_else(Vec::new, |members| members.iter().cloned().collect()))
    }

    /// SCARD: how many members a set has; 0 when there is no such key.
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
    ///     assert_eq!(tx.scard("k")?, 0);
    ///     Ok::<(), forebay::Error>(())
    /// })??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn scard(&self, key: impl AsRef<[u8]>) -> Result<u64> {
        let key = self.key(key)?;
        Ok(set::members(key)?.map_or(0, |members| members.len() as u64))
    }
}

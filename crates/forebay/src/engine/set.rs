//! Sets of strings.

use bytes::Bytes;

use super::Engine;
use crate::error::Result;
use crate::journal::Cost;
use crate::value::set;

impl Engine {
    /// SADD: adds members to a set, which is made if there is none. How many were not in it.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`NoElements`](crate::Error::NoElements),
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge),
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of members).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.sadd("k", &["a", "b", "a"])?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn sadd<M: AsRef<[u8]>>(&self, key: impl AsRef<[u8]>, members: &[M]) -> Result<u64> {
        self.core.check_messages(members)?;
        self.core.with(key.as_ref(), |object| {
            self.core.edit_key(object, Cost::fill_all(members), |key| {
                set::add(key, members)
            })?
        })
    }

    /// SREM: removes members from a set. How many were in it. An empty set does not exist.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`KeyTooLarge`](crate::Error::KeyTooLarge),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of members).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.sadd("k", &["a"])?;
    /// assert_eq!(engine.srem("k", &["a", "b"])?, 1);
    /// assert_eq!(engine.exists(&["k"])?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn srem<M: AsRef<[u8]>>(&self, key: impl AsRef<[u8]>, members: &[M]) -> Result<u64> {
        let found = self.core.with_existing(key.as_ref(), |object| {
            self.core
                .edit_key(object, Cost::drain_all(members), |key| {
                    set::remove(key, members)
                })?
        })?;
        Ok(found.unwrap_or_default())
    }

    /// SISMEMBER: whether a set has a member.
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
    /// engine.sadd("k", &["a"])?;
    /// assert!(engine.sismember("k", "a")?);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn sismember(&self, key: impl AsRef<[u8]>, member: impl AsRef<[u8]>) -> Result<bool> {
        let found = self.core.with_existing(key.as_ref(), |object| {
            self.core.edit_key(object, Cost::NONE, |key| {
                Ok(set::members(key)?.is_some_and(|members| members.contains(member.as_ref())))
            })?
        })?;
        Ok(found.unwrap_or_default())
    }

    /// SMEMBERS: all members, in no order that means anything.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`KeyTooLarge`](crate::Error::KeyTooLarge),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of members).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.sadd("k", &["a"])?;
    /// assert_eq!(engine.smembers("k")?, ["a"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn smembers(&self, key: impl AsRef<[u8]>) -> Result<Vec<Bytes>> {
        let found = self.core.with_existing(key.as_ref(), |object| {
            self.core.edit_key(object, Cost::NONE, |key| {
                Ok(set::members(key)?
                    .map_or_else(Vec::new, |members| members.iter().cloned().collect()))
            })?
        })?;
        Ok(found.unwrap_or_default())
    }

    /// SCARD: how many members a set has; 0 when there is no such key.
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
    /// engine.sadd("k", &["a", "b"])?;
    /// assert_eq!(engine.scard("k")?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn scard(&self, key: impl AsRef<[u8]>) -> Result<u64> {
        let found = self.core.with_existing(key.as_ref(), |object| {
            self.core.edit_key(object, Cost::NONE, |key| {
                Ok(set::members(key)?.map_or(0, |members| members.len() as u64))
            })?
        })?;
        Ok(found.unwrap_or_default())
    }
}

//! When keys expire.

use super::Engine;
use crate::command::expiry::{ExpireCondition, Unit, expire, moment, persist, remaining};
use crate::command::keys::Dropped;
use crate::error::Result;
use crate::frozen::FrozenKey;
use crate::journal::Cost;

impl Engine {
    /// EXPIRE: the key is deleted in `seconds`, at once when they are not positive. Whether it was
    /// set: not when there is no such key or the condition does not allow it.
    ///
    /// A key that becomes empty loses its expiry; a renamed or copied one takes it along.
    ///
    /// # Errors
    /// [`ExpireOutOfRange`](crate::Error::ExpireOutOfRange),
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(log(number of keys with an expiry)). While a key has an expiry, pushes and pops on it are
    /// slower.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert!(!engine.expire("mq", 60, ExpireCondition::Always)?);
    /// engine.rpush("mq", ["a"])?;
    /// assert!(engine.expire("mq", 60, ExpireCondition::Always)?);
    /// assert_eq!(engine.ttl("mq")?, 60);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn expire(
        &self,
        key: impl AsRef<[u8]>,
        seconds: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        let now_ms = self.core.clock().unix_ms();
        self.expire_at(
            key.as_ref(),
            Unit::Seconds.moment_ms(seconds, now_ms)?,
            condition,
        )
    }

    /// PEXPIRE: as [`Engine::expire`], in milliseconds.
    ///
    /// # Errors
    /// As [`Engine::expire`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert!(engine.pexpire("mq", -1, ExpireCondition::Always)?);
    /// assert_eq!(engine.llen("mq")?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn pexpire(
        &self,
        key: impl AsRef<[u8]>,
        ms: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        let now_ms = self.core.clock().unix_ms();
        self.expire_at(
            key.as_ref(),
            Unit::Milliseconds.moment_ms(ms, now_ms)?,
            condition,
        )
    }

    /// EXPIREAT: as [`Engine::expire`], at a time in seconds since the beginning of 1970.
    ///
    /// # Errors
    /// As [`Engine::expire`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert!(engine.expireat("mq", 4_000_000_000, ExpireCondition::Always)?);
    /// assert_eq!(engine.expiretime("mq")?, 4_000_000_000);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn expireat(
        &self,
        key: impl AsRef<[u8]>,
        unix_seconds: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        self.expire_at(
            key.as_ref(),
            Unit::Seconds.moment_ms(unix_seconds, 0)?,
            condition,
        )
    }

    /// PEXPIREAT: as [`Engine::expire`], at a time in milliseconds since the beginning of 1970.
    ///
    /// # Errors
    /// As [`Engine::expire`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert!(engine.pexpireat("mq", 4_000_000_000_123, ExpireCondition::Always)?);
    /// assert_eq!(engine.pexpiretime("mq")?, 4_000_000_000_123);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn pexpireat(
        &self,
        key: impl AsRef<[u8]>,
        unix_ms: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        self.expire_at(key.as_ref(), unix_ms, condition)
    }

    /// TTL: seconds until the key expires, rounded; -1 when it does not, -2 when there is no such
    /// key.
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.ttl("mq")?, -2);
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.ttl("mq")?, -1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn ttl(&self, key: impl AsRef<[u8]>) -> Result<i64> {
        self.remaining(key.as_ref(), Unit::Seconds)
    }

    /// PTTL: as [`Engine::ttl`], in milliseconds.
    ///
    /// # Errors
    /// As [`Engine::ttl`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Clock, Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory().clock(Clock::manual(0)))?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.pexpire("mq", 1_500, ExpireCondition::Always)?;
    /// assert_eq!(engine.pttl("mq")?, 1_500);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn pttl(&self, key: impl AsRef<[u8]>) -> Result<i64> {
        self.remaining(key.as_ref(), Unit::Milliseconds)
    }

    /// EXPIRETIME: when the key expires, in seconds since the beginning of 1970; -1 when it does
    /// not, -2 when there is no such key.
    ///
    /// # Errors
    /// As [`Engine::ttl`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Clock, Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory().clock(Clock::manual(5_000)))?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.expire("mq", 10, ExpireCondition::Always)?;
    /// assert_eq!(engine.expiretime("mq")?, 15);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn expiretime(&self, key: impl AsRef<[u8]>) -> Result<i64> {
        self.moment(key.as_ref(), Unit::Seconds)
    }

    /// PEXPIRETIME: as [`Engine::expiretime`], in milliseconds.
    ///
    /// # Errors
    /// As [`Engine::ttl`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.pexpiretime("mq")?, -2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn pexpiretime(&self, key: impl AsRef<[u8]>) -> Result<i64> {
        self.moment(key.as_ref(), Unit::Milliseconds)
    }

    /// PERSIST: takes the expiry away; whether there was one.
    ///
    /// # Errors
    /// As [`Engine::ttl`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.expire("mq", 10, ExpireCondition::Always)?;
    /// assert!(engine.persist("mq")?);
    /// assert!(!engine.persist("mq")?);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn persist(&self, key: impl AsRef<[u8]>) -> Result<bool> {
        self.edit(key.as_ref(), persist)
    }

    fn expire_at(&self, key: &[u8], at_ms: i64, condition: ExpireCondition) -> Result<bool> {
        let now_ms = self.core.clock().unix_ms();
        let mut dropped = Dropped::new();
        self.edit(key, |key| {
            expire(key, at_ms, now_ms, condition, &mut dropped)
        })
    }

    fn edit(&self, key: &[u8], f: impl FnOnce(&mut FrozenKey<'_>) -> bool) -> Result<bool> {
        let edited = self
            .core
            .with_existing(key, |object| self.core.edit_key(object, Cost::DRAIN, f));
        Ok(edited?.unwrap_or(false))
    }

    fn remaining(&self, key: &[u8], unit: Unit) -> Result<i64> {
        let found = self.core.with_existing(key, |object| {
            self.core.edit_key(object, Cost::NONE, |key| {
                remaining(key, self.core.clock().unix_ms(), unit)
            })
        });
        Ok(found?.unwrap_or(-2))
    }

    fn moment(&self, key: &[u8], unit: Unit) -> Result<i64> {
        let found = self.core.with_existing(key, |object| {
            self.core
                .edit_key(object, Cost::NONE, |key| moment(key, unit))
        });
        Ok(found?.unwrap_or(-2))
    }
}

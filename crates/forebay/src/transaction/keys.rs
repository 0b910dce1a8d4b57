//! The commands on keys as a whole, in a transaction.

use super::Transaction;
use crate::command::expiry::{ExpireCondition, Unit, expire, moment, persist, remaining};
use crate::command::keys::{KeyType, copy, delete, rename};
use crate::error::{Error, Result};
use crate::journal::Cost;

impl Transaction<'_> {
    /// DEL: see [`Engine::del`](crate::Engine::del).
    ///
    /// # Errors
    /// [`NoKeys`](crate::Error::NoKeys), [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.del(&["mq"]))??, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn del<K: AsRef<[u8]>>(&mut self, keys: &[K]) -> Result<u64> {
        let mut deleted = 0;
        for at in self.places(keys)? {
            self.set.admit(Cost::DRAIN)?;
            deleted += u64::from(delete(self.set.key_mut(at), &mut self.dropped));
            self.set.has_changed(at);
        }
        Ok(deleted)
    }

    /// UNLINK: the same as [`Transaction::del`].
    ///
    /// # Errors
    /// As [`Transaction::del`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.unlink(&["mq"]))??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn unlink<K: AsRef<[u8]>>(&mut self, keys: &[K]) -> Result<u64> {
        self.del(keys)
    }

    /// EXISTS: see [`Engine::exists`](crate::Engine::exists).
    ///
    /// # Errors
    /// As [`Transaction::del`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.exists(&["mq"]))??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn exists<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<u64> {
        let places = self.places(keys)?;
        Ok(places
            .iter()
            .filter(|&&at| self.set.key(at).exists())
            .count() as u64)
    }

    /// TYPE: see [`Engine::key_type`](crate::Engine::key_type).
    ///
    /// # Errors
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.key_type("mq"))??, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn key_type(&self, key: impl AsRef<[u8]>) -> Result<Option<KeyType>> {
        Ok(self.set.key(self.place(key)?).key_type())
    }

    /// RENAME: see [`Engine::rename`](crate::Engine::rename).
    ///
    /// # Errors
    /// [`NoSuchKey`](crate::Error::NoSuchKey), [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.transaction(&["mq", "done"], |tx| tx.rename("mq", "done"))??;
    /// assert_eq!(engine.llen("done")?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rename(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
    ) -> Result<()> {
        self.rename_if(source, destination, false)?;
        Ok(())
    }

    /// RENAMENX: see [`Engine::renamenx`](crate::Engine::renamenx).
    ///
    /// # Errors
    /// As [`Transaction::rename`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert!(engine.transaction(&["mq", "new"], |tx| tx.renamenx("mq", "new"))??);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn renamenx(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
    ) -> Result<bool> {
        self.rename_if(source, destination, true)
    }

    /// COPY: see [`Engine::copy`](crate::Engine::copy).
    ///
    /// # Errors
    /// [`SameKey`](crate::Error::SameKey), [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert!(engine.transaction(&["mq", "new"], |tx| tx.copy("mq", "new", false))??);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn copy(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        replace: bool,
    ) -> Result<bool> {
        let (source, destination) = (self.place(source)?, self.place(destination)?);
        self.set.admit(Cost::fill(0))?;
        let (from, Some(to)) = self.set.pair_mut(source, destination) else {
            return Err(Error::SameKey);
        };
        let is_copied = copy(from, to, replace, &mut self.dropped);
        self.edited(destination);
        Ok(is_copied)
    }

    /// EXPIRE: see [`Engine::expire`](crate::Engine::expire).
    ///
    /// # Errors
    /// [`ExpireOutOfRange`](crate::Error::ExpireOutOfRange),
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["mq"], |tx| {
    ///     tx.rpush("mq", ["a"])?;
    ///     tx.expire("mq", 60, ExpireCondition::Always)
    /// })??;
    /// assert_eq!(engine.ttl("mq")?, 60);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn expire(
        &mut self,
        key: impl AsRef<[u8]>,
        seconds: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        let at_ms = Unit::Seconds.moment_ms(seconds, self.now_ms())?;
        self.expire_at(key, at_ms, condition)
    }

    /// PEXPIRE: see [`Engine::pexpire`](crate::Engine::pexpire).
    ///
    /// # Errors
    /// As [`Transaction::expire`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// let set = engine.transaction(&["mq"], |tx| {
    ///     tx.pexpire("mq", 60_000, ExpireCondition::Xx)
    /// })??;
    /// assert!(!set);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn pexpire(
        &mut self,
        key: impl AsRef<[u8]>,
        ms: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        let at_ms = Unit::Milliseconds.moment_ms(ms, self.now_ms())?;
        self.expire_at(key, at_ms, condition)
    }

    /// EXPIREAT: see [`Engine::expireat`](crate::Engine::expireat).
    ///
    /// # Errors
    /// As [`Transaction::expire`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// let set = engine.transaction(&["mq"], |tx| {
    ///     tx.expireat("mq", 4_000_000_000, ExpireCondition::Nx)
    /// })??;
    /// assert!(set);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn expireat(
        &mut self,
        key: impl AsRef<[u8]>,
        unix_seconds: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        self.expire_at(key, Unit::Seconds.moment_ms(unix_seconds, 0)?, condition)
    }

    /// PEXPIREAT: see [`Engine::pexpireat`](crate::Engine::pexpireat).
    ///
    /// # Errors
    /// As [`Transaction::expire`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ExpireCondition};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.transaction(&["mq"], |tx| tx.pexpireat("mq", 1, ExpireCondition::Always))??;
    /// assert_eq!(engine.exists(&["mq"])?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn pexpireat(
        &mut self,
        key: impl AsRef<[u8]>,
        unix_ms: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        self.expire_at(key, unix_ms, condition)
    }

    /// TTL: see [`Engine::ttl`](crate::Engine::ttl).
    ///
    /// # Errors
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.ttl("mq"))??, -2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn ttl(&self, key: impl AsRef<[u8]>) -> Result<i64> {
        Ok(remaining(self.key(key)?, self.now_ms(), Unit::Seconds))
    }

    /// PTTL: see [`Engine::pttl`](crate::Engine::pttl).
    ///
    /// # Errors
    /// As [`Transaction::ttl`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.pttl("mq"))??, -2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn pttl(&self, key: impl AsRef<[u8]>) -> Result<i64> {
        Ok(remaining(self.key(key)?, self.now_ms(), Unit::Milliseconds))
    }

    /// EXPIRETIME: see [`Engine::expiretime`](crate::Engine::expiretime).
    ///
    /// # Errors
    /// As [`Transaction::ttl`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.expiretime("mq"))??, -2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn expiretime(&self, key: impl AsRef<[u8]>) -> Result<i64> {
        Ok(moment(self.key(key)?, Unit::Seconds))
    }

    /// PEXPIRETIME: see [`Engine::pexpiretime`](crate::Engine::pexpiretime).
    ///
    /// # Errors
    /// As [`Transaction::ttl`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.pexpiretime("mq"))??, -2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn pexpiretime(&self, key: impl AsRef<[u8]>) -> Result<i64> {
        Ok(moment(self.key(key)?, Unit::Milliseconds))
    }

    /// PERSIST: see [`Engine::persist`](crate::Engine::persist).
    ///
    /// # Errors
    /// As [`Transaction::ttl`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert!(!engine.transaction(&["mq"], |tx| tx.persist("mq"))??);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn persist(&mut self, key: impl AsRef<[u8]>) -> Result<bool> {
        let at = self.place(key)?;
        self.set.admit(Cost::DRAIN)?;
        Ok(persist(self.set.key_mut(at)))
    }

    fn rename_if(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        only_if_free: bool,
    ) -> Result<bool> {
        let (source, destination) = (self.place(source)?, self.place(destination)?);
        self.set.admit(Cost::DRAIN)?;
        let (from, to) = self.set.pair_mut(source, destination);
        let is_renamed = rename(from, to, only_if_free, &mut self.dropped);
        self.edited(destination);
        self.edited(source);
        is_renamed
    }

    fn expire_at(
        &mut self,
        key: impl AsRef<[u8]>,
        at_ms: i64,
        condition: ExpireCondition,
    ) -> Result<bool> {
        let now_ms = self.now_ms();
        let at = self.place(key)?;
        self.set.admit(Cost::DRAIN)?;
        let (key, dropped) = (self.set.key_mut(at), &mut self.dropped);
        let is_set = expire(key, at_ms, now_ms, condition, dropped);
        self.edited(at);
        Ok(is_set)
    }
}

//! What concerns all keys, in a transaction on all of them.

use bytes::Bytes;

use super::Transaction;
use crate::command::keys::delete;
use crate::engine::ScanOptions;
use crate::error::Result;
use crate::journal::Cost;
use crate::keyspace::Keyspace;
use crate::pattern::matches;

/// These see the keys that were declared: all that there are in
/// [`Engine::transaction_on_all`](crate::Engine::transaction_on_all).
impl Transaction<'_> {
    /// KEYS: see [`Engine::keys`](crate::Engine::keys).
    ///
    /// # Errors
    /// None.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("a", ["x"])?;
    /// let none: [&str; 0] = [];
    /// assert_eq!(engine.transaction_on_all(&none, |tx| tx.keys("*"))??, ["a"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn keys(&self, pattern: impl AsRef<[u8]>) -> Result<Vec<Bytes>> {
        let names = self.existing().filter(|key| matches(pattern.as_ref(), key));
        Ok(names.map(Bytes::copy_from_slice).collect())
    }

    /// SCAN: see [`Engine::scan`](crate::Engine::scan). One call returns all there is.
    ///
    /// # Errors
    /// None.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ScanOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("a", ["x"])?;
    /// let scan = engine.transaction(&["a"], |tx| tx.scan(0, ScanOptions::default()))??;
    /// assert_eq!(scan, (0, vec!["a".into()]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn scan(&self, _cursor: u64, options: ScanOptions) -> Result<(u64, Vec<Bytes>)> {
        let ScanOptions {
            pattern, key_type, ..
        } = options;
        let mut names = self.keys(pattern.as_deref().unwrap_or(b"*"))?;
        if key_type.is_some() {
            names.retain(|name| self.key_type(name) == Ok(key_type));
        }
        Ok((0, names))
    }

    /// RANDOMKEY: see [`Engine::randomkey`](crate::Engine::randomkey).
    ///
    /// # Errors
    /// None.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["a"], |tx| tx.randomkey())??, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn randomkey(&self) -> Result<Option<Bytes>> {
        let count = self.dbsize()?;
        if count == 0 {
            return Ok(None);
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is smaller than the number of keys"
        )]
        let at = (Keyspace::random() % count) as usize;
        Ok(self.existing().nth(at).map(Bytes::copy_from_slice))
    }

    /// DBSIZE: see [`Engine::dbsize`](crate::Engine::dbsize).
    ///
    /// # Errors
    /// None.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let none: [&str; 0] = [];
    /// assert_eq!(engine.transaction_on_all(&none, |tx| tx.dbsize())??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn dbsize(&self) -> Result<u64> {
        Ok(self.existing().count() as u64)
    }

    /// FLUSHALL: see [`Engine::flushall`](crate::Engine::flushall).
    ///
    /// # Errors
    /// None.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("a", ["x"])?;
    /// let none: [&str; 0] = [];
    /// engine.transaction_on_all(&none, |tx| tx.flushall())??;
    /// assert_eq!(engine.dbsize()?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn flushall(&mut self) -> Result<()> {
        for at in 0..self.set.len() {
            self.set.admit(Cost::DRAIN)?;
            delete(self.set.key_mut(at), &mut self.dropped);
            self.set.has_changed(at);
        }
        Ok(())
    }

    fn existing(&self) -> impl Iterator<Item = &[u8]> {
        let keys = self.set.keys().iter().filter(|key| key.exists());
        keys.map(|key| key.object().key())
    }
}

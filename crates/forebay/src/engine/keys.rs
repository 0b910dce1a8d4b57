//! Commands on keys as a whole, and on all keys.

use std::sync::Arc;

use bytes::Bytes;

use super::Engine;
use crate::command::keys::{Dropped, KeyType, copy, delete, rename};
use crate::error::{Error, Result};
use crate::frozen::FrozenSet;
use crate::journal::Cost;
use crate::keyspace::{Cursor, Keyspace, SLICES};
use crate::object::Object;
use crate::pattern::matches;

/// What [`Engine::scan`] looks for. The default is all keys, about ten in a call.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, ScanOptions};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.rpush("mq:1", ["a"])?;
/// let queues = ScanOptions { pattern: Some("mq:*".into()), ..ScanOptions::default() };
/// let (_, keys) = engine.scan(0, ScanOptions { count: 1_000, ..queues })?;
/// assert_eq!(keys, ["mq:1"]);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanOptions {
    /// Only keys that fit this glob pattern.
    pub pattern: Option<Bytes>,
    /// About how many keys a call looks at; more in a large keyspace. Those that exist and fit the
    /// pattern are returned.
    pub count: usize,
    /// Only keys that hold this.
    pub key_type: Option<KeyType>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            pattern: None,
            count: 10,
            key_type: None,
        }
    }
}

impl Engine {
    /// DEL: deletes the keys, in one step. Returns how many existed.
    ///
    /// # Errors
    /// [`NoKeys`](crate::Error::NoKeys), [`KeyTooLarge`](crate::Error::KeyTooLarge),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of keys); giving back the memory of their elements is done after the step.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.del(&["mq", "missing"])?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn del<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<u64> {
        if keys.is_empty() {
            return Err(Error::NoKeys);
        }
        let objects = self.objects_of(keys)?;
        let mut dropped = Dropped::new();
        let mut set = FrozenSet::new(&self.core, &objects)?;
        set.admit(Cost::of_keys(&objects))?;
        let deleted = objects
            .iter()
            .filter(|object| {
                let at = set.position(object);
                let is_deleted = delete(set.key_mut(at), &mut dropped);
                set.has_changed(at);
                is_deleted
            })
            .count();
        set.finish()?;
        self.core.wait()?;
        Ok(deleted as u64)
    }

    /// UNLINK: the same as [`Engine::del`].
    ///
    /// # Errors
    /// As [`Engine::del`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.unlink(&["mq"])?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn unlink<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<u64> {
        self.del(keys)
    }

    /// EXISTS: how many of the keys exist. A key that is named twice counts twice.
    ///
    /// # Errors
    /// As [`Engine::del`].
    ///
    /// # Complexity
    /// O(number of keys).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.exists(&["mq", "missing", "mq"])?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn exists<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<u64> {
        match keys {
            [] => Err(Error::NoKeys),
            [key] => Ok(u64::from(self.key_type(key)?.is_some())),
            keys => {
                let objects = self.objects_of(keys)?;
                let set = FrozenSet::new(&self.core, &objects)?;
                let exists = |object: &&Arc<Object>| set.key(set.position(object)).exists();
                Ok(objects.iter().filter(exists).count() as u64)
            }
        }
    }

    /// TYPE: what the key holds; `None` when there is no such key.
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, KeyType};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.key_type("mq")?, Some(KeyType::List));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn key_type(&self, key: impl AsRef<[u8]>) -> Result<Option<KeyType>> {
        let found = self
            .core
            .with_existing(key.as_ref(), |object| self.core.key_type(object));
        found.map(Option::flatten)
    }

    /// RENAME: what the source holds becomes what the destination holds, with its expiry. What the
    /// destination held before is dropped. Who waits at the destination is served.
    ///
    /// # Errors
    /// [`NoSuchKey`](crate::Error::NoSuchKey), [`KeyTooLarge`](crate::Error::KeyTooLarge),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(1).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.rename("mq", "done")?;
    /// assert_eq!(engine.lrange("done", 0, -1)?, ["a"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rename(&self, source: impl AsRef<[u8]>, destination: impl AsRef<[u8]>) -> Result<()> {
        self.rename_if(source.as_ref(), destination.as_ref(), false)?;
        Ok(())
    }

    /// RENAMENX: as [`Engine::rename`], but only if the destination does not exist. Whether it was
    /// renamed.
    ///
    /// # Errors
    /// As [`Engine::rename`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.rpush("other", ["b"])?;
    /// assert!(!engine.renamenx("mq", "other")?);
    /// assert!(engine.renamenx("mq", "new")?);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn renamenx(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
    ) -> Result<bool> {
        self.rename_if(source.as_ref(), destination.as_ref(), true)
    }

    /// COPY: copies the source, with its expiry, to the destination, if that does not exist or with
    /// `replace`. Whether it was copied: not when the source does not exist.
    ///
    /// # Errors
    /// [`SameKey`](crate::Error::SameKey), [`KeyTooLarge`](crate::Error::KeyTooLarge),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of elements). Other calls on the two keys wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert!(engine.copy("mq", "backup", false)?);
    /// assert!(!engine.copy("mq", "backup", false)?);
    /// assert!(engine.copy("mq", "backup", true)?);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn copy(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        replace: bool,
    ) -> Result<bool> {
        let (source, destination) = (source.as_ref(), destination.as_ref());
        if source == destination {
            return Err(Error::SameKey);
        }
        let Some(source) = self.core.existing(source)? else {
            return Ok(false);
        };
        let destination = self.core.object(destination)?;
        let mut dropped = Dropped::new();
        let mut set = FrozenSet::new(&self.core, [&source, &destination])?;
        set.admit(Cost::fill(destination.key().len()))?;
        let (from, to) = (set.position(&source), set.position(&destination));
        set.keep_for_checkpoint(from);
        let (source, Some(destination)) = set.pair_mut(from, to) else {
            return Err(Error::SameKey);
        };
        let is_copied = copy(source, destination, replace, &mut dropped);
        set.has_changed(to);
        set.finish()?;
        self.core.wait()?;
        Ok(is_copied)
    }

    /// KEYS: all keys that fit a glob pattern. Goes from key to key: keys that come or go meanwhile
    /// may be missing or be there.
    ///
    /// `*` stands for any bytes, `?` for one, `[abc]`, `[a-c]`, `[^a]` for one of a set, `\x` for
    /// x.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of keys in the engine). For large engines, use [`Engine::scan`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq:1", ["a"])?;
    /// engine.rpush("audit", ["a"])?;
    /// assert_eq!(engine.keys("mq:*")?, ["mq:1"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn keys(&self, pattern: impl AsRef<[u8]>) -> Result<Vec<Bytes>> {
        let mut keys = Vec::new();
        for slice in 0..SLICES {
            let found = self.live(slice, pattern.as_ref())?;
            keys.extend(
                found
                    .iter()
                    .map(|object| Bytes::copy_from_slice(object.key())),
            );
        }
        Ok(keys)
    }

    /// SCAN: some of the keys, and the cursor with which the next call goes on. The first call
    /// takes 0, and when a call returns 0, all have been seen.
    ///
    /// A key that exists during the whole iteration is returned once; one that comes or goes
    /// meanwhile is returned once or not at all. A call may return nothing and the iteration still
    /// go on.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of keys / 64) for a call, O(number of keys) for a whole iteration.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, ScanOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// for key in ["a", "b", "c"] {
    ///     engine.rpush(key, ["x"])?;
    /// }
    /// let (mut cursor, mut seen) = (0, 0);
    /// loop {
    ///     let (next, keys) = engine.scan(cursor, ScanOptions::default())?;
    ///     seen += keys.len();
    ///     cursor = next;
    ///     if cursor == 0 {
    ///         break;
    ///     }
    /// }
    /// assert_eq!(seen, 3);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn scan(&self, cursor: u64, options: ScanOptions) -> Result<(u64, Vec<Bytes>)> {
        let ScanOptions {
            pattern,
            count,
            key_type,
        } = options;
        let (pattern, count) = (pattern.as_deref().unwrap_or(b"*"), count.max(1));
        let mut keys = Vec::new();
        let mut cursor = Cursor(cursor);
        let mut looked_at = 0;
        loop {
            let (found, next) = self.core.keyspace().scan(cursor, count - looked_at);
            looked_at += found.len();
            for object in found {
                if matches(pattern, object.key())
                    && let Some(found) = self.core.key_type(&object)?
                    && key_type.is_none_or(|key_type| key_type == found)
                {
                    keys.push(Bytes::copy_from_slice(object.key()));
                }
            }
            cursor = next;
            if cursor == Cursor(0) || looked_at >= count {
                return Ok((cursor.0, keys));
            }
        }
    }

    /// RANDOMKEY: one of the keys; `None` when there is none.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of keys / 64).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.randomkey()?, None);
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.randomkey()?.as_deref(), Some(&b"mq"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn randomkey(&self) -> Result<Option<Bytes>> {
        let start = Keyspace::random();
        for step in 0..SLICES {
            let slice = (Keyspace::slice_of(start) + step) % SLICES;
            let found = self.live(slice, b"*")?;
            if !found.is_empty() {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "any bits are random enough"
                )]
                let object = &found[start as usize % found.len()];
                return Ok(Some(Bytes::copy_from_slice(object.key())));
            }
        }
        Ok(None)
    }

    /// DBSIZE: how many keys there are. Goes from key to key.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of keys): nothing is counted when elements come and go.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// assert_eq!(engine.dbsize()?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn dbsize(&self) -> Result<u64> {
        (0..SLICES)
            .map(|slice| Ok(self.live(slice, b"*")?.len() as u64))
            .sum()
    }

    /// FLUSHALL: deletes, in one step, all keys that exist when it begins. A key that comes into
    /// being meanwhile may stay.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed). In an engine with a directory the names of all keys are
    /// written down as one record: [`StepTooLarge`](crate::Error::StepTooLarge) if they do not fit
    /// into it, and then nothing is deleted. Delete them in parts: see [`Engine::scan`] and
    /// [`Engine::del`].
    ///
    /// # Complexity
    /// O(number of keys). All other calls wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.flushall()?;
    /// assert_eq!(engine.dbsize()?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn flushall(&self) -> Result<()> {
        let objects: Vec<_> = (0..SLICES)
            .flat_map(|slice| self.core.keyspace().collect(slice, |_| true))
            .collect();
        let mut dropped = Dropped::new();
        let mut set = FrozenSet::new(&self.core, &objects)?;
        set.admit(Cost::of_keys(&objects))?;
        for at in 0..set.len() {
            delete(set.key_mut(at), &mut dropped);
            set.has_changed(at);
        }
        set.finish()?;
        self.core.wait()
    }

    fn rename_if(&self, source: &[u8], destination: &[u8], only_if_free: bool) -> Result<bool> {
        let source = self.core.existing(source)?.ok_or(Error::NoSuchKey)?;
        let destination = self.core.object(destination)?;
        let mut dropped = Dropped::new();
        let mut set = FrozenSet::new(&self.core, [&source, &destination])?;
        set.admit(Cost::drain(destination.key().len()))?;
        let (from, to) = (set.position(&source), set.position(&destination));
        set.keep_for_checkpoint(from);
        let (source, destination) = set.pair_mut(from, to);
        let is_renamed = rename(source, destination, only_if_free, &mut dropped);
        set.has_changed(to);
        set.has_changed(from);
        set.finish()?;
        self.core.wait()?;
        is_renamed
    }

    /// The objects of the keys of a command that looks at all of them at one moment. One is there
    /// twice when its key is.
    ///
    /// A key without an object could get one, and an element of another of these keys, between the
    /// look-up and that moment. So each of several keys is given its object; one key alone need
    /// not.
    pub(super) fn objects_of<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<Arc<Object>>> {
        match keys {
            [key] => Ok(self.core.existing(key.as_ref())?.into_iter().collect()),
            keys => keys
                .iter()
                .map(|key| self.core.object(key.as_ref()))
                .collect(),
        }
    }

    /// The keys of one slice that exist and fit the pattern.
    fn live(&self, slice: usize, pattern: &[u8]) -> Result<Vec<Arc<Object>>> {
        if self.core.is_closed() {
            return Err(Error::Closed);
        }
        let mut found = self
            .core
            .keyspace()
            .collect(slice, |object| matches(pattern, object.key()));
        let mut outcome = Ok(());
        found.retain(|object| match self.core.key_type(object) {
            Ok(key_type) => key_type.is_some(),
            Err(error) => {
                outcome = Err(error);
                false
            }
        });
        outcome.map(|()| found)
    }
}

//! Reading streams, by key.

use bytes::Bytes;

use super::Engine;
use crate::command::stream::read::{self, Keyed, Run};
use crate::error::{Error, Result};
use crate::object::Object;
use crate::stream::{Entry, EntryRef, IdRange, ReadFrom, XreadOptions};
use smallvec::SmallVec;
use std::sync::Arc;

/// Objects of a call's keys, each with what the call says about it.
pub(super) type Objects<T> = SmallVec<[(Arc<Object>, T); 4]>;

impl Engine {
    /// XLEN: see [`Stream::xlen`](crate::Stream::xlen).
    ///
    /// # Errors
    /// As [`Stream::xlen`](crate::Stream::xlen), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.xlen("mq")?, 0);
    /// engine.xadd("mq", [("stock", "5")])?;
    /// assert_eq!(engine.xlen("mq")?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xlen(&self, key: impl AsRef<[u8]>) -> Result<u64> {
        let read = |object: &_| read::xlen(&self.core, object);
        Ok(self.core.with_existing(key.as_ref(), read)?.unwrap_or(0))
    }

    /// XRANGE: see [`Stream::xrange`](crate::Stream::xrange).
    ///
    /// # Errors
    /// As [`Stream::xrange`](crate::Stream::xrange), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::IdRange;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("stock", "5")])?;
    /// let entries = engine.xrange("mq", IdRange::parse("-", "+")?, Some(10))?;
    /// assert_eq!(entries[0].fields, [("stock", "5")]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xrange(
        &self,
        key: impl AsRef<[u8]>,
        range: impl Into<IdRange>,
        count: Option<u64>,
    ) -> Result<Vec<Entry>> {
        self.run(key.as_ref(), Run::new(range.into(), count, false)?)
    }

    /// XREVRANGE: see [`Stream::xrevrange`](crate::Stream::xrevrange).
    ///
    /// # Errors
    /// As [`Engine::xrange`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("stock", "5")])?;
    /// engine.xadd("mq", [("stock", "3")])?;
    /// let newest = engine.xrevrange("mq", .., Some(1))?;
    /// assert_eq!(newest[0].fields, [("stock", "3")]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xrevrange(
        &self,
        key: impl AsRef<[u8]>,
        range: impl Into<IdRange>,
        count: Option<u64>,
    ) -> Result<Vec<Entry>> {
        self.run(key.as_ref(), Run::new(range.into(), count, true)?)
    }

    /// XRANGE of entries that are lent: see [`Stream::xrange_with`](crate::Stream::xrange_with).
    ///
    /// # Errors
    /// As [`Engine::xrange`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("stock", "5")])?;
    /// let count = engine.xrange_with("mq", .., None, |entry| {
    ///     assert_eq!(entry.fields.value("stock"), Some(&b"5"[..]));
    /// })?;
    /// assert_eq!(count, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xrange_with(
        &self,
        key: impl AsRef<[u8]>,
        range: impl Into<IdRange>,
        count: Option<u64>,
        f: impl FnMut(EntryRef<'_>),
    ) -> Result<usize> {
        self.run_with(key.as_ref(), Run::new(range.into(), count, false)?, f)
    }

    /// XREVRANGE of entries that are lent: see
    /// [`Stream::xrange_with`](crate::Stream::xrange_with).
    ///
    /// # Errors
    /// As [`Engine::xrange`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.xrevrange_with("mq", .., Some(1), |_| ())?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xrevrange_with(
        &self,
        key: impl AsRef<[u8]>,
        range: impl Into<IdRange>,
        count: Option<u64>,
        f: impl FnMut(EntryRef<'_>),
    ) -> Result<usize> {
        self.run_with(key.as_ref(), Run::new(range.into(), count, true)?, f)
    }

    fn run_with(&self, key: &[u8], run: Run, f: impl FnMut(EntryRef<'_>)) -> Result<usize> {
        let read = |object: &_| read::xrange_with(&self.core, object, run, f);
        Ok(self.core.with_existing(key, read)?.unwrap_or(0))
    }

    fn run(&self, key: &[u8], run: Run) -> Result<Vec<Entry>> {
        let read = |object: &_| read::xrange(&self.core, object, run);
        Ok(self.core.with_existing(key, read)?.unwrap_or_default())
    }

    /// XREAD: the entries of several streams, of each those after an id, as one step. Streams that
    /// have none are left away. With [`XreadOptions::block`], when there is nothing at all, it
    /// waits until there is; nothing comes back when the timeout is over.
    ///
    /// The thread looks for some microseconds, then it sleeps. All who wait for an entry get it. In
    /// a task, use [`Engine::xread_async`]. While it waits, a key may be deleted and made again, or
    /// hold something else for a time.
    ///
    /// # Errors
    /// As [`XreadOptions::check`]; and [`NoKeys`](crate::Error::NoKeys),
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`WrongType`](crate::Error::WrongType),
    /// [`TimeoutNegative`](crate::Error::TimeoutNegative),
    /// [`TimeoutNotFinite`](crate::Error::TimeoutNotFinite),
    /// [`TimeoutOutOfRange`](crate::Error::TimeoutOutOfRange), and [`Closed`](crate::Error::Closed)
    /// also when the engine is closed meanwhile.
    ///
    /// # Complexity
    /// For each stream O(log n + entries returned). Others wait meanwhile when there are several.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, StreamId};
    /// use forebay::stream::XreadOptions;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("orders", [("order", "7")])?;
    /// engine.xadd("audit", [("who", "shop")])?;
    /// let from = [("orders", id.into()), ("audit", StreamId::MIN.into())];
    /// let read = engine.xread(&from, &XreadOptions::default())?;
    /// assert_eq!(read.len(), 1);
    /// assert_eq!((&read[0].0[..], read[0].1.len()), (&b"audit"[..], 1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xread<K: AsRef<[u8]>>(
        &self,
        streams: &[(K, ReadFrom)],
        options: &XreadOptions,
    ) -> Result<Vec<(Bytes, Vec<Entry>)>> {
        options.check()?;
        self.core.limit(options.block)?;
        let objects = self.stream_objects(streams)?;
        let read = read::xread_all(&self.core, &objects, options)?;
        if read.is_empty() && options.block.is_some() {
            return self.wait_read(streams, options);
        }
        Ok(by_key(&objects, read))
    }

    /// The objects of the keys of a call.
    pub(super) fn stream_objects<K: AsRef<[u8]>, T: Copy>(
        &self,
        streams: &[(K, T)],
    ) -> Result<Objects<T>> {
        if streams.is_empty() {
            return Err(Error::NoKeys);
        }
        let object = |(key, with): &(K, T)| Ok((self.core.object(key.as_ref())?, *with));
        streams.iter().map(object).collect()
    }
}

/// With keys instead of their places.
pub(super) fn by_key<T, E>(objects: &Objects<T>, keyed: Keyed<E>) -> Vec<(Bytes, Vec<E>)> {
    let key = |at: usize| Bytes::copy_from_slice(objects[at].0.key());
    let named = keyed.into_iter().map(|(at, entries)| (key(at), entries));
    named.collect()
}

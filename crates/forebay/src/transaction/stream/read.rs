//! Reading entries, in a transaction.

use bytes::Bytes;

use crate::command::stream::read::Run;
use crate::error::{Error, Result};
use crate::stream::body::{Budget, FrozenStream, GroupRead};
use crate::stream::{
    Delivered, Entry, GroupReadFrom, IdRange, ReadFrom, XreadOptions, XreadgroupOptions,
};
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// XLEN: see [`Stream::xlen`](crate::Stream::xlen).
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.xlen("mq"))?, Ok(0));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xlen(&self, key: impl AsRef<[u8]>) -> Result<u64> {
        Ok(self.stream(key)?.map_or(0, FrozenStream::len))
    }

    /// XRANGE: see [`Stream::xrange`](crate::Stream::xrange).
    ///
    /// # Errors
    /// As [`Stream::xrange`](crate::Stream::xrange), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let entries = engine.transaction(&["mq"], |tx| {
    ///     tx.xadd("mq", [("stock", "5")])?;
    ///     tx.xrange("mq", .., None)
    /// })??;
    /// assert_eq!(entries[0].fields, [("stock", "5")]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xrange(
        &self,
        key: impl AsRef<[u8]>,
        range: impl Into<IdRange>,
        count: Option<u64>,
    ) -> Result<Vec<Entry>> {
        let run = Run::new(range.into(), count, false)?;
        Ok(self
            .stream(key)?
            .map_or_else(Vec::new, |stream| stream.range(run)))
    }

    /// XREVRANGE: see [`Stream::xrevrange`](crate::Stream::xrevrange).
    ///
    /// # Errors
    /// As [`Transaction::xrange`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let last = engine.transaction(&["mq"], |tx| {
    ///     tx.xadd("mq", [("stock", "5")])?;
    ///     tx.xadd("mq", [("stock", "3")])?;
    ///     tx.xrevrange("mq", .., Some(1))
    /// })??;
    /// assert_eq!(last[0].fields, [("stock", "3")]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xrevrange(
        &self,
        key: impl AsRef<[u8]>,
        range: impl Into<IdRange>,
        count: Option<u64>,
    ) -> Result<Vec<Entry>> {
        let run = Run::new(range.into(), count, true)?;
        Ok(self
            .stream(key)?
            .map_or_else(Vec::new, |stream| stream.range(run)))
    }

    /// XREAD: see [`Engine::xread`](crate::Engine::xread). A transaction does not wait: when there
    /// is nothing, nothing comes back.
    ///
    /// # Errors
    /// [`NoKeys`](crate::Error::NoKeys), [`WrongType`](crate::Error::WrongType), what
    /// [`XreadOptions::check`] refuses, [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{ReadFrom, XreadOptions};
    /// use forebay::{Config, Engine, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let read = engine.transaction(&["mq"], |tx| {
    ///     tx.xadd("mq", [("stock", "5")])?;
    ///     tx.xread(&[("mq", ReadFrom::After(StreamId::MIN))], &XreadOptions::default())
    /// })??;
    /// assert_eq!(read[0].0, "mq");
    /// assert_eq!(read[0].1.len(), 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xread<K: AsRef<[u8]>>(
        &self,
        streams: &[(K, ReadFrom)],
        options: &XreadOptions,
    ) -> Result<Vec<(Bytes, Vec<Entry>)>> {
        options.check()?;
        if streams.is_empty() {
            return Err(Error::NoKeys);
        }
        let mut frozen = Vec::with_capacity(streams.len());
        for (key, from) in streams {
            frozen.push((key.as_ref(), self.stream(key)?, *from));
        }
        let mut budget = Budget::of_read(options);
        let mut read = Vec::new();
        for (key, stream, from) in frozen {
            let entries = stream.map(|stream| stream.read_from(from, &mut budget));
            if let Some(entries) = entries.filter(|entries| !entries.is_empty()) {
                read.push((Bytes::copy_from_slice(key), entries));
            }
        }
        Ok(read)
    }

    /// XREADGROUP: see [`Engine::xreadgroup`](crate::Engine::xreadgroup). A transaction does not
    /// wait: when there is nothing, nothing comes back.
    ///
    /// # Errors
    /// [`NoKeys`](crate::Error::NoKeys), [`WrongType`](crate::Error::WrongType),
    /// [`NoGroup`](crate::Error::NoGroup), what [`XreadgroupOptions::check`] refuses,
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{GroupReadFrom, XreadgroupOptions};
    /// use forebay::{Config, Engine, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let read = engine.transaction(&["mq"], |tx| {
    ///     tx.xadd("mq", [("stock", "5")])?;
    ///     tx.xgroup_create("mq", "shop", StreamId::MIN)?;
    ///     let new = [("mq", GroupReadFrom::New)];
    ///     tx.xreadgroup("shop", "consumer1", &new, &XreadgroupOptions::default())
    /// })??;
    /// assert_eq!(read[0].1.len(), 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xreadgroup<K: AsRef<[u8]>>(
        &mut self,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        streams: &[(K, GroupReadFrom)],
        options: &XreadgroupOptions,
    ) -> Result<Vec<(Bytes, Vec<Delivered>)>> {
        options.check()?;
        if streams.is_empty() {
            return Err(Error::NoKeys);
        }
        let (group, consumer) = (group.as_ref(), consumer.as_ref());
        let mut frozen = Vec::with_capacity(streams.len());
        for (at, (key, from)) in streams.iter().enumerate() {
            let stream = self.stream(key)?.ok_or(Error::NoGroup { at })?;
            if !stream.has_group(group) {
                return Err(Error::NoGroup { at });
            }
            frozen.push((key.as_ref(), stream, *from));
        }
        let now_ms = self.now_ms();
        let mut budget = Budget::of_group_read(options);
        let mut read = Vec::new();
        for (key, stream, from) in frozen {
            let of_key = GroupRead {
                consumer,
                from,
                options,
                now_ms,
            };
            let delivered = stream.deliver(group, &of_key, &mut budget);
            let delivered = delivered.unwrap_or_default();
            if !delivered.is_empty() || from != GroupReadFrom::New {
                read.push((Bytes::copy_from_slice(key), delivered));
            }
        }
        Ok(read)
    }
}

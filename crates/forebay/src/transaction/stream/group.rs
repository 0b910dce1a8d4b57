//! XGROUP, in a transaction.

use crate::command::keys::Garbage;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::stream::{GroupStart, XgroupCreateOptions};
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// XGROUP CREATE: see [`Stream::xgroup_create`](crate::Stream::xgroup_create).
    ///
    /// # Errors
    /// As [`Stream::xgroup_create`](crate::Stream::xgroup_create), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::GroupStart;
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let made = engine.transaction(&["mq"], |tx| tx.xgroup_create("mq", "shop", GroupStart::Now))?;
    /// assert_eq!(made, Err(Error::GroupNeedsKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_create(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        start: impl Into<GroupStart>,
    ) -> Result<()> {
        self.xgroup_create_with(key, group, start, &XgroupCreateOptions::default())
    }

    /// XGROUP CREATE with options: see
    /// [`Stream::xgroup_create_with`](crate::Stream::xgroup_create_with).
    ///
    /// # Errors
    /// As [`Transaction::xgroup_create`].
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{GroupStart, XgroupCreateOptions};
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let options = XgroupCreateOptions { mkstream: true, ..XgroupCreateOptions::default() };
    /// engine.transaction(&["mq"], |tx| {
    ///     tx.xgroup_create_with("mq", "shop", GroupStart::Now, &options)
    /// })??;
    /// assert_eq!(engine.exists(&["mq"])?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_create_with(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        start: impl Into<GroupStart>,
        options: &XgroupCreateOptions,
    ) -> Result<()> {
        let (group, start, entries_read) = (group.as_ref(), start.into(), options.entries_read);
        let cost = Cost::fill(group.len());
        if options.mkstream {
            return self.make_stream(key, cost, |stream| {
                stream.create_group(group, start, entries_read)
            });
        }
        self.edit_stream(key, cost, |stream| {
            stream.create_group(group, start, entries_read)
        })?
        .ok_or(Error::GroupNeedsKey)?
    }

    /// XGROUP SETID: see [`Stream::xgroup_setid`](crate::Stream::xgroup_setid).
    ///
    /// # Errors
    /// As [`Stream::xgroup_setid`](crate::Stream::xgroup_setid), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::GroupStart;
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let start = GroupStart::Now;
    /// let set = engine.transaction(&["mq"], |tx| tx.xgroup_setid("mq", "shop", start, None))?;
    /// assert_eq!(set, Err(Error::GroupNeedsKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_setid(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        start: impl Into<GroupStart>,
        entries_read: Option<u64>,
    ) -> Result<()> {
        let (group, start) = (group.as_ref(), start.into());
        self.manage_group(key, Cost::drain(group.len()), |stream| {
            stream.set_group_id(group, start, entries_read)
        })
    }

    /// XGROUP DESTROY: see [`Stream::xgroup_destroy`](crate::Stream::xgroup_destroy).
    ///
    /// # Errors
    /// As [`Stream::xgroup_destroy`](crate::Stream::xgroup_destroy), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let gone = engine.transaction(&["mq"], |tx| tx.xgroup_destroy("mq", "shop"))?;
    /// assert_eq!(gone, Err(Error::GroupNeedsKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_destroy(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
    ) -> Result<bool> {
        let group = group.as_ref();
        let destroyed = self.edit_stream(key, Cost::drain(group.len()), |stream| {
            stream.destroy_group(group)
        })?;
        let destroyed = destroyed.ok_or(Error::GroupNeedsKey)?;
        let existed = destroyed.is_some();
        self.dropped.extend(destroyed.map(Garbage::group));
        Ok(existed)
    }

    /// XGROUP CREATECONSUMER: see
    /// [`Group::xgroup_createconsumer`](crate::Group::xgroup_createconsumer).
    ///
    /// # Errors
    /// As [`Group::xgroup_createconsumer`](crate::Group::xgroup_createconsumer), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let made = engine.transaction(&["mq"], |tx| {
    ///     tx.xgroup_createconsumer("mq", "shop", "consumer1")
    /// })?;
    /// assert_eq!(made, Err(Error::GroupNeedsKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_createconsumer(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
    ) -> Result<bool> {
        let (group, consumer, now_ms) = (group.as_ref(), consumer.as_ref(), self.now_ms());
        let cost = Cost::fill(group.len().saturating_add(consumer.len()));
        self.manage_group(key, cost, |stream| {
            stream.create_consumer(group, consumer, now_ms)
        })
    }

    /// XGROUP DELCONSUMER: see
    /// [`Group::xgroup_delconsumer`](crate::Group::xgroup_delconsumer).
    ///
    /// # Errors
    /// As [`Group::xgroup_delconsumer`](crate::Group::xgroup_delconsumer), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let pending = engine.transaction(&["mq"], |tx| {
    ///     tx.xgroup_delconsumer("mq", "shop", "consumer1")
    /// })?;
    /// assert_eq!(pending, Err(Error::GroupNeedsKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_delconsumer(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
    ) -> Result<u64> {
        let (group, consumer) = (group.as_ref(), consumer.as_ref());
        let cost = Cost::drain(group.len().saturating_add(consumer.len()));
        self.manage_group(key, cost, |stream| stream.delete_consumer(group, consumer))
    }
}

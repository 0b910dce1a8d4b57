//! Consumer groups of streams, by key.

use super::Engine;
use crate::command::stream::group;
use crate::error::{Error, Result};
use crate::stream::{GroupStart, XgroupCreateOptions};

impl Engine {
    /// XGROUP CREATE: see [`Stream::xgroup_create`](crate::Stream::xgroup_create).
    ///
    /// # Errors
    /// As [`Stream::xgroup_create`](crate::Stream::xgroup_create), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    /// use forebay::stream::GroupStart;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::BEGINNING)?;
    /// let again = engine.xgroup_create("mq", "workers", GroupStart::BEGINNING);
    /// assert_eq!(again, Err(Error::GroupExists));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn xgroup_create(
        &self,
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
    /// As [`Engine::xgroup_create`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, XgroupCreateOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let options = XgroupCreateOptions { mkstream: true, ..XgroupCreateOptions::default() };
    /// engine.xgroup_create_with("mq", "workers", GroupStart::Now, &options)?;
    /// assert_eq!(engine.exists(&["mq"])?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_create_with(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        start: impl Into<GroupStart>,
        options: &XgroupCreateOptions,
    ) -> Result<()> {
        let (group, start) = (group.as_ref(), start.into());
        let create = |object: &_| group::create(&self.core, object, group, start, options);
        if options.mkstream {
            return self.core.with(key.as_ref(), create);
        }
        let created = self.core.with_existing(key.as_ref(), create)?;
        created.ok_or(Error::GroupNeedsKey)
    }

    /// XGROUP SETID: see [`Stream::xgroup_setid`](crate::Stream::xgroup_setid).
    ///
    /// # Errors
    /// As [`Stream::xgroup_setid`](crate::Stream::xgroup_setid), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    /// use forebay::stream::GroupStart;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("job", "7")])?;
    /// let set = engine.xgroup_setid("mq", "workers", GroupStart::Now, None);
    /// assert_eq!(set, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn xgroup_setid(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        start: impl Into<GroupStart>,
        entries_read: Option<u64>,
    ) -> Result<()> {
        let (group, start) = (group.as_ref(), start.into());
        let set = self.core.with_existing(key.as_ref(), |object| {
            group::set_id(&self.core, object, group, start, entries_read)
        });
        set?.ok_or(Error::GroupNeedsKey)
    }

    /// XGROUP DESTROY: see [`Stream::xgroup_destroy`](crate::Stream::xgroup_destroy).
    ///
    /// # Errors
    /// As [`Stream::xgroup_destroy`](crate::Stream::xgroup_destroy), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("job", "7")])?;
    /// assert!(!engine.xgroup_destroy("mq", "workers")?);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_destroy(&self, key: impl AsRef<[u8]>, group: impl AsRef<[u8]>) -> Result<bool> {
        let group = group.as_ref();
        let destroyed = self.core.with_existing(key.as_ref(), |object| {
            group::destroy(&self.core, object, group)
        });
        destroyed?.ok_or(Error::GroupNeedsKey)
    }

    /// XGROUP CREATECONSUMER: see
    /// [`Group::xgroup_createconsumer`](crate::Group::xgroup_createconsumer).
    ///
    /// # Errors
    /// As [`Group::xgroup_createconsumer`](crate::Group::xgroup_createconsumer), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::Now)?;
    /// assert!(engine.xgroup_createconsumer("mq", "workers", "w1")?);
    /// assert!(!engine.xgroup_createconsumer("mq", "workers", "w1")?);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_createconsumer(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
    ) -> Result<bool> {
        let (group, consumer) = (group.as_ref(), consumer.as_ref());
        let created = self.core.with_existing(key.as_ref(), |object| {
            group::create_consumer(&self.core, object, group, consumer)
        });
        created?.ok_or(Error::GroupNeedsKey)
    }

    /// XGROUP DELCONSUMER: see [`Group::xgroup_delconsumer`](crate::Group::xgroup_delconsumer).
    ///
    /// # Errors
    /// As [`Group::xgroup_delconsumer`](crate::Group::xgroup_delconsumer), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::Now)?;
    /// assert_eq!(engine.xgroup_delconsumer("mq", "workers", "w1")?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_delconsumer(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
    ) -> Result<u64> {
        let (group, consumer) = (group.as_ref(), consumer.as_ref());
        let deleted = self.core.with_existing(key.as_ref(), |object| {
            group::delete_consumer(&self.core, object, group, consumer)
        });
        deleted?.ok_or(Error::GroupNeedsKey)
    }
}

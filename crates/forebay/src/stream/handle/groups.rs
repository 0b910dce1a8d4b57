//! Making, moving and destroying consumer groups.

use super::Stream;
use crate::command::stream::group;
use crate::error::Result;
use crate::stream::{GroupStart, XgroupCreateOptions};

impl Stream {
    /// Makes a consumer group.
    ///
    /// # Errors
    /// [`GroupExists`](crate::Error::GroupExists), [`GroupNeedsKey`](crate::Error::GroupNeedsKey)
    /// when there is no stream, [`WrongType`](crate::Error::WrongType),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(log of the number of groups).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// assert_eq!(mq.xgroup_create("workers", GroupStart::Now), Err(Error::GroupNeedsKey));
    /// mq.xadd([("stock", "5")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn xgroup_create(
        &self,
        group: impl AsRef<[u8]>,
        start: impl Into<GroupStart>,
    ) -> Result<()> {
        self.xgroup_create_with(group, start, &XgroupCreateOptions::default())
    }

    /// As [`Stream::xgroup_create`], with options.
    ///
    /// # Errors
    /// As [`Stream::xgroup_create`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, XgroupCreateOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let options = XgroupCreateOptions { mkstream: true, ..XgroupCreateOptions::default() };
    /// mq.xgroup_create_with("workers", GroupStart::Now, &options)?;
    /// assert_eq!(mq.xinfo_groups()?.len(), 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_create_with(
        &self,
        group: impl AsRef<[u8]>,
        start: impl Into<GroupStart>,
        options: &XgroupCreateOptions,
    ) -> Result<()> {
        let (group, start) = (group.as_ref(), start.into());
        group::create(&self.core, &self.object, group, start, options)
    }

    /// Lets a consumer group go on from somewhere else. What is pending stays pending.
    /// `entries_read` is as in [`XgroupCreateOptions`].
    ///
    /// # Errors
    /// [`NoGroup`](crate::Error::NoGroup), [`GroupNeedsKey`](crate::Error::GroupNeedsKey) when
    /// there is no stream, [`WrongType`](crate::Error::WrongType),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(log of the number of groups).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// mq.xgroup_create("archive", GroupStart::Now)?;
    /// mq.xgroup_setid("archive", GroupStart::BEGINNING, None)?;
    /// assert_eq!(mq.group("archive").consumer("a").read(10)?.len(), 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_setid(
        &self,
        group: impl AsRef<[u8]>,
        start: impl Into<GroupStart>,
        entries_read: Option<u64>,
    ) -> Result<()> {
        let (group, start) = (group.as_ref(), start.into());
        group::set_id(&self.core, &self.object, group, start, entries_read)
    }

    /// Destroys a consumer group with all that is pending in it; whether there was one.
    ///
    /// # Errors
    /// [`GroupNeedsKey`](crate::Error::GroupNeedsKey) when there is no stream,
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(pending entries), and nobody waits for that.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// mq.xgroup_create("workers", GroupStart::Now)?;
    /// assert!(mq.xgroup_destroy("workers")?);
    /// assert!(!mq.xgroup_destroy("workers")?);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_destroy(&self, group: impl AsRef<[u8]>) -> Result<bool> {
        group::destroy(&self.core, &self.object, group.as_ref())
    }
}

//! What consumers of groups read and acknowledge, by key.

use bytes::Bytes;

use super::Engine;
use super::stream_read::by_key;
use crate::command::stream::deliver::{Reading, xreadgroup_all};
use crate::command::stream::{NO_GROUP, ack, delete, pending};
use crate::error::Result;
use crate::stream::{
    Deletion, Delivered, GroupReadFrom, NackMode, PendingEntry, PendingSummary, References,
    StreamId, XnackOptions, XpendingOptions, XreadgroupOptions,
};

impl Engine {
    /// XREADGROUP: entries of several streams for a consumer, as one step; see
    /// [`Consumer::xreadgroup`](crate::Consumer::xreadgroup). Streams that have none are left away,
    /// unless pending entries were asked for. With [`XreadgroupOptions::block`], when there is
    /// nothing new at all, it waits until there is; nothing comes back when the timeout is over.
    ///
    /// The thread looks for some microseconds, then it sleeps. Of those who wait in a group, who
    /// waits longest is served first. In a task, use [`Engine::xreadgroup_async`].
    ///
    /// # Errors
    /// As [`Consumer::xreadgroup`](crate::Consumer::xreadgroup), of the first key that does not
    /// exist or does not have the group, also when it loses it meanwhile; and
    /// [`NoKeys`](crate::Error::NoKeys), [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Complexity
    /// As [`Consumer::xreadgroup`](crate::Consumer::xreadgroup) for each stream; others wait
    /// meanwhile when there are several.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupReadFrom, GroupStart, XreadgroupOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::BEGINNING)?;
    /// let options = XreadgroupOptions { count: Some(1), ..XreadgroupOptions::default() };
    /// let read = engine.xreadgroup("workers", "w1", &[("mq", GroupReadFrom::New)], &options)?;
    /// let (key, entries) = &read[0];
    /// assert_eq!((&key[..], entries.len()), (&b"mq"[..], 1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xreadgroup<K: AsRef<[u8]>>(
        &self,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        streams: &[(K, GroupReadFrom)],
        options: &XreadgroupOptions,
    ) -> Result<Vec<(Bytes, Vec<Delivered>)>> {
        options.check()?;
        self.core.limit(options.block)?;
        let objects = self.stream_objects(streams)?;
        let reading = Reading {
            group: group.as_ref(),
            hint: None,
            consumer: consumer.as_ref(),
            options,
        };
        let read = xreadgroup_all(&self.core, &objects, &reading)?;
        if read.is_empty() && options.block.is_some() {
            return self.wait_group_read(reading.group, reading.consumer, streams, options);
        }
        Ok(by_key(&objects, read))
    }

    /// XACK: see [`Group::xack`](crate::Group::xack).
    ///
    /// # Errors
    /// As [`Group::xack`](crate::Group::xack), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mq", [("job", "7")])?;
    /// assert_eq!(engine.xack("mq", "workers", [id])?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xack(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        ids: impl AsRef<[StreamId]>,
    ) -> Result<u64> {
        let (group, ids) = (group.as_ref(), ids.as_ref());
        let acked = self.core.with_existing(key.as_ref(), |object| {
            ack::xack(&self.core, object, group, None, ids)
        });
        Ok(acked?.unwrap_or(0))
    }

    /// XACKDEL: see [`Group::xackdel`](crate::Group::xackdel).
    ///
    /// # Errors
    /// As [`Group::xackdel`](crate::Group::xackdel), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{Deletion, References};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mq", [("job", "7")])?;
    /// let deleted = engine.xackdel("mq", "workers", References::Keep, [id])?;
    /// assert_eq!(deleted, [Deletion::NotFound]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xackdel(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        references: References,
        ids: impl AsRef<[StreamId]>,
    ) -> Result<Vec<Deletion>> {
        let (group, ids) = (group.as_ref(), ids.as_ref());
        let deleted = self.core.with_existing(key.as_ref(), |object| {
            delete::xackdel(&self.core, object, group, references, ids)
        });
        Ok(deleted?.flatten().unwrap_or_else(|| delete::not_found(ids)))
    }

    /// XNACK: see [`Group::xnack`](crate::Group::xnack).
    ///
    /// # Errors
    /// As [`Group::xnack`](crate::Group::xnack), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, NackMode, XnackOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::BEGINNING)?;
    /// let options = XnackOptions { force: true, ..XnackOptions::default() };
    /// assert_eq!(engine.xnack("mq", "workers", NackMode::Fail, [id], &options)?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xnack(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        mode: NackMode,
        ids: impl AsRef<[StreamId]>,
        options: &XnackOptions,
    ) -> Result<u64> {
        let (group, ids) = (group.as_ref(), ids.as_ref());
        let released = self.core.with_existing(key.as_ref(), |object| {
            ack::xnack(&self.core, object, group, mode, ids, options)
        });
        released?.ok_or(NO_GROUP)
    }

    /// XPENDING without a range: see [`Group::xpending`](crate::Group::xpending).
    ///
    /// # Errors
    /// As [`Group::xpending`](crate::Group::xpending), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.xpending("mq", "workers"), Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn xpending(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
    ) -> Result<PendingSummary> {
        let group = group.as_ref();
        let summary = self.core.with_existing(key.as_ref(), |object| {
            pending::xpending(&self.core, object, group)
        });
        summary?.ok_or(NO_GROUP)
    }

    /// XPENDING with a range: see [`Group::xpending_range`](crate::Group::xpending_range).
    ///
    /// # Errors
    /// As [`Group::xpending_range`](crate::Group::xpending_range), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, XpendingOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::BEGINNING)?;
    /// let pending = engine.xpending_range("mq", "workers", &XpendingOptions::first(10))?;
    /// assert!(pending.is_empty());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xpending_range(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        options: &XpendingOptions,
    ) -> Result<Vec<PendingEntry>> {
        let ids = pending::check(options)?;
        let group = group.as_ref();
        let rows = self.core.with_existing(key.as_ref(), |object| {
            pending::xpending_range(&self.core, object, group, ids, options)
        });
        rows?.ok_or(NO_GROUP)
    }
}

//! Taking over pending entries, by key.

use super::Engine;
use crate::command::stream::{NO_GROUP, claim};
use crate::error::Result;
use crate::stream::body::Claimer;
use crate::stream::{AutoClaimed, Entry, IdBound, StreamId, XautoclaimOptions, XclaimOptions};

impl Engine {
    /// XCLAIM: see [`Consumer::xclaim`](crate::Consumer::xclaim).
    ///
    /// # Errors
    /// As [`Consumer::xclaim`](crate::Consumer::xclaim), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, XclaimOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::BEGINNING)?;
    /// let force = XclaimOptions { force: true, ..XclaimOptions::default() };
    /// assert_eq!(engine.xclaim("mq", "workers", "w2", 0, [id], &force)?[0].id, id);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xclaim(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        min_idle_ms: u64,
        ids: impl AsRef<[StreamId]>,
        options: &XclaimOptions,
    ) -> Result<Vec<Entry>> {
        let ids = ids.as_ref();
        let claimer = self.claimer(group.as_ref(), consumer.as_ref(), min_idle_ms, false);
        let claimed = self.core.with_existing(key.as_ref(), |object| {
            claim::xclaim(&self.core, object, &claimer, ids, options)
        });
        claimed?.ok_or(NO_GROUP)
    }

    /// XCLAIM with JUSTID: see [`Consumer::xclaim_justid`](crate::Consumer::xclaim_justid).
    ///
    /// # Errors
    /// As [`Engine::xclaim`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, XclaimOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::BEGINNING)?;
    /// let options = XclaimOptions::default();
    /// assert!(engine.xclaim_justid("mq", "workers", "w2", 0, [id], &options)?.is_empty());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xclaim_justid(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        min_idle_ms: u64,
        ids: impl AsRef<[StreamId]>,
        options: &XclaimOptions,
    ) -> Result<Vec<StreamId>> {
        let ids = ids.as_ref();
        let claimer = self.claimer(group.as_ref(), consumer.as_ref(), min_idle_ms, true);
        let claimed = self.core.with_existing(key.as_ref(), |object| {
            claim::xclaim_ids(&self.core, object, &claimer, ids, options)
        });
        claimed?.ok_or(NO_GROUP)
    }

    /// XAUTOCLAIM: see [`Consumer::xautoclaim`](crate::Consumer::xautoclaim).
    ///
    /// # Errors
    /// As [`Consumer::xautoclaim`](crate::Consumer::xautoclaim), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, IdBound, XautoclaimOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("job", "7")])?;
    /// engine.xgroup_create("mq", "workers", GroupStart::BEGINNING)?;
    /// let options = XautoclaimOptions::default();
    /// let step = engine.xautoclaim("mq", "workers", "w2", 60_000, IdBound::Min, &options)?;
    /// assert!(step.claimed.is_empty() && step.is_last());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xautoclaim(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        min_idle_ms: u64,
        start: impl Into<IdBound>,
        options: &XautoclaimOptions,
    ) -> Result<AutoClaimed<Entry>> {
        let start = claim::check_autoclaim(start.into(), *options)?;
        let claimer = self.claimer(group.as_ref(), consumer.as_ref(), min_idle_ms, false);
        let step = self.core.with_existing(key.as_ref(), |object| {
            claim::xautoclaim(&self.core, object, &claimer, start, *options)
        });
        step?.ok_or(NO_GROUP)
    }

    /// XAUTOCLAIM with JUSTID: see
    /// [`Consumer::xautoclaim_justid`](crate::Consumer::xautoclaim_justid).
    ///
    /// # Errors
    /// As [`Engine::xautoclaim`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    /// use forebay::stream::{IdBound, XautoclaimOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let options = XautoclaimOptions::default();
    /// let step = engine.xautoclaim_justid("mq", "workers", "w2", 0, IdBound::Min, &options);
    /// assert_eq!(step, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn xautoclaim_justid(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        min_idle_ms: u64,
        start: impl Into<IdBound>,
        options: &XautoclaimOptions,
    ) -> Result<AutoClaimed<StreamId>> {
        let start = claim::check_autoclaim(start.into(), *options)?;
        let claimer = self.claimer(group.as_ref(), consumer.as_ref(), min_idle_ms, true);
        let step = self.core.with_existing(key.as_ref(), |object| {
            claim::xautoclaim_ids(&self.core, object, &claimer, start, *options)
        });
        step?.ok_or(NO_GROUP)
    }

    fn claimer<'a>(
        &self,
        group: &'a [u8],
        consumer: &'a [u8],
        min_idle_ms: u64,
        just_id: bool,
    ) -> Claimer<'a> {
        Claimer {
            group,
            consumer,
            min_idle_ms,
            just_id,
            now_ms: self.core.clock().unix_ms(),
        }
    }
}

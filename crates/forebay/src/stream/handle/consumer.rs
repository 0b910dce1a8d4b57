//! The handle of a consumer.

use core::fmt;
use std::sync::Arc;

use forebay_wal::Level;

use super::Group;
use crate::command::stream::claim;
use crate::command::stream::deliver::{Reading, read_new, read_new_with, xreadgroup};
use crate::error::Result;
use crate::stream::body::Claimer;
use crate::stream::{
    AutoClaimed, Delivered, Entry, EntryRef, GroupReadFrom, IdBound, StreamId, XautoclaimOptions,
    XclaimOptions, XreadgroupOptions,
};

/// A consumer of a group: what it reads is pending until it, or another,
/// [acknowledges](Group::xack) it.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine};
/// use forebay::stream::{GroupStart, XreadgroupOptions};
///
/// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
/// mq.xadd([("job", "7")])?;
/// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
/// let consumer = mq.group("workers").consumer("w1");
/// // What was left over when it ended last time, then what is new.
/// let left = consumer.xreadgroup(forebay::StreamId::MIN, &XreadgroupOptions::default())?;
/// let new = consumer.read(100)?;
/// assert_eq!((left.len(), new.len()), (0, 1));
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone)]
pub struct Consumer {
    pub(crate) group: Group,
    pub(super) name: Arc<[u8]>,
}

impl Consumer {
    pub(super) fn new(group: Group, name: &[u8]) -> Self {
        Self {
            group,
            name: name.into(),
        }
    }

    /// Its name.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// assert_eq!(mq.group("workers").consumer("w1").name(), b"w1");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The group that it belongs to.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// assert_eq!(mq.group("workers").consumer("w1").group().name(), b"workers");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// The next `count` entries that no consumer of the group was given, or as many as there are.
    /// They are pending from now on.
    ///
    /// # Errors
    /// As [`Consumer::xreadgroup`].
    ///
    /// # Complexity
    /// As [`Consumer::xreadgroup`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let consumer = mq.group("workers").consumer("w1");
    /// assert_eq!(consumer.read(100)?[0].fields, [("job", "7")]);
    /// assert!(consumer.read(100)?.is_empty());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn read(&self, count: u64) -> Result<Vec<Entry>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let options = XreadgroupOptions {
            count: Some(count),
            ..XreadgroupOptions::default()
        };
        let (stream, reading) = (&self.group.stream, self.reading(&options));
        read_new(&stream.core, &stream.object, &reading)
    }

    /// As [`Consumer::read`], but lends the entries one after the other instead of returning
    /// copies. Returns how many there were.
    ///
    /// They are pending before `f` is called first, and stay so when it panics. While it runs,
    /// memory that the engine gives up is not freed, so it should not take long; it may use the
    /// engine, but for calls that wait.
    ///
    /// # Errors
    /// As [`Consumer::xreadgroup`].
    ///
    /// # Complexity
    /// As [`Consumer::xreadgroup`], without an allocation for up to 16 entries, and one for up to
    /// 128.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let consumer = mq.group("workers").consumer("w1");
    /// let mut done = Vec::new();
    /// consumer.read_with(100, |entry| {
    ///     assert_eq!(entry.fields.value("job"), Some(&b"7"[..]));
    ///     done.push(entry.id);
    /// })?;
    /// assert_eq!(mq.group("workers").xack(&done)?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn read_with(&self, count: u64, f: impl FnMut(EntryRef<'_>)) -> Result<usize> {
        if count == 0 {
            return Ok(0);
        }
        let options = XreadgroupOptions {
            count: Some(count),
            ..XreadgroupOptions::default()
        };
        let (stream, reading) = (&self.group.stream, self.reading(&options));
        read_new_with(&stream.core, &stream.object, &reading, f)
    }

    /// Entries for this consumer: [new ones](GroupReadFrom::New), before which it may take over
    /// what others have left too long, or those that it was given before. With
    /// [`XreadgroupOptions::block`], when there is nothing new, it waits until there is; nothing
    /// comes back when the timeout is over.
    ///
    /// The thread looks for some microseconds, then it sleeps. Of those who wait in a group, who
    /// waits longest is served first. In a task, use [`Consumer::xreadgroup_async`].
    ///
    /// # Errors
    /// As [`XreadgroupOptions::check`]; and [`NoGroup`](crate::Error::NoGroup) and
    /// [`WrongType`](crate::Error::WrongType), also when the group goes meanwhile;
    /// [`TimeoutNegative`](crate::Error::TimeoutNegative),
    /// [`TimeoutNotFinite`](crate::Error::TimeoutNotFinite),
    /// [`TimeoutOutOfRange`](crate::Error::TimeoutOutOfRange), and [`Closed`](crate::Error::Closed)
    /// also when the engine is closed meanwhile.
    ///
    /// # Complexity
    /// O(entries returned) for new ones, and only others that use this group wait meanwhile. Others
    /// wait too when pending entries are read or taken over: O(log n) for each, and O(pending
    /// entries of the group) at worst for the history of a consumer that has few of them.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, StreamId};
    /// use forebay::stream::{GroupReadFrom, GroupStart, XreadgroupOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(100)?;
    /// // The first one died; take over what has been pending for 0 ms.
    /// let claiming = XreadgroupOptions { claim: Some(0), ..XreadgroupOptions::default() };
    /// let delivered = workers.consumer("w2").xreadgroup(GroupReadFrom::New, &claiming)?;
    /// assert_eq!((delivered[0].id, delivered[0].deliveries), (id, 1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xreadgroup(
        &self,
        from: impl Into<GroupReadFrom>,
        options: &XreadgroupOptions,
    ) -> Result<Vec<Delivered>> {
        options.check()?;
        let stream = &self.group.stream;
        stream.core.limit(options.block)?;
        let reading = self.reading(options);
        let from = from.into();
        let delivered = xreadgroup(&stream.core, &stream.object, &reading, from)?;
        if delivered.is_empty() && options.block.is_some() && from == GroupReadFrom::New {
            return self.wait_group_read(options);
        }
        Ok(delivered)
    }

    /// Takes over entries that have been pending for `min_idle_ms` milliseconds, and returns them.
    /// Those that are no longer in the stream are not pending any more.
    ///
    /// # Errors
    /// [`NoIds`](crate::Error::NoIds), [`NoGroup`](crate::Error::NoGroup),
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(log n) for each entry. Others wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, XclaimOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// let claimed = workers.consumer("w2").xclaim(0, [id], &XclaimOptions::default())?;
    /// assert_eq!(claimed[0].id, id);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xclaim(
        &self,
        min_idle_ms: u64,
        ids: impl AsRef<[StreamId]>,
        options: &XclaimOptions,
    ) -> Result<Vec<Entry>> {
        let (stream, claimer) = (&self.group.stream, self.claimer(min_idle_ms, false));
        claim::xclaim(
            &stream.core,
            &stream.object,
            &claimer,
            ids.as_ref(),
            options,
        )
    }

    /// XCLAIM with JUSTID: as [`Consumer::xclaim`], but returns only ids, and the entries do not
    /// count as delivered once more.
    ///
    /// # Errors
    /// As [`Consumer::xclaim`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, XclaimOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let consumer = mq.group("workers").consumer("w1");
    /// consumer.read(1)?;
    /// // Still at it.
    /// assert_eq!(consumer.xclaim_justid(0, [id], &XclaimOptions::default())?, [id]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xclaim_justid(
        &self,
        min_idle_ms: u64,
        ids: impl AsRef<[StreamId]>,
        options: &XclaimOptions,
    ) -> Result<Vec<StreamId>> {
        let (stream, claimer) = (&self.group.stream, self.claimer(min_idle_ms, true));
        claim::xclaim_ids(
            &stream.core,
            &stream.object,
            &claimer,
            ids.as_ref(),
            options,
        )
    }

    /// Takes over entries that have been pending for `min_idle_ms` milliseconds, in the order of
    /// ids from `start` on. The next call goes on where this one [ended](AutoClaimed::cursor).
    ///
    /// [`XreadgroupOptions::claim`] finds those that have been pending longest without looking at
    /// others.
    ///
    /// # Errors
    /// [`CountZero`](crate::Error::CountZero),
    /// [`InvalidRangeStart`](crate::Error::InvalidRangeStart), [`NoGroup`](crate::Error::NoGroup),
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(log n + entries looked at), which are ten times as many as are claimed at most. Others
    /// wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, IdBound, XautoclaimOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// let options = XautoclaimOptions::default();
    /// let step = workers.consumer("w2").xautoclaim(0, IdBound::Min, &options)?;
    /// assert!(step.claimed.len() == 1 && step.is_last());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xautoclaim(
        &self,
        min_idle_ms: u64,
        start: impl Into<IdBound>,
        options: &XautoclaimOptions,
    ) -> Result<AutoClaimed<Entry>> {
        let start = claim::check_autoclaim(start.into(), *options)?;
        let (stream, claimer) = (&self.group.stream, self.claimer(min_idle_ms, false));
        claim::xautoclaim(&stream.core, &stream.object, &claimer, start, *options)
    }

    /// XAUTOCLAIM with JUSTID: as [`Consumer::xautoclaim`], but returns only ids, and the entries
    /// do not count as delivered once more.
    ///
    /// # Errors
    /// As [`Consumer::xautoclaim`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, IdBound, XautoclaimOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// let options = XautoclaimOptions::default();
    /// let step = workers.consumer("w2").xautoclaim_justid(0, IdBound::Min, &options)?;
    /// assert_eq!(step.claimed, [id]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xautoclaim_justid(
        &self,
        min_idle_ms: u64,
        start: impl Into<IdBound>,
        options: &XautoclaimOptions,
    ) -> Result<AutoClaimed<StreamId>> {
        let start = claim::check_autoclaim(start.into(), *options)?;
        let (stream, claimer) = (&self.group.stream, self.claimer(min_idle_ms, true));
        claim::xautoclaim_ids(&stream.core, &stream.object, &claimer, start, *options)
    }

    /// The same consumer, whose calls wait for another level.
    pub(super) fn at_level(&self, level: Level) -> Self {
        let mut consumer = self.clone();
        let core = &mut consumer.group.stream.core;
        *core = core.at_level(level);
        consumer
    }

    fn reading<'a>(&'a self, options: &'a XreadgroupOptions) -> Reading<'a> {
        Reading {
            group: self.group.name(),
            hint: self.group.hint(),
            consumer: &self.name,
            options,
        }
    }

    fn claimer(&self, min_idle_ms: u64, just_id: bool) -> Claimer<'_> {
        Claimer {
            group: self.group.name(),
            consumer: &self.name,
            min_idle_ms,
            just_id,
            now_ms: self.group.stream.core.clock().unix_ms(),
        }
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format_args!("\"{}\"", self.name.escape_ascii());
        let mut consumer = f.debug_tuple("Consumer");
        consumer.field(&self.group).field(&name).finish()
    }
}

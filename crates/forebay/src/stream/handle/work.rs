//! What is done with the entries of a consumer group.

use super::Group;
use crate::command::stream::{ack, delete, group, info, pending};
use crate::error::Result;
use crate::stream::{
    ConsumerInfo, Deletion, NackMode, PendingEntry, PendingSummary, References, StreamId,
    XnackOptions, XpendingOptions,
};

impl Group {
    /// Acknowledges entries: they are not pending any more. Returns how many were.
    ///
    /// # Errors
    /// [`NoIds`](crate::Error::NoIds), [`WrongType`](crate::Error::WrongType),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(log n) for each entry. Only others that use this group wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// assert_eq!(workers.xack([id])?, 1);
    /// assert_eq!(workers.xack([id])?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn xack(&self, ids: impl AsRef<[StreamId]>) -> Result<u64> {
        let (core, object) = (&self.stream.core, &self.stream.object);
        ack::xack(core, object, self.name(), self.hint(), ids.as_ref())
    }

    /// Acknowledges entries and deletes them, and says for each what became of it. With
    /// [`References::Acked`] the last group that acknowledges an entry deletes it.
    ///
    /// # Errors
    /// As [`Group::xack`].
    ///
    /// # Complexity
    /// O(log n + number of groups) for each entry. Others wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{Deletion, GroupStart, References};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// assert_eq!(workers.xackdel(References::Acked, [id])?, [Deletion::Deleted]);
    /// assert_eq!(mq.xlen()?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xackdel(
        &self,
        references: References,
        ids: impl AsRef<[StreamId]>,
    ) -> Result<Vec<Deletion>> {
        let (core, object) = (&self.stream.core, &self.stream.object);
        let ids = ids.as_ref();
        let deleted = delete::xackdel(core, object, self.name(), references, ids)?;
        Ok(deleted.unwrap_or_else(|| delete::not_found(ids)))
    }

    /// Gives entries back: they stay pending, belong to nobody, and are the first that XREADGROUP
    /// with CLAIM takes over. Returns how many were given back.
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
    /// use forebay::stream::{GroupStart, NackMode, XnackOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// assert_eq!(workers.xnack(NackMode::Silent, [id], &XnackOptions::default())?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xnack(
        &self,
        mode: NackMode,
        ids: impl AsRef<[StreamId]>,
        options: &XnackOptions,
    ) -> Result<u64> {
        let (core, object) = (&self.stream.core, &self.stream.object);
        ack::xnack(core, object, self.name(), mode, ids.as_ref(), options)
    }

    /// How many entries are pending, and whose they are.
    ///
    /// # Errors
    /// [`NoGroup`](crate::Error::NoGroup), [`WrongType`](crate::Error::WrongType),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of consumers), however many entries are pending.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// let pending = workers.xpending()?;
    /// assert_eq!((pending.count, pending.range), (1, Some((id, id))));
    /// assert_eq!(pending.consumers, [("w1".into(), 1)]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xpending(&self) -> Result<PendingSummary> {
        pending::xpending(&self.stream.core, &self.stream.object, self.name())
    }

    /// Pending entries, by id.
    ///
    /// # Errors
    /// As [`Group::xpending`]; and [`InvalidRangeStart`](crate::Error::InvalidRangeStart),
    /// [`InvalidRangeEnd`](crate::Error::InvalidRangeEnd).
    ///
    /// # Complexity
    /// O(log n + pending entries that are looked at). Others wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{GroupStart, XpendingOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// let pending = workers.xpending_range(&XpendingOptions::first(10))?;
    /// assert_eq!((pending[0].id, pending[0].deliveries), (id, 1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xpending_range(&self, options: &XpendingOptions) -> Result<Vec<PendingEntry>> {
        let (core, object) = (&self.stream.core, &self.stream.object);
        let ids = pending::check(options)?;
        pending::xpending_range(core, object, self.name(), ids, options)
    }

    /// Makes a consumer; whether it is new. Reading makes it as well.
    ///
    /// # Errors
    /// [`NoGroup`](crate::Error::NoGroup), [`GroupNeedsKey`](crate::Error::GroupNeedsKey) when
    /// there is no stream, [`WrongType`](crate::Error::WrongType),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// assert!(mq.group("workers").xgroup_createconsumer("w1")?);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_createconsumer(&self, consumer: impl AsRef<[u8]>) -> Result<bool> {
        let (core, object) = (&self.stream.core, &self.stream.object);
        group::create_consumer(core, object, self.name(), consumer.as_ref())
    }

    /// Deletes a consumer, and returns how many entries it had pending: they will not be delivered
    /// again, so claim them first.
    ///
    /// # Errors
    /// As [`Group::xgroup_createconsumer`].
    ///
    /// # Complexity
    /// O(pending entries of the group) at worst.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// assert_eq!(workers.xgroup_delconsumer("w1")?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xgroup_delconsumer(&self, consumer: impl AsRef<[u8]>) -> Result<u64> {
        let (core, object) = (&self.stream.core, &self.stream.object);
        group::delete_consumer(core, object, self.name(), consumer.as_ref())
    }

    /// The consumers, by name.
    ///
    /// # Errors
    /// [`NoSuchKey`](crate::Error::NoSuchKey), [`NoGroup`](crate::Error::NoGroup),
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(n log n) for n consumers.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// workers.consumer("w1").read(1)?;
    /// assert_eq!(workers.xinfo_consumers()?[0].pending, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_consumers(&self) -> Result<Vec<ConsumerInfo>> {
        info::consumers(&self.stream.core, &self.stream.object, self.name())
    }
}

//! What consumers do with entries, in a transaction.

use crate::command::stream::{check_ids, claim, cost_of_ids, pending};
use crate::error::Result;
use crate::journal::Cost;
use crate::stream::body::Claimer;
use crate::stream::{
    AutoClaimed, Entry, IdBound, NackMode, PendingEntry, PendingSummary, StreamId,
    XautoclaimOptions, XclaimOptions, XnackOptions, XpendingOptions,
};
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// XACK: see [`Group::xack`](crate::Group::xack).
    ///
    /// # Errors
    /// As [`Group::xack`](crate::Group::xack), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let ids = [StreamId::new(5, 0)];
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.xack("mq", "shop", ids))?, Ok(0));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xack(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        ids: impl AsRef<[StreamId]>,
    ) -> Result<u64> {
        let (group, ids) = (group.as_ref(), ids.as_ref());
        check_ids(ids)?;
        let acked = self.edit_stream(key, cost_of_ids(ids, group, b""), |stream| {
            stream.ack(group, ids)
        })?;
        Ok(acked.flatten().unwrap_or(0))
    }

    /// XNACK: see [`Group::xnack`](crate::Group::xnack).
    ///
    /// # Errors
    /// As [`Group::xnack`](crate::Group::xnack), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{NackMode, XnackOptions};
    /// use forebay::{Config, Engine, Error, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (ids, options) = ([StreamId::new(5, 0)], XnackOptions::default());
    /// let given_back = engine.transaction(&["mq"], |tx| {
    ///     tx.xnack("mq", "shop", NackMode::Fail, ids, &options)
    /// })?;
    /// assert_eq!(given_back, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xnack(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        mode: NackMode,
        ids: impl AsRef<[StreamId]>,
        options: &XnackOptions,
    ) -> Result<u64> {
        let (group, ids) = (group.as_ref(), ids.as_ref());
        check_ids(ids)?;
        self.edit_group(key, cost_of_ids(ids, group, b""), |stream| {
            stream.nack(group, mode, ids, options)
        })
    }

    /// XPENDING: see [`Group::xpending`](crate::Group::xpending).
    ///
    /// # Errors
    /// As [`Group::xpending`](crate::Group::xpending), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let refused = engine.transaction(&["mq"], |tx| tx.xpending("mq", "shop"))?;
    /// assert_eq!(refused, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xpending(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
    ) -> Result<PendingSummary> {
        let group = group.as_ref();
        self.edit_group(key, Cost::NONE, |stream| stream.pending_summary(group))
    }

    /// XPENDING with a range: see
    /// [`Group::xpending_range`](crate::Group::xpending_range).
    ///
    /// # Errors
    /// As [`Group::xpending_range`](crate::Group::xpending_range), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::XpendingOptions;
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let first = XpendingOptions::first(10);
    /// let refused = engine.transaction(&["mq"], |tx| tx.xpending_range("mq", "shop", &first))?;
    /// assert_eq!(refused, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xpending_range(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        options: &XpendingOptions,
    ) -> Result<Vec<PendingEntry>> {
        let (group, now_ms) = (group.as_ref(), self.now_ms());
        let ids = pending::check(options)?;
        let (count, min_idle_ms) = (options.count, options.min_idle_ms);
        let consumer = options.consumer.as_deref();
        self.edit_group(key, Cost::NONE, |stream| {
            stream.pending(group, ids, count, consumer, min_idle_ms, now_ms)
        })
    }

    /// XCLAIM: see [`Consumer::xclaim`](crate::Consumer::xclaim).
    ///
    /// # Errors
    /// As [`Consumer::xclaim`](crate::Consumer::xclaim), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::XclaimOptions;
    /// use forebay::{Config, Engine, Error, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (ids, options) = ([StreamId::new(5, 0)], XclaimOptions::default());
    /// let refused = engine.transaction(&["mq"], |tx| {
    ///     tx.xclaim("mq", "shop", "consumer1", 60_000, ids, &options)
    /// })?;
    /// assert_eq!(refused, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xclaim(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        min_idle_ms: u64,
        ids: impl AsRef<[StreamId]>,
        options: &XclaimOptions,
    ) -> Result<Vec<Entry>> {
        let ids = ids.as_ref();
        check_ids(ids)?;
        let (group, consumer) = (group.as_ref(), consumer.as_ref());
        let claimer = self.claimer(group, consumer, min_idle_ms, false);
        self.edit_group(key, claimer.cost(ids), |stream| {
            stream.claim(&claimer, ids, options)
        })
    }

    /// XCLAIM with JUSTID: see [`Consumer::xclaim_justid`](crate::Consumer::xclaim_justid).
    ///
    /// # Errors
    /// As [`Consumer::xclaim_justid`](crate::Consumer::xclaim_justid), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::XclaimOptions;
    /// use forebay::{Config, Engine, Error, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (ids, options) = ([StreamId::new(5, 0)], XclaimOptions::default());
    /// let refused = engine.transaction(&["mq"], |tx| {
    ///     tx.xclaim_justid("mq", "shop", "consumer1", 60_000, ids, &options)
    /// })?;
    /// assert_eq!(refused, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xclaim_justid(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        min_idle_ms: u64,
        ids: impl AsRef<[StreamId]>,
        options: &XclaimOptions,
    ) -> Result<Vec<StreamId>> {
        let ids = ids.as_ref();
        check_ids(ids)?;
        let (group, consumer) = (group.as_ref(), consumer.as_ref());
        let claimer = self.claimer(group, consumer, min_idle_ms, true);
        self.edit_group(key, claimer.cost(ids), |stream| {
            stream.claim_ids(&claimer, ids, options)
        })
    }

    /// XAUTOCLAIM: see [`Consumer::xautoclaim`](crate::Consumer::xautoclaim).
    ///
    /// # Errors
    /// As [`Consumer::xautoclaim`](crate::Consumer::xautoclaim), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::XautoclaimOptions;
    /// use forebay::{Config, Engine, Error, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (start, options) = (StreamId::MIN, XautoclaimOptions::default());
    /// let refused = engine.transaction(&["mq"], |tx| {
    ///     tx.xautoclaim("mq", "shop", "consumer1", 60_000, start, &options)
    /// })?;
    /// assert_eq!(refused, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xautoclaim(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        min_idle_ms: u64,
        start: impl Into<IdBound>,
        options: &XautoclaimOptions,
    ) -> Result<AutoClaimed<Entry>> {
        let start = claim::check_autoclaim(start.into(), *options)?;
        let (group, consumer) = (group.as_ref(), consumer.as_ref());
        let claimer = self.claimer(group, consumer, min_idle_ms, false);
        self.edit_group(key, claimer.cost(&[]), |stream| {
            stream.autoclaim(&claimer, start, *options)
        })
    }

    /// XAUTOCLAIM with JUSTID: see
    /// [`Consumer::xautoclaim_justid`](crate::Consumer::xautoclaim_justid).
    ///
    /// # Errors
    /// As [`Consumer::xautoclaim_justid`](crate::Consumer::xautoclaim_justid), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::XautoclaimOptions;
    /// use forebay::{Config, Engine, Error, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (start, options) = (StreamId::MIN, XautoclaimOptions::default());
    /// let refused = engine.transaction(&["mq"], |tx| {
    ///     tx.xautoclaim_justid("mq", "shop", "consumer1", 60_000, start, &options)
    /// })?;
    /// assert_eq!(refused, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xautoclaim_justid(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        min_idle_ms: u64,
        start: impl Into<IdBound>,
        options: &XautoclaimOptions,
    ) -> Result<AutoClaimed<StreamId>> {
        let start = claim::check_autoclaim(start.into(), *options)?;
        let (group, consumer) = (group.as_ref(), consumer.as_ref());
        let claimer = self.claimer(group, consumer, min_idle_ms, true);
        self.edit_group(key, claimer.cost(&[]), |stream| {
            stream.autoclaim_ids(&claimer, start, *options)
        })
    }

    fn claimer<'c>(
        &self,
        group: &'c [u8],
        consumer: &'c [u8],
        min_idle_ms: u64,
        just_id: bool,
    ) -> Claimer<'c> {
        Claimer {
            group,
            consumer,
            min_idle_ms,
            just_id,
            now_ms: self.now_ms(),
        }
    }
}

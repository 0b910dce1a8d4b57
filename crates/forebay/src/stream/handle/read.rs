//! Reading entries.

use super::Stream;
use crate::command::stream::read::{self, Run};
use crate::error::Result;
use crate::stream::{Entry, EntryRef, IdRange, ReadFrom, XreadOptions};

impl Stream {
    /// How many entries there are.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(1).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// assert_eq!(mq.xlen()?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn xlen(&self) -> Result<u64> {
        read::xlen(&self.core, &self.object)
    }

    /// The entries with ids in a range, the first `count` of them if a count is given.
    ///
    /// # Errors
    /// [`InvalidRangeStart`](crate::Error::InvalidRangeStart),
    /// [`InvalidRangeEnd`](crate::Error::InvalidRangeEnd), [`WrongType`](crate::Error::WrongType),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(log n + entries returned), and one allocation for the bytes of all entries. Nobody waits.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let first = mq.xadd([("stock", "5")])?;
    /// let second = mq.xadd([("stock", "3")])?;
    /// assert_eq!(mq.xrange(.., None)?.len(), 2);
    /// assert_eq!(mq.xrange(second.., Some(10))?[0].fields, [("stock", "3")]);
    /// assert_eq!(mq.xrange(first..second, None)?[0].id, first);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xrange(&self, range: impl Into<IdRange>, count: Option<u64>) -> Result<Vec<Entry>> {
        let run = Run::new(range.into(), count, false)?;
        read::xrange(&self.core, &self.object, run)
    }

    /// The entries with ids in a range, the last one first; otherwise as [`Stream::xrange`].
    ///
    /// # Errors
    /// As [`Stream::xrange`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// mq.xadd([("stock", "3")])?;
    /// let newest = mq.xrevrange(.., Some(1))?;
    /// assert_eq!(newest[0].fields, [("stock", "3")]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xrevrange(&self, range: impl Into<IdRange>, count: Option<u64>) -> Result<Vec<Entry>> {
        let run = Run::new(range.into(), count, true)?;
        read::xrange(&self.core, &self.object, run)
    }

    /// As [`Stream::xrange`], but lends the entries one after the other instead of returning
    /// copies. Returns how many there were.
    ///
    /// All of them are as they were at one moment, before `f` is called first. While `f` runs,
    /// memory that the engine gives up is not freed, so it should not take long; it may use the
    /// engine, but for calls that wait.
    ///
    /// # Errors
    /// As [`Stream::xrange`].
    ///
    /// # Complexity
    /// As [`Stream::xrange`], without an allocation for up to 16 entries, and one for up to 128.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// mq.xadd([("stock", "30")])?;
    /// let mut digits = 0;
    /// let count = mq.xrange_with(.., None, |entry| {
    ///     digits += entry.fields.value("stock").map_or(0, <[u8]>::len);
    /// })?;
    /// assert_eq!((count, digits), (2, 3));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn xrange_with(
        &self,
        range: impl Into<IdRange>,
        count: Option<u64>,
        f: impl FnMut(EntryRef<'_>),
    ) -> Result<usize> {
        let run = Run::new(range.into(), count, false)?;
        read::xrange_with(&self.core, &self.object, run, f)
    }

    /// As [`Stream::xrevrange`], of entries that are lent as [`Stream::xrange_with`] does.
    ///
    /// # Errors
    /// As [`Stream::xrange`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("stock", "5")])?;
    /// let mut newest = None;
    /// mq.xrevrange_with(.., Some(1), |entry| newest = Some(entry.id))?;
    /// assert_eq!(newest, Some(id));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn xrevrange_with(
        &self,
        range: impl Into<IdRange>,
        count: Option<u64>,
        f: impl FnMut(EntryRef<'_>),
    ) -> Result<usize> {
        let run = Run::new(range.into(), count, true)?;
        read::xrange_with(&self.core, &self.object, run, f)
    }

    /// The entries after an id, in order. With [`XreadOptions::block`], when there are none, it
    /// waits until there are; none come back when the timeout is over.
    ///
    /// The thread looks for some microseconds, then it sleeps. All who wait for an entry get it. In
    /// a task, use [`Stream::xread_async`].
    ///
    /// # Errors
    /// As [`XreadOptions::check`]; and [`WrongType`](crate::Error::WrongType),
    /// [`TimeoutNegative`](crate::Error::TimeoutNegative),
    /// [`TimeoutNotFinite`](crate::Error::TimeoutNotFinite),
    /// [`TimeoutOutOfRange`](crate::Error::TimeoutOutOfRange), and [`Closed`](crate::Error::Closed)
    /// also when the engine is closed meanwhile.
    ///
    /// # Complexity
    /// As [`Stream::xrange`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, StreamId};
    /// use forebay::stream::XreadOptions;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let first = mq.xadd([("stock", "5")])?;
    /// mq.xadd([("stock", "3")])?;
    /// let all = mq.xread(StreamId::MIN, &XreadOptions::default())?;
    /// let rest = mq.xread(first, &XreadOptions::default())?;
    /// assert_eq!((all.len(), rest.len()), (2, 1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xread(&self, from: impl Into<ReadFrom>, options: &XreadOptions) -> Result<Vec<Entry>> {
        options.check()?;
        self.core.limit(options.block)?;
        let from = from.into();
        let entries = read::xread(&self.core, &self.object, from, options)?;
        if entries.is_empty() && options.block.is_some() {
            return self.wait_read(from, options);
        }
        Ok(entries)
    }

    /// As [`Stream::xread`], of entries that are lent as [`Stream::xrange_with`] does. Returns how
    /// many there were; none when the timeout is over.
    ///
    /// # Errors
    /// As [`Stream::xread`].
    ///
    /// # Complexity
    /// As [`Stream::xrange_with`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, StreamId};
    /// use forebay::stream::XreadOptions;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// let mut last = StreamId::MIN;
    /// mq.xread_with(last, &XreadOptions::default(), |entry| last = entry.id)?;
    /// assert_eq!(mq.xread_with(last, &XreadOptions::default(), |_| ())?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn xread_with(
        &self,
        from: impl Into<ReadFrom>,
        options: &XreadOptions,
        mut f: impl FnMut(EntryRef<'_>),
    ) -> Result<usize> {
        options.check()?;
        self.core.limit(options.block)?;
        let from = from.into();
        let count = read::xread_with(&self.core, &self.object, from, options, &mut f)?;
        if count == 0 && options.block.is_some() {
            let entries = self.wait_read(from, options)?;
            return Ok(read::lend_copies(&entries, f));
        }
        Ok(count)
    }
}

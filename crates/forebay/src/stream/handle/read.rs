//! Reading entries.

use super::Stream;
use crate::command::stream::read::{self, Run};
use crate::error::Result;
use crate::stream::{Entry, IdRange, ReadFrom, XreadOptions};

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
}

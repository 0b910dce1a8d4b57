//! What a stream tells about itself.

use super::Stream;
use crate::command::stream::info;
use crate::error::Result;
use crate::stream::{FullStreamInfo, GroupInfo, StreamInfo};

impl Stream {
    /// The numbers of the stream, and its first and last entry.
    ///
    /// # Errors
    /// [`NoSuchKey`](crate::Error::NoSuchKey), [`WrongType`](crate::Error::WrongType),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of producers that are remembered + size of the index).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("stock", "5")])?;
    /// let info = mq.xinfo_stream()?;
    /// assert_eq!((info.counters.length, info.counters.last_generated_id), (1, id));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_stream(&self) -> Result<StreamInfo> {
        info::stream(&self.core, &self.object)
    }

    /// Everything about the stream, its groups and their consumers, with the first `count` entries
    /// of each list; 0 is all of them.
    ///
    /// # Errors
    /// As [`Stream::xinfo_stream`].
    ///
    /// # Complexity
    /// O(what is returned), and O(pending entries) where those of a consumer are rare. Others wait
    /// meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// assert_eq!(mq.xinfo_stream_full(10)?.entries.len(), 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_stream_full(&self, count: u64) -> Result<FullStreamInfo> {
        info::full(&self.core, &self.object, count)
    }

    /// The consumer groups, by name.
    ///
    /// # Errors
    /// As [`Stream::xinfo_stream`].
    ///
    /// # Complexity
    /// O(number of groups).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// assert_eq!(mq.xinfo_groups()?[0].lag, Some(1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_groups(&self) -> Result<Vec<GroupInfo>> {
        info::groups(&self.core, &self.object)
    }
}

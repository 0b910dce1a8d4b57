//! What streams tell about themselves, by key.

use super::Engine;
use crate::command::stream::info;
use crate::error::{Error, Result};
use crate::stream::{ConsumerInfo, FullStreamInfo, GroupInfo, StreamInfo};

impl Engine {
    /// XINFO STREAM: see [`Stream::xinfo_stream`](crate::Stream::xinfo_stream).
    ///
    /// # Errors
    /// As [`Stream::xinfo_stream`](crate::Stream::xinfo_stream), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.xinfo_stream("mq"), Err(Error::NoSuchKey));
    /// engine.xadd("mq", [("stock", "5")])?;
    /// assert_eq!(engine.xinfo_stream("mq")?.counters.entries_added, 1);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn xinfo_stream(&self, key: impl AsRef<[u8]>) -> Result<StreamInfo> {
        let info = |object: &_| info::stream(&self.core, object);
        let info = self.core.with_existing(key.as_ref(), info)?;
        info.ok_or(Error::NoSuchKey)
    }

    /// XINFO STREAM FULL: see [`Stream::xinfo_stream_full`](crate::Stream::xinfo_stream_full).
    ///
    /// # Errors
    /// As [`Engine::xinfo_stream`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("stock", "5")])?;
    /// assert!(engine.xinfo_stream_full("mq", 10)?.groups.is_empty());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_stream_full(&self, key: impl AsRef<[u8]>, count: u64) -> Result<FullStreamInfo> {
        let info = |object: &_| info::full(&self.core, object, count);
        let info = self.core.with_existing(key.as_ref(), info)?;
        info.ok_or(Error::NoSuchKey)
    }

    /// XINFO GROUPS: see [`Stream::xinfo_groups`](crate::Stream::xinfo_groups).
    ///
    /// # Errors
    /// As [`Engine::xinfo_stream`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("stock", "5")])?;
    /// assert!(engine.xinfo_groups("mq")?.is_empty());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_groups(&self, key: impl AsRef<[u8]>) -> Result<Vec<GroupInfo>> {
        let info = |object: &_| info::groups(&self.core, object);
        let info = self.core.with_existing(key.as_ref(), info)?;
        info.ok_or(Error::NoSuchKey)
    }

    /// XINFO CONSUMERS: see [`Group::xinfo_consumers`](crate::Group::xinfo_consumers).
    ///
    /// # Errors
    /// As [`Group::xinfo_consumers`](crate::Group::xinfo_consumers), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("stock", "5")])?;
    /// let info = engine.xinfo_consumers("mq", "workers");
    /// assert_eq!(info, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn xinfo_consumers(
        &self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
    ) -> Result<Vec<ConsumerInfo>> {
        let group = group.as_ref();
        let info = self.core.with_existing(key.as_ref(), |object| {
            info::consumers(&self.core, object, group)
        });
        info?.ok_or(Error::NoSuchKey)
    }
}

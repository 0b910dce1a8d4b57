//! XINFO, in a transaction.

use crate::command::stream::NO_GROUP;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::stream::{ConsumerInfo, FullStreamInfo, GroupInfo, StreamInfo};
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// XINFO STREAM: see [`Stream::xinfo_stream`](crate::Stream::xinfo_stream).
    ///
    /// # Errors
    /// As [`Stream::xinfo_stream`](crate::Stream::xinfo_stream), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let info = engine.transaction(&["mq"], |tx| tx.xinfo_stream("mq"))?;
    /// assert_eq!(info, Err(Error::NoSuchKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_stream(&mut self, key: impl AsRef<[u8]>) -> Result<StreamInfo> {
        let now_ms = self.now_ms();
        let info = self.edit_stream(key, Cost::NONE, |stream| stream.info(now_ms))?;
        info.ok_or(Error::NoSuchKey)
    }

    /// XINFO STREAM FULL: see [`Stream::xinfo_stream_full`](crate::Stream::xinfo_stream_full).
    ///
    /// # Errors
    /// As [`Stream::xinfo_stream_full`](crate::Stream::xinfo_stream_full), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let info = engine.transaction(&["mq"], |tx| tx.xinfo_stream_full("mq", 10))?;
    /// assert_eq!(info, Err(Error::NoSuchKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_stream_full(
        &mut self,
        key: impl AsRef<[u8]>,
        count: u64,
    ) -> Result<FullStreamInfo> {
        let now_ms = self.now_ms();
        let info = self.edit_stream(key, Cost::NONE, |stream| stream.full_info(count, now_ms))?;
        info.ok_or(Error::NoSuchKey)
    }

    /// XINFO GROUPS: see [`Stream::xinfo_groups`](crate::Stream::xinfo_groups).
    ///
    /// # Errors
    /// As [`Stream::xinfo_groups`](crate::Stream::xinfo_groups), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let info = engine.transaction(&["mq"], |tx| tx.xinfo_groups("mq"))?;
    /// assert_eq!(info, Err(Error::NoSuchKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_groups(&mut self, key: impl AsRef<[u8]>) -> Result<Vec<GroupInfo>> {
        let info = self.edit_stream(key, Cost::NONE, |stream| stream.groups_info())?;
        info.ok_or(Error::NoSuchKey)
    }

    /// XINFO CONSUMERS: see [`Group::xinfo_consumers`](crate::Group::xinfo_consumers).
    ///
    /// # Errors
    /// As [`Group::xinfo_consumers`](crate::Group::xinfo_consumers), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let info = engine.transaction(&["mq"], |tx| tx.xinfo_consumers("mq", "shop"))?;
    /// assert_eq!(info, Err(Error::NoSuchKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xinfo_consumers(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
    ) -> Result<Vec<ConsumerInfo>> {
        let (group, now_ms) = (group.as_ref(), self.now_ms());
        let info = self.edit_stream(key, Cost::NONE, |stream| {
            stream.consumers_info(group, now_ms)
        })?;
        info.ok_or(Error::NoSuchKey)?.ok_or(NO_GROUP)
    }
}

//! Adding to streams and removing from them, by key.

use super::Engine;
use crate::command::stream::{add, delete, settings};
use crate::error::{Error, Result};
use crate::stream::{
    Deletion, References, StreamId, Trim, XaddOptions, XcfgsetOptions, XsetidOptions,
};

impl Engine {
    /// XADD: see [`Stream::xadd`](crate::Stream::xadd).
    ///
    /// # Errors
    /// As [`Stream::xadd`](crate::Stream::xadd), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mqstream", [("repo", "5")])?;
    /// assert_eq!(engine.xrange("mqstream", .., None)?[0].id, id);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn xadd<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        key: impl AsRef<[u8]>,
        fields: impl AsRef<[(N, V)]>,
    ) -> Result<StreamId> {
        let fields = fields.as_ref();
        self.core
            .with(key.as_ref(), |object| add::xadd(&self.core, object, fields))
    }

    /// XADD with options: see [`Stream::xadd_with`](crate::Stream::xadd_with).
    ///
    /// # Errors
    /// As [`Stream::xadd_with`](crate::Stream::xadd_with), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{Trim, XaddOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let bounded = XaddOptions { trim: Some(Trim::maxlen(1)), ..XaddOptions::default() };
    /// engine.xadd_with("mq", &bounded, [("stock", "5")])?;
    /// engine.xadd_with("mq", &bounded, [("stock", "3")])?;
    /// assert_eq!(engine.xlen("mq")?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xadd_with<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        key: impl AsRef<[u8]>,
        options: &XaddOptions,
        fields: impl AsRef<[(N, V)]>,
    ) -> Result<Option<StreamId>> {
        let fields = fields.as_ref();
        self.core.with(key.as_ref(), |object| {
            add::xadd_with(&self.core, object, options, fields)
        })
    }

    /// XDEL: see [`Stream::xdel`](crate::Stream::xdel).
    ///
    /// # Errors
    /// As [`Stream::xdel`](crate::Stream::xdel), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mq", [("stock", "5")])?;
    /// assert_eq!(engine.xdel("mq", [id])?, 1);
    /// assert_eq!(engine.exists(&["mq"])?, 1, "a stream stays when it is empty");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xdel(&self, key: impl AsRef<[u8]>, ids: impl AsRef<[StreamId]>) -> Result<u64> {
        let ids = ids.as_ref();
        let deleted = self
            .core
            .with_existing(key.as_ref(), |object| delete::xdel(&self.core, object, ids));
        Ok(deleted?.unwrap_or(0))
    }

    /// XDELEX: see [`Stream::xdelex`](crate::Stream::xdelex).
    ///
    /// # Errors
    /// As [`Stream::xdelex`](crate::Stream::xdelex), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{Deletion, References};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mq", [("stock", "5")])?;
    /// assert_eq!(engine.xdelex("mq", References::Acked, [id])?, [Deletion::Deleted]);
    /// assert_eq!(engine.xdelex("mq", References::Acked, [id])?, [Deletion::NotFound]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xdelex(
        &self,
        key: impl AsRef<[u8]>,
        references: References,
        ids: impl AsRef<[StreamId]>,
    ) -> Result<Vec<Deletion>> {
        let ids = ids.as_ref();
        let deleted = self.core.with_existing(key.as_ref(), |object| {
            delete::xdelex(&self.core, object, references, ids)
        });
        Ok(deleted?.flatten().unwrap_or_else(|| delete::not_found(ids)))
    }

    /// XTRIM: see [`Stream::xtrim`](crate::Stream::xtrim).
    ///
    /// # Errors
    /// As [`Stream::xtrim`](crate::Stream::xtrim), and [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::Trim;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let id = engine.xadd("mq", [("stock", "5")])?;
    /// assert_eq!(engine.xtrim("mq", &Trim::minid(id))?, 0);
    /// assert_eq!(engine.xtrim("mq", &Trim::maxlen(0))?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xtrim(&self, key: impl AsRef<[u8]>, trim: &Trim) -> Result<u64> {
        let trimmed = self.core.with_existing(key.as_ref(), |object| {
            delete::xtrim(&self.core, object, trim)
        });
        Ok(trimmed?.unwrap_or(0))
    }

    /// XSETID: see [`Stream::xsetid`](crate::Stream::xsetid).
    ///
    /// # Errors
    /// As [`Stream::xsetid`](crate::Stream::xsetid), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error, StreamId};
    /// use forebay::stream::XsetidOptions;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let set = |id| engine.xsetid("mq", id, &XsetidOptions::default());
    /// assert_eq!(set(StreamId::MAX), Err(Error::NoSuchKey));
    /// engine.xadd("mq", [("stock", "5")])?;
    /// set(StreamId::MAX)?;
    /// assert_eq!(engine.xadd("mq", [("stock", "3")]), Err(Error::IdsExhausted));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn xsetid(
        &self,
        key: impl AsRef<[u8]>,
        id: StreamId,
        options: &XsetidOptions,
    ) -> Result<()> {
        settings::check_setid(id, options)?;
        let set = self.core.with_existing(key.as_ref(), |object| {
            settings::xsetid(&self.core, object, id, options)
        });
        set?.ok_or(Error::NoSuchKey)
    }

    /// XCFGSET: see [`Stream::xcfgset`](crate::Stream::xcfgset).
    ///
    /// # Errors
    /// As [`Stream::xcfgset`](crate::Stream::xcfgset), and
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::XcfgsetOptions;
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.xadd("mq", [("stock", "5")])?;
    /// let options = XcfgsetOptions { idmp_duration_s: Some(600), ..XcfgsetOptions::default() };
    /// engine.xcfgset("mq", &options)?;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xcfgset(&self, key: impl AsRef<[u8]>, options: &XcfgsetOptions) -> Result<()> {
        options.check()?;
        let set = self.core.with_existing(key.as_ref(), |object| {
            settings::xcfgset(&self.core, object, options)
        });
        set?.ok_or(Error::NoSuchKey)
    }
}

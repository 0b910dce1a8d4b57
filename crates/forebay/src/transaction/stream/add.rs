//! Adding entries, and the settings of a stream, in a transaction.

use crate::command::stream::{add, settings};
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::stream::{StreamId, XaddOptions, XcfgsetOptions, XsetidOptions};
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// XADD: see [`Stream::xadd`](crate::Stream::xadd). Who waits for the entry is served when
    /// the transaction ends.
    ///
    /// # Errors
    /// As [`Stream::xadd`](crate::Stream::xadd), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let added = engine.transaction(&["mq"], |tx| {
    ///     tx.xadd("mq", [("stock", "5")])?;
    ///     tx.xlen("mq")
    /// })?;
    /// assert_eq!(added, Ok(1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xadd<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        fields: impl AsRef<[(N, V)]>,
    ) -> Result<StreamId> {
        let added = self.xadd_with(key, &XaddOptions::default(), fields)?;
        // It makes the key.
        added.ok_or(Error::NoSuchKey)
    }

    /// XADD with options: see [`Stream::xadd_with`](crate::Stream::xadd_with).
    ///
    /// # Errors
    /// As [`Transaction::xadd`].
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{NewId, XaddOptions};
    /// use forebay::{Config, Engine, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let options = XaddOptions { id: NewId::AutoSeq(5), ..XaddOptions::default() };
    /// let id = engine.transaction(&["mq"], |tx| tx.xadd_with("mq", &options, [("stock", "5")]))??;
    /// assert_eq!(id, Some(StreamId::new(5, 0)));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xadd_with<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        options: &XaddOptions,
        fields: impl AsRef<[(N, V)]>,
    ) -> Result<Option<StreamId>> {
        add::check(options)?;
        let fields = add::as_fields(self.core, fields.as_ref())?;
        let now_ms = self.core.now_ms();
        let cost = add::cost(options, &fields);
        if options.nomkstream {
            let added = self.edit_stream(key, cost, |stream| stream.add(options, &fields, now_ms));
            return added?.transpose();
        }
        let added = self.make_stream(key, cost, |stream| stream.add(options, &fields, now_ms));
        added.map(Some)
    }

    /// XSETID: see [`Stream::xsetid`](crate::Stream::xsetid).
    ///
    /// # Errors
    /// As [`Stream::xsetid`](crate::Stream::xsetid), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::XsetidOptions;
    /// use forebay::{Config, Engine, Error, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (id, options) = (StreamId::new(5, 0), XsetidOptions::default());
    /// let set = engine.transaction(&["mq"], |tx| tx.xsetid("mq", id, &options))?;
    /// assert_eq!(set, Err(Error::NoSuchKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xsetid(
        &mut self,
        key: impl AsRef<[u8]>,
        id: StreamId,
        options: &XsetidOptions,
    ) -> Result<()> {
        settings::check_setid(id, options)?;
        let set = self.edit_stream(key, Cost::DRAIN, |stream| stream.set_id(id, options));
        set?.ok_or(Error::NoSuchKey)?
    }

    /// XCFGSET: see [`Stream::xcfgset`](crate::Stream::xcfgset).
    ///
    /// # Errors
    /// As [`Stream::xcfgset`](crate::Stream::xcfgset), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::XcfgsetOptions;
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let options = XcfgsetOptions { idmp_maxsize: Some(7), ..XcfgsetOptions::default() };
    /// let set = engine.transaction(&["mq"], |tx| tx.xcfgset("mq", &options))?;
    /// assert_eq!(set, Err(Error::NoSuchKey));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xcfgset(&mut self, key: impl AsRef<[u8]>, options: &XcfgsetOptions) -> Result<()> {
        options.check()?;
        let set = self.edit_stream(key, Cost::DRAIN, |stream| stream.configure(options));
        set?.ok_or(Error::NoSuchKey)
    }
}

//! Removing entries, in a transaction.

use crate::command::stream::{check_ids, cost_of_ids, delete::not_found};
use crate::error::Result;
use crate::journal::Cost;
use crate::stream::{Deletion, References, StreamId, Trim};
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// XDEL: see [`Stream::xdel`](crate::Stream::xdel).
    ///
    /// # Errors
    /// As [`Stream::xdel`](crate::Stream::xdel), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let deleted = engine.transaction(&["mq"], |tx| {
    ///     let id = tx.xadd("mq", [("stock", "5")])?;
    ///     tx.xdel("mq", [id])
    /// })?;
    /// assert_eq!(deleted, Ok(1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xdel(&mut self, key: impl AsRef<[u8]>, ids: impl AsRef<[StreamId]>) -> Result<u64> {
        let ids = ids.as_ref();
        check_ids(ids)?;
        let deleted = self.edit_stream(key, cost_of_ids(ids, b"", b""), |stream| {
            stream.delete_all(ids)
        })?;
        Ok(deleted.unwrap_or(0))
    }

    /// XDELEX: see [`Stream::xdelex`](crate::Stream::xdelex).
    ///
    /// # Errors
    /// As [`Transaction::xdel`].
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{Deletion, References};
    /// use forebay::{Config, Engine, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let ids = [StreamId::new(5, 0)];
    /// let deleted = engine.transaction(&["mq"], |tx| tx.xdelex("mq", References::Acked, ids))??;
    /// assert_eq!(deleted, [Deletion::NotFound]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xdelex(
        &mut self,
        key: impl AsRef<[u8]>,
        references: References,
        ids: impl AsRef<[StreamId]>,
    ) -> Result<Vec<Deletion>> {
        let ids = ids.as_ref();
        check_ids(ids)?;
        let deleted = self.edit_stream(key, cost_of_ids(ids, b"", b""), |stream| {
            let each = ids.iter().map(|&id| stream.delete_with(id, references));
            each.collect()
        });
        Ok(deleted?.unwrap_or_else(|| not_found(ids)))
    }

    /// XACKDEL: see [`Group::xackdel`](crate::Group::xackdel).
    ///
    /// # Errors
    /// As [`Transaction::xdel`].
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{Deletion, References};
    /// use forebay::{Config, Engine, StreamId};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let ids = [StreamId::new(5, 0)];
    /// let (key, keep) = ("mq", References::Keep);
    /// let deleted = engine.transaction(&[key], |tx| tx.xackdel(key, "shop", keep, ids))??;
    /// assert_eq!(deleted, [Deletion::NotFound]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xackdel(
        &mut self,
        key: impl AsRef<[u8]>,
        group: impl AsRef<[u8]>,
        references: References,
        ids: impl AsRef<[StreamId]>,
    ) -> Result<Vec<Deletion>> {
        let (group, ids) = (group.as_ref(), ids.as_ref());
        check_ids(ids)?;
        let deleted = self.edit_stream(key, cost_of_ids(ids, group, b""), |stream| {
            let each = ids
                .iter()
                .map(|&id| stream.ack_and_delete(group, id, references));
            each.collect()
        });
        Ok(deleted?.unwrap_or_else(|| not_found(ids)))
    }

    /// XTRIM: see [`Stream::xtrim`](crate::Stream::xtrim).
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Trim;
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let trimmed = engine.transaction(&["mq"], |tx| {
    ///     tx.xadd("mq", [("stock", "5")])?;
    ///     tx.xtrim("mq", &Trim::maxlen(0))
    /// })?;
    /// assert_eq!(trimmed, Ok(1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xtrim(&mut self, key: impl AsRef<[u8]>, trim: &Trim) -> Result<u64> {
        let trimmed = self.edit_stream(key, Cost::DRAIN, |stream| stream.trim(trim))?;
        Ok(trimmed.unwrap_or(0))
    }
}

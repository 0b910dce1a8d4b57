//! Removing entries.

use super::Stream;
use crate::command::stream::delete;
use crate::error::Result;
use crate::stream::{Deletion, References, StreamId, Trim};

impl Stream {
    /// Deletes entries and returns how many there were. What is pending in a group stays pending;
    /// see [`Stream::xdelex`].
    ///
    /// # Errors
    /// [`NoIds`](crate::Error::NoIds), [`WrongType`](crate::Error::WrongType),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(log n) for each entry. Others wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let id = mq.xadd([("stock", "5")])?;
    /// assert_eq!(mq.xdel([id])?, 1);
    /// assert_eq!(mq.xdel([id])?, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xdel(&self, ids: impl AsRef<[StreamId]>) -> Result<u64> {
        delete::xdel(&self.core, &self.object, ids.as_ref())
    }

    /// Deletes entries with regard to the groups that refer to them, and says for each what became
    /// of it.
    ///
    /// # Errors
    /// As [`Stream::xdel`].
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
    /// let id = mq.xadd([("stock", "5")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// assert_eq!(mq.xdelex(References::Acked, [id])?, [Deletion::Referenced]);
    /// assert_eq!(mq.xdelex(References::Keep, [id])?, [Deletion::Deleted]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xdelex(
        &self,
        references: References,
        ids: impl AsRef<[StreamId]>,
    ) -> Result<Vec<Deletion>> {
        let ids = ids.as_ref();
        let deleted = delete::xdelex(&self.core, &self.object, references, ids)?;
        Ok(deleted.unwrap_or_else(|| delete::not_found(ids)))
    }

    /// Removes the oldest entries and returns how many.
    ///
    /// # Errors
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(removed entries) at worst; O(segments that go) for [`Trim::maxlen`] with the default rule
    /// about references. Others wait meanwhile, but readers that have begun.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::Trim;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// mq.xadd([("stock", "3")])?;
    /// assert_eq!(mq.xtrim(&Trim::maxlen(1))?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xtrim(&self, trim: &Trim) -> Result<u64> {
        delete::xtrim(&self.core, &self.object, trim)
    }
}

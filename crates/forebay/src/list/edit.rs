//! Changing elements in the middle.

use super::List;
use crate::command::edit::{Position, linsert, lrem, lset};
use crate::command::range::ltrim;
use crate::error::Result;
use crate::journal::Cost;

impl List {
    /// Replaces the element with this index. Negative indexes count from the right.
    ///
    /// # Errors
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge), [`NoSuchKey`](crate::Error::NoSuchKey)
    /// when the list is empty, [`IndexOutOfRange`](crate::Error::IndexOutOfRange),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of segments before it).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b"])?;
    /// mq.lset(-1, "c")?;
    /// assert_eq!(mq.lrange(0, -1)?, ["a", "c"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lset(&self, index: i64, element: impl AsRef<[u8]>) -> Result<()> {
        let element = element.as_ref();
        self.core.check_message(element)?;
        self.core
            .edit(&self.object, Cost::fill(element.len()), |list| {
                lset(list, index, element)
            })?
    }

    /// Inserts an element beside the first one from the left that equals `pivot`. Returns the new
    /// length, -1 when no element equals the pivot, 0 when the list is empty.
    ///
    /// # Errors
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of elements before the pivot).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Position};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "c"])?;
    /// assert_eq!(mq.linsert(Position::After, "a", "b")?, 3);
    /// assert_eq!(mq.linsert(Position::After, "x", "b")?, -1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn linsert(
        &self,
        position: Position,
        pivot: impl AsRef<[u8]>,
        element: impl AsRef<[u8]>,
    ) -> Result<i64> {
        let (pivot, element) = (pivot.as_ref(), element.as_ref());
        self.core.check_message(element)?;
        self.core
            .edit(&self.object, Cost::fill(element.len()), |list| {
                linsert(list, position, pivot, element)
            })
    }

    /// Removes elements that equal `element`: the first `count` from the left, the first `-count`
    /// from the right when it is negative, all when it is 0. Returns how many there were.
    ///
    /// This is how a consumer that moved a message to a backup list says that it is done.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of elements compared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["x", "a", "x", "x"])?;
    /// assert_eq!(mq.lrem(-1, "x")?, 1);
    /// assert_eq!(mq.lrange(0, -1)?, ["x", "a", "x"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lrem(&self, count: i64, element: impl AsRef<[u8]>) -> Result<u64> {
        let element = element.as_ref();
        self.core
            .edit(&self.object, Cost::drain(element.len()), |list| {
                lrem(list, count, element)
            })
    }

    /// Keeps the elements from index `start` to index `stop`, both included, and removes the
    /// others.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of elements removed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b", "c"])?;
    /// mq.ltrim(0, -2)?;
    /// assert_eq!(mq.lrange(0, -1)?, ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn ltrim(&self, start: i64, stop: i64) -> Result<()> {
        self.core
            .edit(&self.object, Cost::DRAIN, |list| ltrim(list, start, stop))
    }
}

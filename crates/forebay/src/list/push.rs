//! Adding elements at an end.

use forebay_sync::Side;

use super::List;
use crate::command::push::{push, push_existing};
use crate::error::Result;

impl List {
    /// Adds elements at the left end, one after the other, so that the last one ends leftmost.
    /// Returns the new length. Who waits for them is served before the call returns.
    ///
    /// # Errors
    /// [`NoElements`](crate::Error::NoElements),
    /// [`MessageTooLarge`](crate::Error::MessageTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(1) for each element and the copy; no allocation but one for each segment.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// assert_eq!(mq.lpush(["a", "b"])?, 2);
    /// assert_eq!(mq.lrange(0, -1)?, ["b", "a"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn lpush<T: AsRef<[u8]>>(&self, elements: impl AsRef<[T]>) -> Result<u64> {
        push(&self.core, &self.object, Side::Left, elements.as_ref())
    }

    /// Adds elements at the right end; otherwise as [`List::lpush`].
    ///
    /// # Errors
    /// As [`List::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// assert_eq!(mq.rpush(["a", "b"])?, 2);
    /// assert_eq!(mq.lrange(0, -1)?, ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn rpush<T: AsRef<[u8]>>(&self, elements: impl AsRef<[T]>) -> Result<u64> {
        push(&self.core, &self.object, Side::Right, elements.as_ref())
    }

    /// As [`List::lpush`], but only if the list is not empty; else 0.
    ///
    /// # Errors
    /// As [`List::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// assert_eq!(mq.lpushx(["a"])?, 0);
    /// mq.lpush(["a"])?;
    /// assert_eq!(mq.lpushx(["b"])?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpushx<T: AsRef<[u8]>>(&self, elements: impl AsRef<[T]>) -> Result<u64> {
        let elements = elements.as_ref();
        self.core.check_messages(elements)?;
        push_existing(&self.core, &self.object, Side::Left, elements)
    }

    /// As [`List::rpush`], but only if the list is not empty; else 0.
    ///
    /// # Errors
    /// As [`List::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// assert_eq!(mq.rpushx(["a"])?, 0);
    /// mq.rpush(["a"])?;
    /// assert_eq!(mq.rpushx(["b"])?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpushx<T: AsRef<[u8]>>(&self, elements: impl AsRef<[T]>) -> Result<u64> {
        let elements = elements.as_ref();
        self.core.check_messages(elements)?;
        push_existing(&self.core, &self.object, Side::Right, elements)
    }
}

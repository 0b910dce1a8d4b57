//! Looking at elements.

use bytes::Bytes;

use super::List;
use crate::command::positions::{LposOptions, lpos};
use crate::command::range::{lindex, lrange};
use crate::error::Result;

impl List {
    /// How many elements there are.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(1).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b"])?;
    /// assert_eq!(mq.llen()?, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn llen(&self) -> Result<u64> {
        self.core.len(&self.object)
    }

    /// The elements from index `start` to index `stop`, both included. 0 is the leftmost element,
    /// -1 the rightmost. What lies outside the list is left away.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of elements returned + number of segments before them). Other calls on the list
    /// wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b", "c"])?;
    /// assert_eq!(mq.lrange(-2, 100)?, ["b", "c"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lrange(&self, start: i64, stop: i64) -> Result<Vec<Bytes>> {
        self.core
            .read(&self.object, |list| lrange(list, start, stop))
    }

    /// The element with this index; `None` when there is none. Negative indexes count from the
    /// right.
    ///
    /// # Errors
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
    /// assert_eq!(mq.lindex(-1)?.as_deref(), Some(&b"b"[..]));
    /// assert_eq!(mq.lindex(2)?, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lindex(&self, index: i64) -> Result<Option<Bytes>> {
        self.core.read(&self.object, |list| lindex(list, index))
    }

    /// The index of the first element from the left that equals `element`.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(length). Other calls on the list wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b", "b"])?;
    /// assert_eq!(mq.lpos("b")?, Some(1));
    /// assert_eq!(mq.lpos("c")?, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpos(&self, element: impl AsRef<[u8]>) -> Result<Option<u64>> {
        Ok(self
            .lpos_with(element, LposOptions::default())?
            .first()
            .copied())
    }

    /// The indexes of elements that equal `element`, in the order of the search; see
    /// [`LposOptions`]. Indexes always count from the left.
    ///
    /// # Errors
    /// [`RankZero`](crate::Error::RankZero), [`RankOutOfRange`](crate::Error::RankOutOfRange),
    /// [`NegativeCount`](crate::Error::NegativeCount),
    /// [`NegativeMaxlen`](crate::Error::NegativeMaxlen), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of elements compared). Other calls on the list wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, LposOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b", "a"])?;
    /// let all = LposOptions { count: Some(0), ..LposOptions::default() };
    /// assert_eq!(mq.lpos_with("a", all)?, [0, 2]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpos_with(&self, element: impl AsRef<[u8]>, options: LposOptions) -> Result<Vec<u64>> {
        let search = options.check()?;
        let element = element.as_ref();
        self.core
            .read(&self.object, |list| lpos(list, element, search))
    }
}

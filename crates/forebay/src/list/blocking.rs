//! Waiting for an element.

use std::sync::Arc;

use bytes::Bytes;
use forebay_sync::Side;
use smallvec::smallvec;

use super::List;
use crate::blocking::{Blocking, Request};
use crate::error::Result;
use crate::timeout::Timeout;

impl List {
    /// Takes the leftmost element; when there is none, waits for one. `None` when the timeout is
    /// over.
    ///
    /// The thread looks for some microseconds, then it sleeps. Who waits longest is served first.
    /// In a task, use [`List::blpop_async`].
    ///
    /// # Errors
    /// [`TimeoutNegative`](crate::Error::TimeoutNegative),
    /// [`TimeoutNotFinite`](crate::Error::TimeoutNotFinite),
    /// [`TimeoutOutOfRange`](crate::Error::TimeoutOutOfRange), [`Closed`](crate::Error::Closed)
    /// also when the engine is closed meanwhile.
    ///
    /// # Complexity
    /// O(1), however many wait.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// std::thread::scope(|scope| {
    ///     let consumer = scope.spawn(|| mq.blpop(0.0));
    ///     mq.rpush(["job"])?;
    ///     assert_eq!(consumer.join().unwrap()?.as_deref(), Some(&b"job"[..]));
    ///     Ok::<(), forebay::Error>(())
    /// })?;
    /// assert_eq!(mq.blpop(0.001)?, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn blpop(&self, timeout: impl Into<Timeout>) -> Result<Option<Bytes>> {
        self.wait(Side::Left, timeout.into())
    }

    /// Takes the rightmost element, or waits for one; otherwise as [`List::blpop`].
    ///
    /// # Errors
    /// As [`List::blpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.lpush(["a", "b"])?;
    /// assert_eq!(mq.brpop(0.0)?.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn brpop(&self, timeout: impl Into<Timeout>) -> Result<Option<Bytes>> {
        self.wait(Side::Right, timeout.into())
    }

    /// [`List::blpop`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`List::blpop`], when it is awaited.
    ///
    /// # Cancel safety
    /// No element is lost when the future is dropped: see [`Blocking`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// mq.rpush(["a", "b"])?;
    /// assert_eq!(mq.blpop_async(1.0).await?.as_deref(), Some(&b"a"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn blpop_async(&self, timeout: impl Into<Timeout>) -> Blocking<Bytes> {
        self.wait_async(Side::Left, timeout.into())
    }

    /// [`List::brpop`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`List::blpop`], when it is awaited.
    ///
    /// # Cancel safety
    /// No element is lost when the future is dropped: see [`Blocking`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let mq = Engine::open(Config::in_memory())?.list("mq")?;
    /// assert_eq!(mq.brpop_async(0.001).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn brpop_async(&self, timeout: impl Into<Timeout>) -> Blocking<Bytes> {
        self.wait_async(Side::Right, timeout.into())
    }

    fn request(&self, side: Side) -> Request {
        Request::pop(smallvec![Arc::clone(&self.object)], side, 1)
    }

    fn wait(&self, side: Side, timeout: Timeout) -> Result<Option<Bytes>> {
        let limit = timeout.resolve(self.core.clock())?;
        // Often it is there.
        if let Ok(Some(element)) = self.object.list.pop(side) {
            return Ok(Some(element));
        }
        let served = self.request(side).wait(&self.core, limit)?;
        Ok(served.and_then(|(_, delivery)| delivery.elements().into_iter().next()))
    }

    fn wait_async(&self, side: Side, timeout: Timeout) -> Blocking<Bytes> {
        let limit = timeout.resolve(self.core.clock());
        let request = limit.map(|limit| (self.request(side), limit));
        Blocking::new(&self.core, request, |_, delivery| {
            delivery.elements().into_iter().next()
        })
    }
}

//! Moving elements to another list.

use std::sync::Arc;

use bytes::Bytes;
use forebay_sync::Side;

use super::List;
use crate::blocking::{Blocking, Request};
use crate::command::movement::Route;
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::timeout::Timeout;

impl List {
    /// LMOVE: takes the element at the end `from` and adds it at the end `to` of `destination`, in
    /// one step. Returns it; `None` when there is none. Both may be the same list.
    ///
    /// # Errors
    /// [`OtherEngine`](crate::Error::OtherEngine), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(1).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (mq, doing) = (engine.list("mq")?, engine.list("doing")?);
    /// mq.rpush(["a", "b"])?;
    /// let job = mq.lmove(&doing, Side::Left, Side::Right)?.unwrap();
    /// assert_eq!(doing.lrange(0, -1)?, [&job]);
    /// doing.lrem(1, &job)?;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lmove(&self, destination: &Self, from: Side, to: Side) -> Result<Option<Bytes>> {
        self.check_engine(destination)?;
        if Core::is_surely_empty(&self.object) {
            return Ok(None);
        }
        self.core
            .move_one(&self.object, &destination.object, from, to)
    }

    /// BLMOVE: [`List::lmove`] that waits until there is an element; `None` when the timeout is
    /// over. Waits as [`List::blpop`] does.
    ///
    /// # Errors
    /// As [`List::blpop`], and [`OtherEngine`](crate::Error::OtherEngine).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (mq, doing) = (engine.list("mq")?, engine.list("doing")?);
    /// mq.lpush(["a"])?;
    /// let job = mq.blmove(&doing, Side::Right, Side::Left, 0.0)?;
    /// assert_eq!(job.as_deref(), Some(&b"a"[..]));
    /// assert_eq!(mq.blmove(&doing, Side::Right, Side::Left, 0.001)?, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn blmove(
        &self,
        destination: &Self,
        from: Side,
        to: Side,
        timeout: impl Into<Timeout>,
    ) -> Result<Option<Bytes>> {
        let limit = timeout.into().resolve(self.core.clock())?;
        // Often it is there.
        if let Some(moved) = self.lmove(destination, from, to)? {
            return Ok(Some(moved));
        }
        let served = self
            .move_request(destination, from, to)
            .wait(&self.core, limit)?;
        Ok(served.and_then(|(_, delivery)| delivery.elements().into_iter().next()))
    }

    /// [`List::blmove`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`List::blmove`], when it is awaited.
    ///
    /// # Cancel safety
    /// No element is lost when the future is dropped; one that was moved is in the destination. See
    /// [`Blocking`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (mq, doing) = (engine.list("mq")?, engine.list("doing")?);
    /// mq.lpush(["a"])?;
    /// let job = mq.blmove_async(&doing, Side::Right, Side::Left, 0.0).await?;
    /// assert_eq!(job.as_deref(), Some(&b"a"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn blmove_async(
        &self,
        destination: &Self,
        from: Side,
        to: Side,
        timeout: impl Into<Timeout>,
    ) -> Blocking<Bytes> {
        let request = self
            .check_engine(destination)
            .and_then(|()| timeout.into().resolve(self.core.clock()))
            .map(|limit| (self.move_request(destination, from, to), limit));
        Blocking::new(&self.core, request, |_, delivery| {
            delivery.elements().into_iter().next()
        })
    }

    fn move_request(&self, destination: &Self, from: Side, to: Side) -> Request {
        let (from_list, to_list) = (Arc::clone(&self.object), Arc::clone(&destination.object));
        Request::shift(from_list, to_list, Route::one(from, to))
    }

    fn check_engine(&self, other: &Self) -> Result<()> {
        if Arc::ptr_eq(self.core.core(), other.core.core()) {
            Ok(())
        } else {
            Err(Error::OtherEngine)
        }
    }
}

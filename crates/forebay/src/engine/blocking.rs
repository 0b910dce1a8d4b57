//! Waiting for elements, by key.

use core::time::Duration;

use bytes::Bytes;
use forebay_sync::Side;

use super::Engine;
use crate::blocking::{Blocking, Delivery, Keys, Request};
use crate::command::movement::{How, Route};
use crate::command::pop::check_lmpop;
use crate::error::{Error, Result};
use crate::timeout::Timeout;

/// What can begin: a request, and how long it waits.
type Ready = Result<(Request, Option<Duration>)>;

impl Engine {
    /// BLPOP: takes the leftmost element of the first key that exists, and returns that key too.
    /// When none exists, waits until one does; `None` when the timeout is over.
    ///
    /// The thread looks for some microseconds, then it sleeps. On each key, who waits longest is
    /// served first. In a task, use [`Engine::blpop_async`].
    ///
    /// # Errors
    /// [`TimeoutNegative`](crate::Error::TimeoutNegative),
    /// [`TimeoutNotFinite`](crate::Error::TimeoutNotFinite),
    /// [`TimeoutOutOfRange`](crate::Error::TimeoutOutOfRange), [`NoKeys`](crate::Error::NoKeys),
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), and [`Closed`](crate::Error::Closed) also when
    /// the engine is closed meanwhile.
    ///
    /// # Complexity
    /// O(number of keys), however many wait.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("later", ["a"])?;
    /// let (key, job) = engine.blpop(&["urgent", "later"], 0.0)?.unwrap();
    /// assert_eq!((&key[..], &job[..]), (&b"later"[..], &b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn blpop<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        timeout: impl Into<Timeout>,
    ) -> Result<Option<(Bytes, Bytes)>> {
        self.wait_pop(keys, Side::Left, timeout.into())
    }

    /// BRPOP: takes the rightmost element; otherwise as [`Engine::blpop`].
    ///
    /// # Errors
    /// As [`Engine::blpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.brpop(&["mq"], 0.001)?, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn brpop<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        timeout: impl Into<Timeout>,
    ) -> Result<Option<(Bytes, Bytes)>> {
        self.wait_pop(keys, Side::Right, timeout.into())
    }

    /// BLMPOP: takes up to `count` elements of the first key that exists, or waits until one does;
    /// otherwise as [`Engine::blpop`].
    ///
    /// # Errors
    /// As [`Engine::blpop`], and [`CountZero`](crate::Error::CountZero).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// let (_, jobs) = engine.blmpop(0.0, &["mq"], Side::Left, 2)?.unwrap();
    /// assert_eq!(jobs, ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn blmpop<K: AsRef<[u8]>>(
        &self,
        timeout: impl Into<Timeout>,
        keys: &[K],
        side: Side,
        count: u64,
    ) -> Result<Option<(Bytes, Vec<Bytes>)>> {
        self.wait(
            self.pop_request(keys, side, count, timeout.into()),
            key_and_elements,
        )
    }

    /// BLMOVE: [`Engine::lmove`] that waits until the source exists; `None` when the timeout is
    /// over. Waits as [`Engine::blpop`] does.
    ///
    /// # Errors
    /// As [`Engine::blpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// let job = engine.blmove("mq", "doing", Side::Left, Side::Right, 0.0)?;
    /// assert_eq!(job.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn blmove(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        from: Side,
        to: Side,
        timeout: impl Into<Timeout>,
    ) -> Result<Option<Bytes>> {
        let (source, destination) = (source.as_ref(), destination.as_ref());
        let timeout = timeout.into();
        timeout.resolve(self.core.clock())?;
        // Often it is there.
        if let Some(moved) = self.lmove(source, destination, from, to)? {
            return Ok(Some(moved));
        }
        let request = self.move_request(source, destination, Route::one(from, to), timeout);
        self.wait(request, element)
    }

    /// BRPOPLPUSH: [`Engine::blmove`] from the right end to the left end.
    ///
    /// # Errors
    /// As [`Engine::blpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.lpush("mq", ["a"])?;
    /// assert_eq!(engine.brpoplpush("mq", "doing", 0.0)?.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn brpoplpush(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        timeout: impl Into<Timeout>,
    ) -> Result<Option<Bytes>> {
        self.blmove(source, destination, Side::Right, Side::Left, timeout)
    }

    /// BLMOVEM: [`Engine::lmovem`] that waits until the source exists, or has enough elements with
    /// [`How::Exactly`]; `None` when the timeout is over. Waits as [`Engine::blpop`] does; who
    /// waits for more elements than there are does not keep others from being served.
    ///
    /// # Errors
    /// As [`Engine::blpop`], and [`CountZero`](crate::Error::CountZero).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, How, Order, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// let pair = How::Exactly { n: 2, order: Order::Bulk };
    /// let moved = engine.blmovem("mq", "doing", Side::Left, Side::Right, pair, 0.001)?;
    /// assert_eq!(moved, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn blmovem(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        from: Side,
        to: Side,
        how: How,
        timeout: impl Into<Timeout>,
    ) -> Result<Option<Vec<Bytes>>> {
        let (source, destination) = (source.as_ref(), destination.as_ref());
        let route = Route { from, to, how };
        self.wait(
            self.move_request(source, destination, route, timeout.into()),
            elements,
        )
    }

    /// [`Engine::blpop`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`Engine::blpop`], when it is awaited.
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
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("later", ["a"])?;
    /// let (key, job) = engine.blpop_async(&["urgent", "later"], 0.0).await?.unwrap();
    /// assert_eq!((&key[..], &job[..]), (&b"later"[..], &b"a"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn blpop_async<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        timeout: impl Into<Timeout>,
    ) -> Blocking<(Bytes, Bytes)> {
        let request = self.pop_request(keys, Side::Left, 1, timeout.into());
        Blocking::new(&self.core, request, key_and_element)
    }

    /// [`Engine::brpop`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`Engine::blpop`], when it is awaited.
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
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.brpop_async(&["mq"], 0.001).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn brpop_async<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        timeout: impl Into<Timeout>,
    ) -> Blocking<(Bytes, Bytes)> {
        let request = self.pop_request(keys, Side::Right, 1, timeout.into());
        Blocking::new(&self.core, request, key_and_element)
    }

    /// [`Engine::blmpop`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`Engine::blmpop`], when it is awaited.
    ///
    /// # Cancel safety
    /// No element is lost when the future is dropped: see [`Blocking`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let (_, jobs) = engine.blmpop_async(0.0, &["mq"], Side::Right, 9).await?.unwrap();
    /// assert_eq!(jobs, ["b", "a"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn blmpop_async<K: AsRef<[u8]>>(
        &self,
        timeout: impl Into<Timeout>,
        keys: &[K],
        side: Side,
        count: u64,
    ) -> Blocking<(Bytes, Vec<Bytes>)> {
        let request = self.pop_request(keys, side, count, timeout.into());
        Blocking::new(&self.core, request, key_and_elements)
    }

    /// [`Engine::blmove`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`Engine::blpop`], when it is awaited.
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
    /// engine.rpush("mq", ["a"])?;
    /// let job = engine.blmove_async("mq", "doing", Side::Left, Side::Right, 0.0).await?;
    /// assert_eq!(job.as_deref(), Some(&b"a"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn blmove_async(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        from: Side,
        to: Side,
        timeout: impl Into<Timeout>,
    ) -> Blocking<Bytes> {
        let (source, destination) = (source.as_ref(), destination.as_ref());
        let request = self.move_request(source, destination, Route::one(from, to), timeout.into());
        Blocking::new(&self.core, request, element)
    }

    /// [`Engine::brpoplpush`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`Engine::blpop`], when it is awaited.
    ///
    /// # Cancel safety
    /// As [`Engine::blmove_async`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.brpoplpush_async("mq", "doing", 0.001).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn brpoplpush_async(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        timeout: impl Into<Timeout>,
    ) -> Blocking<Bytes> {
        self.blmove_async(source, destination, Side::Right, Side::Left, timeout)
    }

    /// [`Engine::blmovem`] as a future, for any runtime.
    ///
    /// # Errors
    /// As [`Engine::blmovem`], when it is awaited.
    ///
    /// # Cancel safety
    /// As [`Engine::blmove_async`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, How, Order, Side};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let all = How::Count { n: 9, order: Order::Bulk };
    /// let moved = engine.blmovem_async("mq", "doing", Side::Left, Side::Right, all, 0.0).await?;
    /// assert_eq!(moved.unwrap(), ["a", "b"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn blmovem_async(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        from: Side,
        to: Side,
        how: How,
        timeout: impl Into<Timeout>,
    ) -> Blocking<Vec<Bytes>> {
        let (source, destination) = (source.as_ref(), destination.as_ref());
        let route = Route { from, to, how };
        let request = self.move_request(source, destination, route, timeout.into());
        Blocking::new(&self.core, request, elements)
    }

    fn wait_pop<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        side: Side,
        timeout: Timeout,
    ) -> Result<Option<(Bytes, Bytes)>> {
        let limit = timeout.resolve(self.core.clock())?;
        let first = keys.first().ok_or(Error::NoKeys)?.as_ref();
        // Often it is there, and what the first key has need not be compared with the others.
        let popped = self
            .core
            .with_existing(first, |object| Ok(object.list.pop(side).ok().flatten()))?;
        if let Some(element) = popped.flatten() {
            return Ok(Some((Bytes::copy_from_slice(first), element)));
        }
        self.wait(
            Ok((Request::pop(self.objects(keys)?, side, 1), limit)),
            key_and_element,
        )
    }

    /// Refuses what BLMPOP refuses, in its order.
    fn pop_request<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        side: Side,
        count: u64,
        timeout: Timeout,
    ) -> Ready {
        let limit = timeout.resolve(self.core.clock())?;
        check_lmpop(keys, count)?;
        Ok((Request::pop(self.objects(keys)?, side, count), limit))
    }

    /// Refuses what BLMOVEM refuses, in its order.
    fn move_request(
        &self,
        source: &[u8],
        destination: &[u8],
        route: Route,
        timeout: Timeout,
    ) -> Ready {
        let limit = timeout.resolve(self.core.clock())?;
        route.how.check()?;
        let (source, destination) = (self.core.object(source)?, self.core.object(destination)?);
        Ok((Request::shift(source, destination, route), limit))
    }

    fn objects<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Keys> {
        keys.iter()
            .map(|key| self.core.object(key.as_ref()))
            .collect()
    }

    fn wait<T>(
        &self,
        request: Ready,
        reply: fn(&Keys, Delivery) -> Option<T>,
    ) -> Result<Option<T>> {
        let (request, limit) = request?;
        let served = request.wait(&self.core, limit)?;
        Ok(served.and_then(|(keys, delivery)| reply(&keys, delivery)))
    }
}

fn element(_keys: &Keys, delivery: Delivery) -> Option<Bytes> {
    delivery.elements().into_iter().next()
}

#[expect(clippy::unnecessary_wraps, reason = "one of several replies")]
fn elements(_keys: &Keys, delivery: Delivery) -> Option<Vec<Bytes>> {
    Some(delivery.elements().into_vec())
}

fn key_and_element(keys: &Keys, delivery: Delivery) -> Option<(Bytes, Bytes)> {
    let key = Bytes::copy_from_slice(keys[delivery.key].key());
    delivery
        .elements()
        .into_iter()
        .next()
        .map(|element| (key, element))
}

#[expect(clippy::unnecessary_wraps, reason = "one of several replies")]
fn key_and_elements(keys: &Keys, delivery: Delivery) -> Option<(Bytes, Vec<Bytes>)> {
    let key = Bytes::copy_from_slice(keys[delivery.key].key());
    Some((key, delivery.elements().into_vec()))
}

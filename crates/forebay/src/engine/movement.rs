//! Moving elements from list to list.

use std::sync::Arc;

use bytes::Bytes;
use forebay_sync::Side;

use super::{Access, Core, Engine};
use crate::blocking::Elements;
use crate::command::movement::{How, Route, lmovem};
use crate::error::Result;
use crate::object::Object;

impl Engine {
    /// LMOVE: takes the element at the end `from` of the source and adds it at the end `to` of the
    /// destination, in one step. Returns it; `None` when the source does not exist. Source and
    /// destination may be one list.
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(1).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let job = engine.lmove("mq", "doing", Side::Left, Side::Right)?;
    /// assert_eq!(job.as_deref(), Some(&b"a"[..]));
    /// assert_eq!(engine.lrange("doing", 0, -1)?, ["a"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lmove(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        from: Side,
        to: Side,
    ) -> Result<Option<Bytes>> {
        let moved = self.core.with_existing(source.as_ref(), |source| {
            if Core::is_surely_empty(source) {
                return Ok(None);
            }
            self.core.with(destination.as_ref(), |destination| {
                self.core.move_one(source, destination, from, to)
            })
        });
        moved.map(Option::flatten)
    }

    /// RPOPLPUSH: [`Engine::lmove`] from the right end to the left end.
    ///
    /// # Errors
    /// As [`Engine::lmove`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.lpush("mq", ["a"])?;
    /// assert_eq!(engine.rpoplpush("mq", "doing")?.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpoplpush(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
    ) -> Result<Option<Bytes>> {
        self.lmove(source, destination, Side::Right, Side::Left)
    }

    /// LMOVEM: moves several elements in one step. Returns them as they stand in the destination
    /// then, from the left.
    ///
    /// `None` when `how` is [`How::One`] and the source does not exist, or when it is
    /// [`How::Exactly`] and the source has fewer elements; `Some` of nothing when it is
    /// [`How::Count`] and the source does not exist. On one list, the elements leave before the
    /// first of them comes back.
    ///
    /// # Errors
    /// [`CountZero`](crate::Error::CountZero), [`KeyTooLarge`](crate::Error::KeyTooLarge),
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of elements moved).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, How, Order, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// let pair = How::Exactly { n: 2, order: Order::Bulk };
    /// let moved = engine.lmovem("mq", "doing", Side::Left, Side::Left, pair)?;
    /// assert_eq!(moved.unwrap(), ["a", "b"]);
    /// assert_eq!(engine.lmovem("mq", "doing", Side::Left, Side::Left, pair)?, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lmovem(
        &self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        from: Side,
        to: Side,
        how: How,
    ) -> Result<Option<Vec<Bytes>>> {
        how.check()?;
        let route = Route { from, to, how };
        Ok(how.reply(self.shift(source.as_ref(), destination.as_ref(), route)?))
    }

    fn shift(&self, source: &[u8], destination: &[u8], route: Route) -> Result<Option<Elements>> {
        let moved = self.core.with_existing(source, |source| {
            if Core::is_surely_empty(source) {
                return Ok(None);
            }
            self.core.with(destination, |destination| {
                self.core.shift(source, destination, route)
            })
        });
        moved.map(Option::flatten)
    }
}

impl Access {
    /// LMOVE.
    pub(crate) fn move_one(
        &self,
        source: &Arc<Object>,
        destination: &Arc<Object>,
        from: Side,
        to: Side,
    ) -> Result<Option<Bytes>> {
        if Arc::ptr_eq(source, destination) {
            let moved = self.shift(source, destination, Route::one(from, to))?;
            return Ok(moved.and_then(|elements| elements.into_iter().next()));
        }
        self.edit_pair(
            source,
            destination,
            Route::one(from, to),
            |source, destination| source.move_to(from, destination, to),
        )
    }

    /// LMOVEM.
    fn shift(
        &self,
        source: &Arc<Object>,
        destination: &Arc<Object>,
        route: Route,
    ) -> Result<Option<Elements>> {
        if Arc::ptr_eq(source, destination) {
            return self.edit_costing(
                source,
                |list| route.cost(list),
                |list| lmovem(list, None, route),
            );
        }
        self.edit_pair(source, destination, route, |source, destination| {
            lmovem(source, Some(destination), route)
        })
    }
}

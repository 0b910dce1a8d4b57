//! Moving elements from list to list, in a transaction.

use bytes::Bytes;
use forebay_sync::Side;

use super::Transaction;
use crate::blocking::Elements;
use crate::command::movement::{How, Route, lmovem_keys};
use crate::error::Result;

impl Transaction<'_> {
    /// LMOVE: see [`Engine::lmove`](crate::Engine::lmove).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// let moved = engine.transaction(&["mq", "doing"], |tx| {
    ///     tx.lmove("mq", "doing", Side::Left, Side::Right)
    /// })??;
    /// assert_eq!(moved.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lmove(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        from: Side,
        to: Side,
    ) -> Result<Option<Bytes>> {
        let moved = self.shift(source, destination, Route::one(from, to))?;
        Ok(moved.and_then(|elements| elements.into_iter().next()))
    }

    /// RPOPLPUSH: see [`Engine::rpoplpush`](crate::Engine::rpoplpush).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let moved = engine.transaction(&["mq", "doing"], |tx| tx.rpoplpush("mq", "doing"))??;
    /// assert_eq!(moved, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpoplpush(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
    ) -> Result<Option<Bytes>> {
        self.lmove(source, destination, Side::Right, Side::Left)
    }

    /// LMOVEM: see [`Engine::lmovem`](crate::Engine::lmovem).
    ///
    /// # Errors
    /// As [`Engine::lmovem`](crate::Engine::lmovem), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, How, Order, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let all = How::Count { n: 9, order: Order::Bulk };
    /// let moved = engine.transaction(&["mq", "doing"], |tx| {
    ///     tx.lmovem("mq", "doing", Side::Left, Side::Right, all)
    /// })??;
    /// assert_eq!(moved.unwrap(), ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lmovem(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        from: Side,
        to: Side,
        how: How,
    ) -> Result<Option<Vec<Bytes>>> {
        how.check()?;
        Ok(how.reply(self.shift(source, destination, Route { from, to, how })?))
    }

    fn shift(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        route: Route,
    ) -> Result<Option<Elements>> {
        let (source, destination) = (self.place(source)?, self.place(destination)?);
        self.set
            .admit(route.cost(self.set.key(source).bare_list()))?;
        let (from, to) = self.set.pair_mut(source, destination);
        let moved = lmovem_keys(from, to, route)?;
        self.edited(source);
        self.edited(destination);
        Ok(moved)
    }
}

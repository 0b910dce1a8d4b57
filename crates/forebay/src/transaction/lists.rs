//! The commands on lists, in a transaction.

use bytes::Bytes;
use forebay_sync::Side;

use super::Transaction;
use crate::blocking::Elements;
use crate::command::edit::{Position, linsert, lrem, lset};
use crate::command::movement::{How, Route, lmovem};
use crate::command::pop::{check_lmpop, pop_count};
use crate::command::positions::{LposOptions, lpos};
use crate::command::push;
use crate::command::range::{lindex, lrange, ltrim};
use crate::error::Result;

impl Transaction<'_> {
    /// LPUSH: see [`List::lpush`](crate::List::lpush). Who waits for the elements is served when the
    /// transaction ends.
    ///
    /// # Errors
    /// As [`List::lpush`](crate::List::lpush), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let len = engine.transaction(&["mq"], |tx| tx.lpush("mq", ["a", "b"]))??;
    /// assert_eq!(len, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpush<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push(key, Side::Left, elements.as_ref())
    }

    /// RPUSH: see [`List::rpush`](crate::List::rpush).
    ///
    /// # Errors
    /// As [`Transaction::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.transaction(&["mq"], |tx| tx.rpush("mq", ["a", "b"]))??;
    /// assert_eq!(engine.lrange("mq", 0, -1)?, ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpush<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push(key, Side::Right, elements.as_ref())
    }

    /// LPUSHX: see [`List::lpushx`](crate::List::lpushx).
    ///
    /// # Errors
    /// As [`Transaction::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.lpushx("mq", ["a"]))??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpushx<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push_existing(key, Side::Left, elements.as_ref())
    }

    /// RPUSHX: see [`List::rpushx`](crate::List::rpushx).
    ///
    /// # Errors
    /// As [`Transaction::lpush`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.rpushx("mq", ["a"]))??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpushx<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        elements: impl AsRef<[T]>,
    ) -> Result<u64> {
        self.push_existing(key, Side::Right, elements.as_ref())
    }

    /// LPOP: see [`List::lpop`](crate::List::lpop).
    ///
    /// # Errors
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let job = engine.transaction(&["mq"], |tx| tx.lpop("mq"))??;
    /// assert_eq!(job.as_deref(), Some(&b"a"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop(&mut self, key: impl AsRef<[u8]>) -> Result<Option<Bytes>> {
        self.edit(key, |list| list.pop(Side::Left))
    }

    /// RPOP: see [`List::rpop`](crate::List::rpop).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let job = engine.transaction(&["mq"], |tx| tx.rpop("mq"))??;
    /// assert_eq!(job.as_deref(), Some(&b"b"[..]));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop(&mut self, key: impl AsRef<[u8]>) -> Result<Option<Bytes>> {
        self.edit(key, |list| list.pop(Side::Right))
    }

    /// LPOP with a count: see [`List::lpop_count`](crate::List::lpop_count).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// let jobs = engine.transaction(&["mq"], |tx| tx.lpop_count("mq", 2))??;
    /// assert_eq!(jobs.unwrap(), ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpop_count(&mut self, key: impl AsRef<[u8]>, n: u64) -> Result<Option<Vec<Bytes>>> {
        self.edit(key, |list| pop_count(list, Side::Left, n))
    }

    /// RPOP with a count: see [`List::rpop_count`](crate::List::rpop_count).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "c"])?;
    /// let jobs = engine.transaction(&["mq"], |tx| tx.rpop_count("mq", 2))??;
    /// assert_eq!(jobs.unwrap(), ["c", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn rpop_count(&mut self, key: impl AsRef<[u8]>, n: u64) -> Result<Option<Vec<Bytes>>> {
        self.edit(key, |list| pop_count(list, Side::Right, n))
    }

    /// LMPOP: see [`Engine::lmpop`](crate::Engine::lmpop).
    ///
    /// # Errors
    /// As [`Engine::lmpop`](crate::Engine::lmpop), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Side};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("b", ["x"])?;
    /// let keys = ["a", "b"];
    /// let popped = engine.transaction(&keys, |tx| tx.lmpop(&keys, Side::Left, 1))??;
    /// assert_eq!(popped.unwrap().0, "b");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lmpop<K: AsRef<[u8]>>(
        &mut self,
        keys: &[K],
        side: Side,
        count: u64,
    ) -> Result<Option<(Bytes, Vec<Bytes>)>> {
        check_lmpop(keys, count)?;
        for at in self.places(keys)? {
            if let Some(popped) = pop_count(self.set.list_mut(at), side, count) {
                self.edited(at);
                return Ok(Some((
                    Bytes::copy_from_slice(self.set.object(at).key()),
                    popped,
                )));
            }
        }
        Ok(None)
    }

    /// LLEN: see [`List::llen`](crate::List::llen).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.llen("mq"))??, 0);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn llen(&self, key: impl AsRef<[u8]>) -> Result<u64> {
        Ok(self.list(key)?.len())
    }

    /// LRANGE: see [`List::lrange`](crate::List::lrange).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// let all = engine.transaction(&["mq"], |tx| tx.lrange("mq", 0, -1))??;
    /// assert_eq!(all, ["a", "b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lrange(&self, key: impl AsRef<[u8]>, start: i64, stop: i64) -> Result<Vec<Bytes>> {
        Ok(lrange(self.list(key)?, start, stop))
    }

    /// LINDEX: see [`List::lindex`](crate::List::lindex).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.lindex("mq", 0))??, None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lindex(&self, key: impl AsRef<[u8]>, index: i64) -> Result<Option<Bytes>> {
        Ok(lindex(self.list(key)?, index))
    }

    /// LPOS: see [`List::lpos`](crate::List::lpos).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.lpos("mq", "b"))??, Some(1));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpos(&self, key: impl AsRef<[u8]>, element: impl AsRef<[u8]>) -> Result<Option<u64>> {
        Ok(self
            .lpos_with(key, element, LposOptions::default())?
            .first()
            .copied())
    }

    /// LPOS with options: see [`List::lpos_with`](crate::List::lpos_with).
    ///
    /// # Errors
    /// As [`List::lpos_with`](crate::List::lpos_with), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, LposOptions};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b", "a"])?;
    /// let all = LposOptions { count: Some(0), ..LposOptions::default() };
    /// let found = engine.transaction(&["mq"], |tx| tx.lpos_with("mq", "a", all))??;
    /// assert_eq!(found, [0, 2]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lpos_with(
        &self,
        key: impl AsRef<[u8]>,
        element: impl AsRef<[u8]>,
        options: LposOptions,
    ) -> Result<Vec<u64>> {
        let search = options.check()?;
        Ok(lpos(self.list(key)?, element.as_ref(), search))
    }

    /// LSET: see [`List::lset`](crate::List::lset).
    ///
    /// # Errors
    /// As [`List::lset`](crate::List::lset), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// engine.transaction(&["mq"], |tx| tx.lset("mq", 0, "b"))??;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lset(
        &mut self,
        key: impl AsRef<[u8]>,
        index: i64,
        element: impl AsRef<[u8]>,
    ) -> Result<()> {
        self.core.check_message(element.as_ref())?;
        self.edit(key, |list| lset(list, index, element.as_ref()))?
    }

    /// LINSERT: see [`List::linsert`](crate::List::linsert).
    ///
    /// # Errors
    /// As [`List::linsert`](crate::List::linsert), and
    /// [`KeyNotDeclared`](crate::Error::KeyNotDeclared).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Position};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a"])?;
    /// let len = engine.transaction(&["mq"], |tx| {
    ///     tx.linsert("mq", Position::After, "a", "b")
    /// })??;
    /// assert_eq!(len, 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn linsert(
        &mut self,
        key: impl AsRef<[u8]>,
        position: Position,
        pivot: impl AsRef<[u8]>,
        element: impl AsRef<[u8]>,
    ) -> Result<i64> {
        self.core.check_message(element.as_ref())?;
        self.edit(key, |list| {
            linsert(list, position, pivot.as_ref(), element.as_ref())
        })
    }

    /// LREM: see [`List::lrem`](crate::List::lrem).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "a"])?;
    /// assert_eq!(engine.transaction(&["mq"], |tx| tx.lrem("mq", 1, "a"))??, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn lrem(
        &mut self,
        key: impl AsRef<[u8]>,
        count: i64,
        element: impl AsRef<[u8]>,
    ) -> Result<u64> {
        self.edit(key, |list| lrem(list, count, element.as_ref()))
    }

    /// LTRIM: see [`List::ltrim`](crate::List::ltrim).
    ///
    /// # Errors
    /// As [`Transaction::lpop`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("mq", ["a", "b"])?;
    /// engine.transaction(&["mq"], |tx| tx.ltrim("mq", 1, -1))??;
    /// assert_eq!(engine.lrange("mq", 0, -1)?, ["b"]);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn ltrim(&mut self, key: impl AsRef<[u8]>, start: i64, stop: i64) -> Result<()> {
        self.edit(key, |list| ltrim(list, start, stop))
    }

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

    fn push<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        side: Side,
        elements: &[T],
    ) -> Result<u64> {
        self.core.check_messages(elements)?;
        self.edit(key, |list| push::all(list, side, elements))
    }

    fn push_existing<T: AsRef<[u8]>>(
        &mut self,
        key: impl AsRef<[u8]>,
        side: Side,
        elements: &[T],
    ) -> Result<u64> {
        self.core.check_messages(elements)?;
        self.edit(key, |list| push::all_if_any(list, side, elements))
    }

    fn shift(
        &mut self,
        source: impl AsRef<[u8]>,
        destination: impl AsRef<[u8]>,
        route: Route,
    ) -> Result<Option<Elements>> {
        let (source, destination) = (self.place(source)?, self.place(destination)?);
        let (from, to) = self.set.pair_mut(source, destination);
        let moved = lmovem(from, to, route);
        self.edited(source);
        self.edited(destination);
        Ok(moved)
    }
}

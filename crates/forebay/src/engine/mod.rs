//! The engine, and its commands by key.

mod access;
mod blocking;
mod durability;
mod edit;
mod expiry;
mod keys;
mod movement;
mod pop;
mod push;
mod read;
mod set;
#[cfg(feature = "sim")]
mod sim;
mod state;
mod stream_add;
mod stream_blocking;
mod stream_claim;
mod stream_deliver;
mod stream_group;
mod stream_info;
mod stream_read;
mod string;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod type_tests;

use core::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

pub(crate) use self::access::Access;
pub use self::durability::{Durability, Durable};
pub use self::keys::ScanOptions;
pub(crate) use self::state::Core;

use crate::config::Config;
use crate::error::Result;
use crate::keyspace::SLICES;
use crate::list::List;
use crate::object::Object;
use crate::stream::Stream;
use crate::transaction::Transaction;

/// A message-queue engine. Clones are handles of the same engine.
///
/// It is open until [`Engine::close`] is called or its last handle is dropped; [`List`]s and
/// unfinished [futures](crate::Blocking) are handles too.
///
/// The methods are Redis' commands, the key first; where nothing else is said, they behave like
/// those. A key is there while its list has elements, or while it holds a stream. Whoever uses a
/// key often takes a [`List`] or a [`Stream`]: its calls need no lookup. (Each thread remembers a
/// few keys, so that a call by key is not much slower.)
///
/// A few names are not the command's: TYPE is [`key_type`](Engine::key_type); LPOP with a count is
/// [`lpop_count`](Engine::lpop_count); LPOS with options is [`lpos_with`](Engine::lpos_with);
/// reading a message in place is [`lpop_with`](Engine::lpop_with) and, of several,
/// [`lpop_each`](Engine::lpop_each).
///
/// # Memory
/// Messages lie in segments of up to 64 KiB. What a burst took is kept for the next one and goes
/// back to the system when nobody has needed it for two to four seconds.
///
/// # Consistency
/// Every command is one atomic step, also on several keys, unless it says otherwise (KEYS, SCAN and
/// DBSIZE go from key to key). When a push returns, everybody that it made ready has been served.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.lpush("mq", ["101030001:stock:5"])?;
/// // Take it, and keep it in a backup list until it is done.
/// let job = engine.brpoplpush("mq", "mqback", 0.0)?.unwrap();
/// assert_eq!(job, "101030001:stock:5");
/// engine.lrem("mqback", 1, &job)?;
/// assert_eq!(engine.exists(&["mq", "mqback"])?, 0);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    core: Access,
}

impl Engine {
    /// Opens an engine; one with a directory has what was acknowledged before.
    ///
    /// # Errors
    /// [`WorkerFailed`](crate::Error::WorkerFailed). With a directory also
    /// [`Locked`](crate::Error::Locked), [`Corrupt`](crate::Error::Corrupt),
    /// [`Unintelligible`](crate::Error::Unintelligible),
    /// [`LogUnavailable`](crate::Error::LogUnavailable) and
    /// [`LogConfig`](crate::Error::LogConfig); nothing was changed then.
    ///
    /// # Complexity
    /// O(1), or O(bytes of the last checkpoint and of the log behind it).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn open(config: Config) -> Result<Self> {
        Ok(Self {
            core: Access::new(Core::open(config)?),
        })
    }

    pub(crate) const fn core(&self) -> &Access {
        &self.core
    }

    /// The list of `key`, to use it often. This does not make the key exist.
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let mq = engine.list("mq")?;
    /// mq.rpush(["a"])?;
    /// assert_eq!(engine.llen("mq")?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn list(&self, key: impl AsRef<[u8]>) -> Result<List> {
        let object = self.core.object(key.as_ref())?;
        Ok(List::new(self.core.clone(), object))
    }

    /// The stream of `key`, to use it often. This does not make the key exist.
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let mq = engine.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// assert_eq!(engine.xlen("mq")?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn stream(&self, key: impl AsRef<[u8]>) -> Result<Stream> {
        let object = self.core.object(key.as_ref())?;
        Ok(Stream::new(self.core.clone(), object))
    }

    /// Runs commands on `keys` as one atomic step: nobody sees some of them without the others.
    ///
    /// Others that use the keys wait while `f` runs, so `f` should be short. Who waits for elements
    /// of the keys is served after `f` has returned; elements that were pushed and popped again in
    /// between wake nobody.
    ///
    /// As with MULTI and EXEC there is no way back: what `f` has done stays done, also when it
    /// returns an error of its own. Check first, then change.
    ///
    /// # Errors
    /// [`KeyTooLarge`](crate::Error::KeyTooLarge), [`Closed`](crate::Error::Closed).
    ///
    /// # Panics
    /// When `f` panics. What it had done stays done; the keys are let go as if it had returned.
    ///
    /// # Deadlocks
    /// `f` must use the keys through its argument only. A call on the engine or on a list inside
    /// `f` waits for ever when it needs one of the keys, and may do so when it needs keys of
    /// another transaction.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let len = engine.transaction(&["orders", "audit"], |tx| {
    ///     tx.rpush("audit", ["order 7"])?;
    ///     tx.rpush("orders", ["7"])
    /// })??;
    /// assert_eq!(len, 1);
    /// let other = engine.transaction(&["orders"], |tx| tx.llen("audit"))?;
    /// assert_eq!(other, Err(Error::KeyNotDeclared));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn transaction<K: AsRef<[u8]>, R>(
        &self,
        keys: &[K],
        f: impl FnOnce(&mut Transaction<'_>) -> R,
    ) -> Result<R> {
        let objects = keys
            .iter()
            .map(|key| self.core.object(key.as_ref()))
            .collect::<Result<SmallVec<[_; 4]>>>()?;
        self.transaction_on(&objects, f)
    }

    fn transaction_on<R>(
        &self,
        objects: &[Arc<Object>],
        f: impl FnOnce(&mut Transaction<'_>) -> R,
    ) -> Result<R> {
        let mut transaction = Transaction::begin(&self.core, objects)?;
        let result = f(&mut transaction);
        transaction.finish()?;
        self.core.wait()?;
        Ok(result)
    }

    /// Runs commands on all keys that exist as one atomic step, and on `keys` besides. A key that
    /// comes into being meanwhile may be missed.
    ///
    /// What concerns all keys, such as [`Transaction::dbsize`], needs such a transaction.
    ///
    /// # Errors
    /// As [`Engine::transaction`].
    ///
    /// # Complexity
    /// O(number of keys in the engine). All other calls wait meanwhile.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.rpush("a", ["x"])?;
    /// let keys = engine.transaction_on_all(&["log"], |tx| {
    ///     let keys = tx.dbsize()?;
    ///     tx.flushall()?;
    ///     tx.rpush("log", ["flushed"])?;
    ///     Ok::<u64, forebay::Error>(keys)
    /// })??;
    /// assert_eq!(keys, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn transaction_on_all<K: AsRef<[u8]>, R>(
        &self,
        keys: &[K],
        f: impl FnOnce(&mut Transaction<'_>) -> R,
    ) -> Result<R> {
        let mut objects = keys
            .iter()
            .map(|key| self.core.object(key.as_ref()))
            .collect::<Result<Vec<_>>>()?;
        for slice in 0..SLICES {
            objects.extend(self.core.keyspace().collect(slice, |_| true));
        }
        self.transaction_on(&objects, f)
    }

    /// Does a bounded step of what the workers do: removes keys that have expired, ends futures
    /// whose timeout is over, and gives back the memory of keys that nobody uses.
    ///
    /// Only needed in an engine without [workers](Config::workers). Never blocks for long.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory().workers(0))?;
    /// engine.maintain();
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn maintain(&self) {
        self.core.maintain();
    }

    /// Closes the engine: all elements are dropped, all blocked calls end with
    /// [`Closed`](crate::Error::Closed), so does every later call, and the workers end.
    ///
    /// An engine with a directory first makes durable what was done, and writes it down for a fast
    /// start; when this returns the directory may be opened again. (When the last handle is
    /// dropped, that may be a moment later, if a worker holds the engine at that moment.) Whether it
    /// could be made durable is what [`Engine::flush`] says.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let mq = engine.list("mq")?;
    /// engine.close();
    /// assert_eq!(mq.lpush(["a"]), Err(Error::Closed));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn close(&self) {
        self.core.close();
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

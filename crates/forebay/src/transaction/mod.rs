//! Several commands as one atomic step.

mod ends;
mod keys;
mod middle;
mod movement;
mod names;
mod set;
mod stream;
mod string;

use core::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::command::keys::Dropped;
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::frozen::{FrozenKey, FrozenList, FrozenSet};
use crate::journal::Cost;
use crate::object::Object;

/// The commands that [`Engine::transaction`](crate::Engine::transaction) offers inside its one
/// atomic step, on the keys that were declared.
///
/// They do what the methods of the [`Engine`](crate::Engine) with the same names do; all of them
/// return [`Error::KeyNotDeclared`] for other keys. There are none that block, and none is undone
/// when a later one fails.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, Side};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.rpush("from", ["a", "b"])?;
/// engine.transaction(&["from", "to"], |tx| {
///     while tx.llen("from")? > 0 {
///         tx.lmove("from", "to", Side::Left, Side::Right)?;
///     }
///     Ok::<(), forebay::Error>(())
/// })??;
/// assert_eq!(engine.lrange("to", 0, -1)?, ["a", "b"]);
/// # Ok::<(), forebay::Error>(())
/// ```
pub struct Transaction<'a> {
    core: &'a Core,
    set: FrozenSet<'a>,
    /// The places of the members in the order of their keys.
    by_key: SmallVec<[usize; 4]>,
    /// Declared after the set, and so dropped after it.
    dropped: Dropped,
}

impl<'a> Transaction<'a> {
    pub(crate) fn begin(core: &'a Core, objects: &'a [Arc<Object>]) -> Result<Self> {
        let mut set = FrozenSet::new(core, objects)?;
        // It may carry contents from key to key.
        for at in 0..set.len() {
            set.keep_for_checkpoint(at);
        }
        let mut by_key: SmallVec<[usize; 4]> = (0..set.len()).collect();
        by_key.sort_unstable_by_key(|&at| set.object(at).key());
        Ok(Self {
            core,
            set,
            by_key,
            dropped: Dropped::new(),
        })
    }

    /// Ends it, and says whether it is in the journal.
    pub(crate) fn finish(self) -> Result<()> {
        self.set.finish()
    }

    /// The place of a key in the set.
    fn place(&self, key: impl AsRef<[u8]>) -> Result<usize> {
        let found = self
            .by_key
            .binary_search_by_key(&key.as_ref(), |&at| self.set.object(at).key())
            .map_err(|_| Error::KeyNotDeclared)?;
        Ok(self.by_key[found])
    }

    /// The places of at least one key.
    fn places<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<usize>> {
        if keys.is_empty() {
            return Err(Error::NoKeys);
        }
        keys.iter().map(|key| self.place(key)).collect()
    }

    fn now_ms(&self) -> i64 {
        self.core.clock().unix_ms()
    }

    fn key(&self, key: impl AsRef<[u8]>) -> Result<&FrozenKey<'a>> {
        Ok(self.set.key(self.place(key)?))
    }

    fn list(&self, key: impl AsRef<[u8]>) -> Result<&FrozenList<'a>> {
        self.key(key)?.list()
    }

    /// Changes one list.
    fn edit<R>(
        &mut self,
        key: impl AsRef<[u8]>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenList<'_>) -> R,
    ) -> Result<R> {
        let at = self.place(key)?;
        self.set.admit(cost)?;
        let result = f(self.set.key_mut(at).list_mut()?);
        self.edited(at);
        Ok(result)
    }

    /// To be called when a list has been changed.
    fn edited(&mut self, at: usize) {
        self.set.key_mut(at).forget_expiry_if_gone();
        self.set.has_changed(at);
    }
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.by_key.iter().map(|&at| self.set.object(at));
        f.debug_tuple("Transaction")
            .field(&keys.collect::<Vec<_>>())
            .finish()
    }
}

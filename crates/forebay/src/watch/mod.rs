//! WATCH: to learn whether keys have changed.
//!
//! Who watches a key leaves a flag with it, which whoever changes the key raises before it lets the
//! key go. A key that is watched needs attention, so that nothing changes
//! it on a fast path. A command that only may have changed a list, such as LREM of an element that is
//! not there, counts as a change.

use core::fmt;
use std::sync::Arc;

use forebay_sync::loom::AtomicBool;
use forebay_sync::loom::Ordering::{Acquire, Release};
use smallvec::SmallVec;

use crate::command::keys::KeyType;
use crate::engine::{Access, Engine};
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::StreamId;

/// The flags of those who watch one key.
#[derive(Default)]
pub(crate) struct Watchers(SmallVec<[Arc<AtomicBool>; 1]>);

impl Watchers {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Raises all flags, which are of no more use then.
    pub(crate) fn tell(&mut self) {
        for flag in self.0.drain(..) {
            // Release: so that who sees the flag sees what was done before; pairs with `is_touched`.
            flag.store(true, Release);
        }
    }
}

/// What is compared to find out whether a key has changed.
#[derive(PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) key_type: Option<KeyType>,
    pub(crate) expire_at_ms: Option<i64>,
    pub(crate) stream: Option<StreamTrace>,
}

impl Trace {
    pub(crate) const fn exists(&self) -> bool {
        self.key_type.is_some()
    }
}

/// The part of a stream that adding, deleting and XSETID change.
#[derive(PartialEq, Eq)]
pub(crate) struct StreamTrace {
    pub(crate) len: u64,
    pub(crate) last_id: StreamId,
    pub(crate) max_deleted_id: StreamId,
    pub(crate) entries_added: u64,
}

/// Keys that are watched, from [`Engine::watch`] until it is dropped.
pub struct Watched {
    core: Access,
    objects: Vec<Arc<Object>>,
    flag: Arc<AtomicBool>,
}

impl Watched {
    /// Whether one of the keys has changed since it was watched, or may have. Inside a transaction
    /// on all of them the answer holds until its end.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let watched = engine.watch(&["mq"])?;
    /// let pushed = engine.transaction(&["mq"], |tx| match watched.is_touched() {
    ///     false => tx.lpush("mq", ["a"]).map(Some),
    ///     true => Ok(None),
    /// })??;
    /// assert_eq!(pushed, Some(1));
    /// assert!(watched.is_touched());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn is_touched(&self) -> bool {
        // Acquire: what was done to the key; pairs with `Watchers::tell`.
        self.flag.load(Acquire)
    }

    /// The keys.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let watched = engine.watch(&["a", "b"])?;
    /// assert_eq!(watched.keys().count(), 2);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.objects.iter().map(|object| object.key())
    }

    /// Watches more keys.
    ///
    /// # Errors
    /// As [`Engine::watch`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let mut watched = engine.watch(&["a"])?;
    /// watched.add(&["b"])?;
    /// engine.rpush("b", ["x"])?;
    /// assert!(watched.is_touched());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn add<K: AsRef<[u8]>>(&mut self, keys: &[K]) -> Result<()> {
        for key in keys {
            let key = key.as_ref();
            if self.objects.iter().any(|object| object.key() == key) {
                continue;
            }
            let object = self.core.object(key)?;
            self.core.edit_key(&object, Cost::NONE, |key| {
                key.watch().watchers.0.push(Arc::clone(&self.flag));
            })?;
            self.objects.push(object);
        }
        Ok(())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        for object in &self.objects {
            // Errors: a closed engine has forgotten it.
            let _closed = self.core.edit_key(object, Cost::NONE, |key| {
                if let Some(watch) = key.watched_mut() {
                    let flags = &mut watch.watchers.0;
                    flags.retain(|flag| !Arc::ptr_eq(flag, &self.flag));
                }
            });
        }
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("keys", &self.objects)
            .field("is_touched", &self.is_touched())
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// WATCH: to learn whether keys have changed since now, for a
    /// [transaction](Engine::transaction) that depends on what they held.
    ///
    /// Any change counts that others see: of what the key holds, of its expiry, by whomever. What a
    /// consumer group of a stream knows does not.
    ///
    /// # Errors
    /// [`NoKeys`](Error::NoKeys), [`KeyTooLarge`](Error::KeyTooLarge), [`Closed`](Error::Closed).
    ///
    /// # Complexity
    /// O(number of keys). While a key is watched its list and its stream have no fast path.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let watched = engine.watch(&["mq"])?;
    /// assert_eq!(engine.llen("mq")?, 0);
    /// assert!(!watched.is_touched());
    /// engine.lpush("mq", ["a"])?;
    /// assert!(watched.is_touched());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn watch<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Watched> {
        if keys.is_empty() {
            return Err(Error::NoKeys);
        }
        let mut watched = Watched {
            core: self.core().clone(),
            objects: Vec::with_capacity(keys.len()),
            flag: Arc::new(AtomicBool::new(false)),
        };
        watched.add(keys)?;
        Ok(watched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::{ExpireCondition, KeyType, Side};

    /// Whether `f` changes the key "k" of `engine`.
    fn touches(engine: &Engine, f: impl FnOnce(&Engine)) -> bool {
        let watched = engine.watch(&["other", "k"]).unwrap();
        f(engine);
        watched.is_touched()
    }

    #[test]
    fn changes_of_a_list_are_noticed_and_looks_are_not() {
        let engine = Engine::open(Config::in_memory()).unwrap();
        assert!(!touches(&engine, |engine| {
            assert_eq!(engine.lpop("k").unwrap(), None);
            assert_eq!(engine.del(&["k"]).unwrap(), 0);
        }));
        assert!(touches(&engine, |engine| {
            engine.rpush("k", ["a", "b"]).unwrap();
        }));
        assert!(!touches(&engine, |engine| {
            assert_eq!(engine.llen("k").unwrap(), 2);
            assert_eq!(engine.lrange("k", 0, -1).unwrap(), ["a", "b"]);
            assert_eq!(engine.lindex("k", 0).unwrap().unwrap(), "a");
            assert_eq!(engine.key_type("k").unwrap(), Some(KeyType::List));
            assert_eq!(engine.exists(&["k", "other"]).unwrap(), 1);
            assert_eq!(engine.ttl("k").unwrap(), -1);
            assert!(engine.xadd("k", [("a", "b")]).is_err());
        }));
        let changes: [fn(&Engine); 8] = [
            |engine| engine.lset("k", 0, "c").unwrap(),
            |engine| assert!(engine.lmove("k", "k", Side::Left, Side::Right).is_ok()),
            |engine| assert!(engine.lpop("k").unwrap().is_some()),
            |engine| assert!(engine.expire("k", 100, ExpireCondition::Always).unwrap()),
            |engine| assert!(engine.persist("k").unwrap()),
            |engine| engine.rename("k", "moved").unwrap(),
            |engine| engine.rename("moved", "k").unwrap(),
            |engine| engine.flushall().unwrap(),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert!(touches(&engine, change), "change {number}");
        }
    }

    #[test]
    fn changes_of_a_stream_are_noticed_and_looks_are_not() {
        let engine = Engine::open(Config::in_memory()).unwrap();
        assert!(touches(&engine, |engine| {
            engine.xadd("k", [("a", "b")]).unwrap();
        }));
        assert!(!touches(&engine, |engine| {
            assert_eq!(engine.xlen("k").unwrap(), 1);
            let all = crate::stream::IdRange::ALL;
            assert_eq!(engine.xrange("k", all, None).unwrap().len(), 1);
            assert_eq!(engine.xinfo_stream("k").unwrap().counters.length, 1);
        }));
        assert!(touches(&engine, |engine| {
            let trim = crate::stream::Trim::maxlen(0);
            assert_eq!(engine.xtrim("k", &trim).unwrap(), 1);
        }));
    }

    #[test]
    fn who_does_not_watch_any_more_leaves_nothing_behind() {
        let engine = Engine::open(Config::in_memory()).unwrap();
        engine.rpush("k", ["a"]).unwrap();
        let object = engine.core().object(b"k").unwrap();
        let watched = engine.watch(&["k", "k"]).unwrap();
        assert!(object.list.is_attended());
        drop(watched);
        assert!(!object.list.is_attended());
    }
}

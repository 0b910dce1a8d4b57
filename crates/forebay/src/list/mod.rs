//! The handle of a list: its key is looked up once.

mod blocking;
mod edit;
mod movement;
mod pop;
mod push;
mod read;

use core::fmt;
use std::sync::Arc;

use crate::engine::Access;
use crate::object::Object;

/// A list of an engine, found once: what it does then needs no lookup.
///
/// A handle belongs to its key for ever. When the key is deleted, renamed or expires, the handle
/// sees an empty list, and when somebody pushes to the key again, it sees that. Clones are the same
/// list. A handle keeps the engine open.
///
/// The methods are Redis' commands; where nothing else is said, they behave like those. An empty
/// list is a key that does not exist.
///
/// Commands on several keys, expiry, DEL and the other commands that every key has are methods of
/// the [`Engine`](crate::Engine); a handle can be given to them in place of its key.
///
/// # Consistency
/// Every method is one atomic step, but for `lpop_each` and `rpop_each`. All threads see the steps
/// on a key in one order.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine};
///
/// let engine = Engine::open(Config::in_memory())?;
/// let mq = engine.list("mq")?;
/// mq.lpush(["set stock to 5"])?;
/// mq.lpush(["set stock to 3"])?;
/// assert_eq!(mq.rpop()?.as_deref(), Some(&b"set stock to 5"[..]));
/// assert_eq!(mq.rpop()?.as_deref(), Some(&b"set stock to 3"[..]));
/// assert_eq!(mq.rpop()?, None);
/// assert!(!engine.expire(&mq, 60, forebay::ExpireCondition::Always)?, "it does not exist now");
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone)]
pub struct List {
    pub(crate) core: Access,
    pub(crate) object: Arc<Object>,
}

impl List {
    pub(crate) fn new(core: Access, object: Arc<Object>) -> Self {
        Self { core, object }
    }

    /// The key that the list belongs to.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.list("mq")?.key(), b"mq");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.object.key()
    }
}

/// The key, so that a handle can stand where a call wants one.
impl AsRef<[u8]> for List {
    fn as_ref(&self) -> &[u8] {
        self.key()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("List").field(&self.object).finish()
    }
}

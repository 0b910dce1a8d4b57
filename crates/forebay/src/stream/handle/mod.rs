//! The handles of a stream, of its groups, and of their consumers: the key is looked up once.

mod add;
mod blocking;
mod consumer;
mod delete;
mod entries;
mod group;
mod groups;
mod info;
mod read;
mod work;

use core::fmt;
use std::sync::Arc;

pub use self::consumer::Consumer;
pub use self::entries::Entries;
pub use self::group::Group;

use crate::engine::Access;
use crate::object::Object;

/// A stream of an engine, found once: what it does then needs no lookup.
///
/// A handle belongs to its key for ever. When the key is deleted, renamed or expires, the handle
/// sees no stream, and when somebody adds to the key again, it sees that. Clones are the same
/// stream. A handle keeps the engine open.
///
/// The methods are Redis' commands; where nothing else is said, they behave like those. A stream
/// that has lost all its entries is still there.
///
/// # Consistency
/// Every method is one atomic step. Entries become visible in the order of their ids, and at once:
/// a read that begins after an XADD has returned sees its entry.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, StreamId};
/// use forebay::stream::XreadOptions;
///
/// let engine = Engine::open(Config::in_memory())?;
/// let mq = engine.stream("mqstream")?;
/// let id = mq.xadd([("repo", "5")])?;
/// mq.xadd([("repo", "3")])?;
/// let entries = mq.xread(id, &XreadOptions::default())?;
/// assert_eq!(entries[0].fields, [("repo", "3")]);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone)]
pub struct Stream {
    pub(crate) core: Access,
    pub(crate) object: Arc<Object>,
}

impl Stream {
    pub(crate) fn new(core: Access, object: Arc<Object>) -> Self {
        Self { core, object }
    }

    /// The key that the stream belongs to.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.stream("mq")?.key(), b"mq");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.object.key()
    }

    /// The consumer group of this name, to use it often. This does not make the group exist.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::GroupStart;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let workers = mq.group("workers");
    /// assert_eq!(workers.consumer("w1").read(10)?.len(), 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn group(&self, name: impl AsRef<[u8]>) -> Group {
        Group::new(self.clone(), name.as_ref())
    }
}

/// The key, so that a handle can stand where a call wants one.
impl AsRef<[u8]> for Stream {
    fn as_ref(&self) -> &[u8] {
        self.key()
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stream").field(&self.object).finish()
    }
}

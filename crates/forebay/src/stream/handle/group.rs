//! The handle of a consumer group.

use core::fmt;
use std::sync::{Arc, OnceLock};

use super::{Consumer, Stream};
use crate::stream::body::SharedGroup;

/// A consumer group of a stream, found once.
///
/// The handle stands for a name: it need not exist yet, and when the group is destroyed and made
/// again, the handle means the new one. Clones are the same group.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine};
/// use forebay::stream::GroupStart;
///
/// let engine = Engine::open(Config::in_memory())?;
/// let mq = engine.stream("mq")?;
/// mq.xadd([("job", "7")])?;
/// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
/// let workers = mq.group("workers");
/// for entry in workers.consumer("w1").read(100)? {
///     // Do it, and say that it is done.
///     workers.xack([entry.id])?;
/// }
/// assert_eq!(workers.xpending()?.count, 0);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone)]
pub struct Group {
    pub(crate) stream: Stream,
    name: Arc<[u8]>,
    /// The group when it was first used. It may be gone, and another one have its name.
    shared: OnceLock<Arc<SharedGroup>>,
}

impl Group {
    pub(super) fn new(stream: Stream, name: &[u8]) -> Self {
        Self {
            stream,
            name: name.into(),
            shared: OnceLock::new(),
        }
    }

    /// Its name.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// assert_eq!(mq.group("workers").name(), b"workers");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The same, to be kept.
    pub(super) fn shared_name(&self) -> Arc<[u8]> {
        Arc::clone(&self.name)
    }

    /// The stream that it belongs to.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// assert_eq!(mq.group("workers").stream().key(), b"mq");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The consumer of this name, to use it often. Reading makes it exist.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// assert_eq!(mq.group("workers").consumer("w1").name(), b"w1");
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn consumer(&self, name: impl AsRef<[u8]>) -> Consumer {
        Consumer::new(self.clone(), name.as_ref())
    }

    /// The group itself, if there is one.
    #[inline]
    pub(crate) fn hint(&self) -> Option<&Arc<SharedGroup>> {
        if let Some(shared) = self.shared.get() {
            return Some(shared);
        }
        let found = self.stream.object.stream()?.find_group(&self.name)?;
        Some(self.shared.get_or_init(|| found))
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format_args!("\"{}\"", self.name.escape_ascii());
        let mut group = f.debug_tuple("Group");
        group.field(&self.stream).field(&name).finish()
    }
}

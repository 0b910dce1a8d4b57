//! What can be asked of a durable engine.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use forebay_wal::{Level, Ticket};

use super::Engine;
use crate::error::{Error, Result};
use crate::journal::Journal;

/// How durable an engine is, and what its log has done: see [`Engine::durability`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Durability {
    /// What calls wait for, if they are not told otherwise.
    pub level: Level,
    /// Everything with a ticket up to this one is synced.
    pub durable: Ticket,
    /// Records written since the engine was opened: one for each step that changed something.
    pub records: u64,
    /// Batches of records that were written together.
    pub batches: u64,
    /// Syncs of the log.
    pub syncs: u64,
    /// Bytes written to the log, with headers and padding.
    pub bytes: u64,
    /// Bytes of the log at present, and so what is replayed at most when it is opened.
    pub log_bytes: u64,
    /// Bytes that can still be written, the reserve for what takes away included.
    pub free_bytes: u64,
    /// Checkpoints taken since the engine was opened.
    pub checkpoints: u64,
    /// Whether the log has stopped: nothing is taken any more.
    pub has_stopped: bool,
}

/// Waits for a ticket; made by [`Engine::durable_async`].
///
/// # Cancel safety
/// Dropping it stops the waiting and nothing else.
#[must_use = "a future does nothing unless it is polled"]
pub struct Durable(Option<forebay_wal::Durable>);

impl Future for Durable {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            None => Poll::Ready(Ok(())),
            Some(durable) => {
                let polled = Pin::new(durable).poll(cx);
                polled.map_err(Error::after_effect)
            }
        }
    }
}

impl fmt::Debug for Durable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Durable").field(&self.0).finish()
    }
}

impl Engine {
    /// A handle of the same engine whose calls wait for another level of durability; the handles
    /// that it gives out do so too.
    ///
    /// With [`Level::None`] calls wait for nothing. Who carries out many of them then waits once:
    /// see [`Engine::ticket`]. Does nothing for an engine in memory.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Level};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let hasty = engine.at_level(Level::None);
    /// hasty.lpush("metrics", ["cpu 7"])?;
    /// assert_eq!(engine.llen("metrics")?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn at_level(&self, level: Level) -> Self {
        Self {
            core: self.core.at_level(level),
        }
    }

    /// A ticket for all that this thread has done with the engine so far, at whatever level, and for
    /// all that the answers it got depend on.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Level};
    ///
    /// let path = std::env::temp_dir().join(format!("forebay-ticket-{}", std::process::id()));
    /// # drop(std::fs::remove_dir_all(&path));
    /// let engine = Engine::open(Config::at(&path).log_bytes_max(1 << 20))?;
    /// let hasty = engine.at_level(Level::None);
    /// for job in ["a", "b", "c"] {
    ///     hasty.lpush("mq", [job])?;
    /// }
    /// // One wait for all of them; only then are they acknowledged.
    /// engine.durable(hasty.ticket())?;
    /// # drop((engine, hasty));
    /// # drop(std::fs::remove_dir_all(&path));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        let journal = self.core.journal();
        journal.map(Journal::ticket).unwrap_or_default()
    }

    /// Waits until what `ticket` stands for is as durable as the engine's level says; the thread
    /// sleeps. In a task, use [`Engine::durable_async`].
    ///
    /// # Errors
    /// [`Indeterminate`](crate::Error::Indeterminate) when the log fails before it is;
    /// [`Closed`](crate::Error::Closed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.durable(engine.ticket())?;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn durable(&self, ticket: Ticket) -> Result<()> {
        match self.core.journal() {
            None => Ok(()),
            Some(journal) => journal.wait(ticket, self.core.level()),
        }
    }

    /// [`Engine::durable`] as a future, for any runtime. It holds no thread.
    ///
    /// # Errors
    /// As [`Engine::durable`], when it is awaited.
    ///
    /// # Cancel safety
    /// Dropping it stops the waiting and nothing else.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.durable_async(engine.ticket()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn durable_async(&self, ticket: Ticket) -> Durable {
        let level = self.core.level();
        let journal = self.core.journal();
        Durable(journal.map(|journal| journal.wait_async(ticket, level)))
    }

    /// Waits until all that was done before is synced, at whatever level. Does nothing for an engine
    /// in memory.
    ///
    /// # Errors
    /// As [`Engine::durable`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.lpush("mq", ["a"])?;
    /// engine.flush()?;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn flush(&self) -> Result<()> {
        match self.core.journal() {
            None => Ok(()),
            Some(journal) => journal.wal().flush().map_err(Error::after_effect),
        }
    }

    /// Writes down all that there is, so that the log before it can go. The engine does so by itself
    /// when its log has become long, and when it is closed. Does nothing for an engine in memory.
    ///
    /// Others go on meanwhile; each key is held up for as long as it takes to write it down.
    ///
    /// # Errors
    /// [`LogUnavailable`](crate::Error::LogUnavailable) when it could not be written: the log stays
    /// as it is. [`Indeterminate`](crate::Error::Indeterminate) when the log has failed.
    ///
    /// # Complexity
    /// O(bytes of all keys).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// engine.checkpoint()?;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn checkpoint(&self) -> Result<()> {
        self.core.checkpoint()
    }

    /// How durable the engine is, and what its log has done; `None` for an engine in memory.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// assert_eq!(engine.durability(), None);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[must_use]
    pub fn durability(&self) -> Option<Durability> {
        let journal = self.core.journal()?;
        let (wal, stats) = (journal.wal(), journal.wal().stats());
        Some(Durability {
            level: journal.level(),
            durable: wal.durable(),
            records: stats.records,
            batches: stats.batches,
            syncs: stats.syncs,
            bytes: stats.bytes,
            log_bytes: wal.log_bytes(),
            free_bytes: u64::try_from(stats.free_bytes).unwrap_or(0),
            checkpoints: journal.checkpoints(),
            has_stopped: wal.has_ended(),
        })
    }
}

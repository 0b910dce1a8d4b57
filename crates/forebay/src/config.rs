//! How an engine is set up.

use crate::clock::Clock;

/// Length that a message or a key may have unless the configuration says otherwise: 512 MiB.
const BYTES_MAX: usize = 512 << 20;
/// More shards than that never help.
pub(crate) const SHARDS_MAX: usize = 64;

/// How an engine is set up. What is not said has a sensible default.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine};
///
/// let engine = Engine::open(Config::in_memory().workers(1).message_bytes_max(1 << 20))?;
/// assert_eq!(engine.lpush("mq", ["a"])?, 1);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Config {
    pub(crate) shards: usize,
    pub(crate) workers: usize,
    pub(crate) message_bytes_max: usize,
    pub(crate) key_bytes_max: usize,
    pub(crate) clock: Clock,
}

impl Config {
    /// An engine that lives in memory and ends with the process: one shard and one worker for each
    /// processor.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn in_memory() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            shards: processors.min(SHARDS_MAX),
            workers: processors.min(SHARDS_MAX),
            message_bytes_max: BYTES_MAX,
            key_bytes_max: BYTES_MAX,
            clock: Clock::system(),
        }
    }

    /// In how many shards timers and the upkeep of the keyspace are divided, 1 to 64.
    ///
    /// # Panics
    /// When `shards` is 0 or above 64.
    ///
    /// # Examples
    /// ```
    /// let config = forebay::Config::in_memory().shards(2);
    /// ```
    #[track_caller]
    pub fn shards(mut self, shards: usize) -> Self {
        assert!(
            (1..=SHARDS_MAX).contains(&shards),
            "an engine has 1 to {SHARDS_MAX} shards"
        );
        self.shards = shards;
        self
    }

    /// How many threads do what must not stand in a caller's way: expiry, the timeouts of futures,
    /// and dropping keys that nobody uses. More workers than shards are not started.
    ///
    /// With 0 there are none, and [`Engine::maintain`](crate::Engine::maintain) must be called from
    /// time to time. Keys still expire on time, for every access looks; timeouts of blocked threads
    /// work too; those of futures then depend on `maintain`.
    ///
    /// # Examples
    /// ```
    /// let config = forebay::Config::in_memory().workers(0);
    /// ```
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// The longest message that is taken. Default: 512 MiB.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory().message_bytes_max(3))?;
    /// assert_eq!(
    ///     engine.lpush("mq", ["abcd"]),
    ///     Err(Error::MessageTooLarge { len: 4, max: 3 }),
    /// );
    /// # Ok::<(), Error>(())
    /// ```
    pub fn message_bytes_max(mut self, bytes: usize) -> Self {
        self.message_bytes_max = bytes;
        self
    }

    /// The longest key that is taken. Default: 512 MiB.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory().key_bytes_max(3))?;
    /// assert!(matches!(engine.list("mqmq"), Err(Error::KeyTooLarge { len: 4, max: 3 })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn key_bytes_max(mut self, bytes: usize) -> Self {
        self.key_bytes_max = bytes;
        self
    }

    /// What tells the time of day. Default: [`Clock::system`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Clock, Config};
    ///
    /// let config = Config::in_memory().clock(Clock::manual(0));
    /// ```
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::in_memory()
    }
}

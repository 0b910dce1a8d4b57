//! How an engine is set up.

use std::path::PathBuf;
use std::sync::Arc;

use forebay_wal::{DiskStorage, Level, Storage};

use crate::clock::Clock;
use crate::journal::Lengths;

/// Length that a message or a key may have unless the configuration says otherwise: 512 MiB.
const BYTES_MAX: usize = 512 << 20;
/// The same for an engine with a log.
const LOGGED_BYTES_MAX: usize = 16 << 20;
/// How many segments a log has at least, and how many it should have.
const SEGMENTS_MIN: u64 = 6;
const SEGMENTS_WANTED: u64 = 16;
/// How large a frame of the log becomes, if a segment has room for it.
const FRAME_BYTES_MAX: usize = 1 << 20;
const SEGMENT_BYTES_MIN: u64 = 64 << 10;
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
    pub(crate) store: Option<StoreConfig>,
}

/// Where the log of an engine is, and how it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoreConfig {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) log: forebay_wal::Config,
}

impl StoreConfig {
    /// How long the log may become.
    pub(crate) fn lengths(&self) -> Lengths {
        let segments = self.log.segments_max as u64;
        let fillable = segments.saturating_sub(self.log.segments_reserved as u64);
        let segment = u64::from(self.log.segment_bytes);
        Lengths {
            checkpoint_bytes: (segments / 2).max(2) * segment,
            wait_bytes: (fillable * 3 / 4).max(2) * segment,
        }
    }

    fn new(storage: Arc<dyn Storage>) -> Self {
        Self {
            storage,
            log: forebay_wal::Config::default(),
        }
    }
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
            store: None,
        }
    }

    /// An engine whose lists and streams are in a directory too, and there again when it is opened
    /// the next time, with all that was acknowledged: see [`Level`]. The directory is made if it is
    /// not there, and only one engine has it at a time.
    ///
    /// The default level is [`Level::Group`]. The log takes up to 1 GiB on the medium; see
    /// [`log_bytes_max`](Self::log_bytes_max). What one call adds must be shorter than half a
    /// segment of the log, of 64 MiB, so messages and keys have a default limit of 16 MiB.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let path = std::env::temp_dir().join(format!("forebay-config-{}", std::process::id()));
    /// # drop(std::fs::remove_dir_all(&path));
    /// let config = Config::at(&path).log_bytes_max(64 << 20);
    /// let engine = Engine::open(config.clone())?;
    /// engine.lpush("mq", ["101030001:stock:5"])?;
    /// drop(engine);
    ///
    /// let engine = Engine::open(config)?;
    /// assert_eq!(engine.rpop("mq")?.as_deref(), Some(&b"101030001:stock:5"[..]));
    /// # drop(engine);
    /// # drop(std::fs::remove_dir_all(&path));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self::on(Arc::new(DiskStorage::new(directory.into())))
    }

    /// As [`Config::at`], on any medium, for example a simulated one.
    pub(crate) fn on(storage: Arc<dyn Storage>) -> Self {
        Self {
            message_bytes_max: LOGGED_BYTES_MAX,
            key_bytes_max: LOGGED_BYTES_MAX,
            store: Some(StoreConfig::new(storage)),
            ..Self::in_memory()
        }
    }

    /// Which crash an acknowledged call survives. Does nothing for an engine in memory.
    ///
    /// # Examples
    /// ```
    /// use core::time::Duration;
    /// use forebay::{Config, Level};
    ///
    /// let config = Config::at("data").level(Level::Interval(Duration::from_millis(10)));
    /// ```
    pub fn level(mut self, level: Level) -> Self {
        if let Some(store) = &mut self.store {
            store.log.level = level;
        }
        self
    }

    /// How many bytes the log takes on the medium at most, rounded to segments; at least six of
    /// these are used. A checkpoint is taken when half of that is in use. An existing directory keeps
    /// the size of its segments.
    ///
    /// When the log is this long and cannot be shortened, because a checkpoint fails, what would add
    /// something is refused with [`LogFull`](crate::Error::LogFull).
    ///
    /// Default: 1 GiB, in segments of 64 MiB; less makes for smaller segments.
    ///
    /// # Examples
    /// ```
    /// let config = forebay::Config::at("data").log_bytes_max(256 << 20);
    /// ```
    pub fn log_bytes_max(mut self, bytes: u64) -> Self {
        if let Some(store) = &mut self.store {
            let most = u64::from(forebay_wal::Config::default().segment_bytes);
            let segment = (bytes / SEGMENTS_WANTED).clamp(SEGMENT_BYTES_MIN, most);
            let segment = segment.next_power_of_two();
            let segments = (bytes / segment).max(SEGMENTS_MIN);
            store.log.segment_bytes = u32::try_from(segment).unwrap_or(u32::MAX);
            store.log.record_bytes_max = usize::try_from(segment / 16 * 5).unwrap_or(usize::MAX);
            store.log.frame_bytes_max = FRAME_BYTES_MAX.min(store.log.record_bytes_max);
            store.log.segments_max = usize::try_from(segments).unwrap_or(usize::MAX);
        }
        self
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

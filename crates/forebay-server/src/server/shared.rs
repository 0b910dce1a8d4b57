//! What all connections of a server share.

use core::fmt;
use core::sync::atomic::AtomicU16;
use core::sync::atomic::Ordering::Relaxed;
use core::time::Duration;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use forebay::{Clock, Engine, Level};
use parking_lot::Mutex;
use tokio_rustls::TlsAcceptor;

use super::Event;
use super::clients::Clients;
use super::pubsub::PubSub;
use super::shutdown::Shutdown;
use super::slowlog::Slowlog;
use super::stats::LoopStats;
use crate::config::{Config, Settings};
use crate::users::Users;

/// What all connections of a server share.
pub(crate) struct Server {
    /// Its calls wait for no medium; replies do, in [`Server::durable`].
    pub(crate) engine: Engine,
    /// The same engine, to wait for what was promised.
    pub(crate) durable: Engine,
    /// What cannot be changed while the server runs.
    pub(crate) config: Config,
    settings: ArcSwap<Settings>,
    pub(crate) users: Users,
    /// There is one if there is a port for TLS.
    pub(super) tls: Option<TlsAcceptor>,
    pub(crate) clients: Clients,
    pub(crate) pubsub: PubSub,
    pub(crate) shutdown: Shutdown,
    pub(crate) slowlog: Slowlog,
    pub(crate) clock: Clock,
    pub(crate) started_ms: i64,
    /// Names this run of the server.
    pub(crate) run_id: String,
    loops: Mutex<Vec<Arc<LoopStats>>>,
    port: AtomicU16,
    /// Counts the time that commands take.
    pub(crate) ticker: quanta::Clock,
    pub(crate) ticks_per_micro: u64,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it holds has passwords and keys in it.
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    pub(crate) fn new(
        engine: Engine,
        users: Users,
        tls: Option<TlsAcceptor>,
        config: Config,
    ) -> Self {
        let (clock, ticker) = (Clock::system(), quanta::Clock::new());
        let started_ms = clock.unix_ms();
        let random = ahash::RandomState::new();
        let halves = [random.hash_one(0), random.hash_one(1)];
        let run_id = format!(
            "{:016x}{:016x}{:08x}",
            halves[0],
            halves[1],
            std::process::id()
        );
        Self {
            engine: engine.at_level(Level::None),
            durable: engine,
            settings: ArcSwap::from_pointee(config.settings.clone()),
            users,
            tls,
            clients: Clients::default(),
            pubsub: PubSub::default(),
            shutdown: Shutdown::default(),
            slowlog: Slowlog::default(),
            clock,
            started_ms,
            run_id,
            loops: Mutex::default(),
            port: AtomicU16::new(config.port),
            config,
            ticks_per_micro: ticks_per_micro(&ticker),
            ticker,
        }
    }

    /// What CONFIG SET can change, as it is now. Each batch of commands looks at it, so loops must
    /// not write to a line that they share.
    #[inline]
    pub(crate) fn settings(&self) -> Guard<Arc<Settings>> {
        self.settings.load()
    }

    pub(crate) fn set_settings(&self, settings: Settings) {
        self.settings.store(Arc::new(settings));
    }

    /// The counters for a new loop.
    pub(super) fn add_loop(&self) -> Arc<LoopStats> {
        let stats = Arc::new(LoopStats::new());
        self.loops.lock().push(Arc::clone(&stats));
        stats
    }

    /// The counters of all loops.
    pub(crate) fn loops(&self) -> Vec<Arc<LoopStats>> {
        self.loops.lock().clone()
    }

    /// The configuration as it is now.
    pub(crate) fn current_config(&self) -> Config {
        Config {
            settings: Settings::clone(&self.settings()),
            ..self.config.clone()
        }
    }

    /// The port on which it listens; 0 when it does on none.
    pub(crate) fn port(&self) -> u16 {
        // Relaxed: it is set once, before there are clients.
        self.port.load(Relaxed)
    }

    pub(super) fn set_port(&self, port: u16) {
        // Relaxed: see above.
        self.port.store(port, Relaxed);
    }

    /// The time in microseconds since 1970.
    pub(crate) fn unix_micros(&self) -> i64 {
        let within = self.ticker.delta_as_nanos(0, self.ticker.raw()) / 1_000 % 1_000;
        self.now_ms().saturating_mul(1_000) + within.cast_signed()
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.unix_ms()
    }

    pub(crate) fn uptime(&self) -> Duration {
        let ms = self.now_ms().saturating_sub(self.started_ms);
        Duration::from_millis(ms.max(0).unsigned_abs())
    }

    /// Tells everybody that the server ends.
    pub(crate) fn begin_shutdown(&self) {
        self.shutdown.begin();
        for client in self.clients.all() {
            client.tell(Event::Shutdown);
        }
    }
}

/// How many ticks of the clock a microsecond has, or a little less.
fn ticks_per_micro(ticker: &quanta::Clock) -> u64 {
    const TICKS: u64 = 1 << 32;

    let nanos = ticker.delta_as_nanos(0, TICKS).max(1);
    (TICKS.saturating_mul(1_000) / nanos).max(1)
}

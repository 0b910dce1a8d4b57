//! The configuration of a server.

mod settings;

use std::net::SocketAddr;
use std::path::PathBuf;

pub use self::settings::Settings;

/// The configuration of a server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
    /// The path of a unix socket on which it listens too.
    pub unixsocket: Option<PathBuf>,
    /// Connections that the kernel keeps until they are accepted.
    pub tcp_backlog: i32,
    /// How many event loops there are.
    pub loops: usize,
    /// What can be changed while it runs.
    pub settings: Settings,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            addresses: vec![SocketAddr::from(([127, 0, 0, 1], 6379))],
            unixsocket: None,
            tcp_backlog: 511,
            loops: std::thread::available_parallelism().map_or(1, usize::from),
            settings: Settings::default(),
        }
    }
}

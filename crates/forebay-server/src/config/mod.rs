//! The configuration of a server.

use std::net::SocketAddr;
use std::path::PathBuf;

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
    /// How many clients may be connected.
    pub maxclients: usize,
    /// How many event loops there are.
    pub loops: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            addresses: vec![SocketAddr::from(([127, 0, 0, 1], 6379))],
            unixsocket: None,
            tcp_backlog: 511,
            maxclients: 10_000,
            loops: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

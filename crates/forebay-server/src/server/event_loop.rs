//! The threads of a server.

use core::iter;
use core::net::SocketAddr;
use core::time::Duration;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use forebay::Engine;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{self, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time;
use tokio_rustls::TlsAcceptor;
use tracing::{debug, info, warn};

use super::listener::{Bound, Listener};
use super::tls::{self, TlsError};
use super::{Client, LoopStats, Server};
use super::{idle, metrics};
use crate::config::{Config, Unprotected};
use crate::connection::{Connection, Socket};
use crate::users::{Users, UsersError};

/// How long connections have to finish when the server ends.
const GRACE: Duration = Duration::from_secs(5);
/// How long a loop takes no connections when there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// It cannot listen there.
    #[error("cannot listen on {place}: {error}")]
    Listen {
        /// The address, or the path.
        place: String,
        /// What the operating system said.
        error: io::Error,
    },
    /// The operating system refused a thread, or what a thread needs.
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
    /// Strangers could connect.
    #[error(transparent)]
    Unprotected(#[from] Unprotected),
    /// It cannot speak TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The users are not known.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The engine could not be opened.
    #[error("cannot open the engine: {0}")]
    Engine(#[from] forebay::Error),
}

/// Where a server listens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listening {
    /// For clients, on TCP.
    pub addresses: Vec<SocketAddr>,
    /// For clients, with TLS.
    pub tls_addresses: Vec<SocketAddr>,
    /// For Prometheus.
    pub metrics: Option<SocketAddr>,
}

/// Runs a server until it is told to end, by SIGTERM, SIGINT or SHUTDOWN. `is_ready` is called when
/// it listens, with the addresses.
///
/// # Errors
/// It could not be started. Nothing is left running then.
pub fn serve(config: Config, is_ready: impl FnOnce(&Listening)) -> Result<(), ServeError> {
    config.check_protected_mode()?;
    let users = Users::open(&config)?;
    let acceptor = tls::acceptor(&config.tls)?;
    let engine = Engine::open(config.persistence.engine_config())?;
    let bound = Arc::new(bind(&config)?);
    let listening = |with_tls| {
        let addresses = bound.iter().filter_map(|bound| bound.address(with_tls));
        addresses.collect::<Vec<_>>()
    };
    let addresses: Vec<SocketAddr> = listening(false);
    let tls_addresses = listening(true);
    let metrics_listener = bind_metrics(&config)?;
    let metrics = match &metrics_listener {
        Some(listener) => Some(listener.local_addr()?),
        None => None,
    };
    let socket_path = config.unixsocket.clone();
    let server = Arc::new(Server::new(engine, users, acceptor, config));
    server.set_port(addresses.first().map_or(0, SocketAddr::port));
    let loops = start_loops(&server, &bound)?;
    is_ready(&Listening {
        addresses,
        tls_addresses,
        metrics,
    });
    let ended = block_until_shutdown(&server, metrics_listener);
    server.begin_shutdown();
    for event_loop in loops {
        if event_loop.join().is_err() {
            warn!("an event loop has panicked");
        }
    }
    // Connections that were cut off may not have waited for it.
    if let Err(error) = server.durable.flush() {
        warn!("what came last may not be on the medium: {error}");
    }
    server.durable.close();
    server.users.close();
    if let Some(path) = socket_path {
        // It is of no use without a server.
        drop(fs::remove_file(path));
    }
    ended.map_err(ServeError::Start)
}

fn bind(config: &Config) -> Result<Vec<Bound>, ServeError> {
    let mut bound = Vec::new();
    let plain = config.addresses().into_iter().zip(iter::repeat(false));
    let tls = config.tls_addresses().into_iter().zip(iter::repeat(true));
    for (address, is_tls) in plain.chain(tls) {
        let socket = Bound::tcp(address, config.tcp_backlog, is_tls);
        bound.push(socket.map_err(|error| ServeError::Listen {
            place: address.to_string(),
            error,
        })?);
    }
    if let Some(path) = &config.unixsocket {
        let socket = Bound::unix(path);
        bound.push(socket.map_err(|error| ServeError::Listen {
            place: path.display().to_string(),
            error,
        })?);
        if let Some(mode) = config.unixsocket_mode {
            fs::set_permissions(path, Permissions::from_mode(mode))?;
        }
    }
    Ok(bound)
}

/// Binds the listener for Prometheus, if there shall be one.
fn bind_metrics(config: &Config) -> Result<Option<std::net::TcpListener>, ServeError> {
    let Some(port) = config.metrics_port else {
        return Ok(None);
    };
    let address = SocketAddr::new(config.metrics_host, port);
    let listener = std::net::TcpListener::bind(address).map_err(|error| ServeError::Listen {
        place: address.to_string(),
        error,
    })?;
    listener.set_nonblocking(true)?;
    Ok(Some(listener))
}

/// Waits for a signal or SHUTDOWN.
fn block_until_shutdown(
    server: &Arc<Server>,
    metrics_listener: Option<std::net::TcpListener>,
) -> io::Result<()> {
    runtime()?.block_on(async {
        let metrics_listener = metrics_listener.map(TcpListener::from_std).transpose()?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = terminate.recv() => info!("SIGTERM: shutting down"),
            _ = interrupt.recv() => info!("SIGINT: shutting down"),
            () = server.shutdown.begun() => info!("SHUTDOWN: shutting down"),
            () = idle::watch(server) => {}
            () = metrics::serve(server, metrics_listener) => {}
        }
        Ok(())
    })
}

fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

fn start_loops(
    server: &Arc<Server>,
    bound: &Arc<Vec<Bound>>,
) -> Result<Vec<JoinHandle<()>>, ServeError> {
    let mut loops = Vec::new();
    for number in 0..server.config.loops {
        let started = start_loop(number, server, bound);
        match started {
            Ok(event_loop) => loops.push(event_loop),
            Err(error) => {
                server.begin_shutdown();
                return Err(ServeError::Start(error));
            }
        }
    }
    Ok(loops)
}

fn start_loop(
    number: usize,
    server: &Arc<Server>,
    bound: &Arc<Vec<Bound>>,
) -> io::Result<JoinHandle<()>> {
    let runtime = runtime()?;
    let listeners = {
        let _entered = runtime.enter();
        bound
            .iter()
            .map(|bound| bound.listener(number == 0))
            .collect::<io::Result<Vec<Listener>>>()?
    };
    let server = Arc::clone(server);
    thread::Builder::new()
        .name(format!("loop-{number}"))
        .spawn(move || runtime.block_on(run(&server, listeners)))
}

/// One loop: accepts connections until the server ends, and then lets them finish.
async fn run(server: &Arc<Server>, listeners: Vec<Listener>) {
    let mut accepting = JoinSet::new();
    let stats = server.add_loop();
    for listener in listeners {
        let (server, stats) = (Arc::clone(server), Arc::clone(&stats));
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            tokio::select! {
                () = accept(&server, &stats, &listener, &mut connections) => {}
                () = server.shutdown.begun() => {}
            }
            drop(listener);
            let finished = async { while connections.join_next().await.is_some() {} };
            if time::timeout(GRACE, finished).await.is_err() {
                warn!("connections did not finish in time and are closed");
            }
        });
    }
    while accepting.join_next().await.is_some() {}
}

async fn accept(
    server: &Arc<Server>,
    stats: &Arc<LoopStats>,
    listener: &Listener,
    connections: &mut JoinSet<()>,
) {
    loop {
        let keepalive_s = server.settings().tcp_keepalive_s;
        match listener.accept(keepalive_s).await {
            Ok((mut socket, address, local)) => {
                let max = server.settings().maxclients;
                let added = server.clients.add(address, local, server.now_ms(), max);
                let acceptor = match listener {
                    Listener::Tls(_) => server.tls.clone(),
                    _ => None,
                };
                let Some(client) = added else {
                    stats.rejected_connections.add(1);
                    if acceptor.is_some() {
                        // Nobody would understand it.
                        continue;
                    }
                    // The buffer of a new connection has room for this; if not, it is in vain.
                    drop(
                        time::timeout(
                            ACCEPT_PAUSE,
                            socket.write_all(b"-ERR max number of clients reached\r\n"),
                        )
                        .await,
                    );
                    continue;
                };
                stats.connections.add(1);
                let newcomer = Newcomer {
                    server: Arc::clone(server),
                    stats: Arc::clone(stats),
                    client,
                };
                match (socket, acceptor) {
                    (Socket::Tcp(stream), Some(acceptor)) => {
                        connections.spawn(newcomer.begin_with_tls(stream, acceptor));
                    }
                    (socket, _) => {
                        connections.spawn(newcomer.begin(socket).run());
                    }
                }
                while connections.try_join_next().is_some() {}
            }
            Err(error) => {
                warn!("cannot accept a connection: {error}");
                time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A client that has been accepted and has no connection yet.
struct Newcomer {
    server: Arc<Server>,
    stats: Arc<LoopStats>,
    client: Arc<Client>,
}

impl Newcomer {
    fn begin(self, socket: Socket) -> Connection {
        Connection::new(self.server, socket, self.client, self.stats)
    }

    /// Makes the handshake first, as long as nobody wants the client to go.
    async fn begin_with_tls(self, stream: TcpStream, acceptor: TlsAcceptor) {
        let shaken = tokio::select! {
            shaken = tls::shake_hands(&acceptor, stream) => shaken,
            () = self.client.told() => Err(io::ErrorKind::Interrupted.into()),
        };
        match shaken {
            Ok(stream) => self.begin(Socket::Tls(Box::new(stream))).run().await,
            Err(error) => {
                let Client { id, address, .. } = &*self.client;
                debug!(client = id, address, %error, "no handshake");
                self.server.clients.remove(self.client.id);
            }
        }
    }
}

//! Where a server listens.

use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::Arc;

use socket2::{Domain, Protocol, SockRef, Socket as RawSocket, TcpKeepalive, Type};
use tokio::net::{TcpListener, UnixListener};

use crate::connection::Socket;

/// A socket that connections come from.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    /// Its sockets are plain until the handshake is made.
    Tls(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// The next connection, and the addresses of its two ends.
    ///
    /// A TCP connection that is silent for `keepalive_s` seconds is probed; 0 is never.
    pub(super) async fn accept(&self, keepalive_s: u64) -> io::Result<(Socket, String, String)> {
        match self {
            Self::Tcp(listener) | Self::Tls(listener) => {
                let (stream, address) = listener.accept().await?;
                stream.set_nodelay(true)?;
                if keepalive_s > 0 {
                    let time = Duration::from_secs(keepalive_s);
                    let keepalive = TcpKeepalive::new().with_time(time).with_interval(time / 3);
                    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
                }
                let local = stream.local_addr()?;
                Ok((Socket::Tcp(stream), address.to_string(), local.to_string()))
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                let local = listener.local_addr()?;
                let path = local
                    .as_pathname()
                    .map_or_else(String::new, |path| path.display().to_string());
                let address = format!("{path}:0");
                Ok((Socket::Unix(stream), address.clone(), address))
            }
        }
    }
}

/// A socket that is bound, and from which each loop gets a listener of its own.
#[derive(Debug)]
pub(super) enum Bound {
    /// An address, with the first of the sockets that listen on it together.
    Tcp {
        address: SocketAddr,
        backlog: i32,
        first: Arc<RawSocket>,
        is_tls: bool,
    },
    Unix(std::os::unix::net::UnixListener),
}

impl Bound {
    /// Binds an address; port 0 takes a free one.
    ///
    /// The kernel lets sockets of one user share a port. That somebody else has it already is found
    /// out with a socket that does not share.
    pub(super) fn tcp(address: SocketAddr, backlog: i32, is_tls: bool) -> io::Result<Self> {
        if address.port() != 0 {
            let probe = RawSocket::new(Domain::for_address(address), Type::STREAM, None)?;
            probe.set_reuse_address(true)?;
            probe.bind(&address.into())?;
            probe.listen(1)?;
        }
        let first = shared_socket(address)?;
        let address = first.local_addr()?.as_socket().unwrap_or(address);
        Ok(Self::Tcp {
            address,
            backlog,
            first: Arc::new(first),
            is_tls,
        })
    }

    /// Binds a path; a socket that nobody listens on any more is replaced.
    pub(super) fn unix(path: &Path) -> io::Result<Self> {
        let is_socket = path
            .symlink_metadata()
            .is_ok_and(|found| found.file_type().is_socket());
        if is_socket && std::os::unix::net::UnixStream::connect(path).is_err() {
            std::fs::remove_file(path)?;
        }
        let listener = std::os::unix::net::UnixListener::bind(path)?;
        listener.set_nonblocking(true)?;
        Ok(Self::Unix(listener))
    }

    /// Its address on TCP, if it is one with TLS or without, as is asked for.
    pub(super) fn address(&self, with_tls: bool) -> Option<SocketAddr> {
        match self {
            Self::Tcp {
                address, is_tls, ..
            } => (*is_tls == with_tls).then_some(*address),
            Self::Unix(_) => None,
        }
    }

    /// A listener for one loop. Called on its runtime.
    pub(super) fn listener(&self, is_first: bool) -> io::Result<Listener> {
        match self {
            Self::Tcp {
                address,
                backlog,
                first,
                is_tls,
            } => {
                let socket = if is_first {
                    first.try_clone()?
                } else {
                    shared_socket(*address)?
                };
                socket.listen(*backlog)?;
                let listener = TcpListener::from_std(socket.into())?;
                Ok(if *is_tls {
                    Listener::Tls(listener)
                } else {
                    Listener::Tcp(listener)
                })
            }
            Self::Unix(listener) => Ok(Listener::Unix(UnixListener::from_std(
                listener.try_clone()?,
            )?)),
        }
    }
}

/// A socket that shares its address with the others of this server.
fn shared_socket(address: SocketAddr) -> io::Result<RawSocket> {
    let domain = Domain::for_address(address);
    let socket = RawSocket::new(domain, Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

//! The configuration of a server.
//!
//! What a flag says goes before the environment, that before a file, and that before the default.

mod file;
mod parameters;
mod persistence;
mod settings;
mod tls;

use core::net::IpAddr;
use std::path::PathBuf;

pub use self::file::FileError;
pub use self::parameters::ParameterError;
pub(crate) use self::parameters::{PARAMETERS, Parameter};
pub use self::persistence::{Appendfsync, Persistence};
pub use self::settings::Settings;
pub use self::tls::{AuthClients, Tls};

/// The configuration of a server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The addresses of this machine on which it listens.
    pub hosts: Vec<IpAddr>,
    /// The port on which it listens; 0 takes a free one, or none if there is one for TLS.
    pub port: u16,
    /// The path of a unix socket on which it listens too.
    pub unixsocket: Option<PathBuf>,
    /// The permissions of the unix socket.
    pub unixsocket_mode: Option<u32>,
    /// The address of the listener for Prometheus.
    pub metrics_host: IpAddr,
    /// The port of the listener for Prometheus; `None` without one, and 0 takes a free one.
    pub metrics_port: Option<u16>,
    /// Connections that the kernel keeps until they are accepted.
    pub tcp_backlog: i32,
    /// Refuses to listen where others could connect who need no password.
    pub protected_mode: bool,
    /// How many event loops there are.
    pub loops: usize,
    /// What is logged.
    pub log_level: LogLevel,
    /// Where data is kept.
    pub persistence: Persistence,
    /// The file with the users; without one there is the default user alone.
    pub users_file: Option<PathBuf>,
    /// The listener for TLS.
    pub tls: Tls,
    /// What can be changed while it runs.
    pub settings: Settings,
}

/// What is logged, as redis.conf calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogLevel {
    /// Each connection.
    Debug,
    /// Each connection that failed.
    Verbose,
    /// What an operator wants to know.
    Notice,
    /// What an operator should look after.
    Warning,
    /// Nothing.
    Nothing,
}

impl LogLevel {
    const ALL: [Self; 5] = [
        Self::Debug,
        Self::Verbose,
        Self::Notice,
        Self::Warning,
        Self::Nothing,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Verbose => "verbose",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Nothing => "nothing",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(name))
    }

    /// As the log calls it.
    pub(crate) const fn filter(self) -> &'static str {
        match self {
            Self::Debug => "trace",
            Self::Verbose => "debug",
            Self::Notice => "info",
            Self::Warning => "warn",
            Self::Nothing => "off",
        }
    }
}

/// Anybody could connect without a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "listening on {0}, where others can connect, needs a password: set requirepass, make users \
     with `forebay user add` and give their file to --users, or set protected-mode no if only \
     trusted clients get there"
)]
pub struct Unprotected(IpAddr);

impl Config {
    /// Refuses to let strangers in.
    ///
    /// # Errors
    /// It would listen beyond this machine without a password, in protected mode.
    pub fn check_protected_mode(&self) -> Result<(), Unprotected> {
        if !self.protected_mode {
            return Ok(());
        }
        // No password is asked for there.
        if self.metrics_port.is_some() && !self.metrics_host.is_loopback() {
            return Err(Unprotected(self.metrics_host));
        }
        // Who needs no password in a users' file is looked at when it is read.
        if self.settings.needs_password() || self.users_file.is_some() {
            return Ok(());
        }
        self.exposed().map_or(Ok(()), |host| Err(Unprotected(host)))
    }

    /// Where others than those on this machine can connect without a certificate, in protected
    /// mode.
    pub(crate) fn exposed(&self) -> Option<IpAddr> {
        let asks_everybody = !self.listens_plainly() && self.tls.auth_clients == AuthClients::Yes;
        if !self.protected_mode || asks_everybody {
            return None;
        }
        self.hosts.iter().copied().find(|host| !host.is_loopback())
    }

    /// Whether it listens on TCP without TLS. Port 0 is none when there is a port for TLS.
    pub(crate) fn listens_plainly(&self) -> bool {
        self.port != 0 || self.tls.port.is_none()
    }
}

impl Default for Config {
    /// 127.0.0.1, port 6379, a loop for each core.
    fn default() -> Self {
        Self {
            hosts: vec![IpAddr::from([127, 0, 0, 1])],
            port: 6379,
            unixsocket: None,
            unixsocket_mode: None,
            metrics_host: IpAddr::from([127, 0, 0, 1]),
            metrics_port: None,
            tcp_backlog: 511,
            protected_mode: true,
            loops: std::thread::available_parallelism().map_or(1, usize::from),
            log_level: LogLevel::Notice,
            persistence: Persistence::default(),
            users_file: None,
            tls: Tls::default(),
            settings: Settings::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_kept_out_unless_something_else_does() {
        for (parameters, is_refused) in [
            (&[][..], true),
            (&[("requirepass", "x")], false),
            (&[("aclfile", "users.acl")], false),
            (&[("protected-mode", "no")], false),
            (&[("bind", "127.0.0.1 ::1")], false),
            (&[("tls-port", "6380")], true),
            (&[("tls-port", "6380"), ("port", "0")], false),
            (
                &[
                    ("tls-port", "6380"),
                    ("port", "0"),
                    ("tls-auth-clients", "optional"),
                ],
                true,
            ),
            (&[("port", "0")], true),
            (
                &[
                    ("requirepass", "x"),
                    ("metrics-port", "0"),
                    ("metrics-bind", "0.0.0.0"),
                ],
                true,
            ),
        ] {
            let mut config = Config::default();
            let all = [&[("bind", "0.0.0.0")], parameters].concat();
            for (name, value) in all {
                assert_eq!(config.set(name, value), Ok(()), "{name} {value}");
            }
            let checked = config.check_protected_mode();
            assert_eq!(checked.is_err(), is_refused, "{parameters:?}");
        }
    }
}

//! The parameters by name, for a file, for flags, and for CONFIG.
//!
//! The names and the form of the values are those of redis.conf where they mean the same.

use core::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::{Appendfsync, AuthClients, Config, LogLevel};

/// A parameter of the server.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) get: fn(&Config) -> String,
    set: Set,
}

#[derive(Clone, Copy, Debug)]
enum Set {
    /// At any time.
    Always(fn(&mut Config, &str) -> Result<(), String>),
    /// Before the server starts.
    AtStart(fn(&mut Config, &str) -> Result<(), String>),
    /// Accepted if it is what is true anyway, because configurations of Redis say it.
    Only(&'static str),
}

/// Why a parameter was not set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// There is none with this name.
    #[error("there is no parameter '{0}'")]
    Unknown(String),
    /// The value makes no sense.
    #[error("'{name}' cannot be '{value}': {why}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What it was to be.
        value: String,
        /// What is wrong.
        why: String,
    },
    /// It cannot be changed while the server runs.
    #[error("'{0}' can only be set when the server starts")]
    Running(&'static str),
}

/// All parameters.
pub(crate) static PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "bind",
        get: |config| {
            let hosts = config.hosts.iter().map(ToString::to_string);
            hosts.collect::<Vec<_>>().join(" ")
        },
        set: Set::AtStart(|config, value| {
            config.hosts = value
                .split_whitespace()
                .map(host)
                .collect::<Result<_, _>>()?;
            Ok(())
        }),
    },
    Parameter {
        name: "port",
        get: |config| config.port.to_string(),
        set: Set::AtStart(|config, value| assign(&mut config.port, number(value))),
    },
    Parameter {
        name: "unixsocket",
        get: |config| path(config.unixsocket.as_ref()),
        set: Set::AtStart(|config, value| {
            config.unixsocket = file(value);
            Ok(())
        }),
    },
    Parameter {
        name: "unixsocketperm",
        get: |config| {
            config
                .unixsocket_mode
                .map_or("0".to_owned(), |mode| format!("{mode:o}"))
        },
        set: Set::AtStart(|config, value| {
            let mode = u32::from_str_radix(value, 8).map_err(|_| "it must be octal".to_owned())?;
            config.unixsocket_mode = Some(mode);
            Ok(())
        }),
    },
    Parameter {
        name: "metrics-bind",
        get: |config| config.metrics_host.to_string(),
        set: Set::AtStart(|config, value| assign(&mut config.metrics_host, host(value))),
    },
    Parameter {
        name: "metrics-port",
        get: |config| {
            config
                .metrics_port
                .map_or("no".to_owned(), |port| port.to_string())
        },
        set: Set::AtStart(|config, value| {
            config.metrics_port = match value {
                "no" => None,
                value => Some(number(value)?),
            };
            Ok(())
        }),
    },
    Parameter {
        name: "tcp-backlog",
        get: |config| config.tcp_backlog.to_string(),
        set: Set::AtStart(|config, value| assign(&mut config.tcp_backlog, number(value))),
    },
    Parameter {
        name: "protected-mode",
        get: |config| yes_or_no(config.protected_mode),
        set: Set::AtStart(|config, value| assign(&mut config.protected_mode, switch(value))),
    },
    Parameter {
        name: "io-threads",
        get: |config| config.loops.to_string(),
        set: Set::AtStart(|config, value| match number(value)? {
            loops @ 1..=1024 => assign(&mut config.loops, Ok(loops)),
            _ => Err("it must be from 1 to 1024".to_owned()),
        }),
    },
    Parameter {
        name: "loglevel",
        get: |config| config.log_level.name().to_owned(),
        set: Set::AtStart(|config, value| {
            config.log_level = LogLevel::from_name(value)
                .ok_or("it must be debug, verbose, notice, warning or nothing")?;
            Ok(())
        }),
    },
    Parameter {
        name: "requirepass",
        get: |config| config.settings.requirepass.clone(),
        set: Set::Always(|config, value| {
            value.clone_into(&mut config.settings.requirepass);
            config
                .check_protected_mode()
                .map_err(|error| error.to_string())
        }),
    },
    Parameter {
        name: "maxclients",
        get: |config| config.settings.maxclients.to_string(),
        set: Set::Always(|config, value| match number(value)? {
            0 => Err("it must be above 0".to_owned()),
            clients => assign(&mut config.settings.maxclients, Ok(clients)),
        }),
    },
    Parameter {
        name: "timeout",
        get: |config| config.settings.timeout_s.to_string(),
        set: Set::Always(|config, value| assign(&mut config.settings.timeout_s, number(value))),
    },
    Parameter {
        name: "tcp-keepalive",
        get: |config| config.settings.tcp_keepalive_s.to_string(),
        set: Set::Always(|config, value| {
            assign(&mut config.settings.tcp_keepalive_s, number(value))
        }),
    },
    Parameter {
        name: "proto-max-bulk-len",
        get: |config| config.settings.proto_max_bulk_bytes.to_string(),
        set: Set::Always(|config, value| match bytes(value)? {
            bytes @ 1024..=0x2000_0000 => {
                assign(&mut config.settings.proto_max_bulk_bytes, narrow(bytes))
            }
            _ => Err("it must be from 1kb to 512mb".to_owned()),
        }),
    },
    Parameter {
        name: "client-query-buffer-limit",
        get: |config| config.settings.client_query_buffer_bytes.to_string(),
        set: Set::Always(|config, value| match bytes(value)? {
            bytes @ 0x1_0000..=0xFFFF_FFFF => assign(
                &mut config.settings.client_query_buffer_bytes,
                narrow(bytes),
            ),
            _ => Err("it must be from 64kb to below 4gb".to_owned()),
        }),
    },
    Parameter {
        name: "client-output-buffer-limit",
        get: |config| {
            format!(
                "normal {} 0 0 slave 0 0 0 pubsub {} 0 0",
                config.settings.output_hard_bytes, config.settings.pubsub_hard_bytes
            )
        },
        set: Set::Always(output_limits),
    },
    Parameter {
        name: "slowlog-log-slower-than",
        get: |config| config.settings.slowlog_micros.to_string(),
        set: Set::Always(|config, value| {
            assign(&mut config.settings.slowlog_micros, number(value))
        }),
    },
    Parameter {
        name: "slowlog-max-len",
        get: |config| config.settings.slowlog_max_len.to_string(),
        set: Set::Always(|config, value| {
            assign(&mut config.settings.slowlog_max_len, number(value))
        }),
    },
    Parameter {
        name: "appendonly",
        get: |config| yes_or_no(config.persistence.appendonly),
        set: Set::AtStart(|config, value| {
            assign(&mut config.persistence.appendonly, switch(value))
        }),
    },
    Parameter {
        name: "dir",
        get: |config| config.persistence.dir.display().to_string(),
        set: Set::AtStart(|config, value| {
            if value.is_empty() {
                return Err("it must be a directory".to_owned());
            }
            config.persistence.dir = PathBuf::from(value);
            Ok(())
        }),
    },
    Parameter {
        name: "appendfsync",
        get: |config| config.persistence.appendfsync.name().to_owned(),
        set: Set::AtStart(|config, value| {
            config.persistence.appendfsync =
                Appendfsync::from_name(value).ok_or("it must be always, everysec or no")?;
            Ok(())
        }),
    },
    Parameter {
        name: "aclfile",
        get: |config| path(config.users_file.as_ref()),
        set: Set::AtStart(|config, value| {
            config.users_file = file(value);
            Ok(())
        }),
    },
    Parameter {
        name: "tls-port",
        get: |config| config.tls.port.unwrap_or(0).to_string(),
        set: Set::AtStart(|config, value| {
            config.tls.port = Some(number(value)?).filter(|&port| port != 0);
            Ok(())
        }),
    },
    Parameter {
        name: "tls-cert-file",
        get: |config| path(config.tls.cert_file.as_ref()),
        set: Set::AtStart(|config, value| {
            config.tls.cert_file = file(value);
            Ok(())
        }),
    },
    Parameter {
        name: "tls-key-file",
        get: |config| path(config.tls.key_file.as_ref()),
        set: Set::AtStart(|config, value| {
            config.tls.key_file = file(value);
            Ok(())
        }),
    },
    Parameter {
        name: "tls-ca-cert-file",
        get: |config| path(config.tls.ca_cert_file.as_ref()),
        set: Set::AtStart(|config, value| {
            config.tls.ca_cert_file = file(value);
            Ok(())
        }),
    },
    Parameter {
        name: "tls-auth-clients",
        get: |config| config.tls.auth_clients.name().to_owned(),
        set: Set::AtStart(|config, value| {
            config.tls.auth_clients =
                AuthClients::from_name(value).ok_or("it must be no, optional or yes")?;
            Ok(())
        }),
    },
    only("save", ""),
    only("maxmemory", "0"),
    only("maxmemory-policy", "noeviction"),
    only("databases", "1"),
    only("cluster-enabled", "no"),
    only("daemonize", "no"),
    only("latency-monitor-threshold", "0"),
    only("notify-keyspace-events", ""),
    only("list-max-listpack-size", "-2"),
    only("stream-node-max-bytes", "4096"),
    only("stream-node-max-entries", "100"),
];

const fn only(name: &'static str, value: &'static str) -> Parameter {
    Parameter {
        name,
        // What is returned is in `set`: see `Parameter::value`.
        get: |_| String::new(),
        set: Set::Only(value),
    }
}

impl Parameter {
    pub(crate) fn find(name: &str) -> Result<&'static Self, ParameterError> {
        PARAMETERS
            .iter()
            .find(|parameter| parameter.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| ParameterError::Unknown(name.to_owned()))
    }

    /// As CONFIG GET tells it.
    pub(crate) fn value(&self, config: &Config) -> String {
        match self.set {
            Set::Only(value) => value.to_owned(),
            _ => (self.get)(config),
        }
    }

    /// Sets it. Nothing has changed when it is refused.
    pub(crate) fn set(
        &self,
        config: &mut Config,
        value: &str,
        is_running: bool,
    ) -> Result<(), ParameterError> {
        let refuse = |why| ParameterError::Value {
            name: self.name,
            value: value.to_owned(),
            why,
        };
        match self.set {
            Set::AtStart(_) if is_running => Err(ParameterError::Running(self.name)),
            Set::Always(set) | Set::AtStart(set) => {
                let mut changed = config.clone();
                set(&mut changed, value).map_err(refuse)?;
                *config = changed;
                Ok(())
            }
            Set::Only(true_value) if true_value.eq_ignore_ascii_case(value) => Ok(()),
            Set::Only(true_value) => Err(refuse(format!("only '{true_value}' is supported"))),
        }
    }
}

fn assign<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

fn number<T: core::str::FromStr>(value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| "it must be a whole number in its range".to_owned())
}

/// The path of a file; empty for none.
fn file(value: &str) -> Option<PathBuf> {
    (!value.is_empty()).then(|| PathBuf::from(value))
}

fn path(file: Option<&PathBuf>) -> String {
    file.map_or_else(String::new, |path| path.display().to_string())
}

fn narrow(bytes: u64) -> Result<u32, String> {
    u32::try_from(bytes).map_err(|_| "it is too large".to_owned())
}

fn switch(value: &str) -> Result<bool, String> {
    match value {
        value if value.eq_ignore_ascii_case("yes") => Ok(true),
        value if value.eq_ignore_ascii_case("no") => Ok(false),
        _ => Err("it must be yes or no".to_owned()),
    }
}

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// Bytes, with a unit as redis.conf has it: `1k` is 1000, `1kb` is 1024.
fn bytes(value: &str) -> Result<u64, String> {
    let lower = value.to_ascii_lowercase();
    let digits = lower.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let scale = match &lower[digits.len()..] {
        "" | "b" => 1,
        "k" => 1_000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return Err("its unit must be b, k, kb, m, mb, g or gb".to_owned()),
    };
    let count: u64 = digits
        .parse()
        .map_err(|_| "it must be a number of bytes, such as 64mb".to_owned())?;
    count
        .checked_mul(scale)
        .ok_or_else(|| "it is too large".to_owned())
}

/// `normal HARD SOFT SECONDS pubsub HARD SOFT SECONDS`; the soft limits are not used.
fn output_limits(config: &mut Config, value: &str) -> Result<(), String> {
    let words: Vec<&str> = value.split_whitespace().collect();
    if words.is_empty() || !words.len().is_multiple_of(4) {
        return Err("each class needs a hard limit, a soft limit and seconds".to_owned());
    }
    for limit in words.chunks_exact(4) {
        let hard = usize::try_from(bytes(limit[1])?).unwrap_or(usize::MAX);
        bytes(limit[2])?;
        number::<u64>(limit[3])?;
        match limit[0] {
            "normal" => config.settings.output_hard_bytes = hard,
            "pubsub" => config.settings.pubsub_hard_bytes = hard,
            "slave" | "replica" => {}
            class => return Err(format!("there is no class '{class}'")),
        }
    }
    Ok(())
}

/// An address of this machine; `*` and `::*` are all of them, and `-` before one is ignored.
fn host(word: &str) -> Result<IpAddr, String> {
    match word.trim_start_matches('-') {
        "*" => Ok(IpAddr::from([0, 0, 0, 0])),
        "::*" => Ok(IpAddr::from([0_u16; 8])),
        "localhost" => Ok(IpAddr::from([127, 0, 0, 1])),
        word => word
            .parse()
            .map_err(|_| format!("'{word}' is not an IP address")),
    }
}

impl Config {
    /// Where the server listens without TLS.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let address = |&host| SocketAddr::new(host, self.port);
        let hosts = self.hosts.iter().filter(|_| self.listens_plainly());
        hosts.map(address).collect()
    }

    /// Where the server listens with TLS.
    #[must_use]
    pub fn tls_addresses(&self) -> Vec<SocketAddr> {
        let hosts = self.hosts.iter();
        let addresses = |port| hosts.map(|&host| SocketAddr::new(host, port)).collect();
        self.tls.port.map_or_else(Vec::new, addresses)
    }

    /// Sets a parameter by its name in redis.conf.
    ///
    /// # Errors
    /// There is none with this name, or the value makes no sense. Nothing has changed then.
    ///
    /// # Examples
    /// ```
    /// use forebay_server::config::Config;
    ///
    /// let mut config = Config::default();
    /// config.set("proto-max-bulk-len", "64mb")?;
    /// assert_eq!(config.settings.proto_max_bulk_bytes, 64 << 20);
    /// assert!(config.set("maxclients", "many").is_err());
    /// # Ok::<(), forebay_server::config::ParameterError>(())
    /// ```
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ParameterError> {
        Parameter::find(name)?.set(self, value, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Persistence;

    #[test]
    fn every_parameter_accepts_what_it_tells() {
        let default = Config::default();
        for parameter in PARAMETERS {
            let value = parameter.value(&default);
            let mut config = default.clone();
            if parameter.name == "unixsocketperm" {
                continue;
            }
            let set = parameter.set(&mut config, &value, false);
            assert_eq!(set, Ok(()), "{} {value}", parameter.name);
            assert_eq!(parameter.value(&config), value, "{}", parameter.name);
        }
    }

    #[test]
    fn sizes_have_the_units_of_redis() {
        for (text, expected) in [
            ("17", 17),
            ("1k", 1_000),
            ("1KB", 1_024),
            ("2mb", 2 << 20),
            ("3g", 3_000_000_000),
        ] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in ["", "kb", "1 kb", "1tb", "-1", "99999999999gb"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn data_is_kept_as_redis_would_keep_it() {
        let mut config = Config::default();
        for (name, value) in [
            ("appendonly", "yes"),
            ("dir", "/var/lib/mq"),
            ("appendfsync", "everysec"),
        ] {
            assert_eq!(config.set(name, value), Ok(()), "{name} {value}");
        }
        let expected = Persistence {
            appendonly: true,
            dir: "/var/lib/mq".into(),
            appendfsync: Appendfsync::Everysec,
        };
        assert_eq!(config.persistence, expected);
        assert!(config.set("appendfsync", "sometimes").is_err());
        assert!(config.set("dir", "").is_err());
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        let mut config = Config::default();
        assert_eq!(config.set("cluster-enabled", "no"), Ok(()));
        let refused = config.set("cluster-enabled", "yes").unwrap_err();
        let refused = refused.to_string();
        assert!(refused.contains("only 'no' is supported"), "{refused}");
        assert!(config.set("bind", "127.0.0.1 ::1").is_ok());
        assert_eq!(config.addresses().len(), 2);
        assert!(config.set("bind", "example.org").is_err());
        let unknown = config.set("portt", "1").unwrap_err();
        assert_eq!(unknown, ParameterError::Unknown("portt".to_owned()));
    }
}

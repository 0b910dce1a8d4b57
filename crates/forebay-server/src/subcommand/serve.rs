//! `forebay serve`.

use core::net::IpAddr;
use std::env;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, ServeArgs};
use crate::config::{Appendfsync, AuthClients, Config, Persistence};
use crate::server::{self, Listening, ServeError};
use crate::subcommand::refuse;

/// Serves until it is told to end.
#[must_use]
pub fn run(arguments: &ServeArgs) -> ExitCode {
    let config = match arguments.config() {
        Ok(config) => config,
        Err(error) => return refuse(&Cli::command().error(ErrorKind::ValueValidation, error)),
    };
    start_log(&config);
    let banner = Banner::new(&config);
    match server::serve(config, |listening| banner.print(listening)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            if let ServeError::Engine(forebay::Error::Corrupt { .. }) = error {
                eprintln!(
                    "Nothing was changed. `forebay inspect DIR` shows what is damaged, and \
                     --salvage OUT makes a new directory of what is good."
                );
            }
            ExitCode::FAILURE
        }
    }
}

/// Logs go to stderr. `RUST_LOG` goes before the parameter.
fn start_log(config: &Config) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(config.log_level.filter()));
    // An error: a program that calls this has a log of its own.
    let _started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .try_init();
}

/// What is printed when the server listens.
struct Banner {
    data: String,
    unixsocket: Option<String>,
    password: String,
    /// What redis-cli has to be told besides.
    certificate: &'static str,
    user: &'static str,
    loops: usize,
}

impl Banner {
    fn new(config: &Config) -> Self {
        let Persistence {
            appendonly,
            dir,
            appendfsync,
            ..
        } = &config.persistence;
        let data = if *appendonly {
            let when = match appendfsync {
                Appendfsync::Always => "synced before it is acknowledged",
                Appendfsync::Everysec => "synced every second",
                _ => "written before it is acknowledged, not synced",
            };
            format!("{}: {when}", dir.display())
        } else {
            "in memory only: it ends with this process".to_owned()
        };
        Self {
            data,
            unixsocket: config
                .unixsocket
                .as_ref()
                .map(|path| path.display().to_string()),
            password: match &config.users_file {
                Some(file) => format!("of the users in {}", file.display()),
                None if config.settings.needs_password() => "required".to_owned(),
                None if config.hosts.iter().all(IpAddr::is_loopback) => {
                    "none: only this machine can connect".to_owned()
                }
                None => "none, and others can connect".to_owned(),
            },
            certificate: match config.tls.auth_clients {
                AuthClients::Yes => " --cert CLIENT.crt --key CLIENT.key",
                _ => "",
            },
            user: match &config.users_file {
                Some(_) => "--user NAME --askpass ",
                None if config.settings.needs_password() => "--askpass ",
                None => "",
            },
            loops: config.loops,
        }
    }

    fn print(&self, listening: &Listening) {
        println!("forebay {}", env!("CARGO_PKG_VERSION"));
        for address in &listening.addresses {
            println!("  listening on   {address}");
        }
        for address in &listening.tls_addresses {
            println!("  with TLS       {address}");
        }
        if let Some(path) = &self.unixsocket {
            println!("  listening on   {path}");
        }
        if let Some(address) = listening.metrics {
            println!("  metrics        http://{address}/metrics");
        }
        println!("  data           {}", self.data);
        println!("  password       {}", self.password);
        println!("  event loops    {}", self.loops);
        let (plain, tls) = (listening.addresses.first(), listening.tls_addresses.first());
        let address = match (plain, tls) {
            (Some(address), _) => format!("-p {}", address.port()),
            (None, Some(address)) => {
                format!(
                    "-p {} --tls --cacert CA.crt{}",
                    address.port(),
                    self.certificate
                )
            }
            (None, None) => return,
        };
        println!(
            "\nTry: redis-cli {address} {}LPUSH mq hello. Ctrl-C ends it.",
            self.user
        );
    }
}

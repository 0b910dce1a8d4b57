//! `forebay serve`.

use std::net::SocketAddr;
use std::process::ExitCode;

use crate::cli::ServeArgs;
use crate::config::Config;
use crate::server;

/// Serves until it is told to end.
#[must_use]
pub fn run(arguments: &ServeArgs) -> ExitCode {
    let config = Config {
        addresses: vec![SocketAddr::from(([127, 0, 0, 1], arguments.port))],
        unixsocket: arguments.unixsocket.clone(),
        ..Config::default()
    };
    let banner = |addresses: &[SocketAddr]| {
        for address in addresses {
            eprintln!("forebay {} on {address}", env!("CARGO_PKG_VERSION"));
        }
    };
    match server::serve(config, banner) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

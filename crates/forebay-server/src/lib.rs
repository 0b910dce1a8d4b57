//! The command line of the Forebay message-queue engine.
//!
//! [`run`] is the whole program, apart from its allocator. Exit codes: 0 for success, 1 when an
//! engine failed, 2 for a command that cannot be understood, 130 when interrupted.
#![forbid(unsafe_code)]

pub mod cli;
mod command;
pub mod config;
mod connection;
pub mod server;
pub mod subcommand;
pub mod users;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

/// Does what the arguments say; the first is the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return subcommand::refuse(&error),
    };
    match cli.command {
        Command::Bench(arguments) => subcommand::bench::run(&arguments),
        Command::Serve(arguments) => subcommand::serve::run(&arguments),
        Command::Inspect(arguments) => subcommand::inspect::run(&arguments),
        Command::User(command) => subcommand::user::run(&command),
        Command::HashPassword => subcommand::user::print_hash(),
    }
}

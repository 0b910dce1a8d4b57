//! What each subcommand does.

pub mod bench;
pub mod inspect;
pub mod serve;
pub mod user;

use std::process::ExitCode;

/// Prints what clap has to say and returns its exit code: 2, or 0 for help and version.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    // There is nobody left to tell when stderr is closed.
    drop(error.print());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

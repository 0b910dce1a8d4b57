//! Other programs: runs one and turns its failure into a message.

use std::path::Path;
use std::process::{Command, Stdio};

/// A `cargo` command in the folder `root`; the same cargo that runs this task.
pub(crate) fn cargo<const N: usize>(root: &Path, arguments: [&str; N]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    // A lint or a model must never be the reason that a toolchain is downloaded.
    command.env("RUSTUP_AUTO_INSTALL", "0");
    command
}

/// Runs `command` with the terminal of this process.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}"))
    }
}

/// Whether the cargo subcommand `name` is installed.
pub(crate) fn has_subcommand(root: &Path, name: &str) -> bool {
    let mut command = cargo(root, [name, "--version"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The value of the environment's `name` with `flag` added, for `RUSTFLAGS` and the like.
pub(crate) fn with_flag(name: &str, flag: &str) -> String {
    match std::env::var(name) {
        Ok(flags) if !flags.is_empty() => format!("{flags} {flag}"),
        _ => flag.to_owned(),
    }
}

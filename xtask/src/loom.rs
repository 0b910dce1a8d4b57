//! Runs the models under loom, with the bounds and the compiler flags they need.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::process::{cargo, has_subcommand, run, with_flag};

/// What to explore, and how far.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    preemptions: u32,
    branches: u32,
    slow: bool,
    filters: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        // Two preemptions find nearly every bug that three find, at a tenth of the executions. The
        // branches are few because a model that needs more does not get anywhere: it spins.
        Self {
            preemptions: 2,
            branches: 2000,
            slow: false,
            filters: Vec::new(),
        }
    }
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--preemptions" => options.preemptions = number(argument, arguments.next())?,
                "--branches" => options.branches = number(argument, arguments.next())?,
                "--slow" => options.slow = true,
                option if option.starts_with('-') => return Err(format!("no option `{option}`")),
                filter => options.filters.push(filter.to_owned()),
            }
        }
        Ok(options)
    }

    pub(crate) fn run(&self, root: &Path) -> Result<(), String> {
        let nextest = has_subcommand(root, "nextest");
        if !nextest {
            println!("cargo-nextest is not installed: `cargo test` runs the models, and one that");
            println!("aborts hides the result of those after it");
        }
        run(&mut self.command(root, nextest))
    }

    fn command(&self, root: &Path, nextest: bool) -> Command {
        let mut command = if nextest {
            let mut command = cargo(root, ["nextest", "run", "--cargo-profile", "loom"]);
            command.args(["--profile", "loom"]);
            if self.slow {
                command.args(["--run-ignored", "all"]);
            }
            command
        } else {
            cargo(root, ["test", "--profile", "loom"])
        };
        command.args(["--package", "loom-tests", "--tests"]);
        for_loom(&mut command, root);
        command.env("LOOM_MAX_PREEMPTIONS", self.preemptions.to_string());
        command.env("LOOM_MAX_BRANCHES", self.branches.to_string());
        // These two end a search early and call it a success.
        command
            .env_remove("LOOM_MAX_DURATION")
            .env_remove("LOOM_MAX_PERMUTATIONS");
        command.arg("--").args(&self.filters);
        if self.slow && !nextest {
            command.arg("--include-ignored");
        }
        command
    }
}

/// Sets `--cfg loom`, and a target folder of its own: else each change between the two kinds of
/// build would compile everything again.
pub(crate) fn for_loom(command: &mut Command, root: &Path) {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target"));
    command.env("CARGO_TARGET_DIR", root.join(target).join("loom"));
    command.env("RUSTFLAGS", with_flag("RUSTFLAGS", "--cfg loom"));
}

fn number(option: &str, value: Option<&String>) -> Result<u32, String> {
    let value = value.ok_or_else(|| format!("{option} needs a number"))?;
    value
        .parse()
        .map_err(|_| format!("{option} needs a number, not `{value}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(
            &line
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
    }

    fn arguments(options: &Options, nextest: bool) -> String {
        let command = options.command(Path::new("/w"), nextest);
        command
            .get_args()
            .map(|argument| argument.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn options_and_filters_may_be_mixed() {
        let options = parse("waiter --preemptions 3 --slow list").unwrap();
        let filters = vec!["waiter".to_owned(), "list".to_owned()];
        let expected = Options {
            preemptions: 3,
            branches: 2000,
            slow: true,
            filters,
        };
        assert_eq!(options, expected);
    }

    #[test]
    fn a_wrong_option_is_refused() {
        assert!(parse("--preemption 3").is_err());
        assert!(parse("--preemptions").is_err());
        assert!(parse("--branches many").is_err());
    }

    #[test]
    fn filters_and_slow_reach_either_runner() {
        let options = parse("--slow waiter").unwrap();
        assert!(arguments(&options, true).contains("--run-ignored all"));
        assert!(arguments(&options, true).ends_with("-- waiter"));
        assert!(arguments(&options, false).ends_with("-- waiter --include-ignored"));
    }

    #[test]
    fn the_bounds_are_in_the_environment() {
        let command = parse("--preemptions 4")
            .unwrap()
            .command(Path::new("/w"), true);
        let preemptions = command
            .get_envs()
            .find(|(name, _)| *name == "LOOM_MAX_PREEMPTIONS");
        assert_eq!(preemptions.and_then(|(_, value)| value), Some("4".as_ref()));
    }
}

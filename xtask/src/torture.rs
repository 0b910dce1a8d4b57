//! The long tests of what is durable: all damage that can be done to a small store, and long
//! histories of crashes.

use std::path::Path;
use std::process::Command;

use crate::process::{cargo, run};

/// How long the histories are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    seeds: u32,
    filters: Vec<String>,
}

/// A part of the task: its name, what it does, and the arguments for cargo.
type Part = (&'static str, &'static str, &'static [&'static str]);

const PARTS: [Part; 4] = [
    (
        "corruption",
        "every bit, sector and length of a small store of an engine",
        &[
            "--package=forebay",
            "--test=corruption",
            "--",
            "--ignored",
            "--nocapture",
        ],
    ),
    (
        "log",
        "every bit of a small log, and its histories of crashes",
        &["--package=forebay-wal", "--lib", "--", "tests::"],
    ),
    (
        "crashes",
        "histories of an engine that crash",
        &["--package=forebay", "--test=durable", "--", "histories"],
    ),
    (
        "medium",
        "an engine on a medium that fails, system call by system call",
        &[
            "--package=forebay",
            "--test=medium",
            "--",
            "--include-ignored",
        ],
    ),
];

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self {
            seeds: 4_000,
            filters: Vec::new(),
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--seeds" => {
                    let seeds = arguments.next().and_then(|text| text.parse().ok());
                    options.seeds = seeds.ok_or("--seeds needs a number")?;
                }
                option if option.starts_with('-') => return Err(format!("no option `{option}`")),
                part if PARTS.iter().any(|(name, ..)| *name == part) => {
                    options.filters.push(part.to_owned());
                }
                part => return Err(format!("no part `{part}`")),
            }
        }
        Ok(options)
    }

    pub(crate) fn run(&self, root: &Path) -> Result<(), String> {
        for part in self.parts() {
            println!("{}: {}", part.0, part.1);
            run(&mut self.command(root, part))?;
        }
        Ok(())
    }

    fn parts(&self) -> impl Iterator<Item = &'static Part> {
        let all = self.filters.is_empty();
        let is_wanted = move |name: &str| all || self.filters.iter().any(|filter| filter == name);
        PARTS.iter().filter(move |(name, ..)| is_wanted(name))
    }

    fn command(&self, root: &Path, part: &Part) -> Command {
        // The models' profile: optimised, and with the assertions.
        let mut command = cargo(root, ["test", "--profile", "loom"]);
        command.args(part.2);
        command.env("FOREBAY_WAL_EVERY_BIT", "1");
        command.env("FOREBAY_WAL_SEEDS", self.seeds.to_string());
        command.env("FOREBAY_DURABLE_SEEDS", self.seeds.to_string());
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        let words = line.split_whitespace().map(str::to_owned);
        Options::parse(&words.collect::<Vec<_>>())
    }

    #[test]
    fn all_parts_or_those_that_are_named() {
        assert_eq!(parse("").unwrap().parts().count(), PARTS.len());
        let options = parse("log --seeds 7").unwrap();
        let names: Vec<_> = options.parts().map(|part| part.0).collect();
        assert_eq!((names, options.seeds), (vec!["log"], 7));
    }

    #[test]
    fn a_wrong_argument_is_refused() {
        assert!(parse("--seed 7").is_err());
        assert!(parse("--seeds many").is_err());
        assert!(parse("lag").is_err());
    }
}

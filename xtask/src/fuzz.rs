//! Runs the fuzz targets on any toolchain: libFuzzer with the coverage that plain rustc offers.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::{cargo, run, with_flag};

/// What `cargo fuzz` asks of the compiler for coverage, and the checks of a debug build. Its
/// address sanitizer is left out: that one needs a nightly toolchain.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks";

/// The flags are for the code that is fuzzed: a target of its own keeps them from build scripts.
const TARGET_TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// Which targets to run, and how long each.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    seconds: u32,
    filters: Vec<String>,
}

/// A file in the `fuzz_targets` of a package.
struct Target {
    package: PathBuf,
    name: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seconds: 10,
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
                "--seconds" => {
                    let seconds = arguments.next().and_then(|seconds| seconds.parse().ok());
                    options.seconds = seconds.ok_or("--seconds needs a number")?;
                }
                option if option.starts_with('-') => return Err(format!("no option `{option}`")),
                filter => options.filters.push(filter.to_owned()),
            }
        }
        Ok(options)
    }

    pub(crate) fn run(&self, root: &Path) -> Result<(), String> {
        if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
            println!("NOT RUN: the fuzz targets are built for {TARGET_TRIPLE} only");
            return Ok(());
        }
        if !has_cxx() {
            println!("NOT RUN: libFuzzer needs a C++ compiler, and there is no `c++`");
            return Ok(());
        }
        let targets = targets(root)?;
        let mut targets = targets
            .iter()
            .filter(|target| self.includes(target))
            .peekable();
        if targets.peek().is_none() {
            return Err("no fuzz target has such a name".to_owned());
        }
        targets.try_for_each(|target| self.run_target(root, target))
    }

    fn includes(&self, target: &Target) -> bool {
        let mut filters = self.filters.iter();
        self.filters.is_empty() || filters.any(|filter| target.name.contains(filter.as_str()))
    }

    fn run_target(&self, root: &Path, target: &Target) -> Result<(), String> {
        let folder = std::env::var_os("CARGO_TARGET_DIR");
        let folder = root
            .join(folder.unwrap_or_else(|| OsString::from("target")))
            .join("fuzz");
        run(&mut build(target, &folder))?;
        // What is found goes to the build's folder, so that the seeds stay few and chosen.
        let found = folder.join("corpus").join(&target.name);
        fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
        report(&target.name, &mut self.execute(target, &folder, &found))
    }

    /// First it tries every input of both folders, then new ones.
    fn execute(&self, target: &Target, folder: &Path, found: &Path) -> Command {
        let program = folder
            .join(TARGET_TRIPLE)
            .join("release")
            .join(&target.name);
        let mut command = Command::new(program);
        let mut artifacts = folder.join("failed-").into_os_string();
        artifacts.push(&target.name);
        artifacts.push("-");
        let mut prefix = OsString::from("-artifact_prefix=");
        prefix.push(artifacts);
        command
            .arg(format!("-max_total_time={}", self.seconds))
            .args(["-max_len=4096", "-timeout=60", "-report_slow_units=60"])
            .args(["-verbosity=0", "-print_final_stats=1"])
            .arg(prefix)
            .arg(found)
            .arg(target.package.join("corpus").join(&target.name));
        command
    }
}

fn build(target: &Target, folder: &Path) -> Command {
    let mut command = cargo(
        &target.package,
        ["build", "--quiet", "--locked", "--release"],
    );
    command.args(["--target", TARGET_TRIPLE, "--bin", &target.name]);
    command.env("CARGO_TARGET_DIR", folder);
    command.env("RUSTFLAGS", with_flag("RUSTFLAGS", FLAGS));
    command
}

/// Runs a target and says how many inputs it tried; all that libFuzzer says only where one failed.
fn report(name: &str, command: &mut Command) -> Result<(), String> {
    const TRIED: &str = "stat::number_of_executed_units:";

    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{text}\n{command:?}: {}", output.status));
    }
    let tried = text.lines().find_map(|line| line.strip_prefix(TRIED));
    let tried = tried.ok_or_else(|| format!("{text}\n{name}: not the output of libFuzzer"))?;
    println!("{name}: {} inputs, none of them fails", tried.trim());
    Ok(())
}

/// The targets of all crates, in the order of their names.
fn targets(root: &Path) -> Result<Vec<Target>, String> {
    let mut targets = Vec::new();
    for package in entries(&root.join("crates"))? {
        let package = package.join("fuzz");
        if !package.join("Cargo.toml").is_file() {
            continue;
        }
        for file in entries(&package.join("fuzz_targets"))? {
            if let Some(name) = file.file_stem().and_then(|name| name.to_str()) {
                targets.push(Target {
                    package: package.clone(),
                    name: name.to_owned(),
                });
            }
        }
    }
    Ok(targets)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// Whether there is what compiles libFuzzer.
fn has_cxx() -> bool {
    let mut command = Command::new(std::env::var_os("CXX").unwrap_or_else(|| "c++".into()));
    command.arg("--version");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        let arguments: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn seconds_and_names_may_be_mixed() {
        let expected = Options {
            seconds: 3,
            filters: vec!["commands".to_owned(), "replies".to_owned()],
        };
        assert_eq!(parse("commands --seconds 3 replies"), Ok(expected));
        assert!(parse("--seconds").is_err());
        assert!(parse("--seconds long").is_err());
        assert!(parse("--second 3").is_err());
    }

    #[test]
    fn every_target_has_seeds() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let targets = targets(&root).unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            let seeds = entries(&target.package.join("corpus").join(&target.name));
            assert!(
                seeds.is_ok_and(|seeds| !seeds.is_empty()),
                "{}",
                target.name
            );
        }
    }
}

//! Every check in turn, each with the time it took; the first that fails ends the run.

use std::path::Path;
use std::time::Instant;

use crate::fuzz;
use crate::loom::{Options, for_loom};
use crate::process::{cargo, has_subcommand, run as run_command, with_flag};
use crate::tidy;

/// A check: its name, the cargo subcommand it needs beside those of every toolchain, and itself.
struct Step {
    name: &'static str,
    needs: Option<&'static str>,
    run: fn(&Path) -> Result<(), String>,
}

const STEPS: [Step; 8] = [
    Step {
        name: "fmt",
        needs: Some("fmt"),
        run: fmt,
    },
    Step {
        name: "clippy",
        needs: Some("clippy"),
        run: clippy,
    },
    Step {
        name: "clippy-loom",
        needs: Some("clippy"),
        run: clippy_loom,
    },
    Step {
        name: "doc",
        needs: None,
        run: doc,
    },
    Step {
        name: "tidy",
        needs: None,
        run: tidy::run,
    },
    Step {
        name: "test",
        needs: None,
        run: test,
    },
    Step {
        name: "loom",
        needs: None,
        run: loom,
    },
    Step {
        name: "fuzz",
        needs: None,
        run: fuzz,
    },
];

pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let skipped = skipped(arguments)?;
    let mut missing = Vec::new();
    for step in STEPS {
        if skipped.contains(&step.name) {
            println!("==> {}: left out on request", step.name);
            continue;
        }
        if let Some(tool) = step.needs
            && !has_subcommand(root, tool)
        {
            missing.push(step.name);
            continue;
        }
        println!("==> {}", step.name);
        let start = Instant::now();
        (step.run)(root).map_err(|message| format!("{message}\n==> {}: FAILED", step.name))?;
        println!(
            "==> {}: passed in {:.1} s",
            step.name,
            start.elapsed().as_secs_f64()
        );
    }
    for name in &missing {
        println!("==> {name}: NOT RUN, its cargo subcommand is not installed");
    }
    Ok(())
}

/// The steps named by `--skip STEP`.
fn skipped(arguments: &[String]) -> Result<Vec<&'static str>, String> {
    let mut skipped = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument != "--skip" {
            return Err(format!("no option `{argument}`"));
        }
        let name = arguments.next().ok_or("--skip needs a step")?;
        let step = STEPS.iter().find(|step| step.name == name);
        skipped.push(step.ok_or_else(|| format!("no step `{name}`"))?.name);
    }
    Ok(skipped)
}

fn fmt(root: &Path) -> Result<(), String> {
    run_command(&mut cargo(root, ["fmt", "--all", "--check"]))
}

fn clippy(root: &Path) -> Result<(), String> {
    let scope = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run_command(&mut cargo(root, scope))
}

/// The code that only loom compiles.
fn clippy_loom(root: &Path) -> Result<(), String> {
    let scope = [
        "clippy",
        "--package",
        "loom-tests",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    let mut command = cargo(root, scope);
    for_loom(&mut command, root);
    run_command(&mut command)
}

fn doc(root: &Path) -> Result<(), String> {
    let mut command = cargo(root, ["doc", "--workspace", "--no-deps"]);
    run_command(command.env("RUSTDOCFLAGS", with_flag("RUSTDOCFLAGS", "-D warnings")))
}

fn test(root: &Path) -> Result<(), String> {
    run_command(&mut cargo(root, ["test"]))
}

fn loom(root: &Path) -> Result<(), String> {
    Options::default().run(root)
}

fn fuzz(root: &Path) -> Result<(), String> {
    fuzz::Options::default().run(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_step_can_be_skipped() {
        let arguments = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            skipped(&arguments("--skip test --skip loom")),
            Ok(vec!["test", "loom"])
        );
        assert!(skipped(&arguments("--skip tests")).is_err());
        assert!(skipped(&arguments("--skip")).is_err());
        assert!(skipped(&arguments("test")).is_err());
    }
}

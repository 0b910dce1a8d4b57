//! The development tasks of the workspace: `cargo xtask tidy`, `cargo xtask loom`, `cargo xtask
//! fuzz`, `cargo xtask render`, `cargo xtask torture`, `cargo xtask ci`.
#![forbid(unsafe_code)]

mod ci;
mod fuzz;
mod loom;
mod process;
mod render;
mod tidy;
mod torture;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <task>

  tidy                check the rules that neither rustc nor clippy knows
  loom [OPTION] [FILTER]...
                      run the models whose names contain a FILTER, or all of them
      --preemptions N   forced switches explored in an execution (2)
      --branches N      steps after which an execution counts as a livelock (2000)
      --slow            also run the models marked #[ignore]
  fuzz [--seconds N] [FILTER]...
                      try the seeds of the fuzz targets whose names contain a FILTER, or of all,
                      and then new inputs for so many seconds each (10)
  render              write the pages, the plots and the block of README.md that show results/
  torture [--seeds N] [PART]...
                      the long tests of what is durable, with so many seeds for each kind of
                      history (4000); parts: corruption log crashes medium
  ci [--skip STEP]... run every check in turn and stop at the first that fails
      steps: fmt clippy clippy-loom doc tidy test loom fuzz
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((task, rest)) => match task.as_str() {
            "tidy" => no_arguments(rest).and_then(|()| tidy::run(&root())),
            "loom" => loom::Options::parse(rest).and_then(|options| options.run(&root())),
            "fuzz" => fuzz::Options::parse(rest).and_then(|options| options.run(&root())),
            "render" => no_arguments(rest).and_then(|()| render::run(&root())),
            "torture" => torture::Options::parse(rest).and_then(|options| options.run(&root())),
            "ci" => ci::run(&root(), rest),
            _ => Err(format!("no task `{task}`\n\n{USAGE}")),
        },
        None => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn no_arguments(rest: &[String]) -> Result<(), String> {
    match rest.first() {
        None => Ok(()),
        Some(argument) => Err(format!("unexpected argument `{argument}`\n\n{USAGE}")),
    }
}

/// The folder of the workspace, whichever folder the task is called from.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

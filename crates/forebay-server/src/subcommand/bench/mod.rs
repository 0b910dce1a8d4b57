//! `forebay bench`.

mod page;
mod report;
mod stop;

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::CommandFactory;
use clap::error::ErrorKind;
use forebay_bench::compare::Old;
use forebay_bench::measure::Pulse;
use forebay_bench::measure::isolate::{Isolate, Place};
use forebay_bench::measure::plan::Outline;
use forebay_bench::measure::runner::{self, Ending};
use forebay_bench::options::Options;
use forebay_bench::record::Record;
use forebay_bench::report::machine;
use forebay_bench::report::progress::Progress;
use forebay_bench::report::row::Row;
use forebay_bench::suite::Suite;

use self::report::{FAILED, Report};
use crate::cli::{BenchArgs, Cli};
use crate::subcommand::refuse;

/// Measures and reports.
#[must_use]
pub fn run(arguments: &BenchArgs) -> ExitCode {
    let options = arguments.options();
    if let Err(error) = options.validate() {
        return refuse(&Cli::command().error(ErrorKind::ValueValidation, error));
    }
    let pulse = Arc::new(Pulse::default());
    if let Some(place) = arguments.memory_of {
        return weigh(&options, place, &pulse);
    }
    match prepare(arguments) {
        Ok((old, Some(record))) => show(arguments, old, record),
        Ok((old, None)) => measure(arguments, &options, old, &pulse),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(FAILED)
        }
    }
}

/// Reads what will be needed, and makes the folder that will be written, before anything is
/// measured.
fn prepare(arguments: &BenchArgs) -> io::Result<(Option<Old>, Option<Record>)> {
    let old = arguments.compare.as_deref().map(Old::read).transpose()?;
    let record = arguments.from.as_deref().map(Record::read).transpose()?;
    if let Some(folder) = &arguments.record {
        fs::create_dir_all(folder).map_err(|error| {
            let why = format!("cannot make the folder {}: {error}", folder.display());
            io::Error::new(error.kind(), why)
        })?;
    }
    Ok((old, record))
}

/// Reports what was measured earlier.
fn show(arguments: &BenchArgs, old: Option<Old>, record: Record) -> ExitCode {
    eprintln!("{}", record.machine);
    let pulse = Arc::new(Pulse::default());
    let mut report = Report::new(arguments, old, record.machine, pulse);
    report.add(&record.rows);
    report.conclude(Ending::Complete)
}

fn measure(
    arguments: &BenchArgs,
    options: &Options,
    old: Option<Old>,
    pulse: &Arc<Pulse>,
) -> ExitCode {
    stop::provide(pulse);
    let machine = machine::read();
    eprintln!("{machine}\n");
    let what = options.suite.map_or("these workloads", Suite::name);
    eprintln!("{what}: {}", Outline::of(options));
    if options.suite == Some(Suite::Standard) && io::stderr().is_terminal() {
        eprintln!("--quick takes less, --all measures everything; Ctrl-C ends early with a report");
    }
    eprintln!();
    let mut report = Report::new(arguments, old, machine, Arc::clone(pulse));
    let mut progress = Progress::new(|_, rows: &[Row]| report.add(rows));
    let ending = runner::run(options, isolate().as_ref(), pulse, &mut progress);
    progress.finish();
    report.conclude(ending)
}

/// How to start this program again for the memory of one case.
fn isolate() -> Option<Isolate> {
    let program = env::current_exe().ok()?;
    // The program's name and `bench` come first; both are given anew.
    let rest = env::args_os().skip(2).collect();
    Some(Isolate::new(
        program,
        vec!["bench".into()],
        "--memory-of",
        rest,
    ))
}

/// What a process started by [`isolate`] does.
fn weigh(options: &Options, place: Place, pulse: &Arc<Pulse>) -> ExitCode {
    let printed = runner::weigh(options, place, pulse)
        .map_err(|fault| fault.to_string())
        .and_then(|memory| serde_json::to_string(&memory).map_err(|error| error.to_string()))
        .and_then(|line| writeln!(io::stdout(), "{line}").map_err(|error| error.to_string()));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(FAILED)
        }
    }
}

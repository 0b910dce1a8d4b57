//! `forebay bench`.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::CommandFactory;
use clap::error::ErrorKind;
use forebay_bench::measure::isolate::{Isolate, Place};
use forebay_bench::measure::runner::{self, Ending};
use forebay_bench::measure::{Group, Pulse};
use forebay_bench::options::Options;
use forebay_bench::report::machine;
use forebay_bench::report::progress::Progress;
use forebay_bench::report::row::Row;
use forebay_bench::report::table::{Marks, Table};

use crate::cli::{BenchArgs, Cli};
use crate::subcommand::refuse;

const FAILED: u8 = 1;
/// As a shell reports a program that SIGINT ended.
const INTERRUPTED: u8 = 130;

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
    let on_interrupt = Arc::clone(&pulse);
    if let Err(error) = ctrlc::set_handler(move || on_interrupt.interrupt()) {
        eprintln!("warning: Ctrl-C will end at once, without a report: {error}");
    }
    eprintln!("{}\n", machine::read());
    let mut report = Report::new(arguments.json, Arc::clone(&pulse));
    let mut progress = Progress::new(|group, rows: &[Row]| report.add(group, rows));
    let ending = runner::run(&options, isolate().as_ref(), &pulse, &mut progress);
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

/// What goes to stdout, and what is wrong.
struct Report {
    json: bool,
    table: Table,
    faults: Vec<String>,
    pulse: Arc<Pulse>,
}

impl Report {
    fn new(json: bool, pulse: Arc<Pulse>) -> Self {
        Self {
            json,
            table: Table::default(),
            faults: Vec::new(),
            pulse,
        }
    }

    fn add(&mut self, group: &Group, rows: &[Row]) {
        for row in rows {
            if let Some(fault) = &row.fault {
                let (workload, title) = (&row.workload, &group.shape.title);
                self.faults
                    .push(format!("{workload} ({title}): {} {fault}", row.label()));
            }
        }
        if self.json {
            if print_json(rows).is_err() {
                // Nobody reads any more: measuring on would be in vain.
                self.pulse.interrupt();
            }
        } else {
            self.table.add(group, rows);
        }
    }

    fn conclude(self, ending: Ending) -> ExitCode {
        if !self.table.is_empty() {
            let stdout = io::stdout();
            let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let marks = if stdout.is_terminal() && !plain {
                Marks::COLOURED
            } else {
                Marks::PLAIN
            };
            // A reader that has left has seen what it wanted.
            drop(stdout.lock().write_all(self.table.render(marks).as_bytes()));
        }
        for fault in &self.faults {
            eprintln!("error: {fault}");
        }
        match ending {
            Ending::Interrupted => {
                eprintln!("interrupted: the rest was not measured");
                ExitCode::from(INTERRUPTED)
            }
            Ending::Hung => {
                eprintln!(
                    "stopped: threads of the last run still wait, so the rest was not measured"
                );
                ExitCode::from(FAILED)
            }
            Ending::Complete if self.faults.is_empty() => ExitCode::SUCCESS,
            Ending::Complete => ExitCode::from(FAILED),
        }
    }
}

fn print_json(rows: &[Row]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for row in rows {
        serde_json::to_writer(&mut stdout, row)?;
        stdout.write_all(b"\n")?;
    }
    stdout.flush()
}

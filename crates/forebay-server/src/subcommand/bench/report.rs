//! What goes to stdout and into files, and what is wrong.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use forebay_bench::compare::{Comparison, Old};
use forebay_bench::measure::Pulse;
use forebay_bench::measure::runner::Ending;
use forebay_bench::record::Record;
use forebay_bench::report::machine::Machine;
use forebay_bench::report::row::Row;
use forebay_bench::report::summary;
use forebay_bench::report::table::{self, Marks, Table};

use super::page;
use super::stop::INTERRUPTED;
use crate::cli::BenchArgs;

pub(super) const FAILED: u8 = 1;

/// All that was measured, until it is reported.
pub(super) struct Report {
    json: bool,
    details: bool,
    folder: Option<PathBuf>,
    page: Option<PathBuf>,
    old: Option<Old>,
    record: Record,
    pulse: Arc<Pulse>,
}

impl Report {
    pub(super) fn new(
        arguments: &BenchArgs,
        old: Option<Old>,
        machine: Machine,
        pulse: Arc<Pulse>,
    ) -> Self {
        Self {
            json: arguments.json,
            details: arguments.wants_details(),
            folder: arguments.record.clone(),
            page: page::place(arguments),
            old,
            record: Record::new(machine),
            pulse,
        }
    }

    pub(super) fn add(&mut self, rows: &[Row]) {
        if self.json && print_json(rows).is_err() {
            // Nobody reads any more: measuring on would be in vain.
            self.pulse.interrupt();
        }
        self.record.add(rows);
    }

    pub(super) fn conclude(self, ending: Ending) -> ExitCode {
        if !self.json {
            // A reader that has left has seen what it wanted.
            drop(io::stdout().lock().write_all(self.tables().as_bytes()));
        }
        let is_written = self.write() & self.draw();
        let has_regressed = self.compare();
        let mut is_faultless = true;
        for row in &self.record.rows {
            if let Some(fault) = &row.fault {
                is_faultless = false;
                let (workload, title) = (&row.workload, &row.title);
                eprintln!("error: {workload} ({title}): {} {fault}", row.label());
            }
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
            Ending::Complete if is_faultless && is_written && !has_regressed => ExitCode::SUCCESS,
            Ending::Complete => ExitCode::from(FAILED),
        }
    }

    fn tables(&self) -> String {
        let rows = &self.record.rows;
        let groups = summary::groups(rows);
        let mut text = String::new();
        if self.details {
            let mut table = Table::default();
            for group in &groups {
                table.add_rows(group);
            }
            text.push_str(&table.render(marks()));
        }
        if !self.details || groups.len() > 1 {
            let width = table::width().unwrap_or(usize::MAX);
            text.push_str(&summary::render(rows, marks(), width));
        }
        if !self.details && !groups.is_empty() {
            text.push_str(
                "  Every engine, and latencies: --details. To keep it all: --record DIR.\n",
            );
        }
        text
    }

    /// Whether what was to be kept is kept.
    fn write(&self) -> bool {
        let Some(folder) = &self.folder else {
            return true;
        };
        if self.record.rows.is_empty() {
            eprintln!("nothing was measured: {} is as it was", folder.display());
            return true;
        }
        match self.record.write(folder) {
            Ok(()) => {
                eprintln!("recorded in {}", folder.display());
                true
            }
            Err(error) => {
                eprintln!("error: cannot record: {error}");
                false
            }
        }
    }

    /// Whether there is a page, if there should be one.
    fn draw(&self) -> bool {
        let Some(path) = &self.page else {
            return true;
        };
        if self.record.rows.is_empty() {
            return true;
        }
        match page::write(&self.record, path) {
            Ok(()) => {
                eprintln!("the report, for a browser: {}", path.display());
                true
            }
            Err(error) => {
                eprintln!("error: cannot write the report: {error}");
                false
            }
        }
    }

    /// Whether something became worse.
    fn compare(&self) -> bool {
        let Some(old) = &self.old else {
            return false;
        };
        let comparison = Comparison::of(old, &self.record);
        if self.json {
            eprint!("{}", comparison.render(Marks::PLAIN, self.details));
        } else {
            let text = comparison.render(marks(), self.details);
            drop(io::stdout().lock().write_all(text.as_bytes()));
        }
        comparison.regressions().next().is_some()
    }
}

/// Colours for a terminal that wants them.
fn marks() -> Marks {
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if io::stdout().is_terminal() && !plain {
        Marks::COLOURED
    } else {
        Marks::PLAIN
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

//! What a run leaves behind: a folder that holds all that a report or a comparison needs.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `machine.toml` | [`Machine`]: the machine, the build, the peers' versions, the load |
//! | `rows.jsonl` | one [`Row`] in each line, as `forebay bench --json` prints them |
//! | `curves.jsonl` | one [`Curve`] in each line: how one kind of latency is distributed |
//! | `series.jsonl` | one [`Series`] in each line: how one run went on over time |
//!
//! A row, its curves and its series have the same [`Place`]. Files that would be empty are not
//! there.

#![forbid(unsafe_code)]

extern crate alloc;

mod curve;
mod figure;
mod machine;
mod place;
pub mod plot;
mod row;
mod series;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::curve::Curve;
pub use self::figure::Figure;
pub use self::machine::Machine;
pub use self::place::Place;
pub use self::row::Row;
pub use self::series::Series;

const MACHINE: &str = "machine.toml";
const ROWS: &str = "rows.jsonl";
const CURVES: &str = "curves.jsonl";
const SERIES: &str = "series.jsonl";

/// All that one run has measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Where and with what it was measured.
    pub machine: Machine,
    /// The medians.
    pub rows: Vec<Row>,
    /// Distributions of latencies.
    pub curves: Vec<Curve>,
    /// What happened over time.
    pub series: Vec<Series>,
}

impl Record {
    /// Nothing measured yet, on this machine.
    #[must_use]
    pub const fn new(machine: Machine) -> Self {
        Self {
            machine,
            rows: Vec::new(),
            curves: Vec::new(),
            series: Vec::new(),
        }
    }

    /// Takes down the rows of a group, with what they carry.
    pub fn add(&mut self, rows: &[Row]) {
        for row in rows {
            self.curves.extend_from_slice(&row.curves);
            self.series.extend_from_slice(&row.series);
            self.rows.push(row.clone());
        }
    }

    /// Writes the folder, and makes it when it is not there. What was in it of an earlier run is
    /// replaced; other files are left alone.
    ///
    /// # Errors
    /// With the path that could not be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
        let machine = toml::to_string(&self.machine).map_err(io::Error::other)?;
        let path = folder.join(MACHINE);
        fs::write(&path, machine).map_err(|error| at(&path, &error))?;
        write_lines(&folder.join(ROWS), &self.rows)?;
        write_lines(&folder.join(CURVES), &self.curves)?;
        write_lines(&folder.join(SERIES), &self.series)
    }

    /// Reads a folder that [`Record::write`] has written.
    ///
    /// # Errors
    /// With the path and the line of what is missing or not understood.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let path = folder.join(MACHINE);
        let machine = fs::read_to_string(&path).map_err(|error| at(&path, &error))?;
        let machine =
            toml::from_str(&machine).map_err(|error| at(&path, &invalid(error.to_string())))?;
        Ok(Self {
            machine,
            rows: read_rows(&folder.join(ROWS))?,
            curves: read_lines(&folder.join(CURVES))?,
            series: read_lines(&folder.join(SERIES))?,
        })
    }
}

/// Reads rows from a file of one object in each line, as `--json` prints them.
///
/// # Errors
/// With the path and the line of what is not understood.
pub fn read_rows(path: &Path) -> io::Result<Vec<Row>> {
    fs::metadata(path).map_err(|error| at(path, &error))?;
    read_lines(path)
}

fn write_lines<T: Serialize>(path: &Path, items: &[T]) -> io::Result<()> {
    if items.is_empty() {
        return match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path, &error)),
            _ => Ok(()),
        };
    }
    let write = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for item in items {
            serde_json::to_writer(&mut file, item)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    };
    write().map_err(|error| at(path, &error))
}

fn read_lines<T: DeserializeOwned>(path: &Path) -> io::Result<Vec<T>> {
    let file = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(path, &error)),
    };
    let mut items = Vec::new();
    for (index, line) in file.lines().enumerate() {
        let line = line.map_err(|error| at(path, &error))?;
        let item = serde_json::from_str(&line).map_err(|error| {
            let line = index + 1;
            at(path, &invalid(format!("line {line}: {error}")))
        })?;
        items.push(item);
    }
    Ok(items)
}

fn invalid(error: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

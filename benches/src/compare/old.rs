//! What a measurement is compared with.

use std::io;
use std::path::Path;

use crate::record::{Record, read_rows};
use crate::report::machine::Machine;
use crate::report::row::Row;

/// Rows of an earlier run.
#[derive(Debug, Clone)]
pub struct Old {
    /// Where they are from.
    pub name: String,
    /// The rows.
    pub rows: Vec<Row>,
    /// Where they were measured, if that is known.
    pub machine: Option<Machine>,
}

impl Old {
    /// Reads a folder that `--record` has written, or a file of rows that `--json` has printed.
    ///
    /// # Errors
    /// With the path, and the line of what is not understood; also when there is no row.
    pub fn read(path: &Path) -> io::Result<Self> {
        let name = path.display().to_string();
        let old = if path.is_dir() {
            let record = Record::read(path)?;
            Self {
                name,
                rows: record.rows,
                machine: Some(record.machine),
            }
        } else {
            Self {
                name,
                rows: read_rows(path)?,
                machine: None,
            }
        };
        if old.rows.is_empty() {
            let why = format!("{}: there is no row in it", old.name);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(old)
    }

    /// What makes the comparison one of two machines.
    pub(super) fn warnings(&self, now: &Machine) -> Vec<String> {
        let Some(then) = &self.machine else {
            return vec!["it is not known on which machine the old rows were measured".to_owned()];
        };
        let or_none = |governor: &Option<String>| governor.clone().unwrap_or_default();
        let fields = [
            ("processor", then.cpu.clone(), now.cpu.clone()),
            ("cores", then.cores.to_string(), now.cores.to_string()),
            ("kernel", then.kernel.clone(), now.kernel.clone()),
            ("compiler", then.rustc.clone(), now.rustc.clone()),
            (
                "frequency governor",
                or_none(&then.governor),
                or_none(&now.governor),
            ),
        ];
        let differs = |(what, then, now): (&str, String, String)| {
            (then != now).then(|| format!("not the same {what}: '{then}' then, '{now}' now"))
        };
        fields.into_iter().filter_map(differs).collect()
    }
}

//! The page of what was measured: where it goes, and that it is written.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use forebay_bench::record::{Record, plot};

use crate::cli::BenchArgs;

const NAME: &str = "forebay-bench.html";

/// Where the page is to be written. Without being asked, a selection or everything gets one, in the
/// folder of what is built where there is one, or else among the temporary files.
pub(super) fn place(arguments: &BenchArgs) -> Option<PathBuf> {
    if let Some(asked) = &arguments.plot {
        return Some(asked.clone());
    }
    if arguments.json || arguments.wants_details() {
        return None;
    }
    let built = Path::new("target");
    let folder = if built.is_dir() {
        built.to_owned()
    } else {
        env::temp_dir()
    };
    Some(folder.join(NAME))
}

/// Writes the page.
pub(super) fn write(record: &Record, path: &Path) -> io::Result<()> {
    let write = || {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, plot::page(record))
    };
    write().map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

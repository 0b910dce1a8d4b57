//! Configuration files, in the form of redis.conf: a name and a value on each line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Config, ParameterError};

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system refused it.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// A line is wrong.
    #[error("{}, line {line}: {error}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        error: ParameterError,
    },
}

impl Config {
    /// Sets what a file says. Empty lines and lines that begin with `#` say nothing.
    ///
    /// # Errors
    /// The file cannot be read, or a line of it is wrong; those before it are set.
    pub fn read_file(&mut self, path: &Path) -> Result<(), FileError> {
        let text = fs::read_to_string(path).map_err(|error| FileError::Read {
            path: path.to_owned(),
            error,
        })?;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = line
                .split_once(char::is_whitespace)
                .map_or((line, ""), |(name, value)| (name, unquote(value.trim())));
            self.set(name, value).map_err(|error| FileError::Line {
                path: path.to_owned(),
                line: index + 1,
                error,
            })?;
        }
        Ok(())
    }
}

/// A value without the quotes around it.
fn unquote(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_what_they_would_say_to_redis() {
        assert_eq!(unquote("\"\""), "");
        assert_eq!(unquote("'a b'"), "a b");
        assert_eq!(unquote("\"a"), "\"a");
    }
}

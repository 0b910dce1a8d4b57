//! What is wrong with a description.

use core::fmt;

/// Names the file, the line or the field, and what is allowed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MixError {
    origin: String,
    problem: String,
}

impl MixError {
    /// A problem in this file.
    pub(super) fn new(origin: &str, problem: impl fmt::Display) -> Self {
        Self {
            origin: origin.to_owned(),
            problem: problem.to_string().trim_end().to_owned(),
        }
    }
}

impl fmt::Display for MixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)
    }
}

impl core::error::Error for MixError {}

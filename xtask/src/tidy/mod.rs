//! The rules of the workspace that neither rustc nor clippy knows.
//!
//! A rule looks at one source file or at the workspace as a whole and returns what it found.
//! A rule that can be misled by a word in a comment or in a string looks at [`lexer`] lines.
//!
//! | Rule | File |
//! |---|---|
//! | a file is not too long, starts with `//!`, is ASCII, and has no leftovers | `shape` |
//! | in forebay-sync, atomics come from `loom.rs` and every ordering says why | `atomics` |
//! | `unsafe` is in forebay-sync alone | `unsafety` |
//! | a crate depends only on those below it | `dependencies` |
//! | no file is too big for a repository | `files` |
//! | pages, plots and README.md show what `results/` holds | `render`, beside this folder |

mod atomics;
mod dependencies;
mod files;
mod lexer;
mod shape;
mod unsafety;
mod workspace;

use core::fmt;
use std::path::Path;

use crate::render;
use workspace::{Source, Workspace};

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// From 1; 0 is the file as a whole.
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

const SOURCE_RULES: [fn(&Source) -> Vec<Finding>; 7] = [
    shape::header,
    shape::ascii,
    shape::leftovers,
    atomics::raw,
    atomics::labels,
    unsafety::forbidden,
    unsafety::used,
];

const WORKSPACE_RULES: [fn(&Workspace) -> Vec<Finding>; 3] =
    [shape::length, dependencies::direction, files::size];

/// Checks the workspace in `root` and prints what is wrong and how long the files are.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let workspace = Workspace::read(root)?;
    let mut findings = check(&workspace);
    let stale = render::stale(root)?.into_iter();
    findings.extend(stale.map(|stale| Finding::new(&stale.path, 0, stale.what)));
    if findings.is_empty() {
        println!("{}", shape::summary(&workspace));
        return Ok(());
    }
    Err(findings
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n"))
}

fn check(workspace: &Workspace) -> Vec<Finding> {
    let by_source = workspace.sources.iter().flat_map(|source| {
        let apply = |rule: &fn(&Source) -> Vec<Finding>| rule(source);
        SOURCE_RULES.iter().flat_map(apply).collect::<Vec<_>>()
    });
    let by_workspace = WORKSPACE_RULES.iter().flat_map(|rule| rule(workspace));
    by_source.chain(by_workspace).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        if let Err(findings) = run(&crate::root()) {
            panic!("\n{findings}");
        }
    }

    #[test]
    fn every_source_file_is_checked() {
        let source = Source::new("crates/forebay/src/lib.rs", "fn main() {}\n");
        let workspace = Workspace {
            sources: vec![source],
            ..Workspace::default()
        };
        assert!(!check(&workspace).is_empty());
    }
}

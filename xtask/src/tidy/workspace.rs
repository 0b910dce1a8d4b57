//! The files of the workspace, read once.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::lexer::{self, Line};

/// Everything the rules look at. Paths are relative to the root and have forward slashes.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) sources: Vec<Source>,
    /// Each `Cargo.toml` below the root: path and text.
    pub(super) manifests: Vec<(String, String)>,
    /// Each Markdown file: path and text.
    pub(super) documents: Vec<(String, String)>,
    /// Each file: path and size in bytes.
    pub(super) sizes: Vec<(String, u64)>,
}

/// One Rust file.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) lines: Vec<Line>,
}

impl Workspace {
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let mut workspace = Self::default();
        for path in paths(root)? {
            let full = root.join(&path);
            let failed = |error| format!("{}: {error}", full.display());
            workspace
                .sizes
                .push((path.clone(), fs::metadata(&full).map_err(failed)?.len()));
            let name = Path::new(&path);
            let extension = name.extension().and_then(OsStr::to_str);
            if extension == Some("rs") {
                let text = fs::read_to_string(&full).map_err(failed)?;
                workspace.sources.push(Source::new(&path, &text));
            } else if extension == Some("md") {
                workspace
                    .documents
                    .push((path, fs::read_to_string(&full).map_err(failed)?));
            } else if name.ends_with("Cargo.toml") && path != "Cargo.toml" {
                workspace
                    .manifests
                    .push((path, fs::read_to_string(&full).map_err(failed)?));
            }
        }
        if workspace.sources.is_empty() {
            return Err(format!("no source file in {}", root.display()));
        }
        Ok(workspace)
    }

    pub(super) fn document(&self, path: &str) -> Option<&str> {
        let found = self
            .documents
            .iter()
            .find(|(candidate, _)| candidate == path);
        found.map(|(_, text)| text.as_str())
    }
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            lines: lexer::lines(text),
        }
    }

    /// The lines with their numbers, from 1, without the modules for tests.
    pub(super) fn product_lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        let mut in_tests = false;
        self.lines
            .iter()
            .enumerate()
            .filter_map(move |(index, line)| {
                let next = self
                    .lines
                    .get(index + 1)
                    .map_or("", |next| next.code.trim());
                if in_tests {
                    // rustfmt puts the end of a module, and nothing else, at the start of a line.
                    in_tests = line.code != "}";
                    return None;
                }
                in_tests = line.code.starts_with("#[cfg(test)]")
                    && next.starts_with("mod ")
                    && next.ends_with('{');
                (!in_tests).then_some((index + 1, line))
            })
    }
}

/// What git would commit; without git, every file that is not hidden and not built.
fn paths(root: &Path) -> Result<Vec<String>, String> {
    let mut git = Command::new("git");
    git.current_dir(root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    if let Ok(output) = git.output()
        && output.status.success()
    {
        let list = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
        let exists = |path: &&str| !path.is_empty() && root.join(path).is_file();
        return Ok(list.split('\0').filter(exists).map(str::to_owned).collect());
    }
    let mut paths = Vec::new();
    walk(root, "", &mut paths).map_err(|error| format!("{}: {error}", root.display()))?;
    Ok(paths)
}

fn walk(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if name.starts_with('.') || (prefix.is_empty() && name == "target") {
            continue;
        }
        if kind.is_dir() {
            walk(&entry.path(), &format!("{prefix}{name}/"), paths)?;
        } else if kind.is_file() {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_tests_is_no_product() {
        let text = "a;\n#[cfg(test)]\nmod tests {\n    b;\n}\nc;\n#[cfg(test)]\nmod d;\ne;\n";
        let source = Source::new("a.rs", text);
        let numbers: Vec<usize> = source.product_lines().map(|(number, _)| number).collect();
        assert_eq!(numbers, [1, 6, 7, 8, 9]);
    }

    #[test]
    fn both_ways_of_listing_find_this_file() {
        let root = crate::root();
        let mut walked = Vec::new();
        walk(&root, "", &mut walked).unwrap();
        for paths in [walked, paths(&root).unwrap()] {
            assert!(
                paths
                    .iter()
                    .any(|path| path == "xtask/src/tidy/workspace.rs")
            );
            assert!(!paths.iter().any(|path| path.starts_with("target/")));
        }
    }
}

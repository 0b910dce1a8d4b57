//! What is recorded in `results/`, as pages, plots and the block of README.md that shows them.
//!
//! A folder in `results/` is a record, as `forebay bench --record` writes it. What is made of it
//! lies beside it and is committed; the same record gives the same bytes, so that `tidy` can tell
//! when the two disagree.

use std::fs;
use std::path::Path;

use forebay_record::{Record, plot};

const README: &str = "README.md";
const RESULTS: &str = "results";
const BEGIN: &str = "<!-- results: begin -->\n";
const END: &str = "<!-- results: end -->";

/// Something that is not as it would be rendered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    pub(crate) path: String,
    pub(crate) what: &'static str,
}

/// All that is rendered: paths relative to the root, with forward slashes, and contents.
struct Rendering {
    files: Vec<(String, String)>,
    /// Files that lie where only plots do, and are none of them.
    leftovers: Vec<String>,
}

/// Writes what is not as it should be.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let rendering = Rendering::of(root)?;
    if rendering.files.is_empty() {
        println!("nothing is recorded in {RESULTS}/: `forebay bench --record {RESULTS}/NAME` does");
        return Ok(());
    }
    for (path, text) in rendering.stale(root) {
        let full = root.join(path);
        let failed = |error| format!("{}: {error}", full.display());
        if let Some(folder) = full.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&full, text).map_err(failed)?;
        println!("wrote {path}");
    }
    for path in &rendering.leftovers {
        fs::remove_file(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
        println!("removed {path}");
    }
    Ok(())
}

/// What disagrees with the records.
pub(crate) fn stale(root: &Path) -> Result<Vec<Stale>, String> {
    let rendering = Rendering::of(root)?;
    let stale = rendering.stale(root).into_iter().map(|(path, _)| Stale {
        path: path.clone(),
        what: "not what `cargo xtask render` makes of results/",
    });
    let leftovers = rendering.leftovers.iter().map(|path| Stale {
        path: path.clone(),
        what: "no plot of this record: `cargo xtask render` removes it",
    });
    Ok(stale.chain(leftovers).collect())
}

impl Rendering {
    fn of(root: &Path) -> Result<Self, String> {
        let mut rendering = Self {
            files: Vec::new(),
            leftovers: Vec::new(),
        };
        let folders = folders(&root.join(RESULTS))?;
        let mut blocks = Vec::new();
        for name in &folders {
            let folder = format!("{RESULTS}/{name}");
            let record = Record::read(&root.join(&folder)).map_err(|error| error.to_string())?;
            let files = plot::files(&record).into_iter();
            let files: Vec<_> = files
                .map(|(path, text)| (format!("{folder}/{path}"), text))
                .collect();
            for path in listed(&root.join(&folder).join(plot::PLOTS))? {
                let path = format!("{folder}/{}/{path}", plot::PLOTS);
                if !files.iter().any(|(rendered, _)| *rendered == path) {
                    rendering.leftovers.push(path);
                }
            }
            rendering.files.extend(files);
            blocks.push((folder, record));
        }
        if let Some((first, others)) = blocks.split_first() {
            let mut block = plot::readme(&first.1, &first.0);
            for (folder, record) in others {
                let machine = &record.machine;
                let line = format!(
                    "\nThe same on {}, {} cores: [{folder}]({folder}).\n",
                    machine.cpu, machine.cores
                );
                block.push_str(&line);
            }
            let readme = fs::read_to_string(root.join(README))
                .map_err(|error| format!("{README}: {error}"))?;
            let readme = with_block(&readme, &block)?;
            rendering.files.push((README.to_owned(), readme));
        }
        Ok(rendering)
    }

    /// The files that are missing or different.
    fn stale(&self, root: &Path) -> Vec<&(String, String)> {
        let differs = |file: &&(String, String)| {
            fs::read(root.join(&file.0)).is_ok_and(|found| found == file.1.as_bytes())
        };
        let files = self.files.iter();
        files.filter(|file| !differs(file)).collect()
    }
}

/// The folders that hold a record, in the order of their names.
fn folders(results: &Path) -> Result<Vec<String>, String> {
    let mut names = listed(results)?;
    names.retain(|name| results.join(name).join("machine.toml").is_file());
    Ok(names)
}

/// The names of what is in a folder, in their order; none where there is no folder.
fn listed(folder: &Path) -> Result<Vec<String>, String> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |error| format!("{}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The text with what stands between the two comments replaced.
fn with_block(readme: &str, block: &str) -> Result<String, String> {
    let missing = || {
        let begin = BEGIN.trim_end();
        format!("{README} has no `{begin}` with a `{END}` after it")
    };
    let (before, rest) = readme.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}\n{block}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace with a record in it, and a README that shows none.
    fn workspace() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let sample = crate::root().join("benches/record/tests/sample");
        let record = Record::read(&sample).unwrap();
        record.write(&folder.path().join("results/b")).unwrap();
        record.write(&folder.path().join("results/a")).unwrap();
        let readme = format!("# A\n\n{BEGIN}old\n{END}\n\nmore\n");
        fs::write(folder.path().join(README), readme).unwrap();
        folder
    }

    #[test]
    fn what_was_rendered_is_not_stale_until_something_changes() {
        let folder = workspace();
        let root = folder.path();
        assert!(stale(root).unwrap().len() > 5, "nothing was rendered yet");
        run(root).unwrap();
        assert_eq!(stale(root).unwrap(), []);
        let readme = fs::read_to_string(root.join(README)).unwrap();
        assert!(readme.starts_with("# A\n\n<!--"), "{readme}");
        assert!(readme.ends_with("-->\n\nmore\n"), "{readme}");
        assert!(
            readme.contains("](results/b)"),
            "the second machine has a link"
        );
        assert!(!readme.contains("old"), "{readme}");

        fs::write(root.join(README), readme.replace("ns", "s")).unwrap();
        let rows = root.join("results/a/rows.jsonl");
        let text = fs::read_to_string(&rows).unwrap();
        fs::write(&rows, text.replacen("\"ns_per_op\":", "\"ns_per_op\":9", 1)).unwrap();
        let old = root.join("results/b/plots/old-light.svg");
        fs::write(&old, "<svg/>").unwrap();
        let paths = stale(root).unwrap();
        let paths: Vec<&str> = paths.iter().map(|stale| stale.path.as_str()).collect();
        for path in [
            "README.md",
            "results/a/report.html",
            "results/b/plots/old-light.svg",
        ] {
            assert!(paths.contains(&path), "{path} is not in {paths:?}");
        }
        assert!(!paths.contains(&"results/b/report.html"), "{paths:?}");
        run(root).unwrap();
        assert_eq!(stale(root).unwrap(), []);
        assert!(!old.exists(), "what is no plot any more is removed");
    }

    #[test]
    fn without_results_a_readme_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(README), "# A\n").unwrap();
        assert_eq!(stale(folder.path()).unwrap(), []);
        run(folder.path()).unwrap();
        let readme = fs::read_to_string(folder.path().join(README)).unwrap();
        assert_eq!(readme, "# A\n");
    }

    #[test]
    fn a_readme_without_a_place_is_refused() {
        for readme in [
            "# A\n",
            "<!-- results: begin -->\n",
            "<!-- results: end -->\n",
        ] {
            assert!(with_block(readme, "b").is_err(), "{readme}");
        }
    }

    #[test]
    fn a_damaged_record_is_named() {
        let folder = workspace();
        let rows = folder.path().join("results/a/rows.jsonl");
        fs::write(&rows, "{}\n").unwrap();
        let error = stale(folder.path()).unwrap_err();
        assert!(error.contains("rows.jsonl: line 1"), "{error}");
    }
}

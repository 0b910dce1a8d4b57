//! What is committed besides code: no file is too big, and the README shows what `results/` holds.
//!
//! A table in README.md that was measured stands between two comments,
//! `<!-- results: results/FOLDER/FILE.md -->` and `<!-- end results -->`, and is that file.

use super::Finding;
use super::workspace::Workspace;

const BYTES_MAX: u64 = 256 * 1024;

const OPEN: &str = "<!-- results: ";
const CLOSE: &str = "<!-- end results -->";

pub(super) fn size(workspace: &Workspace) -> Vec<Finding> {
    let big = workspace
        .sizes
        .iter()
        .filter(|(_, bytes)| *bytes > BYTES_MAX);
    big.map(|(path, bytes)| Finding::new(path, 0, format!("{bytes} bytes, at most {BYTES_MAX}")))
        .collect()
}

pub(super) fn results(workspace: &Workspace) -> Vec<Finding> {
    let recorded = workspace
        .sizes
        .iter()
        .any(|(path, _)| path.starts_with("results/"));
    let Some(readme) = workspace.document("README.md").filter(|_| recorded) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut blocks = readme.split(OPEN);
    let mut line = blocks
        .next()
        .map_or(1, |before| 1 + before.matches('\n').count());
    let mut shown = 0;
    for block in blocks {
        shown += 1;
        let mut found = |message: String| findings.push(Finding::new("README.md", line, message));
        match block
            .split_once(CLOSE)
            .and_then(|(body, _)| body.split_once("-->"))
        {
            None => found(format!("no `{CLOSE}` after this")),
            Some((path, body)) => match workspace.document(path.trim()) {
                None => found(format!("there is no `{}`", path.trim())),
                Some(table) if table.trim() != body.trim() => {
                    found(format!("the table is not that of `{}`", path.trim()));
                }
                Some(_) => {}
            },
        }
        line += block.matches('\n').count();
    }
    if shown == 0 {
        let message = format!("results/ holds results and no block `{OPEN}... -->` shows one");
        findings.push(Finding::new("README.md", 0, message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_big_file_is_found() {
        let sizes = vec![
            ("a.bin".to_owned(), BYTES_MAX),
            ("b.bin".to_owned(), BYTES_MAX + 1),
        ];
        let findings = size(&Workspace {
            sizes,
            ..Workspace::default()
        });
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, "b.bin");
    }

    fn with_readme(readme: &str) -> Vec<Finding> {
        let table = ("results/m/list.md".to_owned(), "| a |\n".to_owned());
        results(&Workspace {
            sizes: vec![(table.0.clone(), 6)],
            documents: vec![table, ("README.md".to_owned(), readme.to_owned())],
            ..Workspace::default()
        })
    }

    #[test]
    fn a_table_is_the_recorded_one() {
        let readme = |path, body| format!("# A\n\n{OPEN}{path} -->\n{body}\n{CLOSE}\n");
        assert_eq!(with_readme(&readme("results/m/list.md", "| a |")), []);
        assert_eq!(
            with_readme(&readme("results/m/list.md", "| b |"))[0].line,
            3
        );
        assert_eq!(with_readme(&readme("results/m/none.md", "| a |")).len(), 1);
        assert_eq!(
            with_readme("<!-- results: results/m/list.md -->\n| a |\n").len(),
            1
        );
    }

    #[test]
    fn recorded_results_are_shown() {
        assert_eq!(with_readme("# A\n").len(), 1);
        let readme = ("README.md".to_owned(), "# A\n".to_owned());
        assert_eq!(
            results(&Workspace {
                documents: vec![readme],
                ..Workspace::default()
            }),
            []
        );
    }
}

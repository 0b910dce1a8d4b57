//! What is committed besides code: no file is too big.

use super::Finding;
use super::workspace::Workspace;

const BYTES_MAX: u64 = 256 * 1024;
/// Of what was measured, and the page that shows it.
const RESULTS_BYTES_MAX: u64 = 2 * 1024 * 1024;

pub(super) fn size(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, bytes) in &workspace.sizes {
        let most = if path.starts_with("results/") {
            RESULTS_BYTES_MAX
        } else {
            BYTES_MAX
        };
        if *bytes > most {
            findings.push(Finding::new(
                path,
                0,
                format!("{bytes} bytes, at most {most}"),
            ));
        }
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
            ("results/a/rows.jsonl".to_owned(), BYTES_MAX + 1),
        ];
        let findings = size(&Workspace {
            sizes,
            ..Workspace::default()
        });
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, "b.bin");
    }
}

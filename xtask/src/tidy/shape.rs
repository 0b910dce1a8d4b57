//! How a file looks: its length, its first line, its characters, and what was left in it.

use super::Finding;
use super::lexer::has_word;
use super::workspace::{Source, Workspace};

/// Lines of code in a file; more needs a line in ARCHITECTURE.md that names the file and says why.
const CODE_LINES_MAX: usize = 600;

/// Words that mean unfinished work, wherever they stand.
const UNFINISHED: [&str; 2] = ["FIXME", "XXX"];

/// Macros that are for the time of writing.
const DRAFT_MACROS: [&str; 3] = ["dbg", "todo", "unimplemented"];

pub(super) fn header(source: &Source) -> Vec<Finding> {
    if source.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![Finding::new(
        &source.path,
        1,
        "the file does not start with `//! ` and what it is",
    )]
}

pub(super) fn ascii(source: &Source) -> Vec<Finding> {
    let lines = source
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_ascii());
    lines
        .map(|(i, _)| Finding::new(&source.path, i + 1, "a character is not ASCII"))
        .collect()
}

pub(super) fn leftovers(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in source.lines.iter().enumerate() {
        let mut found = |what: &str| {
            findings.push(Finding::new(
                &source.path,
                index + 1,
                format!("`{what}` was left"),
            ));
        };
        for word in UNFINISHED {
            if has_word(&line.comment, word) || has_word(&line.code, word) {
                found(word);
            }
        }
        for name in DRAFT_MACROS {
            let call = format!("{name}!");
            if has_word(&line.code, name) && line.code.contains(&call) {
                found(&call);
            }
        }
    }
    findings
}

pub(super) fn length(workspace: &Workspace) -> Vec<Finding> {
    let architecture = workspace.document("ARCHITECTURE.md").unwrap_or("");
    let mut findings = Vec::new();
    for source in &workspace.sources {
        let lines = code_lines(source);
        if lines > CODE_LINES_MAX && !architecture.contains(&source.path) {
            let message = format!(
                "{lines} lines of code, more than {CODE_LINES_MAX}, and no word about it in \
                 ARCHITECTURE.md"
            );
            findings.push(Finding::new(&source.path, 0, message));
        }
    }
    findings
}

/// How long the files are, in one line.
pub(super) fn summary(workspace: &Workspace) -> String {
    let lengths = workspace
        .sources
        .iter()
        .map(|source| (code_lines(source), &source.path));
    let mut lengths: Vec<_> = lengths.collect();
    lengths.sort();
    let median = lengths
        .get(lengths.len() / 2)
        .map_or(0, |(lines, _)| *lines);
    let (longest, path) = lengths
        .last()
        .map_or((0, ""), |(lines, path)| (*lines, path.as_str()));
    let files = lengths.len();
    format!("tidy: {files} source files, lines of code: median {median}, most {longest} in {path}")
}

fn code_lines(source: &Source) -> usize {
    source
        .lines
        .iter()
        .filter(|line| !line.code.trim().is_empty())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("crates/forebay/src/a.rs", text)
    }

    #[test]
    fn the_first_line_says_what_the_file_is() {
        assert_eq!(header(&source("//! A list.\nfn f() {}\n")), []);
        assert_eq!(header(&source("fn f() {}\n")).len(), 1);
        assert_eq!(header(&source("//!\nfn f() {}\n")).len(), 1);
    }

    #[test]
    fn only_ascii() {
        assert_eq!(ascii(&source("// a -> b\n")), []);
        assert_eq!(ascii(&source("\n// a \u{2192} b\n"))[0].line, 2);
    }

    #[test]
    fn nothing_unfinished_is_left() {
        for bad in ["// FIXME: later", "dbg!(a);", "todo!()", "unimplemented!()"] {
            assert_eq!(leftovers(&source(bad)).len(), 1, "{bad}");
        }
        for good in [
            "f(\"FIXME\");",
            "// dbg!(a)",
            "my_todo!();",
            "let todo = 1;",
        ] {
            assert_eq!(leftovers(&source(good)), [], "{good}");
        }
    }

    #[test]
    fn a_long_file_needs_a_reason() {
        let code = "f();\n".repeat(CODE_LINES_MAX);
        let lengths = |text: &str, document: &str| {
            let documents = vec![("ARCHITECTURE.md".to_owned(), document.to_owned())];
            length(&Workspace {
                sources: vec![source(text)],
                documents,
                ..Workspace::default()
            })
        };
        assert_eq!(lengths(&code, ""), []);
        assert_eq!(lengths(&format!("{code}// a comment\n\n"), ""), []);
        assert_eq!(lengths(&format!("{code}f();\n"), "").len(), 1);
        assert_eq!(
            lengths(
                &format!("{code}f();\n"),
                "`crates/forebay/src/a.rs` is long"
            ),
            []
        );
    }
}

//! Cases as they stand in the files beside `tests/cases/streams`.
//!
//! A file is cases; a case is a title behind `##` and steps; a step is a command behind `>` and, in
//! the next line, what it answers, in the [notation](super::notation). `> ADVANCE 5` moves the
//! clock, which starts at 1,700,000,000,000, on by 5 ms and answers nothing. What begins with `#`
//! and a space is a comment.

/// One case.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) title: &'a str,
    pub(crate) steps: Vec<Step<'a>>,
}

/// One step of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Advance { ms: i64 },
    Ask { line: &'a str, answer: &'a str },
}

/// The cases in a file.
///
/// # Panics
/// When it is not in that form.
pub(crate) fn cases(file: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    let mut lines = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# "));
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case {
                title,
                steps: Vec::new(),
            });
            continue;
        }
        let command = (line.strip_prefix("> "))
            .unwrap_or_else(|| panic!("neither a title nor a command: {line:?}"));
        let step = match command.strip_prefix("ADVANCE ") {
            Some(ms) => Step::Advance {
                ms: ms.parse().expect("ADVANCE takes milliseconds"),
            },
            None => Step::Ask {
                line: command,
                answer: (lines.next()).unwrap_or_else(|| panic!("no answer to {line:?}")),
            },
        };
        (cases.last_mut())
            .unwrap_or_else(|| panic!("{line:?} comes before a title"))
            .steps
            .push(step);
    }
    cases
}

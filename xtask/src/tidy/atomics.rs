//! The atomics of forebay-sync: where they come from, and that every ordering says why.
//!
//! An atomic that does not come through `loom.rs` is one that the models do not see, and an
//! ordering nobody explained is one that nobody can check. Tests are free of both rules.

use super::Finding;
use super::lexer::has_word;
use super::workspace::Source;

/// How far above the ordering its comment may start.
const LABEL_LINES_MAX: usize = 6;

const ORDERINGS: [&str; 4] = ["Acquire", "Release", "AcqRel", "SeqCst"];

fn concerned(source: &Source) -> bool {
    let path = source.path.strip_prefix("crates/forebay-sync/src/");
    path.is_some_and(|path| path != "loom.rs" && !path.ends_with("tests.rs"))
}

pub(super) fn raw(source: &Source) -> Vec<Finding> {
    if !concerned(source) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut statement = String::new();
    for (number, line) in source.product_lines() {
        // A `use` may go over several lines: what counts is all of it up to the semicolon.
        for (index, part) in line.code.split(';').enumerate() {
            if index > 0 {
                statement.clear();
            }
            statement.push_str(part);
            statement.push(' ');
            let library = has_word(&statement, "core") || has_word(&statement, "std");
            if library && has_word(part, "atomic") {
                findings.push(Finding::new(
                    &source.path,
                    number,
                    "atomics come from `loom.rs`",
                ));
            }
        }
    }
    findings
}

pub(super) fn labels(source: &Source) -> Vec<Finding> {
    if !concerned(source) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut in_use = false;
    for (number, line) in source.product_lines() {
        let code = line.code.trim_start();
        in_use |= code.starts_with("use ") || code.starts_with("pub(crate) use ");
        let here = in_use;
        in_use &= !line.code.contains(';');
        if here {
            continue;
        }
        for ordering in ORDERINGS {
            if has_word(code, ordering) && !explained(source, number, ordering) {
                let message = format!("no comment `{ordering}: ...` says why");
                findings.push(Finding::new(&source.path, number, message));
            }
        }
    }
    findings
}

/// Whether comments on line `number`, or shortly above it, explain `ordering`. The two halves of
/// `AcqRel` may have a label each, and its label stands for the failure's ordering too.
fn explained(source: &Source, number: usize, ordering: &str) -> bool {
    let first = number.saturating_sub(LABEL_LINES_MAX + 1);
    let near = &source.lines[first..number];
    let has = |label| near.iter().any(|line| labelled(&line.comment, label));
    has(ordering)
        || match ordering {
            "AcqRel" => has("Acquire") && has("Release"),
            "Acquire" | "Release" => has("AcqRel"),
            _ => false,
        }
}

/// Whether `comment` has a label such as `Acquire:` or `Acquire on success:`.
fn labelled(comment: &str, ordering: &str) -> bool {
    let mut labels = comment.split(';').filter_map(|part| part.split_once(": "));
    labels.any(|(label, _)| has_word(label, ordering))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sync(text: &str) -> Source {
        Source::new("crates/forebay-sync/src/list.rs", text)
    }

    #[test]
    fn atomics_come_from_the_shim() {
        for bad in [
            "use std::sync::atomic::AtomicBool;",
            "use core::sync::atomic::Ordering;",
            "use std::sync::{Arc, atomic};",
            "use std::{\n    mem,\n    sync::atomic,\n};",
            "let a = core::sync::atomic::AtomicBool::new(true);",
        ] {
            assert_eq!(raw(&sync(bad)).len(), 1, "{bad}");
        }
        for good in [
            "use crate::loom::AtomicU64;",
            "// not std::sync::atomic",
            "use std::mem; use crate::atomic;",
            "#[cfg(test)]\nmod tests {\n    use std::sync::atomic::AtomicBool;\n}",
        ] {
            assert_eq!(raw(&sync(good)), [], "{good}");
        }
    }

    #[test]
    fn only_the_shim_of_the_primitives_is_free() {
        let text = "use core::sync::atomic::AtomicBool;";
        assert_eq!(
            raw(&Source::new("crates/forebay-sync/src/loom.rs", text)),
            []
        );
        assert_eq!(
            raw(&Source::new("crates/forebay-sync/src/a/loom.rs", text)).len(),
            1
        );
        assert_eq!(raw(&Source::new("crates/forebay/src/a.rs", text)), []);
    }

    #[test]
    fn an_ordering_needs_its_own_label() {
        assert_eq!(labels(&sync("a.load(Acquire);")).len(), 1);
        assert_eq!(
            labels(&sync("// Release: wrong one.\na.load(Acquire);")).len(),
            1
        );
        assert_eq!(
            labels(&sync("// Acquire: sees the slot.\na.load(Acquire);")),
            []
        );
        assert_eq!(
            labels(&sync("// AcqRel: both.\na.swap(1, AcqRel, Acquire);")),
            []
        );
        assert_eq!(
            labels(&sync("// the Acquire side\na.load(Acquire);")).len(),
            1
        );
        assert_eq!(
            labels(&sync("f(\"Release: \");\na.store(1, Release);")).len(),
            1
        );
    }

    #[test]
    fn a_label_reaches_six_lines_down() {
        let at = |lines: usize| format!("// Release: why.\n{}a(Release);", "b();\n".repeat(lines));
        assert_eq!(labels(&sync(&at(5))), []);
        assert_eq!(labels(&sync(&at(6))).len(), 1);
    }

    #[test]
    fn imports_relaxed_and_tests_need_none() {
        assert_eq!(
            labels(&sync("use Ordering::{\n    Acquire,\n    Release,\n};")),
            []
        );
        assert_eq!(labels(&sync("a.load(Relaxed);")), []);
        assert_eq!(
            labels(&sync("#[cfg(test)]\nmod tests {\n    a.load(Acquire);\n}")),
            []
        );
        assert_eq!(
            labels(&sync("use Ordering::Acquire;\na.load(Acquire);")).len(),
            1
        );
    }
}

//! `unsafe` is in forebay-sync alone; every other crate forbids it.

use super::Finding;
use super::lexer::has_word;
use super::workspace::Source;

const HOME: &str = "crates/forebay-sync/";

/// Files of tests that cannot do without it: an allocator cannot be written in safe code.
const EXCEPTIONS: [&str; 1] = ["crates/forebay/tests/support/counting_allocator.rs"];

/// The roots of the crates other than forebay-sync forbid it.
pub(super) fn forbidden(source: &Source) -> Vec<Finding> {
    let root = source.path.ends_with("/src/lib.rs") || source.path.ends_with("/src/main.rs");
    let forbids = |code: &str| code.trim() == "#![forbid(unsafe_code)]";
    if source.path.starts_with(HOME) || !root || source.lines.iter().any(|l| forbids(&l.code)) {
        return Vec::new();
    }
    vec![Finding::new(
        &source.path,
        1,
        "the crate does not say #![forbid(unsafe_code)]",
    )]
}

/// No file outside forebay-sync uses it: tests and benches are crates of their own.
pub(super) fn used(source: &Source) -> Vec<Finding> {
    if source.path.starts_with(HOME) || EXCEPTIONS.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let lines = source.lines.iter().enumerate();
    let found = lines.filter(|(_, line)| has_word(&line.code, "unsafe"));
    found
        .map(|(i, _)| Finding::new(&source.path, i + 1, "unsafe outside forebay-sync"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_a_crate_forbids_it() {
        let forbid = "//! A.\n#![forbid(unsafe_code)]\n";
        assert_eq!(
            forbidden(&Source::new("crates/forebay/src/lib.rs", forbid)),
            []
        );
        assert_eq!(
            forbidden(&Source::new("crates/forebay/src/lib.rs", "//! A.\n")).len(),
            1
        );
        assert_eq!(
            forbidden(&Source::new("crates/forebay/src/list.rs", "//! A.\n")),
            []
        );
        assert_eq!(
            forbidden(&Source::new("crates/forebay-sync/src/lib.rs", "//! A.\n")),
            []
        );
    }

    #[test]
    fn a_block_outside_its_home_is_found() {
        let text = "// unsafe\nunsafe { f() }\n";
        assert_eq!(used(&Source::new("benches/src/peer.rs", text))[0].line, 2);
        assert_eq!(
            used(&Source::new("crates/forebay-sync/src/list.rs", text)),
            []
        );
        assert_eq!(
            used(&Source::new("benches/src/peer.rs", "f(\"unsafe\");\n")),
            []
        );
    }
}

//! A crate of the workspace depends only on those below it.

use super::Finding;
use super::workspace::Workspace;

/// Each crate with the crates of the workspace it may depend on. A new crate is added here.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("forebay-sync", &[]),
    ("forebay-wal", &["forebay-wal", "forebay-sync"]),
    ("forebay", &["forebay", "forebay-sync", "forebay-wal"]),
    ("forebay-resp", &[]),
    ("forebay-resp-fuzz", &["forebay-resp"]),
    ("forebay-record", &[]),
    (
        "forebay-bench",
        &["forebay-sync", "forebay", "forebay-record"],
    ),
    (
        "forebay-server",
        &["forebay", "forebay-bench", "forebay-resp", "forebay-wal"],
    ),
    ("loom-tests", &["forebay-sync", "forebay-wal"]),
    ("xtask", &["forebay-record"]),
];

pub(super) fn direction(workspace: &Workspace) -> Vec<Finding> {
    let manifests = workspace.manifests.iter();
    manifests
        .flat_map(|(path, text)| check(path, text))
        .collect()
}

fn check(path: &str, manifest: &str) -> Vec<Finding> {
    let name = package(manifest);
    let Some((_, allowed)) = ALLOWED.iter().find(|(candidate, _)| *candidate == name) else {
        return vec![Finding::new(
            path,
            0,
            format!("`{name}` is not in the table of `tidy`"),
        )];
    };
    let mut findings = Vec::new();
    for (line, dependency) in dependencies(manifest) {
        let ours = ALLOWED
            .iter()
            .any(|(candidate, _)| *candidate == dependency);
        if ours && !allowed.contains(&dependency) {
            let message = format!("`{name}` must not depend on `{dependency}`");
            findings.push(Finding::new(path, line, message));
        }
    }
    findings
}

/// The first `name` of a manifest, which is that of the package.
fn package(manifest: &str) -> &str {
    let mut names = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("name = "));
    names.next().map_or("", |name| name.trim_matches('"'))
}

/// The dependencies of every kind, with the numbers of their lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (index, line) in manifest.lines().enumerate() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end().trim_end_matches(']');
            inside = table.ends_with("dependencies");
            if let Some((_, name)) = table.split_once("dependencies.") {
                found.push((index + 1, name));
            }
        } else if inside {
            let end = line.find(['.', '=', ' ']).unwrap_or(line.len());
            found.push((index + 1, &line[..end]));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upwards_is_refused_in_every_form() {
        for bad in [
            "[dependencies]\nforebay.workspace = true",
            "[dependencies]\nbytes = \"1\"\nforebay = { path = \"../forebay\" }",
            "[dev-dependencies]\nforebay = \"0.1\"",
            "[target.'cfg(loom)'.dependencies]\nforebay.workspace = true",
            "[dependencies.forebay]\npath = \"../forebay\"",
        ] {
            let manifest = format!("[package]\nname = \"forebay-sync\"\n{bad}\n");
            assert_eq!(check("Cargo.toml", &manifest).len(), 1, "{bad}");
        }
    }

    #[test]
    fn downwards_and_others_are_fine() {
        let manifest = "[package]\nname = \"forebay\"\n[features]\nforebay-server = []\n\
                        [dependencies]\nforebay-sync.workspace = true\nbytes = \"1\"\n";
        assert_eq!(check("Cargo.toml", manifest), []);
    }

    #[test]
    fn a_crate_that_nobody_placed_is_refused() {
        assert_eq!(
            check("Cargo.toml", "[package]\nname = \"forebay-new\"\n").len(),
            1
        );
    }
}

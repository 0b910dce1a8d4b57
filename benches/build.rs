//! Notes at compile time what the reports name: the compiler, the commit, the peers' versions.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages whose versions stand beside the figures.
const PEERS: [&str; 10] = [
    "concurrent-queue",
    "crossbeam-channel",
    "crossbeam-queue",
    "crossbeam-skiplist",
    "dashmap",
    "flume",
    "kanal",
    "mimalloc",
    "parking_lot",
    "tokio",
];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("..");
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let rustc = first_line(Command::new(rustc).arg("--version"));
    println!(
        "cargo::rustc-env=FOREBAY_RUSTC={}",
        rustc.unwrap_or_default()
    );
    let commit = first_line(
        Command::new("git")
            .args(["rev-parse", "--short=10", "HEAD"])
            .current_dir(&root),
    );
    println!(
        "cargo::rustc-env=FOREBAY_COMMIT={}",
        commit.unwrap_or_default()
    );
    println!(
        "cargo::rustc-env=FOREBAY_PEERS={}",
        peers(&root.join("Cargo.lock"))
    );
    println!("cargo::rerun-if-changed=build.rs");
    // A path that is missing would make cargo build this package again every time.
    for path in [".git/HEAD", ".git/logs/HEAD", "Cargo.lock"].map(|path| root.join(path)) {
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}

/// `name version` of each peer, as locked. The newest where there are several.
fn peers(lock: &Path) -> String {
    let lock = fs::read_to_string(lock).unwrap_or_default();
    let version_of = |peer: &str| {
        let entry = format!("name = \"{peer}\"\nversion = \"");
        let version = lock.rsplit_once(&entry)?.1.split('"').next()?;
        Some(format!("{peer} {version}"))
    };
    PEERS
        .iter()
        .filter_map(|peer| version_of(peer))
        .collect::<Vec<_>>()
        .join(", ")
}

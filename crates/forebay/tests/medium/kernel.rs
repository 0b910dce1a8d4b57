//! The kernel itself fails the calls of a program: `strace` injects the errors.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::{env, io};

use forebay_wal::DiskStorage;

use crate::Directory;
use crate::life::{Event, Ledger, live};

const DIRECTORY: &str = "FOREBAY_MEDIUM_DIRECTORY";

/// What the child says of an event.
fn line(event: Event) -> String {
    match event {
        Event::Pushed(n) => format!("+ {n}"),
        Event::Doubtful(n) => format!("? {n}"),
        Event::Refused(n) => format!("! {n}"),
        Event::Popped(n) => format!("- {n}"),
        Event::PopDoubtful => "~ 0".to_owned(),
    }
}

fn event(line: &str) -> Option<Event> {
    let (kind, number) = line.split_once(' ')?;
    let number = number.parse().ok()?;
    match kind {
        "+" => Some(Event::Pushed(number)),
        "?" => Some(Event::Doubtful(number)),
        "!" => Some(Event::Refused(number)),
        "-" => Some(Event::Popped(number)),
        "~" => Some(Event::PopDoubtful),
        _ => None,
    }
}

#[test]
#[ignore = "the child of the test below"]
fn child() {
    let Some(path) = env::var_os(DIRECTORY) else {
        return;
    };
    live(
        Arc::new(DiskStorage::new(PathBuf::from(path))),
        0,
        |event| {
            let line = format!("\n{}\n", line(event));
            io::stderr()
                .write_all(line.as_bytes())
                .expect("the parent reads");
        },
    );
}

/// The child under `strace`. Says whether a call was failed.
fn run(call: &str, inject: &str, directory: &Directory, ledger: &mut Ledger) -> io::Result<bool> {
    let trace = directory.path().with_extension("trace");
    let mut child = Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .args(["-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:{inject}")])
        .arg(env::current_exe()?)
        .args(["--exact", "kernel::child", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(said) = child.stderr.take() {
        for line in BufReader::new(said).lines() {
            if let Some(event) = event(&line?) {
                ledger.note(event);
            }
        }
    }
    assert!(
        child.wait()?.success(),
        "{call} {inject}: the child has failed"
    );
    let traced = std::fs::read_to_string(&trace)?;
    std::fs::remove_file(&trace)?;
    Ok(traced.contains("INJECTED"))
}

/// Whether calls can be failed here at all.
fn is_possible() -> bool {
    let tried = Command::new("strace")
        .args(["-qq", "-e", "trace=none", "true"])
        .output();
    tried.is_ok_and(|tried| tried.status.success())
}

#[test]
#[ignore = "takes minutes, and strace: cargo xtask torture medium"]
fn the_kernel_fails_any_call() {
    if !is_possible() {
        eprintln!("SKIPPED: strace is not installed, or may not trace here");
        return;
    }
    let errors = ["error=EIO", "error=ENOSPC", "error=EINTR"];
    // What no other part of the child calls. That pwrite64 writes less cannot be injected, for what
    // it has not written would count as written.
    let calls = ["pwrite64", "fdatasync", "renameat", "fsync"];
    let mut cases = 0;
    for call in calls {
        for error in errors {
            for at in 1.. {
                let directory = Directory::quick(&format!("{call}-{error}-{at}"));
                let mut ledger = Ledger::default();
                let inject = format!("{error}:when={at}");
                let met = run(call, &inject, &directory, &mut ledger);
                let met = met.expect("strace can be run");
                let case = format!("{call} {inject}");
                ledger.judge(Arc::new(DiskStorage::new(directory.path())), &case);
                if !met {
                    assert!(at > 3, "{case}: the call is never made");
                    break;
                }
                cases += 1;
            }
            eprintln!("{call} {error}: {cases} cases so far");
        }
    }
}

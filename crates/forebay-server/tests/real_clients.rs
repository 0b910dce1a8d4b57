//! Clients and queue libraries of other languages, which do not know that this is not Redis.
//!
//! Their programs are in `tests/clients`. What they need is installed under the target directory,
//! in the versions that the lock files there name. Without Python, Node, or a registry to install
//! from, that is said and nothing is tried.
#![forbid(unsafe_code)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions; a process has no other clock"
)]

mod support;

use core::hash::{Hash, Hasher};
use core::time::Duration;
use std::fs;
use std::hash::DefaultHasher;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Instant;

use support::Server;

const INSTALL_PATIENCE: Duration = Duration::from_secs(300);
const PATIENCE: Duration = Duration::from_secs(180);

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// Runs a program to its end, at most for `limit`; what it said, when it did not succeed.
fn run(command: &mut Command, limit: Duration) -> Result<String, String> {
    let name = format!("{command:?}");
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{name}: {error}"))?;
    // What these programs say fits into a pipe.
    let end = Instant::now() + limit;
    let mut is_late = false;
    while process.try_wait().unwrap().is_none() {
        if Instant::now() > end && !is_late {
            is_late = true;
            process.kill().unwrap();
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = process.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    if output.status.success() {
        Ok(said)
    } else if is_late {
        Err(format!("{name} did not end:\n{said}\n{complained}"))
    } else {
        Err(format!("{name}:\n{said}\n{complained}"))
    }
}

/// A directory that `install` has filled for these lock files, once.
fn installed(
    what: &str,
    locks: &[&str],
    install: impl FnOnce(&Path) -> Result<(), String>,
) -> Option<PathBuf> {
    let mut hasher = DefaultHasher::new();
    for lock in locks {
        fs::read(clients().join(lock)).unwrap().hash(&mut hasher);
    }
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let directory = cache.join(format!("{what}-{:016x}", hasher.finish()));
    if !directory.exists() {
        // Only what is complete gets the name.
        let incomplete = cache.join(format!("{what}-{}", std::process::id()));
        drop(fs::remove_dir_all(&incomplete));
        fs::create_dir_all(&incomplete).unwrap();
        if let Err(error) = install(&incomplete) {
            drop(fs::remove_dir_all(&incomplete));
            eprintln!("note: {what} could not be installed, nothing was tried with it: {error}");
            return None;
        }
        if fs::rename(&incomplete, &directory).is_err() {
            // Another process was faster.
            drop(fs::remove_dir_all(&incomplete));
        }
    }
    Some(directory)
}

/// The interpreter of an environment with the packages of `requirements.txt`.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let python = PYTHON.get_or_init(|| {
        let environment = installed("python", &["requirements.txt"], |directory| {
            let mut make = Command::new("python3");
            make.args(["-m", "venv"]).arg(directory);
            run(&mut make, INSTALL_PATIENCE)?;
            let mut install = Command::new(directory.join("bin/python"));
            install
                .args(["-m", "pip", "install", "--quiet", "--no-deps"])
                .args([
                    "--disable-pip-version-check",
                    "--only-binary",
                    ":all:",
                    "-r",
                ])
                .arg(clients().join("requirements.txt"));
            run(&mut install, INSTALL_PATIENCE).map(drop)
        });
        environment.map(|directory| directory.join("bin/python"))
    });
    python.as_deref()
}

/// Runs a program of Python on a server of its own.
fn run_python(program: &str) {
    let Some(python) = python() else {
        return;
    };
    let server = Server::start(&[]);
    let mut command = Command::new(python);
    command
        .arg(clients().join(program))
        .arg(server.port.to_string());
    // Where there is a redis-server, the programs that can do so show that they do not ask for more
    // than it gives.
    let redis = (program == "redis_py.py")
        .then(Server::start_redis)
        .flatten();
    if let Some(redis) = &redis {
        command.arg(redis.port.to_string());
    }
    let said = run(&mut command, PATIENCE).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(said.contains(" done "), "{said}");
    eprint!("{said}");
}

#[test]
fn redis_py() {
    run_python("redis_py.py");
}

#[test]
fn taskiq_over_a_list() {
    run_python("taskiq_list.py");
}

#[test]
fn taskiq_over_a_stream() {
    run_python("taskiq_stream.py");
}

#[test]
fn ioredis() {
    const LOCKS: [&str; 2] = ["package.json", "package-lock.json"];
    let modules = installed("node", &LOCKS, |directory| {
        for lock in LOCKS {
            fs::copy(clients().join(lock), directory.join(lock))
                .map_err(|error| error.to_string())?;
        }
        let mut install = Command::new("npm");
        install
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(directory);
        run(&mut install, INSTALL_PATIENCE).map(drop)
    });
    let Some(modules) = modules else {
        return;
    };
    // Node looks for modules beside the program.
    let program = modules.join(format!("ioredis-{}.mjs", std::process::id()));
    fs::copy(clients().join("ioredis.mjs"), &program).unwrap();
    let server = Server::start(&[]);
    let mut command = Command::new("node");
    command.arg(&program).arg(server.port.to_string());
    let said = run(&mut command, PATIENCE);
    fs::remove_file(&program).unwrap();
    let said = said.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(said.contains(" done "), "{said}");
    eprint!("{said}");
}

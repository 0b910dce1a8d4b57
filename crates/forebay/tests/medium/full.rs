//! A file system that is really full: a small one in memory, in a namespace of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use forebay::{Config, Engine, Error};

use crate::Directory;

const DIRECTORY: &str = "FOREBAY_FULL_DIRECTORY";
const FILE_SYSTEM_BYTES: u64 = 4 << 20;

/// Mounts a small file system, says so, and becomes the child.
const SCRIPT: &str = r#"mount -t tmpfs -o size="$1" tmpfs "$2" || exit 77
exec "$3" --exact full::child --ignored --nocapture"#;
/// How the script says that there is no such file system to be had.
const NOT_ALLOWED: i32 = 77;

fn config(directory: &Path) -> Config {
    Config::at(directory.join("store"))
        .log_bytes_max(2 << 20)
        .shards(1)
        .workers(1)
}

fn message(number: u64) -> String {
    format!("{number} {}", "x".repeat(1_000))
}

#[test]
fn producers_are_refused_and_consumers_drain_until_there_is_space() {
    let directory = Directory::new("tmpfs");
    fs::create_dir(directory.path()).expect("there is room for a directory");
    let ran = Command::new("unshare")
        .args(["-rm", "sh", "-c", SCRIPT, "sh"])
        .arg(FILE_SYSTEM_BYTES.to_string())
        .arg(directory.path())
        .arg(env::current_exe().expect("this program is somewhere"))
        .env(DIRECTORY, directory.path())
        .output();
    let said = match ran {
        Ok(ran) if ran.status.success() => return,
        Ok(ran) if ran.status.code() != Some(NOT_ALLOWED) && !is_forbidden(&ran.stderr) => {
            let said = String::from_utf8_lossy(&ran.stdout).into_owned();
            panic!(
                "{}\n{said}\n{}",
                ran.status,
                String::from_utf8_lossy(&ran.stderr)
            );
        }
        Ok(ran) => String::from_utf8_lossy(&ran.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    // Past the harness, which keeps what tests that pass have said.
    let skipped = format!("SKIPPED: no file system of its own to be had: {said}\n");
    io::stderr()
        .write_all(skipped.as_bytes())
        .expect("somebody reads");
}

/// Whether `unshare` itself was refused.
fn is_forbidden(said: &[u8]) -> bool {
    String::from_utf8_lossy(said).starts_with("unshare:")
}

/// Leaves no more than `left` bytes on the file system.
fn take_space(directory: &Path, left: usize) -> PathBuf {
    let path = directory.join("filler");
    let mut file = fs::File::create(&path).expect("there is room for a file");
    let block = vec![1; 4096];
    let mut taken = 0;
    while file.write_all(&block).is_ok() {
        taken += block.len();
    }
    file.set_len((taken - left) as u64)
        .expect("it becomes shorter");
    path
}

/// Pushes until that is refused; the number of the next message.
fn push_all(engine: &Engine, first: u64) -> (u64, Error) {
    for number in first.. {
        if let Err(error) = engine.rpush("mq", [message(number)]) {
            return (number, error);
        }
    }
    panic!("there is always room");
}

#[test]
#[ignore = "the child of the test above"]
fn child() {
    let Some(directory) = env::var_os(DIRECTORY).map(PathBuf::from) else {
        return;
    };
    let engine = Engine::open(config(&directory)).expect("there is room");
    engine.rpush("mq", [message(0)]).expect("there is room");
    // Room for nothing at all: neither segments nor checkpoints.
    let filler = take_space(&directory, 0);
    let (end, error) = push_all(&engine, 1);
    assert_eq!(error, Error::LogFull, "after {end} messages");
    assert!(end > 30, "{end}");
    let mut first = 0;
    while first < end / 2 {
        let popped = engine.lpop("mq").expect("what drains goes on");
        assert_eq!(
            popped.as_deref(),
            Some(message(first).as_bytes()),
            "{first}"
        );
        first += 1;
    }
    let refused = engine.rpush("mq", [message(end)]);
    assert!(
        matches!(refused, Err(Error::LogFull)),
        "draining frees no disk: {refused:?}"
    );

    // Where there is space again, the log goes on.
    fs::remove_file(&filler).expect("it is there");
    engine.checkpoint().expect("there is room for a checkpoint");
    engine
        .rpush("mq", [message(end)])
        .expect("there is room again");
    let (end, error) = push_all(&engine, end + 1);
    assert_eq!(
        error,
        Error::LogFull,
        "the lists are larger than the file system at {end}"
    );

    // Full again, and this time the process ends.
    let expected: Vec<_> = (first..end).map(message).collect();
    engine.close();
    let engine = Engine::open(config(&directory)).expect("a full store can be opened");
    let found = engine.lrange("mq", 0, -1).expect("a list");
    assert!(found == expected, "{} of {}", found.len(), expected.len());
    let popped = engine.lpop("mq").expect("and drained");
    assert_eq!(
        popped.as_deref(),
        Some(message(first).as_bytes()),
        "{first}"
    );
}

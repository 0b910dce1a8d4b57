//! `forebay bench` as a program: what it prints where, and how it ends.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn forebay(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
    command.arg("bench").args(arguments);
    command
}

fn output(arguments: &[&str]) -> Output {
    forebay(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn rows(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn json_is_all_there_is_on_stdout() {
    let output = output(&[
        "list-burst",
        "--messages",
        "20k",
        "--rounds",
        "2",
        "--threads",
        "1",
        "--json",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows = rows(&text(&output.stdout));
    let engines: Vec<_> = rows
        .iter()
        .filter_map(|row| row["engine"].as_str())
        .collect();
    assert_eq!(engines[..3], ["forebay", "forebay", "concurrent-queue"]);
    for row in rows {
        assert_eq!(row["workload"], "list-burst");
        assert_eq!(
            (&row["messages"], &row["rounds"]),
            (&20_000.into(), &2.into())
        );
        // Memory comes from processes that this one has started.
        assert!(row["bytes_per_message"].as_f64().unwrap() > 64.0, "{row}");
        assert!(
            row["peak_rss_bytes"].as_u64().unwrap() > 20_000 * 64,
            "{row}"
        );
    }
    let stderr = text(&output.stderr);
    assert!(
        stderr.starts_with("machine: ") && stderr.contains("peers:"),
        "{stderr}"
    );
    assert!(!stderr.contains('\r'), "a progress bar in a pipe: {stderr}");
}

#[test]
fn table_goes_to_stdout() {
    let output = output(&["list-seq", "--engine", "kanal", "flume", "--messages", "1k"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let stdout = text(&output.stdout);
    assert!(
        stdout.contains("list-seq: ") && stdout.contains("kanal"),
        "{stdout}"
    );
    assert!(
        !stdout.contains('\x1b'),
        "escape sequences in a pipe: {stdout}"
    );
}

#[test]
fn bad_arguments_end_with_2_and_say_what_to_do() {
    for (arguments, advice) in [
        (&["list-spcs"][..], "list-spsc"),
        (&["--engine", "rabbit"], "engines are: forebay"),
        (&["--payload", "4"], "outside 8 to"),
        (&["--messages", "many"], "such as 500000, 500k or 10M"),
        (
            &["list-burst", "--messages", "99000000M"],
            "ask for fewer with --messages",
        ),
        (
            &["list-seq", "--engine", "condvar"],
            "none of these engines",
        ),
        (&["--rounds", "0"], "start at 1"),
        (&["--seconds", "nan"], "--seconds takes a number above zero"),
        (
            &["--seconds", "1", "--messages", "5"],
            "cannot be used with",
        ),
    ] {
        let output = output(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(advice), "{arguments:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_names_every_workload_and_engine() {
    let output = output(&["--help"]);
    assert!(output.status.success());
    let help = text(&output.stdout);
    for word in [
        "list-seq",
        "list-many",
        "stream-add",
        "stream-wake",
        "mutex-btreemap",
        "dashmap-segqueue",
        "tokio-mpsc",
        "Examples:",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(!help.contains("memory-of"), "{help}");
}

#[test]
fn interrupt_ends_with_what_was_measured() {
    let mut child = forebay(&["list-seq", "--json", "--rounds", "100000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    // The machine is named once Ctrl-C is provided for.
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("machine: "), "{line}");
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let mut stdout = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut stdout)
        .unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("interrupted"), "{rest}");
    for row in rows(&stdout) {
        assert_eq!(row["workload"], "list-seq");
    }
}

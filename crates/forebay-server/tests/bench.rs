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
        (&["--connections", "0"], "outside 1 to 16384"),
        (&["--pipeline", "10001"], "outside 1 to 10000"),
        (&["--level", "sometimes"], "none, everysec or always"),
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

/// Rows of the workloads over TCP, of which those of `forebay` have been looked at.
fn load(arguments: &[&str]) -> Vec<Value> {
    let small = [
        "--connections",
        "3",
        "--messages",
        "700",
        "--rounds",
        "1",
        "--json",
    ];
    let output = output(&[arguments, &small].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut rows = rows(&text(&output.stdout));
    rows.retain(|row| row["engine"] == "forebay");
    for row in &rows {
        assert_eq!(row["connections"], 3, "{row}");
        assert!(row["cpu_s_per_million"].as_f64().unwrap() > 0.0, "{row}");
        assert!(row["commands_per_s"].as_f64().unwrap() > 0.0, "{row}");
        assert!(row["generator_bound"].is_boolean(), "{row}");
        assert!(row["p99_ns"].as_u64() >= row["p50_ns"].as_u64(), "{row}");
        assert!(row["peak_rss_bytes"].as_u64().unwrap() > 1 << 20, "{row}");
    }
    rows
}

#[test]
fn servers_are_loaded_over_tcp() {
    let workloads = [
        "resp-push",
        "resp-pop",
        "resp-mix",
        "resp-add",
        "resp-group",
    ];
    let rows = load(&[&workloads[..], &["--pipeline", "3"]].concat());
    let names: Vec<_> = rows.iter().map(|row| &row["workload"]).collect();
    assert_eq!(names, workloads);
}

#[test]
fn servers_are_loaded_at_every_level_and_pipeline() {
    let options = ["resp-mix", "--pipeline", "1,4", "--level", "none,always"];
    let rows = load(&[&options[..], &["--engine", "forebay"]].concat());
    let shapes: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["level"].as_str().unwrap(),
                row["pipeline"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        shapes,
        [("none", 1), ("none", 4), ("always", 1), ("always", 4)]
    );
}

#[test]
fn blocked_clients_are_woken_over_tcp() {
    let output = output(&[
        "resp-wake",
        "--waiters",
        "5",
        "--connections",
        "20",
        "--messages",
        "40",
        "--rounds",
        "1",
        "--json",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows = rows(&text(&output.stdout));
    let ours: Vec<_> = rows
        .iter()
        .filter(|row| row["engine"] == "forebay")
        .collect();
    let crowds: Vec<_> = ours
        .iter()
        .map(|row| (row["waiters"].as_u64(), row["idle"].as_u64()))
        .collect();
    let expected = [(0, 0), (5, 0), (0, 20)].map(|(waiters, idle)| (Some(waiters), Some(idle)));
    assert_eq!(crowds, expected);
    for row in &rows {
        assert!(row["p50_ns"].as_u64().unwrap() > 0, "{row}");
        assert!(row["cpu_s_per_million"].as_f64().unwrap() > 0.0, "{row}");
    }
    assert!(
        ours[2]["bytes_per_connection"].as_f64().unwrap() > 0.0,
        "{rows:?}"
    );
}

#[test]
fn connections_that_cannot_be_had_are_refused() {
    let bench = [
        "ulimit -n 200 && exec",
        env!("CARGO_BIN_EXE_forebay"),
        "bench resp-push --engine forebay --connections 500 --pipeline 1 --rounds 1",
    ];
    let output = Command::new("sh")
        .args(["-c", &bench.join(" ")])
        .output()
        .unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("raise the hard limit"), "{stderr}");
}

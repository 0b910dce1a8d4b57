//! `forebay bench` as a program: what it prints where, and how it ends.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::{env, fs, process};

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
        if row["engine"] == "null" {
            // Nothing waits in it.
            continue;
        }
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
        (&["stream-group", "--group", "COUNT 7"], "COUNT 10 and XACK"),
        (&["--quick", "list-seq"], "cannot be used with"),
        (&["--from", "there", "--rounds", "3"], "cannot be used with"),
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

/// Starts a run that will not end soon, and waits until its first group is over.
fn begun(arguments: &[&str]) -> (Child, BufReader<ChildStderr>) {
    let mut child = forebay(&["list-seq", "list-keys", "--no-memory"])
        .args(["--engine", "forebay", "--messages", "2k", "--rounds", "300"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("[1/") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it ended early");
    }
    assert!(line.contains("list-seq: "), "a line for each group: {line}");
    (child, stderr)
}

#[test]
fn signals_end_with_what_was_measured() {
    for signal in ["-INT", "-TERM"] {
        let folder = Folder::new();
        let (mut child, mut stderr) = begun(&["--record", folder.path()]);
        let kill = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(kill.success());
        let mut stdout = String::new();
        let mut pipe = child.stdout.take().unwrap();
        pipe.read_to_string(&mut stdout).unwrap();
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}: {rest}");
        assert!(rest.contains("interrupted"), "{signal}: {rest}");
        assert!(stdout.contains("list-seq: "), "{signal}: {stdout}");
        let kept = fs::read_to_string(format!("{}/rows.jsonl", folder.path())).unwrap();
        assert_eq!(rows(&kept)[0]["workload"], "list-seq", "{signal}");
    }
}

#[test]
fn a_reader_that_leaves_ends_it() {
    let (mut child, mut stderr) = begun(&[]);
    drop(child.stdout.take());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
}

/// A folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Relaxed);
        let name = format!("forebay-bench-test-{}-{number}", process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Few messages of few engines.
const SMALL: [&str; 8] = [
    "--messages",
    "3k",
    "--rounds",
    "3",
    "--no-memory",
    "--engine",
    "forebay",
    "kanal",
];

#[test]
fn what_is_recorded_can_be_reported_and_compared() {
    let folder = Folder::new();
    let mut arguments = vec!["list-seq", "list-spsc"];
    arguments.extend(SMALL);
    arguments.extend(["--record", folder.path()]);
    let measured = output(&arguments);
    assert!(measured.status.success(), "{}", text(&measured.stderr));
    let shown = output(&["--from", folder.path(), "--details"]);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    assert_eq!(
        text(&shown.stdout),
        text(&measured.stdout),
        "the same tables"
    );

    let file = format!("{}/rows.jsonl", folder.path());
    let same = output(&["--from", folder.path(), "--compare", &file]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stdout));
    let kept = rows(&fs::read_to_string(&file).unwrap());
    for (scale, code, word) in [(0.01, 1, "WORSE"), (100.0, 0, "better")] {
        let scaled = |row: &Value| {
            let mut row = row.clone();
            row["ns_per_op"] = (row["ns_per_op"].as_f64().unwrap() * scale).into();
            for ns in row["rounds_ns"].as_array_mut().unwrap() {
                *ns = (ns.as_f64().unwrap() * scale).into();
            }
            row.to_string() + "\n"
        };
        let other = format!("{}/other.jsonl", folder.path());
        fs::write(&other, kept.iter().map(scaled).collect::<String>()).unwrap();
        let compared = output(&["--from", folder.path(), "--compare", &other]);
        let stdout = text(&compared.stdout);
        assert_eq!(compared.status.code(), Some(code), "{stdout}");
        assert!(stdout.contains(word), "{stdout}");
        // With --json, stdout is for the rows.
        let json = output(&["--from", folder.path(), "--compare", &other, "--json"]);
        assert_eq!(rows(&text(&json.stdout)), kept);
        assert!(text(&json.stderr).contains(word), "{}", text(&json.stderr));
    }
}

#[test]
fn what_cannot_be_compared_or_recorded_is_said_before_anything_is_measured() {
    let folder = Folder::new();
    let file = format!("{}/file", folder.path());
    fs::write(&file, "{\"workload\":\n").unwrap();
    for (arguments, advice) in [
        (["--compare", "/nowhere/at/all"], "/nowhere/at/all"),
        (["--compare", &file], "line 1"),
        (["--record", &file], "cannot make the folder"),
        (["--from", folder.path()], "machine.toml"),
    ] {
        let output = output(&arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.contains(advice), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("machine: "), "{arguments:?}: {stderr}");
    }
}

#[test]
fn the_command_of_a_row_measures_it_again() {
    for arguments in [
        &["list-seq", "--messages", "3k", "--rounds", "2", "--json"][..],
        &[
            "list-mpmc",
            "--threads",
            "2,4",
            "--messages",
            "2k",
            "--rounds",
            "1",
            "--payload",
            "8,100",
            "--no-memory",
            "--engine",
            "forebay:bytes",
            "kanal",
            "--json",
        ],
        &[
            "stream-group",
            "--group",
            "COUNT 10 ",
            "--messages",
            "300",
            "--rounds",
            "1",
            "--engine",
            "forebay",
            "null",
            "--no-memory",
            "--json",
        ],
        &[
            "list-keys",
            "--group",
            "1 key",
            "--seconds",
            "0.2",
            "--rounds",
            "2",
            "--engine",
            "forebay",
            "--no-memory",
            "--json",
        ],
    ] {
        let first = rows(&text(&output(arguments).stdout));
        let mut commands: Vec<String> = Vec::new();
        for row in &first {
            let command = row["command"].as_str().unwrap().to_owned();
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        let mut again = Vec::new();
        for command in &commands {
            let program = command.strip_prefix("forebay ").unwrap();
            let output = Command::new("sh")
                .args(["-c", &format!("exec \"$0\" {program} --json")])
                .arg(env!("CARGO_BIN_EXE_forebay"))
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{command}: {}",
                text(&output.stderr)
            );
            again.extend(rows(&text(&output.stdout)));
        }
        let told = |rows: &[Value]| -> Vec<Vec<Value>> {
            let fields = [
                "workload",
                "title",
                "payload_bytes",
                "engine",
                "variant",
                "messages",
                "rounds",
                "threads",
                "command",
            ];
            let of_row = |row: &Value| fields.map(|field| row[field].clone()).to_vec();
            rows.iter().map(of_row).collect()
        };
        assert_eq!(told(&again), told(&first), "{commands:?}");
    }
}

#[test]
fn a_first_look_has_a_line_for_each_group() {
    let output = output(&[
        "--quick",
        "--messages",
        "300",
        "--rounds",
        "1",
        "--engine",
        "forebay",
        "mutex-vecdeque",
        "null",
    ]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    let planned = stderr
        .lines()
        .find(|line| line.starts_with("a first look: "));
    let planned = planned.unwrap();
    assert!(
        planned.contains(" groups, 1 round each, about "),
        "{planned}"
    );
    let groups: usize = planned.split_whitespace().nth(3).unwrap().parse().unwrap();
    let lines = |text: &str, start: &str| text.lines().filter(|l| l.starts_with(start)).count();
    assert_eq!(lines(&stderr, "["), groups, "{stderr}");
    let starts = ["  list-", "  stream-", "  durable-", "  resp-"];
    let rows: usize = starts.iter().map(|start| lines(&stdout, start)).sum();
    assert_eq!(rows, groups, "{stdout}");
    assert!(
        stdout.contains("best peer") && !stdout.contains("(generator)"),
        "{stdout}"
    );
    assert!(
        stdout.contains("--details"),
        "where there is more: {stdout}"
    );
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

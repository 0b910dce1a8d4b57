//! What a person types into redis-cli, and what is shown.
#![forbid(unsafe_code)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a process has no other clock, and helpers of tests are outside #[test] functions"
)]

mod support;

use core::time::Duration;
use std::process::{Command, Stdio};
use std::time::Instant;

use support::Server;

/// A redis-cli that shows replies as on a terminal; `None` without one.
struct Cli<'a> {
    server: &'a Server,
}

impl<'a> Cli<'a> {
    fn new(server: &'a Server) -> Option<Self> {
        let version = Command::new("redis-cli")
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        if version.is_err() {
            eprintln!("note: redis-cli is not installed, the transcripts were not typed");
            return None;
        }
        Some(Self { server })
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("redis-cli");
        command
            .args(["-p", &self.server.port.to_string(), "--no-raw"])
            .args(words)
            .stdout(Stdio::piped());
        command
    }

    fn run(&self, words: &[&str]) -> String {
        let output = self.command(words).output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// Types a line whose words have blanks between them.
    fn type_in(&self, line: &str) -> String {
        self.run(&line.split(' ').collect::<Vec<_>>())
    }
}

#[test]
fn lists() {
    let server = Server::start(&[]);
    let Some(cli) = Cli::new(&server) else { return };
    assert_eq!(
        cli.run(&["LPUSH", "mq", "101030001:stock:5"]),
        "(integer) 1"
    );
    assert_eq!(cli.type_in("RPOP mq"), "\"101030001:stock:5\"");
    assert_eq!(cli.type_in("LPUSH mq 5"), "(integer) 1");
    assert_eq!(cli.type_in("LPUSH mq 3"), "(integer) 2");
    assert_eq!(cli.type_in("RPOP mq"), "\"5\"");
    assert_eq!(cli.type_in("RPOP mq"), "\"3\"");
    assert_eq!(cli.type_in("RPOP mq"), "(nil)");
    assert_eq!(cli.type_in("LPUSH mq 5"), "(integer) 1");
    assert_eq!(cli.type_in("BRPOPLPUSH mq mqback 0"), "\"5\"");
    assert_eq!(cli.type_in("LRANGE mqback 0 -1"), "1) \"5\"");
    assert_eq!(cli.type_in("LREM mqback 1 5"), "(integer) 1");
    assert_eq!(cli.type_in("EXISTS mqback"), "(integer) 0");
}

#[test]
fn a_consumer_sleeps_until_a_message_comes() {
    let server = Server::start(&[]);
    let Some(cli) = Cli::new(&server) else { return };
    let consumer = cli.command(&["BRPOP", "mq", "0"]).spawn().unwrap();
    support::eventually("the consumer waits", || {
        cli.type_in("INFO clients").contains("blocked_clients:1")
    });
    assert_eq!(cli.type_in("LPUSH mq job"), "(integer) 1");
    let shown = consumer.wait_with_output().unwrap().stdout;
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.starts_with("1) \"mq\"\n2) \"job\"\n"), "{shown}");
}

#[test]
fn a_stream_is_written_and_read() {
    let server = Server::start(&[]);
    let Some(cli) = Cli::new(&server) else { return };
    let id = cli.type_in("XADD mqstream * repo 5");
    let id = id.trim_matches('"');
    let (ms, seq) = id.split_once('-').unwrap();
    assert!(ms.parse::<u64>().unwrap() > 1_599_203_861_727, "{id}");
    assert_eq!(seq, "0");
    assert_eq!(cli.type_in("XADD s 1-1 repo 5"), "\"1-1\"");
    assert_eq!(cli.type_in("XADD s 1-2 repo 3 shop harbour"), "\"1-2\"");
    assert_eq!(
        cli.type_in("XREAD BLOCK 100 STREAMS s 1-1"),
        "1) 1) \"s\"\n   2) 1) 1) \"1-2\"\n         2) 1) \"repo\"\n            2) \"3\"\n            \
         3) \"shop\"\n            4) \"harbour\""
    );
    let start = Instant::now();
    assert_eq!(
        cli.type_in("XREAD BLOCK 300 STREAMS s $").lines().next(),
        Some("(nil)")
    );
    let slept = start.elapsed();
    assert!(slept >= Duration::from_millis(300), "{slept:?}");
}

#[test]
fn groups_of_consumers() {
    let server = Server::start(&[]);
    let Some(cli) = Cli::new(&server) else { return };
    for (id, value) in [("1-0", "5"), ("2-0", "3"), ("3-0", "1"), ("4-0", "0")] {
        let line = format!("XADD mqstream {id} repo {value}");
        assert_eq!(cli.type_in(&line), format!("\"{id}\""));
    }
    assert_eq!(cli.type_in("XGROUP CREATE mqstream group1 0"), "OK");
    assert_eq!(cli.type_in("XGROUP CREATE mqstream group2 0"), "OK");
    let shown = cli.type_in("XREADGROUP GROUP group1 consumer1 STREAMS mqstream >");
    for id in ["1-0", "2-0", "3-0", "4-0"] {
        assert!(shown.contains(&format!("\"{id}\"")), "{shown}");
    }
    assert_eq!(
        cli.type_in("XREADGROUP GROUP group1 consumer2 STREAMS mqstream 0"),
        "1) 1) \"mqstream\"\n   2) (empty array)"
    );
    for (consumer, id, value) in [
        ("consumer1", "1-0", "5"),
        ("consumer2", "2-0", "3"),
        ("consumer3", "3-0", "1"),
    ] {
        let line = format!("XREADGROUP GROUP group2 {consumer} COUNT 1 STREAMS mqstream >");
        let expected = format!(
            "1) 1) \"mqstream\"\n   2) 1) 1) \"{id}\"\n         2) 1) \"repo\"\n            \
             2) \"{value}\""
        );
        assert_eq!(cli.type_in(&line), expected);
    }
    assert_eq!(
        cli.type_in("XPENDING mqstream group2"),
        "1) (integer) 3\n2) \"1-0\"\n3) \"3-0\"\n4) 1) 1) \"consumer1\"\n      2) \"1\"\n   \
         2) 1) \"consumer2\"\n      2) \"1\"\n   3) 1) \"consumer3\"\n      2) \"1\""
    );
    let pending = cli.type_in("XPENDING mqstream group2 - + 10 consumer2");
    assert!(
        pending.starts_with("1) 1) \"2-0\"\n   2) \"consumer2\"\n   3) (integer) "),
        "{pending}"
    );
    assert!(pending.ends_with("\n   4) (integer) 1"), "{pending}");
    assert_eq!(cli.type_in("XACK mqstream group2 2-0"), "(integer) 1");
    assert_eq!(
        cli.type_in("XPENDING mqstream group2 - + 10 consumer2"),
        "(empty array)"
    );
}

#[test]
fn a_transaction_is_typed() {
    let server = Server::start(&[]);
    let Some(cli) = Cli::new(&server) else { return };
    let mut typing = cli.command(&[]).stdin(Stdio::piped()).spawn().unwrap();
    let mut keyboard = typing.stdin.take().unwrap();
    std::io::Write::write_all(
        &mut keyboard,
        b"MULTI\nLPUSH a 1 2\nRPOPLPUSH a b\nEXEC\nWATCH a\nLPOP a\nMULTI\nPING\nEXEC\n",
    )
    .unwrap();
    drop(keyboard);
    let shown = typing.wait_with_output().unwrap().stdout;
    assert_eq!(
        String::from_utf8(shown).unwrap(),
        "OK\nQUEUED\nQUEUED\n1) (integer) 2\n2) \"1\"\nOK\n\"2\"\nOK\nQUEUED\n(nil)\n"
    );
}

#[test]
fn redis_benchmark_runs_what_it_knows() {
    let server = Server::start(&[]);
    let output = Command::new("redis-benchmark")
        .args([
            "-p",
            &server.port.to_string(),
            "-n",
            "2000",
            "-P",
            "16",
            "-q",
        ])
        .args([
            "-t",
            "ping,set,get,incr,lpush,rpush,lpop,rpop,sadd,lrange_100,mset",
        ])
        .output();
    let Ok(output) = output else {
        eprintln!("note: redis-benchmark is not installed");
        return;
    };
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{shown}");
    assert!(
        shown.contains("LPUSH") && shown.contains("requests per second"),
        "{shown}"
    );
    assert!(!shown.to_ascii_lowercase().contains("error"), "{shown}");
}

#[test]
fn consumer_groups_share_a_stream() {
    const FIRST: &str = "1599203861727-0";
    const SECOND: &str = "1599274912765-0";
    let server = Server::start(&[]);
    let Some(cli) = Cli::new(&server) else { return };
    for (id, value) in [
        (FIRST, "5"),
        (SECOND, "3"),
        ("1599274912766-0", "2"),
        ("1599274925823-0", "1"),
    ] {
        let shown = cli.type_in(&format!("XADD mqstream {id} repo {value}"));
        assert_eq!(shown, format!("\"{id}\""));
    }
    assert_eq!(cli.type_in("XGROUP CREATE mqstream group1 0"), "OK");
    assert_eq!(cli.type_in("XGROUP CREATE mqstream group2 0"), "OK");
    let all = cli.type_in("XREADGROUP GROUP group1 consumer1 STREAMS mqstream >");
    let ids: Vec<&str> = all.lines().filter(|line| line.contains("-0\"")).collect();
    assert_eq!(ids.len(), 4, "{all}");
    assert!(
        all.starts_with("1) 1) \"mqstream\"\n   2) 1) 1) \"1599203861727-0\"\n"),
        "{all}"
    );
    assert_eq!(
        cli.type_in("XREADGROUP GROUP group1 consumer2 STREAMS mqstream 0"),
        "1) 1) \"mqstream\"\n   2) (empty array)"
    );
    for (consumer, id, value) in [
        ("consumer1", FIRST, "5"),
        ("consumer2", SECOND, "3"),
        ("consumer3", "1599274912766-0", "2"),
    ] {
        let read = format!("XREADGROUP GROUP group2 {consumer} COUNT 1 STREAMS mqstream >");
        let shown = format!(
            "1) 1) \"mqstream\"\n   2) 1) 1) \"{id}\"\n         2) 1) \"repo\"\n            \
             2) \"{value}\""
        );
        assert_eq!(cli.type_in(&read), shown);
    }
    assert_eq!(
        cli.type_in("XPENDING mqstream group2"),
        "1) (integer) 3\n2) \"1599203861727-0\"\n3) \"1599274912766-0\"\n4) 1) 1) \"consumer1\"\n      \
         2) \"1\"\n   2) 1) \"consumer2\"\n      2) \"1\"\n   3) 1) \"consumer3\"\n      2) \"1\""
    );
    let rows = cli.type_in("XPENDING mqstream group2 - + 10 consumer2");
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(lines[0], "1) 1) \"1599274912765-0\"");
    assert_eq!(lines[1], "   2) \"consumer2\"");
    assert!(lines[2].starts_with("   3) (integer) "), "{rows}");
    assert_eq!(lines[3..], ["   4) (integer) 1"]);
    assert_eq!(
        cli.type_in(&format!("XACK mqstream group2 {SECOND}")),
        "(integer) 1"
    );
    assert_eq!(
        cli.type_in("XPENDING mqstream group2 - + 10 consumer2"),
        "(empty array)"
    );
    let help = cli.type_in("XGROUP HELP");
    assert!(help.contains("CREATE key group <id | $>"), "{help}");
}

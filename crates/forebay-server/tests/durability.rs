//! A server that is killed has all that it has acknowledged when it starts again.
#![forbid(unsafe_code)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use core::time::Duration;
use std::io::Write;
use std::path::PathBuf;
use std::thread;

use bytes::BytesMut;
use forebay_resp::{Reply, write_command};
use support::random::Random;
use support::{Client, Server};

const PRODUCERS: u64 = 4;
const ROUNDS: u64 = 6;

/// A directory for one test; goes with it.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let name = format!("forebay-server-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        drop(std::fs::remove_dir_all(&path));
        Self(path)
    }

    fn server(&self, when: &str) -> Server {
        let path = self.0.to_str().expect("the path is text");
        Server::start(&["--data", path, "--appendfsync", when])
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Pushes and adds in pipelines until the server is gone; the last number of which both were
/// acknowledged, and the last that was sent.
fn produce(mut client: Client, producer: u64, first: u64) -> (u64, u64) {
    let (mut acknowledged, mut sent) = (first, first);
    let (list, stream) = (format!("list:{producer}"), format!("stream:{producer}"));
    loop {
        let mut batch = BytesMut::new();
        for _ in 0..8 {
            sent += 1;
            let number = sent.to_string();
            write_command(&mut batch, &["RPUSH", &list, &number]);
            let id = format!("{number}-0");
            write_command(&mut batch, &["XADD", &stream, &id, "n", &number]);
        }
        if client.socket.write_all(&batch).is_err() {
            return (acknowledged, sent);
        }
        while acknowledged < sent {
            if client.receive().is_none() || client.receive().is_none() {
                return (acknowledged, sent);
            }
            acknowledged += 1;
        }
    }
}

fn numbers(reply: &Reply) -> Vec<u64> {
    let Reply::Array(values) = reply else {
        panic!("{reply:?} is no array")
    };
    let number = |value: &Reply| support::text(value).parse().expect("a number");
    values.iter().map(number).collect()
}

fn check(client: &mut Client, producer: u64, acknowledged: u64, sent: u64) -> u64 {
    let list = numbers(&client.call(&["LRANGE", &format!("list:{producer}"), "0", "-1"]));
    let last = list.last().copied().unwrap_or_default();
    let expected: Vec<u64> = (1..=last).collect();
    assert_eq!(list, expected, "each once, in order");
    assert!(
        (acknowledged..=sent).contains(&last),
        "{acknowledged} of producer {producer} were acknowledged, {last} are there, {sent} were sent"
    );
    let length = client.call(&["XLEN", &format!("stream:{producer}")]);
    let Reply::Integer(entries) = length else {
        panic!("{length:?} is no length")
    };
    let entries = entries.unsigned_abs();
    // They are sent in turns.
    assert!(
        (acknowledged..=last).contains(&entries) && last - entries <= 1,
        "{last} were pushed, {entries} added, {acknowledged} acknowledged"
    );
    entries
}

/// Kills the server again and again while producers push and add.
fn survives_kills(when: &str) {
    let directory = Directory::new(&format!("kills-{when}"));
    let mut random = Random::new(7);
    let mut found = vec![0; usize::try_from(PRODUCERS).expect("small")];
    for round in 0..ROUNDS {
        let server = directory.server(when);
        let clients: Vec<Client> = (0..PRODUCERS).map(|_| server.connect()).collect();
        let produced: Vec<(u64, u64)> = thread::scope(|scope| {
            let producers: Vec<_> = (0..PRODUCERS)
                .zip(clients)
                .zip(&found)
                .map(|((producer, client), &first)| {
                    scope.spawn(move || produce(client, producer, first))
                })
                .collect();
            thread::sleep(Duration::from_millis(20 + random.next() % 200));
            // SIGKILL.
            drop(server);
            let joined = producers.into_iter().map(thread::ScopedJoinHandle::join);
            joined
                .map(|each| each.expect("it does not panic"))
                .collect()
        });
        let server = directory.server(when);
        let mut client = server.connect();
        for (number, (acknowledged, sent)) in produced.into_iter().enumerate() {
            let entries = check(&mut client, number as u64, acknowledged, sent);
            assert!(entries > 0 || round == 0, "something was done in {round}");
            found[number] = entries;
            // The next round goes on behind what is in both.
            let list = format!("list:{number}");
            match entries.checked_sub(1) {
                Some(last) => client.call(&["LTRIM", &list, "0", &last.to_string()]),
                None => client.call(&["DEL", &list]),
            };
        }
    }
    let total: u64 = found.iter().sum();
    println!("{total} messages over {ROUNDS} kills at {when}");
    assert!(total > 100, "only {total} messages were sent");
}

#[test]
fn nothing_acknowledged_is_lost_when_it_is_always_synced() {
    survives_kills("always");
}

#[test]
fn nothing_acknowledged_is_lost_when_it_is_only_written() {
    survives_kills("no");
}

#[test]
fn a_shutdown_keeps_what_a_second_would_have_synced() {
    let directory = Directory::new("shutdown");
    let mut server = directory.server("everysec");
    let mut client = server.connect();
    for number in 0..1_000 {
        client.call(&["RPUSH", "mq", &number.to_string()]);
    }
    assert!(server.terminate().success());
    let server = directory.server("everysec");
    assert_eq!(server.connect().ask("LLEN mq"), "1000");
}

#[test]
fn all_kinds_of_things_are_there_again() {
    let directory = Directory::new("kinds");
    let commands = [
        "RPUSH list a b c",
        "LMOVE list backup LEFT RIGHT",
        "XADD s 1-1 f v",
        "XADD s 2-1 f w",
        "XGROUP CREATE s g 0",
        "XREADGROUP GROUP g c1 COUNT 1 STREAMS s >",
        "SET string hello EX 1000",
        "INCRBY count 7",
        "SADD set x y z",
        "SREM set z",
        "RENAME string renamed",
        "MULTI",
        "LPUSH tx 1",
        "SET tx:done yes",
        "EXEC",
    ];
    let server = directory.server("always");
    let mut client = server.connect();
    for command in commands {
        let reply = client.ask(command);
        assert!(!reply.starts_with('-'), "{command}: {reply}");
    }
    drop(server);
    let server = directory.server("always");
    let mut client = server.connect();
    for (command, expected) in [
        ("LRANGE list 0 -1", "[b, c]"),
        ("LRANGE backup 0 -1", "[a]"),
        ("XRANGE s - +", "[[1-1, [f, v]], [2-1, [f, w]]]"),
        ("XPENDING s g", "[1, 1-1, 1-1, [[c1, 1]]]"),
        (
            "XREADGROUP GROUP g c2 STREAMS s >",
            "[[s, [[2-1, [f, w]]]]]",
        ),
        ("GET renamed", "hello"),
        ("GET count", "7"),
        ("SCARD set", "2"),
        ("LRANGE tx 0 -1", "[1]"),
        ("GET tx:done", "yes"),
    ] {
        assert_eq!(client.ask(command), expected, "{command}");
    }
    let ttl: i64 = client.ask("TTL renamed").parse().expect("a number");
    assert!((900..=1_000).contains(&ttl), "{ttl} s");
    let info = client.ask("INFO persistence");
    for line in ["aof_enabled:1", "aof_last_write_status:ok"] {
        assert!(info.contains(line), "{line}: {info}");
    }
}

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let directory = Directory::new("lock");
    let _server = directory.server("always");
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_forebay"))
        .args(["serve", "--port", "0", "--data"])
        .arg(&directory.0)
        .output()
        .expect("it can be started");
    assert_eq!(second.status.code(), Some(1));
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(told.contains("cannot open the engine"), "{told}");
}

#[test]
fn a_damaged_log_is_refused_and_what_is_good_is_rescued() {
    let directory = Directory::new("damaged");
    let rescued = Directory::new("rescued");
    let server = directory.server("always");
    let mut client = server.connect();
    for number in 0..20 {
        client.call(&["RPUSH", "mq", &number.to_string()]);
    }
    drop(server);
    // Each push was alone in its frame, and frames have 4 KiB.
    let segment = directory.0.join("segment-0000000000000001");
    let mut bytes = std::fs::read(&segment).expect("it is there");
    bytes[10 * 4096 + 70] ^= 1;
    std::fs::write(&segment, bytes).expect("it can be written");

    let forebay = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_forebay"))
            .args(arguments)
            .output()
            .expect("it can be started");
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    };
    let path = directory.0.to_str().expect("the path is text");
    let out = rescued.0.to_str().expect("the path is text");
    let (code, told) = forebay(&["serve", "--port", "0", "--data", path]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("damaged at offset 40960") && told.contains("forebay inspect"),
        "{told}"
    );
    let (code, told) = forebay(&["inspect", path, "--salvage", out]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("Left out: 1 parts"), "{told}");
    let server = rescued.server("always");
    assert_eq!(server.connect().ask("LLEN mq"), "19");
    let (code, told) = forebay(&["inspect", "/nowhere/at/all", "--json"]);
    assert_eq!(code, Some(1), "{told}");
}

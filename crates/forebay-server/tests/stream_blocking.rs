//! Commands on streams that wait, over several connections.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use core::time::Duration;
use std::thread;

use support::{Client, Server, eventually, text};

/// Sends a command, and waits until the server has it.
fn begin(server: &Server, command: &str) -> Client {
    let mut client = server.connect();
    let before = blocked(server);
    client.send(&command.split_whitespace().collect::<Vec<_>>());
    while blocked(server) == before {
        thread::sleep(Duration::from_millis(1));
    }
    client
}

/// How many clients wait.
fn blocked(server: &Server) -> u64 {
    let clients = server.connect().ask("INFO clients");
    let line = clients
        .lines()
        .find_map(|line| line.strip_prefix("blocked_clients:"));
    line.unwrap().trim().parse().unwrap()
}

fn answer(client: &mut Client) -> String {
    text(&client.receive().unwrap().0)
}

#[test]
fn who_reads_is_woken_by_an_entry() {
    let server = Server::start(&[]);
    let mut producer = server.connect();
    assert_eq!(producer.ask("XADD s 1-0 f old"), "1-0");
    let mut readers = [
        begin(&server, "XREAD BLOCK 0 STREAMS s $"),
        begin(&server, "XREAD COUNT 1 BLOCK 20000 STREAMS none s 0 1-0"),
        begin(&server, "XREAD BLOCK 0 STREAMS other s + 1"),
    ];
    assert_eq!(producer.ask("XADD s 2-0 f new"), "2-0");
    for reader in &mut readers {
        assert_eq!(answer(reader), "[[s, [[2-0, [f, new]]]]]");
    }
}

#[test]
fn who_reads_does_not_mind_what_a_key_holds_meanwhile() {
    let server = Server::start(&[]);
    let mut producer = server.connect();
    let mut reader = begin(&server, "XREAD BLOCK 0 STREAMS s 0");
    assert_eq!(producer.ask("RPUSH s x"), "1");
    assert_eq!(producer.ask("DEL s"), "1");
    assert_eq!(producer.ask("XADD s 5-0 f v"), "5-0");
    assert_eq!(answer(&mut reader), "[[s, [[5-0, [f, v]]]]]");
}

#[test]
fn one_entry_goes_to_who_has_waited_longest() {
    let server = Server::start(&[]);
    let mut producer = server.connect();
    assert_eq!(producer.ask("XGROUP CREATE s g $ MKSTREAM"), "OK");
    let mut first = begin(&server, "XREADGROUP GROUP g c1 BLOCK 0 STREAMS s >");
    let mut second = begin(&server, "XREADGROUP GROUP g c2 COUNT 1 BLOCK 0 STREAMS s >");
    assert_eq!(producer.ask("XADD s 1-0 f v"), "1-0");
    assert_eq!(answer(&mut first), "[[s, [[1-0, [f, v]]]]]");
    assert_eq!(producer.ask("XADD s 2-0 f v"), "2-0");
    assert_eq!(answer(&mut second), "[[s, [[2-0, [f, v]]]]]");
    assert_eq!(
        producer.ask("XPENDING s g"),
        "[2, 1-0, 2-0, [[c1, 1], [c2, 1]]]"
    );
}

#[test]
fn who_waits_in_a_group_is_told_when_it_goes() {
    const GONE: &str =
        "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option";
    let server = Server::start(&[]);
    let mut other = server.connect();
    let cases = [
        ("XGROUP DESTROY s g", GONE),
        ("DEL s", GONE),
        ("RENAME s t", GONE),
        ("FLUSHALL", GONE),
        (
            "SET s value",
            "-WRONGTYPE Operation against a key holding the wrong kind of value",
        ),
    ];
    for (command, expected) in cases {
        other.ask("FLUSHALL");
        assert_eq!(other.ask("XGROUP CREATE u g $ MKSTREAM"), "OK");
        assert_eq!(other.ask("XGROUP CREATE s g $ MKSTREAM"), "OK");
        let mut consumer = begin(&server, "XREADGROUP GROUP g c BLOCK 0 STREAMS s >");
        other.ask(command);
        assert_eq!(answer(&mut consumer), expected, "{command}");
    }
}

#[test]
fn who_claims_is_woken_when_an_entry_is_idle_for_long_enough_or_given_back() {
    let server = Server::start(&[]);
    let mut other = server.connect();
    assert_eq!(other.ask("XADD s 1-0 f v"), "1-0");
    assert_eq!(other.ask("XGROUP CREATE s g 0"), "OK");
    other.ask("XREADGROUP GROUP g dead STREAMS s >");
    let mut patient = begin(
        &server,
        "XREADGROUP GROUP g c1 BLOCK 0 CLAIM 300 STREAMS s >",
    );
    let claimed = answer(&mut patient);
    assert!(claimed.starts_with("[[s, [[1-0, [f, v], 3"), "{claimed}");
    let mut waiting = begin(
        &server,
        "XREADGROUP GROUP g c2 BLOCK 0 CLAIM 600000 STREAMS s >",
    );
    assert_eq!(other.ask("XNACK s g FAIL IDS 1 1-0"), "1");
    assert_eq!(answer(&mut waiting), "[[s, [[1-0, [f, v], -1, 2]]]]");
}

#[test]
fn a_timeout_is_answered_with_nothing() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    for (protocol, nothing) in [("2", "*-1\r\n"), ("3", "_\r\n")] {
        client.ask(&format!("HELLO {protocol}"));
        client.ask("XGROUP CREATE s g $ MKSTREAM");
        for command in [
            "XREAD BLOCK 20 STREAMS s $",
            "XREADGROUP GROUP g c BLOCK 20 STREAMS s >",
            "XREADGROUP GROUP g c STREAMS s >",
        ] {
            client.send(&command.split_whitespace().collect::<Vec<_>>());
            let (_, bytes) = client.receive().unwrap();
            assert_eq!(bytes, nothing.as_bytes(), "{command}");
        }
    }
}

#[test]
fn nothing_waits_in_a_transaction() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let table = [
        ("XGROUP CREATE s g $ MKSTREAM", "OK"),
        ("MULTI", "OK"),
        ("XGROUP CREATE t h 0 MKSTREAM", "QUEUED"),
        ("XGROUP CREATECONSUMER t h c", "QUEUED"),
        ("XGROUP DELCONSUMER t h c", "QUEUED"),
        ("XGROUP DESTROY t h", "QUEUED"),
        ("XREAD BLOCK 0 STREAMS s $", "QUEUED"),
        ("XREADGROUP GROUP g c BLOCK 0 STREAMS s >", "QUEUED"),
        ("XADD s 1-0 f v", "QUEUED"),
        ("XREADGROUP GROUP g c BLOCK 0 STREAMS s >", "QUEUED"),
        ("XACK s none x", "QUEUED"),
        ("XACK s g x", "QUEUED"),
        (
            "EXEC",
            "[OK, 1, 0, 1, nil, nil, 1-0, [[s, [[1-0, [f, v]]]]], 0, -ERR Invalid stream ID specified as \
             stream command argument]",
        ),
    ];
    for (command, expected) in table {
        assert_eq!(client.ask(command), expected, "{command}");
    }
}

#[test]
fn a_client_that_waits_is_unblocked_by_another() {
    let server = Server::start(&[]);
    let mut other = server.connect();
    let mut client = server.connect();
    let id = client.ask("CLIENT ID");
    for (how, expected) in [
        ("TIMEOUT", "nil"),
        ("ERROR", "-UNBLOCKED client unblocked via CLIENT UNBLOCK"),
    ] {
        client.send(&["XREAD", "BLOCK", "0", "STREAMS", "s", "$"]);
        while other.ask(&format!("CLIENT UNBLOCK {id} {how}")) == "0" {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(answer(&mut client), expected);
    }
}

#[test]
fn keys_that_somebody_waits_for_are_counted_once() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    assert_eq!(client.ask("XGROUP CREATE events g $ MKSTREAM"), "OK");
    let mut waiting = [
        "BLPOP a b 0",
        "BRPOP a 0",
        "BLMOVE c d LEFT RIGHT 0",
        "XREAD BLOCK 0 STREAMS e $",
        "XREADGROUP GROUP g x BLOCK 0 STREAMS events >",
        "DEBUG SLEEP 20",
    ]
    .map(|command| {
        let mut waiting = server.connect();
        waiting.send(&command.split(' ').collect::<Vec<_>>());
        waiting
    });
    let mut counts = |keys: usize, on_nokey: usize| {
        let info = client.ask("INFO clients");
        info.contains(&format!("total_blocking_keys:{keys}\r"))
            && info.contains(&format!("total_blocking_keys_on_nokey:{on_nokey}\r"))
    };
    eventually("they wait", || counts(5, 1));
    assert_eq!(server.connect().ask("LPUSH b x"), "1");
    assert_eq!(text(&waiting[0].receive().unwrap().0), "[b, x]");
    eventually("nobody waits for b", || counts(4, 1));
}

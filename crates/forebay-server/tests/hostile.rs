//! Clients that mean harm, or are gone.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use core::time::Duration;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use support::{Client, Server, eventually};

/// What the process takes, in bytes.
fn resident_bytes(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace()
        .next()
        .unwrap()
        .parse::<u64>()
        .unwrap()
        * 1024
}

fn blocked(client: &mut Client) -> usize {
    let info = client.ask("INFO clients");
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("blocked_clients:"));
    line.unwrap().trim().parse().unwrap()
}

#[test]
fn a_pipeline_is_answered_however_it_is_cut() {
    let server = Server::start(&[]);
    let pipeline = b"*3\r\n$5\r\nRPUSH\r\n$1\r\nq\r\n$3\r\na\r\n\r\nLPOP q\r\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n";
    let expected = b":1\r\n$3\r\na\r\n\r\n$2\r\nhi\r\n";
    for cut in 0..=pipeline.len() {
        let mut client = server.connect();
        let (first, second) = pipeline.split_at(cut);
        client.send_bytes(first);
        if cut % 4 == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        client.send_bytes(second);
        let mut got = vec![0; expected.len()];
        client.socket.read_exact(&mut got).unwrap();
        assert_eq!(
            got.escape_ascii().to_string(),
            expected.escape_ascii().to_string(),
            "cut at {cut}"
        );
    }
}

#[test]
fn what_is_announced_takes_no_memory() {
    let server = Server::start(&[]);
    let before = resident_bytes(&server);
    let mut clients = Vec::new();
    for _ in 0..200 {
        let mut client = server.connect();
        client.send_bytes(b"*1000000\r\n$536870912\r\nabc");
        clients.push(client);
    }
    let mut other = server.connect();
    assert_eq!(other.ask("PING"), "PONG");
    let grown = resident_bytes(&server).saturating_sub(before);
    assert!(grown < 32 << 20, "200 announcements took {grown} bytes");
}

#[test]
fn garbage_is_refused_and_closes_its_connection_only() {
    let server = Server::start(&[]);
    let mut other = server.connect();
    for garbage in [
        &b"*1\r\n:1\r\n"[..],
        b"*1\r\n$-5\r\n",
        b"*99999999999\r\n",
        b"*1\r\n*1\r\n$4\r\nPING\r\n",
        b"SET \"a\r\n",
        &b"a".repeat(100_000),
    ] {
        let mut client = server.connect();
        client.send_bytes(garbage);
        let (_, bytes) = client.receive().unwrap();
        assert!(
            bytes.starts_with(b"-ERR Protocol error"),
            "{}",
            bytes.escape_ascii()
        );
        assert!(client.receive().is_none(), "the connection is closed");
        assert_eq!(other.ask("PING"), "PONG");
    }
    let mut random = support::random::Random::new(7);
    for _ in 0..200 {
        let mut socket = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        let bytes: Vec<u8> = (0..random.below(2_000))
            .map(|_| random.next().to_le_bytes()[0])
            .collect();
        // The server may have closed it meanwhile.
        drop(socket.write_all(&bytes));
    }
    assert_eq!(other.ask("PING"), "PONG");
}

#[test]
fn a_client_that_does_not_read_is_not_read_either() {
    let server = Server::start(&[]);
    let mut other = server.connect();
    let payload = "x".repeat(1 << 20);
    assert_eq!(
        other.call(&["RPUSH", "big", &payload]),
        forebay_resp::Reply::Integer(1)
    );
    let before = resident_bytes(&server);
    let mut deaf = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    deaf.set_write_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let wish = b"*4\r\n$6\r\nLRANGE\r\n$3\r\nbig\r\n$1\r\n0\r\n$2\r\n-1\r\n".repeat(200);
    for _ in 0..2_000 {
        if deaf.write_all(&wish).is_err() {
            break;
        }
        assert_eq!(other.ask("PING"), "PONG");
    }
    let grown = resident_bytes(&server).saturating_sub(before);
    assert!(grown < 64 << 20, "a deaf client took {grown} bytes");
}

#[test]
fn an_element_is_not_given_to_a_client_that_has_gone() {
    let server = Server::start(&[]);
    let mut other = server.connect();
    for round in 0..50 {
        let mut gone = server.connect();
        gone.send(&["BRPOP", "q", "0"]);
        eventually("the client waits", || blocked(&mut other) == 1);
        if round % 2 == 0 {
            gone.socket.shutdown(Shutdown::Both).unwrap();
        }
        drop(gone);
        eventually("the server has noticed", || blocked(&mut other) == 0);
        assert_eq!(other.ask("LPUSH q job"), "1");
        assert_eq!(other.ask("LLEN q"), "1");
        assert_eq!(other.ask("RPOP q"), "job");
    }
}

#[test]
fn clients_that_vanish_leave_nothing_behind() {
    let server = Server::start(&[]);
    let mut other = server.connect();
    for number in 0..300 {
        let mut client = server.connect();
        match number % 4 {
            0 => client.send(&["BLMOVE", "a", "b", "LEFT", "LEFT", "0"]),
            1 => {
                client.call(&["MULTI"]);
                client.send(&["LPUSH", "q", "x"]);
            }
            2 => {
                client.call(&["WATCH", "a", "q"]);
            }
            _ => {
                client.call(&["SUBSCRIBE", "news", "more"]);
            }
        }
    }
    eventually("all have gone", || {
        other
            .ask("INFO clients")
            .contains("connected_clients:1\r\n")
    });
    assert_eq!(other.ask("PUBSUB CHANNELS"), "[]");
    assert_eq!(blocked(&mut other), 0);
    assert_eq!(other.ask("DBSIZE"), "0");
    assert_eq!(other.ask("RPUSH a 1"), "1");
    assert_eq!(other.ask("LLEN a"), "1");
}

#[test]
fn who_waits_keeps_the_order_of_its_commands() {
    let server = Server::start(&[]);
    let (mut waiting, mut other) = (server.connect(), server.connect());
    waiting.send(&["BLPOP", "q", "0"]);
    waiting.send(&["LLEN", "q"]);
    waiting.send(&["ECHO", "last"]);
    eventually("the client waits", || blocked(&mut other) == 1);
    assert_eq!(other.ask("RPUSH q a b"), "2");
    let mut next = || support::text(&waiting.receive().unwrap().0);
    assert_eq!([next(), next(), next()], ["[q, a]", "1", "last"]);
}

#[test]
fn blocked_clients_are_unblocked_killed_and_told() {
    let mut server = Server::start(&[]);
    let mut other = server.connect();
    let block = |key: &str| {
        let mut client = server.connect();
        let id = client.ask("CLIENT ID");
        client.send(&["BRPOP", key, "0"]);
        (client, id)
    };
    let ((mut one, one_id), (mut two, two_id), (mut three, three_id), (mut four, _)) =
        (block("q"), block("q"), block("q"), block("q"));
    eventually("they wait", || blocked(&mut other) == 4);
    assert_eq!(other.ask(&format!("CLIENT UNBLOCK {one_id}")), "1");
    assert_eq!(one.receive().unwrap().1, b"*-1\r\n");
    assert_eq!(other.ask(&format!("CLIENT UNBLOCK {one_id}")), "0");
    assert_eq!(other.ask(&format!("CLIENT UNBLOCK {two_id} ERROR")), "1");
    assert_eq!(
        two.receive().unwrap().1,
        b"-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n"
    );
    assert_eq!(two.ask("PING"), "PONG");
    assert_eq!(other.ask(&format!("CLIENT KILL ID {three_id}")), "1");
    assert!(three.receive().is_none());
    assert!(server.terminate().success());
    assert_eq!(
        four.receive().unwrap().1,
        b"-UNBLOCKED the server is shutting down\r\n"
    );
    assert!(four.receive().is_none());
}

#[test]
fn too_many_clients_are_told() {
    let server = Server::start(&["--maxclients", "3"]);
    let mut clients: Vec<Client> = (0..3).map(|_| server.connect()).collect();
    for client in &mut clients {
        assert_eq!(client.ask("PING"), "PONG");
    }
    let mut refused = server.connect();
    assert_eq!(
        refused.receive().unwrap().1,
        b"-ERR max number of clients reached\r\n"
    );
    assert!(refused.receive().is_none());
    drop(clients.pop());
    eventually("there is room again", || {
        let mut client = server.connect();
        client.send(&["PING"]);
        client
            .receive()
            .is_some_and(|(_, bytes)| bytes == b"+PONG\r\n")
    });
}

#[test]
fn without_the_password_little_is_possible() {
    let server = Server::start(&["--requirepass", "secret"]);
    let mut client = server.connect();
    assert_eq!(client.ask("PING"), "-NOAUTH Authentication required.");
    assert_eq!(client.ask("LPUSH q x"), "-NOAUTH Authentication required.");
    assert!(
        client
            .ask("HELLO 3")
            .starts_with("-NOAUTH HELLO must be called")
    );
    assert!(client.ask("AUTH wrong").starts_with("-WRONGPASS"));
    assert!(client.ask("AUTH other secret").starts_with("-WRONGPASS"));
    assert_eq!(client.ask("AUTH default secret"), "OK");
    assert_eq!(client.ask("LPUSH q x"), "1");
    let mut client = server.connect();
    assert!(
        client
            .ask("HELLO 3 AUTH default secret SETNAME me")
            .contains("proto: 3")
    );
    assert_eq!(client.ask("CLIENT GETNAME"), "me");
    let mut stranger = server.connect();
    stranger.send_bytes(b"*1000\r\n");
    let (_, refused) = stranger.receive().unwrap();
    assert!(refused.starts_with(b"-ERR Protocol error: unauthenticated"));
}

#[test]
fn ten_thousand_arguments_and_large_ones_arrive() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let mut words = vec!["RPUSH".to_owned(), "q".to_owned()];
    words.extend((0..100_000).map(|number| number.to_string()));
    assert_eq!(client.call(&words), forebay_resp::Reply::Integer(100_000));
    let large = "x".repeat(20 << 20);
    assert_eq!(
        client.call(&["RPUSH", "large", &large]),
        forebay_resp::Reply::Integer(1)
    );
    client.send(&["LPOP", "large"]);
    assert_eq!(
        client.receive().unwrap().1.len(),
        large.len() + "$20971520\r\n\r\n".len()
    );
}

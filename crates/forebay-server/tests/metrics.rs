//! What Prometheus reads.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use support::Server;

fn get(port: u16, path: &str) -> String {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(socket, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn figures_are_where_prometheus_looks_for_them() {
    // Free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let server = Server::start(&["--metrics-port", &port.to_string()]);
    let mut client = server.connect();
    assert_eq!(client.ask("LPUSH mq a b"), "2");
    assert_eq!(client.ask("LPUSH mq c"), "3");
    assert!(client.ask("INCR mq").starts_with("-WRONGTYPE"));
    let answer = get(port, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    for line in [
        "# TYPE forebay_commands_total counter",
        "forebay_commands_total{command=\"lpush\"} 2",
        "forebay_commands_failed_total{command=\"incr\"} 1",
        "forebay_connected_clients 1",
        "forebay_blocked_clients 0",
    ] {
        assert!(
            answer.lines().any(|found| found == line),
            "{line} is not in {answer}"
        );
    }
    assert!(get(port, "/other").starts_with("HTTP/1.1 404 Not Found\r\n"));
}

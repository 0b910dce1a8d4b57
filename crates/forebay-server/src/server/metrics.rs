//! Figures for Prometheus, on a listener of their own.
//!
//! It speaks as much of HTTP as a scraper needs: it reads the head of one request, answers it, and
//! closes the connection.

use core::fmt::{Display, Write};
use core::sync::atomic::Ordering::Relaxed;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tracing::warn;

use super::{LoopStats, Server};
use crate::command::table;

const PATIENCE: Duration = Duration::from_secs(5);
const HEAD_BYTES_MAX: usize = 8 << 10;

/// Answers scrapers. Never returns.
pub(super) async fn serve(server: &Arc<Server>, listener: Option<TcpListener>) {
    let Some(listener) = listener else {
        return core::future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let server = Arc::clone(server);
                // Errors: the scraper has gone, or is too slow.
                tokio::spawn(async move { timeout(PATIENCE, answer(stream, &server)).await });
            }
            Err(error) => {
                warn!("cannot accept a connection for metrics: {error}");
                sleep(PATIENCE).await;
            }
        }
    }
}

async fn answer(mut stream: TcpStream, server: &Server) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > HEAD_BYTES_MAX || stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let (status, body) = if head.starts_with(b"GET /metrics ") || head.starts_with(b"GET / ") {
        ("200 OK", metrics(server))
    } else {
        ("404 Not Found", "the metrics are at /metrics\n".to_owned())
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: \
         {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

/// The text of a scrape.
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP forebay_{name} {help}"));
        self.line(format_args!("# TYPE forebay_{name} {kind}"));
    }

    fn value(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.line(format_args!("forebay_{name} {value}"));
    }

    fn line(&mut self, line: impl Display) {
        let written = writeln!(self.0, "{line}");
        debug_assert!(written.is_ok(), "a string takes any text");
    }
}

fn metrics(server: &Server) -> String {
    let loops = server.loops();
    let sum = |value: fn(&LoopStats) -> u64| loops.iter().map(|stats| value(stats)).sum::<u64>();
    let clients = server.clients.all();
    // Relaxed: see `Client`.
    let blocked = clients
        .iter()
        .filter(|client| client.is_blocked.load(Relaxed));

    let mut text = Text(String::new());
    let uptime = server.uptime().as_secs();
    text.value("uptime_seconds", "gauge", "Time since the start.", uptime);
    text.value(
        "connected_clients",
        "gauge",
        "Connected clients.",
        clients.len(),
    );
    text.value(
        "blocked_clients",
        "gauge",
        "Clients whose command waits.",
        blocked.count(),
    );
    text.value(
        "connections_total",
        "counter",
        "Connections that were accepted.",
        sum(|stats| stats.connections.value()),
    );
    text.value(
        "rejected_connections_total",
        "counter",
        "Connections beyond maxclients.",
        sum(|stats| stats.rejected_connections.value()),
    );
    text.value(
        "input_bytes_total",
        "counter",
        "Bytes read from clients.",
        sum(|stats| stats.input_bytes.value()),
    );
    text.value(
        "output_bytes_total",
        "counter",
        "Bytes sent to clients.",
        sum(|stats| stats.output_bytes.value()),
    );
    text.value(
        "unblocked_clients_total",
        "counter",
        "Commands that waited and were answered.",
        sum(|stats| stats.unblocked.value()),
    );
    commands(server, &loops, &mut text);
    text.0
}

fn commands(server: &Server, loops: &[Arc<LoopStats>], text: &mut Text) {
    let per_command = |row: usize, value: fn(&super::stats::CommandStats) -> u64| {
        loops
            .iter()
            .map(|stats| value(&stats.commands[row]))
            .sum::<u64>()
    };
    let called: Vec<_> = (table::all().iter().enumerate())
        .map(|(row, spec)| {
            (
                row,
                spec.name,
                per_command(row, |stats| stats.calls.value()),
            )
        })
        .filter(|&(_, _, calls)| calls > 0)
        .collect();
    text.family("commands_total", "counter", "Commands that were executed.");
    for (_, name, calls) in &called {
        text.line(format_args!(
            "forebay_commands_total{{command=\"{name}\"}} {calls}"
        ));
    }
    text.family(
        "commands_failed_total",
        "counter",
        "Commands that were refused.",
    );
    for (row, name, _) in &called {
        let failed = per_command(*row, |stats| stats.failed.value());
        text.line(format_args!(
            "forebay_commands_failed_total{{command=\"{name}\"}} {failed}"
        ));
    }
    let help = "Time for executing commands, without waiting.";
    text.family("commands_seconds_total", "counter", help);
    for (row, name, _) in &called {
        let ticks = per_command(*row, |stats| stats.ticks.value());
        let seconds = Duration::from_nanos(server.ticker.delta_as_nanos(0, ticks)).as_secs_f64();
        text.line(format_args!(
            "forebay_commands_seconds_total{{command=\"{name}\"}} {seconds}"
        ));
    }
}

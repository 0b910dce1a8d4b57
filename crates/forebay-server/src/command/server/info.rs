//! INFO.

use core::fmt::Write;
use core::sync::atomic::Ordering::Relaxed;
use std::collections::BTreeMap;

use ahash::AHashSet;
use forebay_resp::VerbatimFormat;

use crate::command::connection::REDIS_VERSION;
use crate::command::{Context, on, table};
use crate::server::{LoopStats, Server};

/// A section: its name, whether INFO without arguments has it, and what it says.
type Section = (&'static str, bool, fn(&mut Context<'_, '_>, &mut String));

static SECTIONS: &[Section] = &[
    ("Server", true, server),
    ("Clients", true, clients),
    ("Memory", true, memory),
    ("Persistence", true, persistence),
    ("Stats", true, stats),
    ("Replication", true, replication),
    ("CPU", true, cpu),
    ("Modules", true, |_, _| {}),
    ("Commandstats", false, commandstats),
    ("Errorstats", true, errorstats),
    ("Cluster", true, |_, text| {
        line(text, "cluster_enabled", 0);
    }),
    ("Keyspace", true, keyspace),
];

pub(super) fn execute(sections: &[&[u8]], context: &mut Context<'_, '_>) {
    let named = |name: &str| {
        let is = |word: &&[u8]| word.eq_ignore_ascii_case(name.as_bytes());
        sections.iter().any(is)
    };
    let all = named("all") || named("everything");
    let default = sections.is_empty() || named("default");
    let mut text = String::new();
    for (name, is_default, write) in SECTIONS {
        if all || (default && *is_default) || named(name) {
            if !text.is_empty() {
                text.push_str("\r\n");
            }
            text.push_str("# ");
            text.push_str(name);
            text.push_str("\r\n");
            write(context, &mut text);
        }
    }
    context.reply().verbatim(VerbatimFormat::TEXT, text);
}

fn line(text: &mut String, name: &str, value: impl core::fmt::Display) {
    let written = write!(text, "{name}:{value}\r\n");
    debug_assert!(written.is_ok(), "a string takes any text");
}

fn server(context: &mut Context<'_, '_>, text: &mut String) {
    let server = context.server;
    let uptime_s = server.uptime().as_secs();
    line(text, "redis_version", REDIS_VERSION);
    line(text, "forebay_version", env!("CARGO_PKG_VERSION"));
    line(text, "redis_mode", "standalone");
    line(text, "os", std::env::consts::OS);
    line(text, "arch_bits", usize::BITS);
    line(text, "multiplexing_api", "epoll");
    line(text, "process_id", std::process::id());
    line(text, "run_id", &server.run_id);
    line(text, "tcp_port", server.port());
    line(text, "server_time_usec", server.unix_micros());
    line(text, "uptime_in_seconds", uptime_s);
    line(text, "uptime_in_days", uptime_s / 86_400);
    line(
        text,
        "io_threads_active",
        i32::from(server.config.loops > 1),
    );
    line(text, "io_threads", server.config.loops);
}

fn clients(context: &mut Context<'_, '_>, text: &mut String) {
    let clients = context.server.clients.all();
    // Relaxed: see `Client`.
    let blocked = clients
        .iter()
        .filter(|client| client.is_blocked.load(Relaxed))
        .count();
    let subscribers = clients
        .iter()
        .filter(|client| client.is_subscriber())
        .count();
    line(text, "connected_clients", clients.len());
    line(text, "cluster_connections", 0);
    line(text, "maxclients", context.server.settings().maxclients);
    line(text, "blocked_clients", blocked);
    line(text, "tracking_clients", 0);
    line(text, "pubsub_clients", subscribers);
    let awaited: AHashSet<_> = clients.iter().flat_map(|client| client.awaited()).collect();
    let on_nokey: AHashSet<_> = awaited.iter().filter(|key| key.ends_without_key).collect();
    let keys: AHashSet<_> = awaited.iter().map(|awaited| &awaited.key).collect();
    line(text, "total_blocking_keys", keys.len());
    line(text, "total_blocking_keys_on_nokey", on_nokey.len());
}

fn memory(_: &mut Context<'_, '_>, text: &mut String) {
    let usage = ProcessMemory::read();
    line(text, "used_memory", usage.resident_bytes);
    line(text, "used_memory_human", human(usage.resident_bytes));
    line(text, "used_memory_rss", usage.resident_bytes);
    line(text, "used_memory_rss_human", human(usage.resident_bytes));
    line(text, "used_memory_peak", usage.peak_bytes);
    line(text, "used_memory_peak_human", human(usage.peak_bytes));
    line(text, "maxmemory", 0);
    line(text, "maxmemory_human", "0B");
    line(text, "maxmemory_policy", "noeviction");
    line(text, "mem_allocator", "mimalloc");
}

fn persistence(context: &mut Context<'_, '_>, text: &mut String) {
    let durability = context.server.durable.durability();
    let is_failed = durability.is_some_and(|durability| durability.has_stopped);
    line(text, "loading", 0);
    line(text, "async_loading", 0);
    line(text, "rdb_changes_since_last_save", 0);
    line(text, "rdb_bgsave_in_progress", 0);
    line(text, "rdb_last_bgsave_status", "ok");
    line(text, "aof_enabled", u8::from(durability.is_some()));
    line(text, "aof_rewrite_in_progress", 0);
    line(
        text,
        "aof_last_write_status",
        if is_failed { "err" } else { "ok" },
    );
    if let Some(durability) = durability {
        line(text, "aof_current_size", durability.log_bytes);
        line(text, "forebay_log_records", durability.records);
        line(text, "forebay_log_syncs", durability.syncs);
        line(text, "forebay_log_free_bytes", durability.free_bytes);
        line(text, "forebay_checkpoints", durability.checkpoints);
    }
}

fn sum(loops: &[std::sync::Arc<LoopStats>], value: impl Fn(&LoopStats) -> u64) -> u64 {
    loops.iter().map(|stats| value(stats)).sum()
}

fn stats(context: &mut Context<'_, '_>, text: &mut String) {
    let server: &Server = context.server;
    let loops = server.loops();
    let calls = |stats: &LoopStats| {
        let calls = stats.commands.iter().map(|command| command.calls.value());
        calls.sum()
    };
    line(
        text,
        "total_connections_received",
        sum(&loops, |stats| stats.connections.value()),
    );
    line(text, "total_commands_processed", sum(&loops, calls));
    line(
        text,
        "total_net_input_bytes",
        sum(&loops, |stats| stats.input_bytes.value()),
    );
    line(
        text,
        "total_net_output_bytes",
        sum(&loops, |stats| stats.output_bytes.value()),
    );
    line(
        text,
        "rejected_connections",
        sum(&loops, |stats| stats.rejected_connections.value()),
    );
    line(
        text,
        "unblocked_clients",
        sum(&loops, |stats| stats.unblocked.value()),
    );
    line(text, "pubsub_channels", server.pubsub.channel_count());
    line(text, "pubsub_patterns", server.pubsub.pattern_count());
    for (name, value) in [
        (
            "auth",
            (|stats| stats.denied_logins.value()) as fn(&LoopStats) -> u64,
        ),
        ("cmd", |stats| stats.denied_commands.value()),
        ("key", |stats| stats.denied_keys.value()),
        ("channel", |stats| stats.denied_channels.value()),
    ] {
        line(
            text,
            &format!("acl_access_denied_{name}"),
            sum(&loops, value),
        );
    }
    let errors = |stats: &LoopStats| stats.errors().iter().map(|(_, count)| count).sum();
    line(text, "total_error_replies", sum(&loops, errors));
}

fn replication(context: &mut Context<'_, '_>, text: &mut String) {
    line(text, "role", "master");
    line(text, "connected_slaves", 0);
    line(text, "master_replid", &context.server.run_id);
    line(text, "master_repl_offset", 0);
}

fn cpu(_: &mut Context<'_, '_>, text: &mut String) {
    if let Some((user, system)) = cpu_seconds() {
        line(text, "used_cpu_sys", format_args!("{system:.6}"));
        line(text, "used_cpu_user", format_args!("{user:.6}"));
    }
}

fn commandstats(context: &mut Context<'_, '_>, text: &mut String) {
    let loops = context.server.loops();
    for (row, spec) in table::all().iter().enumerate() {
        let calls = sum(&loops, |stats| stats.commands[row].calls.value());
        let rejected = sum(&loops, |stats| stats.commands[row].rejected.value());
        let failed = sum(&loops, |stats| stats.commands[row].failed.value());
        if calls + rejected == 0 {
            continue;
        }
        let ticks = sum(&loops, |stats| stats.commands[row].ticks.value());
        let micros = context.server.ticker.delta_as_nanos(0, ticks) / 1_000;
        #[expect(clippy::cast_precision_loss, reason = "it is shown with two digits")]
        let each = micros as f64 / calls.max(1) as f64;
        line(
            text,
            &format!("cmdstat_{}", spec.name),
            format_args!(
                "calls={calls},usec={micros},usec_per_call={each:.2},rejected_calls={rejected},\
                 failed_calls={failed}"
            ),
        );
    }
}

fn errorstats(context: &mut Context<'_, '_>, text: &mut String) {
    let mut errors: BTreeMap<String, u64> = BTreeMap::new();
    for stats in context.server.loops() {
        for (code, count) in stats.errors() {
            *errors.entry(code).or_default() += count;
        }
    }
    for (code, count) in errors {
        line(
            text,
            &format!("errorstat_{code}"),
            format_args!("count={count}"),
        );
    }
}

fn keyspace(context: &mut Context<'_, '_>, text: &mut String) {
    let store = &mut context.store;
    // An error: the server is shutting down.
    let keys = on!(store, dbsize()).unwrap_or(0);
    if keys > 0 {
        line(text, "db0", format_args!("keys={keys}"));
    }
}

/// What the process takes, as the kernel tells it.
#[derive(Debug, Default)]
struct ProcessMemory {
    resident_bytes: u64,
    peak_bytes: u64,
}

impl ProcessMemory {
    fn read() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            kib.unwrap_or(0) * 1024
        };
        Self {
            resident_bytes: bytes("VmRSS:"),
            peak_bytes: bytes("VmHWM:"),
        }
    }
}

/// User and system time of the process.
fn cpu_seconds() -> Option<(f64, f64)> {
    const TICKS_PER_SECOND: f64 = 100.0;

    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold blanks; it ends at the last bracket.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || Some(fields.next()?.parse::<f64>().ok()? / TICKS_PER_SECOND);
    Some((next()?, next()?))
}

fn human(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["B", "K", "M", "G"];

    #[expect(clippy::cast_precision_loss, reason = "it is shown with two digits")]
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.2}{}", UNITS[unit])
}

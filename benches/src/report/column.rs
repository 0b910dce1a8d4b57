//! The columns of the table, and numbers as people read them.

use crate::measure::case::Figure;
use crate::report::row::{GENERATOR_PART, Row};
use crate::report::summary::GENERATOR_LIMIT;

/// A column; it is shown where some row has a figure for it.
pub(super) struct Column {
    pub(super) heading: &'static str,
    pub(super) cell: fn(&Row) -> Option<String>,
    /// The figure that it shows, if that can decide who is better.
    pub(super) decides: Option<Figure>,
}

const fn column(heading: &'static str, cell: fn(&Row) -> Option<String>) -> Column {
    Column {
        heading,
        cell,
        decides: None,
    }
}

impl Column {
    const fn deciding(mut self, figure: Figure) -> Self {
        self.decides = Some(figure);
        self
    }
}

pub(super) const COLUMNS: [Column; 30] = [
    column("ns/msg", |row| row.ns_per_op.map(short)).deciding(Figure::NsPerOp),
    column("+/-", |row| row.mad_ns.map(short)),
    column("in", |row| row.number("in_ns").map(short)),
    column("out", |row| row.number("out_ns").map(short)),
    column("ns/delivery", |row| {
        row.number("ns_per_delivery").map(short)
    }),
    column("catch up", |row| row.number("catch_up_ns").map(short)),
    column("read", |row| row.number("read_part").map(ratio)),
    column("summary of few", |row| {
        row.number("summary_of_few_ns").map(short)
    }),
    column("summary", |row| row.number("summary_ns").map(short)),
    column("ns/key", |row| row.number("ns_per_registration").map(short)),
    column("M msg/s", |row| row.ns_per_op.map(|ns| short(1e3 / ns))),
    column("offered", |row| {
        row.number("offered_per_s").map(|rate| short(rate / 1e6))
    }),
    column("p50", |row| row.p50_ns.map(duration)).deciding(Figure::P50),
    column("p99", |row| row.p99_ns.map(duration)),
    column("p99.9", |row| row.p999_ns.map(duration)),
    column("max", |row| row.max_ns.map(duration)),
    column("of capacity", |row| row.number("of_capacity").map(ratio)),
    column("p99/demanded", |row| {
        row.number("p99_over_demanded").map(ratio)
    }),
    column("cpu s/M", |row| row.number("cpu_s_per_million").map(short)).deciding(Figure::Cpu),
    column("server", |row| row.number("server_cores").map(cores)),
    column("generator", |row| {
        let is_limit = row.extra.get("generator_bound")? == true;
        let cores = row.number("generator_cores").map(cores)?;
        Some(cores + if is_limit { " (limit)" } else { "" })
    }),
    column("B/conn", |row| {
        row.number("bytes_per_connection").map(short)
    }),
    column("us CPU/s", |row| {
        row.number("cpu_s_per_s").map(|part| short(part * 1e6))
    }),
    column("MB/s", |row| {
        row.number("bytes_per_s").map(|rate| short(rate / 1e6))
    }),
    column("B/msg", |row| row.bytes_per_message.map(short)).deciding(Figure::Bytes),
    column("beside", |row| {
        row.number("bytes_beside_content").map(short)
    }),
    column("left", |row| row.number("retained_bytes").map(mebibytes)),
    column("peak RSS", |row| {
        row.peak_rss_bytes.map(|bytes| mebibytes(wide(bytes)))
    }),
    column("generator's", |row| {
        let part = row.number(GENERATOR_PART)?;
        let mark = if part > GENERATOR_LIMIT { " !" } else { "" };
        Some(format!("{:.0} %{mark}", part * 100.0))
    }),
    column("vs best peer", |row| row.vs_best_peer.map(ratio)),
];

/// Three digits or so.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    let digits = if size >= 100.0 {
        0
    } else if size >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}")
}

/// Processor time by the time that passed.
fn cores(value: f64) -> String {
    format!("{} cores", short(value))
}

pub(super) fn ratio(value: f64) -> String {
    format!("{value:.2}x")
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
const fn wide(value: u64) -> f64 {
    value as f64
}

/// A latency with its unit.
fn duration(ns: u64) -> String {
    if ns < 1_000 {
        format!("{ns} ns")
    } else {
        duration_of(wide(ns))
    }
}

/// A time with its unit, three digits or so.
pub(super) fn duration_of(ns: f64) -> String {
    match ns {
        _ if ns < 1e3 => format!("{} ns", short(ns)),
        _ if ns < 1e6 => format!("{} us", short(ns / 1e3)),
        _ if ns < 1e9 => format!("{} ms", short(ns / 1e6)),
        _ => format!("{} s", short(ns / 1e9)),
    }
}

fn mebibytes(bytes: f64) -> String {
    format!("{} MiB", short(bytes / 1_048_576.0))
}

/// A count with a space between thousands.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{duration, grouped, short};

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(10_000_000), "10 000 000");
        assert_eq!(grouped(999), "999");
        assert_eq!(duration(58_400), "58.4 us");
        assert_eq!(duration(999), "999 ns");
        assert_eq!(short(0.456), "0.46");
        assert_eq!(short(1234.6), "1235");
    }
}

//! The rows that did the same work, beside one another.

use serde_json::Value;

use super::number;
use crate::{Figure, Record, Row};

/// The engine that the pages are about.
const OURS: &str = "forebay";

/// Whether a row is of Forebay.
pub(super) fn is_ours(row: &Row) -> bool {
    row.engine == OURS
}

/// Whether a row is of no engine at all, but of what the workload itself costs.
pub(super) fn is_generator(row: &Row) -> bool {
    row.engine == "null"
}

/// What a row is called.
pub(super) fn name(row: &Row) -> String {
    if is_generator(row) {
        "no engine".to_owned()
    } else {
        row.label()
    }
}

/// Whether ours are compared with a row. A loop of write and fdatasync is no queue: it shows what
/// the disk allows.
pub(super) fn is_peer(row: &Row) -> bool {
    !is_ours(row) && !is_generator(row) && row.engine != "raw-fdatasync"
}

/// Rows that can be compared.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Where it is on the page.
    pub(super) id: String,
    pub(super) workload: &'a str,
    pub(super) title: &'a str,
    pub(super) payload_bytes: usize,
    /// What decides; less is better.
    pub(super) figure: Figure,
    /// Best first; those without a figure last.
    pub(super) rows: Vec<&'a Row>,
    /// In the order in which they were measured.
    pub(super) measured: Vec<&'a Row>,
}

impl<'a> Group<'a> {
    /// All groups of a record, in the order in which they were measured.
    pub(super) fn all(record: &'a Record) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for row in &record.rows {
            let same = |group: &&mut Self| {
                group.workload == row.workload
                    && group.title == row.title
                    && group.payload_bytes == row.payload_bytes
            };
            if let Some(group) = groups.iter_mut().find(same) {
                group.rows.push(row);
                continue;
            }
            // What scales is shown in curves, and not group by group.
            let scales = row.workload.starts_with("scale-");
            let id = if scales {
                "scaling".to_owned()
            } else {
                format!("g{}", groups.len() + 1)
            };
            groups.push(Self {
                id,
                workload: &row.workload,
                title: &row.title,
                payload_bytes: row.payload_bytes,
                figure: row.figure,
                rows: vec![row],
                measured: Vec::new(),
            });
        }
        for group in &mut groups {
            group.measured.clone_from(&group.rows);
            let figure = group.figure;
            let key = |row: &Row| row.figure(figure).unwrap_or(f64::INFINITY);
            group.rows.sort_by(|a, b| key(a).total_cmp(&key(b)));
        }
        groups
    }

    /// The title, and the size of a message where it is not the usual one.
    pub(super) fn heading(&self) -> String {
        if self.payload_bytes == 64 {
            return self.title.to_owned();
        }
        let size = number::plain(&number::bytes(number::place(self.payload_bytes)));
        format!("{}, {size} messages", self.title)
    }

    /// What the figure is.
    pub(super) const fn unit(&self) -> &'static str {
        match self.figure {
            Figure::NsPerOp => "time per message",
            Figure::P50 => "median latency",
            Figure::Bytes => "bytes per message",
            Figure::Cpu => "the server's processor time per command",
        }
    }

    /// The figure as text.
    pub(super) fn text(&self, value: f64) -> String {
        match self.figure {
            Figure::NsPerOp | Figure::P50 => number::duration(value),
            Figure::Bytes => number::bytes(value),
            // Seconds for a million of them.
            Figure::Cpu => number::duration(1e3 * value),
        }
    }

    /// The command that measures it, where a row says so.
    pub(super) fn command(&self) -> Option<&str> {
        let mut commands = self.rows.iter().map(|row| row.extra.get("command"));
        commands.find_map(|command| command?.as_str())
    }
}

/// What each round gave, where it is known.
fn rounds(row: &Row) -> Vec<f64> {
    match row.figure {
        Figure::NsPerOp => row.rounds_ns.clone(),
        Figure::P50 => {
            let rounds = row.extra.get("rounds_p50_ns").and_then(Value::as_array);
            let rounds = rounds.into_iter().flatten();
            rounds.filter_map(Value::as_f64).collect()
        }
        Figure::Bytes | Figure::Cpu => Vec::new(),
    }
}

/// The least and the most that the rounds gave.
pub(super) fn spread(row: &Row) -> Option<(f64, f64)> {
    let rounds = rounds(row);
    let least = rounds.iter().copied().reduce(f64::min)?;
    let most = rounds.iter().copied().reduce(f64::max)?;
    (rounds.len() > 1).then_some((least, most))
}

/// The median distance of the rounds from the figure; 0 where they are not known.
pub(super) fn deviation(row: &Row) -> f64 {
    if let (Figure::NsPerOp, Some(mad)) = (row.figure, row.mad_ns) {
        return mad;
    }
    let Some(figure) = row.figure(row.figure) else {
        return 0.0;
    };
    let rounds = rounds(row).into_iter();
    let mut distances: Vec<f64> = rounds.map(|round| (round - figure).abs()).collect();
    distances.sort_by(f64::total_cmp);
    distances.get(distances.len() / 2).copied().unwrap_or(0.0)
}

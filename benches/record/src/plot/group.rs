//! The rows that did the same work, beside one another.

use super::number;
use crate::{Figure, Record, Row};

/// The engine that the pages are about.
const OURS: &str = "forebay";

/// Whether a row is of Forebay.
pub(super) fn is_ours(row: &Row) -> bool {
    row.engine == OURS
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

/// The least and the most that the rounds gave.
pub(super) fn spread(row: &Row) -> Option<(f64, f64)> {
    let least = row.rounds_ns.iter().copied().reduce(f64::min)?;
    let most = row.rounds_ns.iter().copied().reduce(f64::max)?;
    (row.figure == Figure::NsPerOp && row.rounds_ns.len() > 1).then_some((least, most))
}

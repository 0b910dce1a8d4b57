//! The short table: one line for each group, ours beside the best peer.

use core::fmt::Write;

use crate::compare::band;
use crate::engine::{is_ours, is_peer};
use crate::measure::case::Figure;
use crate::options::PAYLOAD_BYTES_DEFAULT;
use crate::report::column::ratio;
use crate::report::figure;
use crate::report::row::{GENERATOR_PART, PROMISE, Row};
use crate::report::table::Marks;

/// Beyond this part of our figure, the generator is a good part of what is compared.
pub const GENERATOR_LIMIT: f64 = 0.3;

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The workload and what distinguishes the group.
    label: String,
    /// Our figure and its text; none if there is no such row.
    ours: Option<(String, String)>,
    /// The best peer's name and figure.
    peer: Option<(String, String)>,
    /// The best peer's figure by ours: above 1 is better than every peer.
    ratio: Option<f64>,
    /// Both sides' spreads together.
    spread: Option<f64>,
    /// How much of our figure is the generator's, when that is too much.
    generator: Option<f64>,
    faults: Vec<String>,
}

/// The rows of one group, wherever they are, in the order of the groups' first rows.
#[must_use]
pub fn groups(rows: &[Row]) -> Vec<Vec<&Row>> {
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        let is_same = |group: &&mut Vec<&Row>| {
            let first = group[0];
            (&first.workload, &first.title, first.payload_bytes)
                == (&row.workload, &row.title, row.payload_bytes)
        };
        match groups.iter_mut().rfind(is_same) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

impl Line {
    /// Of the rows of one group. Of several ways to use our engine the first one counts, which is
    /// the plain one, or the one that promises most.
    #[must_use]
    pub fn of(rows: &[&Row]) -> Self {
        let first = rows.first();
        let mut label = first.map_or_else(String::new, |row| {
            format!("{}: {}", row.workload, row.title)
        });
        let payload = first.map_or(PAYLOAD_BYTES_DEFAULT, |row| row.payload_bytes);
        if payload != PAYLOAD_BYTES_DEFAULT {
            // Writing to a string cannot fail.
            let _ = write!(label, ", {payload} bytes");
        }
        let wanted = first.map_or(Figure::NsPerOp, |row| row.figure);
        let value = |row: &Row| row.figure(wanted);
        let shown = |row: &&Row| {
            let text = figure::text(wanted, value(row)?);
            Some((row.label(), text))
        };
        let ours = rows
            .iter()
            .copied()
            .find(|row| is_ours(&row.engine) && value(row).is_some());
        let promises = |row: &&&Row| match ours {
            Some(ours) => row.extra.get(PROMISE) == ours.extra.get(PROMISE),
            None => true,
        };
        let peers = rows.iter().filter(|row| is_peer(&row.engine));
        let peers = peers.filter(promises).copied();
        let peers = peers.filter(|row| value(row).is_some());
        let best = peers.min_by(|a, b| {
            let key = |row: &Row| value(row).unwrap_or(f64::INFINITY);
            key(a).total_cmp(&key(b))
        });
        let both = ours.zip(best);
        let fault = |row: &&Row| {
            let fault = row.fault.as_ref()?;
            Some(format!("{} {fault}", row.label()))
        };
        let generator = ours.and_then(|row| row.number(GENERATOR_PART));
        Self {
            label,
            ours: ours.as_ref().and_then(shown),
            peer: best.as_ref().and_then(shown),
            ratio: both.and_then(|(ours, best)| Some(value(best)? / value(ours)?)),
            spread: both.and_then(|(a, b)| Some(band::spread(a)?.hypot(band::spread(b)?))),
            generator: generator.filter(|part| *part > GENERATOR_LIMIT),
            faults: rows.iter().filter_map(fault).collect(),
        }
    }

    /// The columns after the label.
    fn cells(&self) -> [String; 5] {
        let (_, ours) = self.ours.clone().unwrap_or_default();
        let (name, peer) = self.peer.clone().unwrap_or_default();
        let spread = self.spread.map(|spread| format!("{:.0} %", spread * 100.0));
        [
            ours,
            peer,
            self.ratio.map(ratio).unwrap_or_default(),
            spread.unwrap_or_default(),
            name,
        ]
    }

    fn notes(&self) -> Vec<String> {
        let part = self.generator.map(|part| part * 100.0);
        let generator = part.map(|part| format!("generator is {part:.0} % of it"));
        generator.into_iter().chain(self.faults.clone()).collect()
    }

    /// The group as one line of text, which may be cut at its end.
    #[must_use]
    pub fn text(&self) -> String {
        let ratio = self.ratio.map(ratio).unwrap_or_default();
        let mut text = format!("{ratio:>6}  {}", self.label);
        for (label, figure) in self.ours.iter().chain(&self.peer) {
            let _ = write!(text, "  {label} {figure}");
        }
        for note in self.notes() {
            let _ = write!(text, "  ({note})");
        }
        text
    }
}

const HEADINGS: [&str; 5] = ["forebay", "best peer", "ratio", "+/-", ""];

/// The short table of all these rows, no wider than `width` where a narrower form helps.
#[must_use]
pub fn render(rows: &[Row], marks: Marks, width: usize) -> String {
    let lines: Vec<Line> = groups(rows).iter().map(|group| Line::of(group)).collect();
    if lines.is_empty() {
        return String::new();
    }
    let cells: Vec<[String; 5]> = lines.iter().map(Line::cells).collect();
    let mut widths = HEADINGS.map(str::len);
    for cells in &cells {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.len());
        }
    }
    let labels = lines.iter().map(|line| line.label.len()).max().unwrap_or(0);
    let figures: usize = widths.iter().map(|width| width + 2).sum();
    // On a narrow terminal, the figures stand under the label.
    let is_narrow = 2 + labels + figures > width;
    let indent = if is_narrow { 4 } else { labels };
    let row = |cells: &[String; 5]| {
        let [ours, peer, ratio, spread, name] = cells;
        format!(
            "  {ours:>0$}  {peer:>1$}  {ratio:>2$}  {spread:>3$}  {name}",
            widths[0], widths[1], widths[2], widths[3]
        )
    };
    let mut text = String::new();
    let heading = row(&HEADINGS.map(str::to_owned));
    let _ = writeln!(
        text,
        "\n{}  {:indent$}{}{}",
        marks.heading,
        "",
        heading.trim_end(),
        marks.end
    );
    for (line, cells) in lines.iter().zip(&cells) {
        let (label, figures) = (&line.label, row(cells));
        if is_narrow {
            let _ = writeln!(text, "  {label}\n  {:indent$}{}", "", figures.trim_end());
        } else {
            let _ = writeln!(text, "  {label:indent$}{}", figures.trim_end());
        }
        for note in line.notes() {
            let _ = writeln!(text, "  {:indent$}  {note}", "");
        }
    }
    verdict(&lines, &mut text);
    text
}

/// In how many groups ours is better, and in which it is not.
fn verdict(lines: &[Line], text: &mut String) {
    let is_slower = |line: &&Line| line.ratio.is_some_and(|ratio| ratio < 1.0);
    let compared = lines.iter().filter(|line| line.ratio.is_some()).count();
    let slower = lines.iter().filter(is_slower).count();
    if compared == 0 {
        return;
    }
    let _ = writeln!(
        text,
        "\n  Forebay is ahead of every peer in {} of {compared} groups, behind the best one in \
         {slower}.",
        compared - slower
    );
    text.push_str(
        "  Less is better; a ratio above 1.00x is better than every peer; medians of the rounds.\n  \
         +/- is what a ratio of single rounds may be off by.\n",
    );
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Line, groups, render};
    use crate::report::row::Row;
    use crate::report::table::Marks;

    fn row(title: &str, engine: &str, ns: f64, extra: &Value) -> Row {
        let mut row = json!({
            "workload": "list-spsc", "title": title, "figure": "ns_per_op", "engine": engine,
            "producers": 1, "consumers": 1, "payload_bytes": 64, "keys": 1, "messages": 10,
            "seconds": 1.0, "ops_per_s": 1, "ns_per_op": ns, "p50_ns": null, "p99_ns": null,
            "p999_ns": null, "max_ns": null, "peak_rss_bytes": null, "bytes_per_message": null,
            "threads": 2, "rounds": 3, "rounds_ns": [ns, ns * 1.1, ns * 0.9], "mad_ns": 1.0,
            "vs_best_peer": null,
        });
        let object = row.as_object_mut().unwrap();
        object.extend(extra.as_object().unwrap().clone());
        serde_json::from_value(row).unwrap()
    }

    fn rows() -> Vec<Row> {
        let none = json!({});
        vec![
            row("fast", "forebay", 50.0, &json!({"generator_part": 0.42})),
            row("slow", "forebay", 300.0, &none),
            row("fast", "kanal", 100.0, &none),
            row("fast", "null", 21.0, &none),
            row("slow", "flume", 200.0, &none),
            row("slow", "kanal", 400.0, &none),
        ]
    }

    #[test]
    fn ours_is_compared_with_the_best_peer_and_not_with_the_generator() {
        let rows = rows();
        let lines: Vec<Line> = groups(&rows).iter().map(|rows| Line::of(rows)).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0].ratio, Some(2.0), "kanal takes twice as long");
        assert!(lines[0].text().contains("generator is 42 % of it"));
        assert!(lines[1].text().contains("0.67x"), "flume is better");
        assert!(!lines[1].text().contains("generator"), "not known there");
    }

    #[test]
    fn only_peers_that_promise_as_much_count() {
        let rows = [
            row("log", "forebay", 300.0, &json!({"promise": "synced"})),
            row("log", "redis", 100.0, &json!({"promise": "soon"})),
            row("log", "kanal", 150.0, &json!({"promise": "synced"})),
            row("log", "raw-fdatasync", 120.0, &json!({"promise": "synced"})),
        ];
        let rows: Vec<&Row> = rows.iter().collect();
        assert_eq!(Line::of(&rows).ratio, Some(0.5));
    }

    #[test]
    fn losses_are_counted_and_every_width_is_kept() {
        let wide = render(&rows(), Marks::PLAIN, 200);
        assert!(
            wide.contains("in 1 of 2 groups, behind the best one in 1"),
            "{wide}"
        );
        assert!(wide.is_ascii(), "{wide}");
        let narrow = render(&rows(), Marks::PLAIN, 50);
        let is_kept = |line: &str| {
            line.len() <= 50
                || line.contains("  Forebay is")
                || line.contains("Less is better")
                || line.contains("+/- is what")
        };
        assert!(narrow.lines().all(is_kept), "{narrow}");
        assert!(
            render(&[], Marks::PLAIN, 80).is_empty(),
            "nothing was measured"
        );
    }
}

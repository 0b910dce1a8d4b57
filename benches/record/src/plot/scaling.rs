//! What an operation costs as one thing grows: threads, waiting messages, keys, their size.

use core::fmt;

use maud::{Markup, html};

use super::chart::{Axis, Chart, Line, ticks_at};
use super::group::is_ours;
use super::number::{bytes, count, duration, place, plain, rough, short, wide};
use super::palette::Palette;
use super::scale::Scale;
use crate::{Record, Row};

/// What grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Threads,
    Depth,
    Keys,
    Payload,
}

impl By {
    /// By workload; in all others only the threads are followed.
    fn of(workload: &str) -> Self {
        match workload {
            "scale-depth" => Self::Depth,
            "scale-keys" => Self::Keys,
            "scale-payload" => Self::Payload,
            _ => Self::Threads,
        }
    }

    fn value(self, row: &Row) -> Option<f64> {
        match self {
            Self::Threads => Some(place(row.threads)),
            Self::Depth => row.number("depth"),
            Self::Keys => Some(wide(row.keys)),
            Self::Payload => Some(place(row.payload_bytes)),
        }
        .filter(|value| *value > 0.0)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::Depth => "waiting messages",
            Self::Keys => "keys",
            Self::Payload => "message size",
        }
    }

    const fn write(self) -> fn(f64) -> String {
        match self {
            Self::Threads => short_count,
            Self::Depth | Self::Keys => rough,
            Self::Payload => bytes,
        }
    }
}

fn short_count(value: f64) -> String {
    format!("{value:.0}")
}

/// Figures that are counted, by their fields.
const COUNTED: [(&str, &str); 2] = [
    ("instructions_per_op", "instructions"),
    ("rmw_per_op", "shared read-modify-writes"),
];

/// Rows that differ only in what grows, and in the engine.
struct Family<'a> {
    by: By,
    workload: &'a str,
    title: String,
    rows: Vec<(f64, &'a Row)>,
}

impl fmt::Display for Family<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.title.is_empty() {
            return f.write_str(self.workload);
        }
        write!(f, "{} {}", self.workload, self.title)
    }
}

/// Charts of all families, and tables of what is counted instead of timed.
pub(super) fn section(record: &Record, palette: &Palette) -> Vec<Markup> {
    let mut parts = Vec::new();
    for family in families(record) {
        parts.push(family.chart(record.machine.cores, palette).render());
    }
    parts.retain(|part| !part.0.is_empty());
    parts
}

fn families(record: &Record) -> Vec<Family<'_>> {
    let mut families: Vec<(String, Family<'_>)> = Vec::new();
    for row in record.rows.iter().filter(|row| row.ns_per_op.is_some()) {
        let by = By::of(&row.workload);
        // More groups or consumers are more threads too, but that is not what such rows are about.
        if !row.workload.starts_with("scale-") && !row.title.contains("thread") {
            continue;
        }
        let Some(x) = by.value(row) else { continue };
        let title = without_numbers(&row.title);
        // What else tells rows apart, where it is not what grows.
        let payload = (by != By::Payload).then_some(row.payload_bytes);
        // With a key for each thread, the title says so.
        let by_keys = by == By::Keys || row.workload == "scale-threads";
        let keys = (!by_keys).then_some(row.keys);
        let key = format!("{} {title} {payload:?} {keys:?}", row.workload);
        match families.iter_mut().find(|(other, _)| *other == key) {
            Some((_, family)) => family.rows.push((x, row)),
            None => families.push((
                key,
                Family {
                    by,
                    workload: &row.workload,
                    title,
                    rows: vec![(x, row)],
                },
            )),
        }
    }
    let mut families: Vec<Family<'_>> = families.into_iter().map(|(_, family)| family).collect();
    for family in &mut families {
        family.rows.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    }
    families.retain(|family| family.xs().len() > 1 && !family.has_twins());
    families
}

/// A title with its numbers taken out: what remains is the same for all sizes.
fn without_numbers(title: &str) -> String {
    let words = title.split(' ').filter(|word| {
        let number = word.starts_with(|first: char| first.is_ascii_digit());
        !number && !matches!(*word, "one" | "thread" | "threads" | "key" | "keys" | "+")
    });
    let words = words.collect::<Vec<_>>().join(" ");
    words.trim_end_matches(',').to_owned()
}

impl Family<'_> {
    fn xs(&self) -> Vec<f64> {
        let mut xs: Vec<f64> = self.rows.iter().map(|(x, _)| *x).collect();
        xs.dedup();
        xs
    }

    /// Whether an engine has two rows of the same size, so that something else differs too.
    fn has_twins(&self) -> bool {
        let mut seen: Vec<(String, f64)> = Vec::new();
        self.rows.iter().any(|(x, row)| {
            let this = (row.label(), *x);
            let again = seen.contains(&this);
            seen.push(this);
            again
        })
    }

    /// The engines, ours first.
    fn labels(&self) -> Vec<String> {
        let mut labels: Vec<(bool, String)> = Vec::new();
        for (_, row) in &self.rows {
            let this = (!is_ours(row), row.label());
            if !labels.contains(&this) {
                labels.push(this);
            }
        }
        labels.sort();
        labels.into_iter().map(|(_, label)| label).collect()
    }

    fn chart(&self, cores: usize, palette: &Palette) -> Chart {
        let xs = self.xs();
        let mut lines = Vec::new();
        for label in self.labels() {
            let of_it = self.rows.iter().filter(|(_, row)| row.label() == label);
            let mut class = String::new();
            let mut points = Vec::new();
            for (x, row) in of_it {
                class = palette.class(row);
                points.extend(row.ns_per_op.map(|ns| (*x, ns)));
            }
            lines.push(Line {
                name: label,
                class,
                points,
            });
        }
        let ns = lines.iter().flat_map(|line| line.points.iter());
        let ns: Vec<f64> = ns.map(|(_, ns)| *ns).collect();
        let most = ns.iter().copied().fold(0.0, f64::max);
        let least = ns.iter().copied().fold(f64::INFINITY, f64::min);
        let (y, name) = if most > 20.0 * least {
            (Scale::log_around(ns.into_iter()), "time per message, log")
        } else {
            (Scale::from_zero(ns.into_iter()), "time per message")
        };
        let x = Axis {
            scale: Scale::Log {
                from: xs.first().map_or(1.0, |first| first / 1.06),
                to: xs.last().map_or(2.0, |last| last * 1.06),
            },
            ticks: ticks_at(&xs, self.by.write()),
            name: self.by.name(),
            kind: if self.by == By::Payload {
                "bytes"
            } else {
                "count"
            },
        };
        let beyond = wide(cores as u64);
        let oversubscribed = self.by == By::Threads && xs.last().is_some_and(|x| *x > beyond);
        Chart {
            title: self.to_string(),
            note: self.note(),
            x,
            y: Axis::new(y, name, "ns", duration),
            lines,
            hatched: oversubscribed.then_some((beyond, "more threads than cores")),
            below: self.counted(),
        }
    }

    /// What grows, and how much there is of the rest where that is unusual.
    fn note(&self) -> String {
        let mut note = format!("by {}", self.by.name());
        if let Some((_, row)) = self.rows.first() {
            if self.by != By::Keys && row.keys > 1 {
                note = format!("{note}, {} keys", count(row.keys));
            }
            if self.by != By::Payload && row.payload_bytes != 64 {
                let size = plain(&bytes(place(row.payload_bytes)));
                note = format!("{note}, {size} messages");
            }
        }
        note
    }

    /// A small table of the figures that no clock is needed for.
    fn counted(&self) -> Markup {
        let mut lines = Vec::new();
        for (field, what) in COUNTED {
            for label in self.labels() {
                let of_it = self.rows.iter().filter(|(_, row)| row.label() == label);
                let figures: Vec<(f64, Option<f64>)> =
                    of_it.map(|(x, row)| (*x, row.number(field))).collect();
                if figures.iter().any(|(_, figure)| figure.is_some()) {
                    lines.push((what, label, figures));
                }
            }
        }
        if lines.is_empty() {
            return html! {};
        }
        let xs = self.xs();
        let cell = |figures: &[(f64, Option<f64>)], x: f64| {
            let same = |at: f64| at.to_bits() == x.to_bits();
            let mut fitting = figures.iter().filter(|(at, _)| same(*at));
            let figure = fitting.next().and_then(|(_, figure)| *figure);
            figure.map(short).unwrap_or_default()
        };
        html! {
            div.scroll.counted tabindex="0" role="region" aria-label="counted per operation" {
                table {
                    thead { tr {
                        th scope="col" { "per operation, by " (self.by.name()) }
                        @for x in &xs { th.n scope="col" { (plain(&self.by.write()(*x))) } }
                    } }
                    tbody { @for (what, label, figures) in &lines {
                        tr {
                            th scope="row" { (label) " " small { (what) } }
                            @for x in &xs { td.n { (cell(figures, *x)) } }
                        }
                    } }
                }
            }
        }
    }
}

pub(super) fn lead() -> Markup {
    html! {
        "Groups that differ in nothing but the number on the horizontal axis. A flat line costs "
        "the same however large it gets."
    }
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn titles_of_one_family_are_the_same() {
        assert_eq!(
            without_numbers("2 threads fill, then drain"),
            without_numbers("1 thread fill, then drain")
        );
        assert_eq!(without_numbers("8 + 8 threads"), "");
        assert_eq!(without_numbers("1 key"), without_numbers("1000 keys"));
        assert_ne!(without_numbers("uniform, 2 threads"), "");
    }
}

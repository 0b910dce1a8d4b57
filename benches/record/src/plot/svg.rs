//! Plots that stand alone, for a README.

use maud::{Markup, PreEscaped, html};

use super::group::{Group, is_ours, name, spread};
use super::length::Lengths;
use super::number::ratio;
use super::summary::{RATIOS, TICKS, tick};
use super::verdict::{Comparison, Verdict, by_workload, tally};
use crate::Record;

const WIDTH: f64 = 860.0;
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

/// The background that a plot is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

struct Colours {
    text: &'static str,
    faint: &'static str,
    grid: &'static str,
    better: &'static str,
    worse: &'static str,
    even: &'static str,
    peer: &'static str,
}

impl Theme {
    /// Its name in the names of files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn colours(self) -> Colours {
        match self {
            Self::Light => Colours {
                text: "#1b2430",
                faint: "#59636e",
                grid: "#d5dbe1",
                better: "#0b5cad",
                worse: "#b04a00",
                even: "#6b7480",
                peer: "#aab4be",
            },
            Self::Dark => Colours {
                text: "#e8edf2",
                faint: "#9aa6b2",
                grid: "#343d47",
                better: "#63b0ff",
                worse: "#ff9d4d",
                even: "#8f9aa6",
                peer: "#56616c",
            },
        }
    }
}

/// Every comparison of a record as a dot, one line for each workload: how many times as good as
/// the best peer Forebay is. Empty when there is none.
#[must_use]
pub fn ratios(record: &Record, theme: Theme) -> String {
    const LINE: f64 = 21.0;
    const TOP: f64 = 66.0;
    const LEFT: f64 = 150.0;
    const RIGHT: f64 = WIDTH - 30.0;
    let groups = Group::all(record);
    let comparisons = Comparison::all(&groups);
    let workloads = by_workload(&comparisons);
    if workloads.is_empty() {
        return String::new();
    }
    let colours = theme.colours();
    let x = |value: f64| LEFT + (RIGHT - LEFT) * RATIOS.at(value);
    let y = |line: usize| TOP + LINE * (super::number::place(line) + 0.5);
    let bottom = TOP + LINE * super::number::place(workloads.len());
    let [better, even, worse] = tally(&comparisons);
    let label = format!(
        "Forebay beside the best peer of each of {} comparisons: better in {better}, about the \
         same in {even}, worse in {worse}.",
        comparisons.len()
    );
    let body = html! {
        text x="10" y="22" fill=(colours.even) { "within the noise (" (even) ")" }
        text x=(n(x(1.0) - 12.0)) y="22" text-anchor="end" fill=(colours.worse) font-weight="600" {
            "\u{2190} a peer is better (" (worse) ")"
        }
        text x=(n(x(1.0) + 12.0)) y="22" fill=(colours.better) font-weight="600" {
            "Forebay is better (" (better) ") \u{2192}"
        }
        @for value in TICKS {
            @let width = if value.to_bits() == 1.0_f64.to_bits() { "1.5" } else { "1" };
            @let stroke = if width == "1" { colours.grid } else { colours.faint };
            line x1=(n(x(value))) x2=(n(x(value))) y1=(n(TOP - 6.0)) y2=(n(bottom))
                stroke=(stroke) stroke-width=(width) {}
            text x=(n(x(value))) y=(n(TOP - 14.0)) text-anchor="middle" fill=(colours.faint) {
                (tick(value))
            }
        }
        @for (line, (workload, part)) in workloads.iter().enumerate() {
            text x=(n(LEFT - 14.0)) y=(n(y(line) + 4.0)) text-anchor="end" fill=(colours.text) {
                (workload)
            }
            line x1=(n(LEFT)) x2=(n(RIGHT)) y1=(n(y(line))) y2=(n(y(line))) stroke=(colours.grid)
                stroke-dasharray="1 4" {}
            @for each in part.iter().filter(|each| each.ours.variant.is_none()) {
                @if let Some((least, most)) = each.range() {
                    line x1=(n(x(least))) x2=(n(x(most))) y1=(n(y(line))) y2=(n(y(line)))
                        stroke=(colours.faint) stroke-opacity="0.6" stroke-width="1.5" {}
                }
            }
            @for each in part {
                @let colour = match each.verdict {
                    Verdict::Better => colours.better,
                    Verdict::Even => colours.even,
                    Verdict::Worse => colours.worse,
                };
                @let hollow = each.ours.variant.is_some();
                @let fill = if hollow { "none" } else { colour };
                circle cx=(n(x(each.ratio()))) cy=(n(y(line))) r=(if hollow { "4" } else { "4.75" })
                    fill=(fill) stroke=(colour) stroke-width="1.75" fill-opacity="0.85" {
                    title { (ratio(each.ratio())) " " (each.group.heading()) ": " (each.ours.label())
                        " " (each.group.text(each.own_figure)) ", " (each.peer.label()) " "
                        (each.group.text(each.peer_figure)) }
                }
            }
        }
    };
    document(bottom + 12.0, &label, &colours, &body)
}

/// One group as bars with the spread of their rounds, best first; less is better. Empty when there
/// is no such group or nothing in it was measured.
#[must_use]
pub fn bars(record: &Record, workload: &str, title: &str, theme: Theme) -> String {
    const LINE: f64 = 26.0;
    const TOP: f64 = 44.0;
    const LEFT: f64 = 190.0;
    const RIGHT: f64 = WIDTH - 110.0;
    let groups = Group::all(record);
    let mut fitting = groups.iter().filter(|group| {
        let measured = group
            .rows
            .iter()
            .any(|row| row.figure(group.figure).is_some());
        measured && group.workload == workload && group.title == title
    });
    let Some(group) = fitting.next() else {
        return String::new();
    };
    let colours = theme.colours();
    let figures = group.rows.iter();
    let figures = figures.filter_map(|row| Some((*row, row.figure(group.figure)?)));
    let figures: Vec<_> = figures.collect();
    let lengths = Lengths::of(group);
    let x = |value: f64| LEFT + (RIGHT - LEFT) * lengths.part(value);
    let y = |line: usize| TOP + LINE * super::number::place(line);
    let bottom = y(figures.len());
    let label = format!(
        "{} {}: {}, less is better.",
        group.workload,
        group.heading(),
        group.unit()
    );
    let body = html! {
        text x="10" y="22" fill=(colours.text) font-weight="600" { (group.workload) " "
            tspan fill=(colours.faint) font-weight="400" { (group.heading()) "; " (group.unit())
                @if lengths.is_log() { ", logarithmic" } ", less is better" } }
        @for (line, (row, figure)) in figures.iter().enumerate() {
            @let colour = if is_ours(row) { colours.better } else { colours.peer };
            @let weight = if is_ours(row) { "600" } else { "400" };
            text x=(n(LEFT - 10.0)) y=(n(y(line) + 17.0)) text-anchor="end" fill=(colours.text)
                font-weight=(weight) { (name(row)) }
            @if lengths.is_log() {
                line x1=(n(LEFT)) x2=(n(RIGHT)) y1=(n(y(line) + 13.0)) y2=(n(y(line) + 13.0))
                    stroke=(colours.grid) {}
                circle cx=(n(x(*figure))) cy=(n(y(line) + 13.0)) r="6" fill=(colour) {}
            } @else {
                rect x=(n(LEFT)) y=(n(y(line) + 4.0)) width=(n(x(*figure) - LEFT))
                    height=(n(LINE - 8.0)) rx="2" fill=(colour) {}
            }
            @if lengths.is_torn(*figure) {
                text x=(n(RIGHT - 8.0)) y=(n(y(line) + 17.5)) text-anchor="end" fill=(colours.text) {
                    "longer \u{2192}"
                }
            }
            @if let Some((least, most)) = spread(row).filter(|_| !lengths.is_torn(*figure)) {
                line x1=(n(x(least))) x2=(n(x(most))) y1=(n(y(line) + 13.0)) y2=(n(y(line) + 13.0))
                    stroke=(colours.text) stroke-width="1.5" {}
            }
            text x=(n(RIGHT + 10.0)) y=(n(y(line) + 17.0)) fill=(colours.text) font-weight=(weight) {
                (group.text(*figure))
            }
        }
    };
    document(bottom + 10.0, &label, &colours, &body)
}

fn document(height: f64, label: &str, colours: &Colours, body: &Markup) -> String {
    html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (n(WIDTH)) " " (n(height)) }
            width=(n(WIDTH)) height=(n(height)) role="img" aria-label=(label)
            font-family=(FONT) font-size="13" fill=(colours.text) {
            title { (label) }
            (body)
        }
        "\n"
    }
    .into_string()
}

/// A place, with one digit after the point.
fn n(value: f64) -> String {
    format!("{value:.1}")
}

//! A group as a table whose figures are also bars.

use core::fmt::Write;

use maud::{Markup, html};

use super::group::{Group, is_ours, name, spread};
use super::length::Lengths;
use super::number::{bytes, duration, rate, short, wide};
use super::palette::Palette;
use super::verdict::Comparison;
use super::version;
use crate::{Figure, Machine, Row};

pub(super) fn card(
    group: &Group<'_>,
    comparisons: &[Comparison<'_>],
    palette: &Palette,
    machine: &Machine,
) -> Markup {
    let lengths = Lengths::of(group);
    let rounds = group.rows.iter().map(|row| row.rounds).max().unwrap_or(0);
    let messages = group.rows.iter().map(|row| row.messages).max().unwrap_or(0);
    let plural = if rounds == 1 { "" } else { "s" };
    let count = super::number::count(messages);
    let has = |cell: fn(&Row) -> Option<String>| group.rows.iter().any(|row| cell(row).is_some());
    let extra: Vec<&Extra> = EXTRAS.iter().filter(|extra| has(extra.1)).collect();
    html! {
        article.card id=(group.id) {
            h3 { (group.workload) " " span { (group.heading()) } }
            table.bars {
                caption { (group.unit()) ", less is better; " (count) " messages, "
                    (rounds) " round" (plural)
                    @if lengths.is_log() { "; points on a logarithmic scale" } }
                thead { tr {
                    th scope="col" { "engine" }
                    th.n scope="col" { (group.unit()) }
                    th.n scope="col" { "vs peer" }
                    @for extra in &extra { th.n.more scope="col" { (extra.0) } }
                } }
                tbody { @for row in &group.rows {
                    tr class=(palette.class(row)) {
                        th scope="row" {
                            (name(row))
                            @if let Some(version) = version::of(machine, row) {
                                " " small { (version) }
                            }
                        }
                        @if let Some(fault) = &row.fault {
                            td.fault colspan="2" { "failed: " (fault) }
                        } @else {
                            (bar(&lengths, group, row))
                            td.n { (versus(row, comparisons)) }
                        }
                        @for extra in &extra { td.n.more { ((extra.1)(row).unwrap_or_default()) } }
                    }
                } }
            }
            @if let Some(part) = generator_part(group) {
                p.note { "The loop of the workload itself takes " (format!("{:.0}", 100.0 * part))
                    " % of Forebay\u{2019}s time: the engines differ by more than the ratio says." }
            }
            @if let Some(command) = group.command() {
                p.command { code { (command) } }
            }
        }
    }
}

/// How much of our figure is what the workload itself costs, where that is much.
fn generator_part(group: &Group<'_>) -> Option<f64> {
    let parts = group.rows.iter().map(|row| row.number("generator_part"));
    parts.flatten().reduce(f64::max).filter(|part| *part > 0.3)
}

type Extra = (&'static str, fn(&Row) -> Option<String>);

const EXTRAS: [Extra; 4] = [
    ("rate", |row| match row.figure {
        Figure::NsPerOp => row.ops_per_s.map(|per_s| rate(wide(per_s))),
        Figure::P50 | Figure::Bytes | Figure::Cpu => None,
    }),
    ("p99", |row| row.p99_ns.map(|ns| duration(wide(ns)))),
    ("p99.9", |row| row.p999_ns.map(|ns| duration(wide(ns)))),
    ("memory/msg", |row| match row.figure {
        Figure::Bytes => row
            .number("bytes_beside_content")
            .map(|b| format!("{} beside", short(b))),
        Figure::NsPerOp | Figure::P50 | Figure::Cpu => row.bytes_per_message.map(bytes),
    }),
];

/// The cell of a figure, with its bar.
fn bar(lengths: &Lengths, group: &Group<'_>, row: &Row) -> Markup {
    let Some(value) = row.figure(group.figure) else {
        return html! { td.n { "not measured" } };
    };
    let mut style = format!("--v:{:.3}", lengths.part(value));
    if let Some((least, most)) = spread(row).filter(|_| !lengths.is_torn(value)) {
        let (from, to) = (lengths.part(least), lengths.part(most));
        // Writing to a string cannot fail.
        let _ = write!(style, ";--a:{from:.3};--w:{:.3}", to - from);
    }
    let class = if lengths.is_torn(value) {
        "bar torn"
    } else if lengths.is_log() {
        "bar log"
    } else {
        "bar"
    };
    html! { td class=(class) style=(style) { span { (group.text(value)) } } }
}

/// Groups of one row each, as lines of one table: there is nothing to compare them with.
pub(super) fn alone(groups: &[&Group<'_>]) -> Markup {
    let Some(first) = groups.first() else {
        return html! {};
    };
    let label = first
        .rows
        .first()
        .map_or_else(String::new, |row| row.label());
    html! {
        article.card {
            h3 { (first.workload) " " span { (label) " alone" } }
            table.bars.alone {
                thead { tr {
                    th scope="col" { "group" }
                    th.n scope="col" { (first.unit()) }
                    th.n.more scope="col" { "+/-" }
                } }
                tbody { @for group in groups { @for row in &group.rows {
                    tr id=(group.id) {
                        th scope="row" { (group.heading()) }
                        @if let Some(fault) = &row.fault {
                            td.fault { "failed: " (fault) }
                        } @else {
                            td.n { (row.figure(group.figure).map_or_else(String::new, |figure| group.text(figure))) }
                            td.n.more { (row.mad_ns.map_or_else(String::new, duration)) }
                        }
                    }
                } } }
            }
        }
    }
}

/// How a row of ours compares.
fn versus(row: &Row, comparisons: &[Comparison<'_>]) -> Markup {
    let mut of_row = comparisons
        .iter()
        .filter(|each| core::ptr::eq(each.ours, row));
    html! {
        @if let Some(comparison) = of_row.next() {
            @let ratio = super::number::ratio(comparison.ratio());
            @if is_ours(row) { span class=(comparison.verdict.class()) { (ratio) } }
        }
    }
}

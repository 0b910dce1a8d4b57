//! A group as a table whose figures are also bars.

use core::fmt::Write;

use maud::{Markup, html};

use super::group::{Group, is_ours, spread};
use super::number::{bytes, duration, rate, short, wide};
use super::palette::Palette;
use super::verdict::Comparison;
use crate::{Figure, Row};

/// A bar that is so many times as long as the next shorter one is torn off.
const TORN: f64 = 3.5;

pub(super) fn card(group: &Group<'_>, comparisons: &[Comparison<'_>], palette: &Palette) -> Markup {
    let end = end(group);
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
                    (rounds) " round" (plural) }
                thead { tr {
                    th scope="col" { "engine" }
                    th.n scope="col" { (group.unit()) }
                    th.n scope="col" { "vs peer" }
                    @for extra in &extra { th.n.more scope="col" { (extra.0) } }
                } }
                tbody { @for row in &group.rows {
                    tr class=(palette.class(row)) {
                        th scope="row" { (row.label()) }
                        @if let Some(fault) = &row.fault {
                            td.fault colspan="2" { "failed: " (fault) }
                        } @else {
                            (bar(group, row, end))
                            td.n { (versus(row, comparisons)) }
                        }
                        @for extra in &extra { td.n.more { ((extra.1)(row).unwrap_or_default()) } }
                    }
                } }
            }
            @if let Some(command) = group.command() {
                p.command { code { (command) } }
            }
        }
    }
}

type Extra = (&'static str, fn(&Row) -> Option<String>);

const EXTRAS: [Extra; 4] = [
    ("rate", |row| match row.figure {
        Figure::NsPerOp => row.ops_per_s.map(|per_s| rate(wide(per_s))),
        Figure::P50 | Figure::Bytes => None,
    }),
    ("p99", |row| row.p99_ns.map(|ns| duration(wide(ns)))),
    ("p99.9", |row| row.p999_ns.map(|ns| duration(wide(ns)))),
    ("memory/msg", |row| match row.figure {
        Figure::Bytes => row
            .number("bytes_beside_content")
            .map(|b| format!("{} beside", short(b))),
        Figure::NsPerOp | Figure::P50 => row.bytes_per_message.map(bytes),
    }),
];

/// Where the longest bar that is not torn ends.
fn end(group: &Group<'_>) -> f64 {
    let values = group.rows.iter().filter_map(|row| row.figure(group.figure));
    let mut end = 0.0;
    for value in values {
        if end > 0.0 && value > TORN * end {
            break;
        }
        end = value;
    }
    1.12 * end
}

fn bar(group: &Group<'_>, row: &Row, end: f64) -> Markup {
    let Some(value) = row.figure(group.figure) else {
        return html! { td.n { "not measured" } };
    };
    let part = |value: f64| (value / end).clamp(0.0, 1.0);
    let torn = value > end;
    let mut style = format!("--v:{:.3}", part(value));
    if let Some((least, most)) = spread(row).filter(|_| !torn) {
        // Writing to a string cannot fail.
        let _ = write!(
            style,
            ";--a:{:.3};--w:{:.3}",
            part(least),
            part(most) - part(least)
        );
    }
    html! {
        td class=(if torn { "bar torn" } else { "bar" }) style=(style) {
            span { (group.text(value)) }
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

//! All rows in one table, to be sorted and filtered.

use core::ptr;

use maud::{Markup, html};

use super::group::is_ours;
use super::number::{bytes, count, duration, place, plain, rate, ratio, wide};
use super::verdict::Comparison;
use crate::{Record, Row};

struct Column {
    heading: &'static str,
    /// What it is sorted by.
    value: fn(&Row) -> Option<f64>,
    write: fn(f64) -> String,
}

const fn column(
    heading: &'static str,
    value: fn(&Row) -> Option<f64>,
    write: fn(f64) -> String,
) -> Column {
    Column {
        heading,
        value,
        write,
    }
}

const COLUMNS: [Column; 12] = [
    column("payload", |row| Some(place(row.payload_bytes)), whole_bytes),
    column("threads", |row| Some(place(row.threads)), short_count),
    column("messages", |row| Some(wide(row.messages)), whole),
    column("time/msg", |row| row.ns_per_op, duration),
    column("+/-", |row| row.mad_ns, duration),
    column("rate", |row| row.ops_per_s.map(wide), rate),
    column("p50", |row| row.p50_ns.map(wide), duration),
    column("p99", |row| row.p99_ns.map(wide), duration),
    column("p99.9", |row| row.p999_ns.map(wide), duration),
    column("max", |row| row.max_ns.map(wide), duration),
    column("memory/msg", |row| row.bytes_per_message, bytes),
    column("peak RSS", |row| row.peak_rss_bytes.map(wide), bytes),
];

fn whole_bytes(value: f64) -> String {
    plain(&bytes(value))
}

fn short_count(value: f64) -> String {
    format!("{value:.0}")
}

#[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
#[expect(clippy::cast_sign_loss, reason = "counts are not negative")]
fn whole(value: f64) -> String {
    count(value as u64)
}

pub(super) fn section(record: &Record, comparisons: &[Comparison<'_>]) -> Markup {
    let used = |column: &&Column| record.rows.iter().any(|row| (column.value)(row).is_some());
    let columns: Vec<&Column> = COLUMNS.iter().filter(used).collect();
    html! {
        form.filter role="search" {
            label { "Filter " input type="search" id="filter" autocomplete="off"
                placeholder="such as list-spsc or kanal"; }
            label { input type="checkbox" id="ours"; " Forebay only" }
            output id="found" for="filter ours" { (record.rows.len()) " rows" }
        }
        div.scroll.all tabindex="0" role="region" aria-label="all rows" {
            table id="rows" {
                thead { tr {
                    @for heading in ["workload", "group", "engine"] {
                        th scope="col" { button type="button" { (heading) } }
                    }
                    @for column in &columns {
                        th.n scope="col" { button type="button" { (column.heading) } }
                    }
                    th.n scope="col" { button type="button" { "vs best peer" } }
                } }
                tbody { @for row in &record.rows { (line(row, &columns, comparisons)) } }
            }
        }
    }
}

fn line(row: &Row, columns: &[&Column], comparisons: &[Comparison<'_>]) -> Markup {
    let mut of_row = comparisons.iter().filter(|each| ptr::eq(each.ours, row));
    let compared = of_row.next().map(Comparison::ratio);
    html! {
        tr.ours[is_ours(row)] {
            td { (row.workload) }
            td { (row.title) }
            th scope="row" { (row.label()) }
            @if let Some(fault) = &row.fault {
                td.fault colspan=(columns.len() + 1) { "failed: " (fault) }
            } @else {
                @for column in columns {
                    @match (column.value)(row) {
                        Some(value) => td.n data-v=(sortable(value)) { ((column.write)(value)) },
                        None => td.n {},
                    }
                }
                @match compared {
                    Some(value) => td.n data-v=(sortable(value)) { (ratio(value)) },
                    None => td.n {},
                }
            }
        }
    }
}

/// Enough digits to sort by.
fn sortable(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

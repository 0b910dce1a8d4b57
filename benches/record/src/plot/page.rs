//! The page as a whole.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::group::{Group, is_generator};
use super::palette::Palette;
use super::verdict::Comparison;
use super::{bars, latency, over_time, rows, scaling, summary};
use crate::{Machine, Record};

const STYLE: &str = include_str!("../../assets/page.css");
const SCRIPT: &str = include_str!("../../assets/page.js");
/// Nothing is loaded from anywhere, whatever a record holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'";

/// A part of the page: its name in the address, its heading, and what it holds.
struct Part {
    id: &'static str,
    heading: &'static str,
    body: Markup,
}

/// The report of a record: one HTML page that loads nothing.
///
/// Parts that the record has nothing for are left out. The same record gives the same bytes.
///
/// # Examples
/// ```
/// use forebay_record::{Machine, Record, plot};
///
/// let record = Record::new(Machine::default());
/// assert!(plot::page(&record).starts_with("<!DOCTYPE html>"));
/// ```
#[must_use]
pub fn page(record: &Record) -> String {
    let groups = Group::all(record);
    let comparisons = Comparison::all(&groups);
    let palette = Palette::of(record);
    let parts = parts(record, &groups, &comparisons, &palette);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Forebay, measured" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the results" }
                (header(&record.machine))
                @if parts.len() > 1 {
                    nav aria-label="Parts" { @for part in &parts {
                        a href={ "#" (part.id) } { (part.heading) }
                    } }
                }
                main id="content" {
                    @for part in &parts {
                        section.part id=(part.id) {
                            h2 { (part.heading) }
                            (part.body)
                        }
                    }
                    @if parts.is_empty() { p { "Nothing was measured." } }
                }
                footer { (method()) }
                div id="readout" hidden {}
                div.unseen id="spoken" role="status" aria-live="polite" {}
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

fn header(machine: &Machine) -> Markup {
    let or_unknown = |text: &str| {
        if text.is_empty() {
            "unknown".to_owned()
        } else {
            text.to_owned()
        }
    };
    let facts = [
        ("date", or_unknown(&machine.date)),
        ("machine", or_unknown(&machine.cpu)),
        ("cores", machine.cores.to_string()),
        ("kernel", or_unknown(&machine.kernel)),
        ("governor", machine.governor.clone().unwrap_or_default()),
        ("load at the start", or_unknown(&machine.load)),
        ("compiler", or_unknown(&machine.rustc)),
        ("commit", or_unknown(&machine.commit)),
    ];
    html! {
        header {
            div.title {
                h1 { "Forebay, measured" }
                button id="theme" type="button" hidden { "Theme: auto" }
            }
            p.lead {
                "An embedded message queue with the lists and streams of Redis, beside the queues "
                "that one would use instead. All engines did the same work in one process, in "
                "turn, round by round, and were first checked to deliver every message once and "
                "in order."
            }
            dl.facts { @for (name, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
                div { dt { (name) } dd { (fact) } }
            } }
            @if !machine.peers.is_empty() {
                p.peers { b { "Peers and libraries: " } (machine.peers.join(", ")) }
            }
        }
    }
}

fn parts(
    record: &Record,
    groups: &[Group<'_>],
    comparisons: &[Comparison<'_>],
    palette: &Palette,
) -> Vec<Part> {
    let mut parts = Vec::new();
    if !comparisons.is_empty() {
        parts.push(Part {
            id: "summary",
            heading: "Where Forebay is better, and where not",
            body: summary::section(comparisons),
        });
    }
    for (id, heading, prefix) in [
        ("lists", "Lists", "list-"),
        ("streams", "Streams", "stream-"),
        ("durable", "With a log", "durable-"),
        ("served", "Served, to clients of Redis", "resp-"),
        ("others", "Other workloads", ""),
    ] {
        let own = |group: &&Group<'_>| {
            let known = ["list-", "stream-", "durable-", "resp-"];
            if prefix.is_empty() {
                let scale = group.workload.starts_with("scale-");
                !scale && !known.iter().any(|each| group.workload.starts_with(each))
            } else {
                group.workload.starts_with(prefix)
            }
        };
        let own: Vec<&Group<'_>> = groups.iter().filter(own).collect();
        if own.is_empty() {
            continue;
        }
        let body = html! {
            p.lead { "Bars are medians; the thin lines go from the fastest to the slowest round. "
                "A torn bar is longer than drawn."
                @if own.iter().any(|group| group.rows.iter().any(|row| is_generator(row))) {
                    " A dashed bar is no engine, but what the loop of the workload itself costs; \
                     it is part of all others."
                } }
            div.cards { (cards(&own, comparisons, palette, &record.machine)) }
        };
        parts.push(Part { id, heading, body });
    }
    let mut charts = |id, heading, lead: Markup, charts: Vec<Markup>| {
        if charts.is_empty() {
            return;
        }
        let body = html! {
            p.lead { (lead) }
            div.charts { @for chart in &charts { (chart) } }
        };
        parts.push(Part { id, heading, body });
    };
    let scaling_charts = scaling::section(record, palette);
    charts("scaling", "Scaling", scaling::lead(), scaling_charts);
    let curves = latency::section(record, groups, palette);
    charts("latency", "Latency", latency::lead(), curves);
    let series = over_time::section(record, groups, palette);
    charts("time", "Over time", over_time::lead(), series);
    if !record.rows.is_empty() {
        parts.push(Part {
            id: "all",
            heading: "All rows",
            body: rows::section(record, comparisons),
        });
    }
    parts
}

/// A card for each group; groups without a peer that follow one another share one.
fn cards(
    groups: &[&Group<'_>],
    comparisons: &[Comparison<'_>],
    palette: &Palette,
    machine: &Machine,
) -> Markup {
    let is_alone = |group: &Group<'_>| group.rows.len() == 1;
    let together = |a: &&Group<'_>, b: &&Group<'_>| {
        let same = a.workload == b.workload && a.figure == b.figure;
        same && is_alone(a) && is_alone(b)
    };
    html! {
        @for part in groups.chunk_by(together) {
            @match part {
                [group] => (bars::card(group, comparisons, palette, machine)),
                several => (bars::alone(several)),
            }
        }
    }
}

fn method() -> Markup {
    html! {
        p { "Times are medians of interleaved rounds; +/- is their median deviation. Latency is "
            "never taken in a closed loop, except where one message goes at a time. Memory is "
            "measured in a process of its own. Compare rows of one run, never of two." }
        p { "The workloads, the engines and the way of measuring are defined in "
            code { "benches/README.md" } "; " code { "forebay bench" } " measures all of it again "
            "on your machine." }
    }
}

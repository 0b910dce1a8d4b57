//! How latencies are distributed, up to the slowest of them.

use maud::{Markup, html};

use super::chart::{Axis, Chart, Line};
use super::group::{Group, name};
use super::number::{count, duration, wide};
use super::palette::Palette;
use super::scale::Scale;
use crate::{Curve, Record};

pub(super) fn section(record: &Record, groups: &[Group<'_>], palette: &Palette) -> Vec<Markup> {
    let mut charts = Vec::new();
    for group in groups {
        let mut kinds: Vec<&str> = Vec::new();
        for curve in curves(record, group) {
            if !kinds.contains(&curve.kind.as_str()) {
                kinds.push(&curve.kind);
            }
        }
        for kind in kinds {
            charts.push(chart(record, group, kind, palette).render());
        }
    }
    charts.retain(|chart| !chart.0.is_empty());
    charts
}

fn curves<'r>(record: &'r Record, group: &Group<'_>) -> impl Iterator<Item = &'r Curve> {
    record.curves.iter().filter(|curve| {
        let place = &curve.place;
        place.workload == group.workload
            && place.title == group.title
            && place.payload_bytes == group.payload_bytes
    })
}

fn chart(record: &Record, group: &Group<'_>, kind: &str, palette: &Palette) -> Chart {
    let mut lines = Vec::new();
    let mut timed = 0;
    for row in &group.rows {
        let place = row.place();
        let mut of_row = curves(record, group);
        let curve = of_row.find(|curve| curve.kind == kind && curve.place == place);
        let Some(curve) = curve else { continue };
        timed = timed.max(curve.count);
        let points = curve.points.iter();
        lines.push(Line {
            name: name(row),
            class: palette.class(row),
            points: points.map(|(q, ns)| (*q, wide((*ns).max(1)))).collect(),
        });
    }
    // The slowest of so many stands where one of so many is left.
    let scale = Scale::Nines {
        to: wide(timed.max(10)).log10(),
    };
    let ns = lines.iter().flat_map(|line| line.points.iter());
    let y = Scale::log_around(ns.map(|(_, ns)| *ns));
    Chart {
        title: format!("{} {}", group.workload, group.heading()),
        note: format!("{kind}, {} timed", count(timed)),
        x: Axis::new(scale, "percentile", "quantile", percentile),
        y: Axis::new(y, "time, log", "ns", duration),
        lines,
        hatched: None,
        below: html! {},
    }
}

fn percentile(quantile: f64) -> String {
    let text = format!("{:.4}", 100.0 * quantile);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}

/// What the section is about.
pub(super) fn lead() -> Markup {
    html! {
        "Each step to the right leaves a tenth of the messages: what happens to the slowest one in "
        "ten, in a hundred, in a thousand, up to the slowest of all. Lower is better. Where "
        "messages arrive at fixed times, latency counts from when a message was due."
    }
}

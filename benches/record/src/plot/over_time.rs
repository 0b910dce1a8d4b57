//! How a run went on: what was offered, taken and done, what waited, and the memory it took.

use maud::{Markup, html};

use super::chart::{Axis, Chart, Line};
use super::group::{Group, is_ours, name};
use super::number::{bytes, rate, rough, short, wide};
use super::palette::Palette;
use super::scale::Scale;
use crate::{Record, Row, Series};

pub(super) fn section(record: &Record, groups: &[Group<'_>], palette: &Palette) -> Vec<Markup> {
    let mut charts = Vec::new();
    for group in groups {
        let all: Vec<(&Row, &Series)> = group
            .rows
            .iter()
            .filter_map(|row| Some((*row, median_round(record, row)?)))
            .collect();
        for (row, series) in all.iter().filter(|(row, _)| is_ours(row)) {
            charts.push(rates(group, row, series));
        }
        if all.len() > 1 {
            let consumed = |series: &Series| series.consumed_per_s.clone();
            charts.push(each(group, &all, palette, "done", "rate", consumed));
        }
        let backlog = |series: &Series| series.backlog.clone();
        charts.push(each(group, &all, palette, "backlog", "count", backlog));
        let resident = |series: &Series| series.rss_bytes.clone();
        charts.push(each(
            group,
            &all,
            palette,
            "resident memory",
            "bytes",
            resident,
        ));
    }
    let charts = charts.iter().map(Chart::render);
    charts.filter(|chart| !chart.0.is_empty()).collect()
}

/// The series of the round that took the median time.
fn median_round<'r>(record: &'r Record, row: &Row) -> Option<&'r Series> {
    let place = row.place();
    let of_row = record.series.iter().filter(|series| series.place == place);
    let of_row: Vec<&Series> = of_row.collect();
    let mut rounds: Vec<(usize, f64)> = row.rounds_ns.iter().copied().enumerate().collect();
    if rounds.len() == of_row.len() {
        rounds.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let (index, _) = rounds.get(rounds.len().checked_sub(1)? / 2)?;
        return of_row.get(*index).copied();
    }
    of_row.first().copied()
}

fn time(all: &[&Series]) -> Axis {
    let seconds = all.iter().flat_map(|series| &series.at_ms);
    let most = seconds.copied().max().unwrap_or(0);
    let scale = Scale::Linear {
        from: 0.0,
        to: wide(most.max(1)) / 1e3,
    };
    Axis::new(scale, "seconds since the start", "seconds", short)
}

fn points(series: &Series, values: &[u64]) -> Vec<(f64, f64)> {
    let at = series.at_ms.iter().map(|ms| wide(*ms) / 1e3);
    at.zip(values.iter().map(|value| wide(*value))).collect()
}

fn rates(group: &Group<'_>, row: &Row, series: &Series) -> Chart {
    let line = |name: &str, class: &str, values: &[u64]| Line {
        name: name.to_owned(),
        class: class.to_owned(),
        points: points(series, values),
    };
    let lines = vec![
        line("offered", "offered", &series.offered_per_s),
        line("taken in", "accepted", &series.accepted_per_s),
        line("done", "ours v0", &series.consumed_per_s),
    ];
    finish(group, &row.label(), "rate", &[series], lines)
}

fn each(
    group: &Group<'_>,
    all: &[(&Row, &Series)],
    palette: &Palette,
    what: &str,
    kind: &'static str,
    values: fn(&Series) -> Vec<u64>,
) -> Chart {
    let line = |(row, series): &(&Row, &Series)| Line {
        name: name(row),
        class: palette.class(row),
        points: points(series, &values(series)),
    };
    let series: Vec<&Series> = all.iter().map(|(_, series)| *series).collect();
    finish(group, what, kind, &series, all.iter().map(line).collect())
}

fn finish(
    group: &Group<'_>,
    note: &str,
    kind: &'static str,
    series: &[&Series],
    mut lines: Vec<Line>,
) -> Chart {
    lines.retain(|line| line.points.iter().any(|(_, y)| *y > 0.0));
    let values = lines.iter().flat_map(|line| line.points.iter());
    let scale = Scale::from_zero(values.map(|(_, y)| *y));
    let y = match kind {
        "rate" => Axis::new(scale, "messages per second", kind, rate),
        "bytes" => Axis::new(scale, "bytes", kind, bytes),
        _ => Axis::new(scale, "messages that wait", kind, rough),
    };
    Chart {
        title: format!("{} {}", group.workload, group.heading()),
        note: note.to_owned(),
        x: time(series),
        y,
        lines,
        hatched: None,
        below: html! {},
    }
}

pub(super) fn lead() -> Markup {
    html! {
        "The round that took the median time, sampled while it ran: what producers wanted to send, "
        "what the engine took, what consumers were through with, how much waited, and the memory "
        "of the process."
    }
}

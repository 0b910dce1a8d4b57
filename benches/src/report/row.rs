//! A row: medians of one engine's rounds, in the form that programs read.

use alloc::borrow::Cow;

use serde_json::{Map, Value};

use crate::engine::{is_generator, is_ours, is_peer};
use crate::measure::case::Figure;
use crate::measure::latency::{Latency, Quantiles};
use crate::measure::stats::{median, median_deviation};
use crate::measure::{Entry, Group, Sample};
use crate::record::{Curve, Place, Series};

pub use crate::record::Row;

/// The field with the command that measures the row's group again.
pub const COMMAND: &str = "command";
/// The field that says how much of this figure is what the workload itself costs, from 0 to 1.
pub const GENERATOR_PART: &str = "generator_part";
/// The field that says what an acknowledgement promises; peers that promise something else are not
/// compared with.
pub const PROMISE: &str = "promise";
/// The field with the median latency of each round, where that is what decides.
pub const ROUNDS_P50: &str = "rounds_p50_ns";
/// The field with the instructions that a message takes, null where they cannot be counted.
pub const INSTRUCTIONS: &str = "instructions_per_op";
/// What a server's processor time stands in, and that of each round.
pub(crate) const CPU: &str = "cpu_s_per_million";
pub(crate) const ROUNDS_CPU: &str = "rounds_cpu_s_per_million";

/// The rows of a group, each compared with the best peer.
pub(crate) fn rows(group: &Group, entries: &[Entry], payload: usize, command: &str) -> Vec<Row> {
    let measured = |entry: &&Entry| !entry.samples.is_empty() || entry.fault.is_some();
    let mut rows: Vec<Row> = entries
        .iter()
        .filter(measured)
        .map(|entry| row(group, entry, payload))
        .collect();
    let least = |rows: &[Row], is_one: &dyn Fn(&Row) -> bool| {
        let those = rows.iter().filter(|row| is_one(row));
        those
            .filter_map(|row| row.figure(group.figure))
            .reduce(f64::min)
    };
    let generator = least(&rows, &|row| is_generator(&row.engine));
    let is_rival = |row: &Row, other: &Row| {
        is_peer(&other.engine) && other.extra.get(PROMISE) == row.extra.get(PROMISE)
    };
    let best: Vec<Option<f64>> = rows
        .iter()
        .map(|row| least(&rows, &|other| is_rival(row, other)))
        .collect();
    for (row, best) in rows.iter_mut().zip(best) {
        row.extra.insert(COMMAND.to_owned(), command.into());
        let Some(own) = row.figure(group.figure) else {
            continue;
        };
        if !is_generator(&row.engine) {
            row.vs_best_peer = best.map(|best| rounded(best / own, 3));
        }
        if let Some(generator) = generator
            && is_ours(&row.engine)
        {
            let part = rounded(generator / own, 3);
            row.extra.insert(GENERATOR_PART.to_owned(), part.into());
        }
    }
    rows
}

fn row(group: &Group, entry: &Entry, payload: usize) -> Row {
    // The figures of an engine that failed in a later round are worth nothing.
    let samples: &[Sample] = if entry.fault.is_some() {
        &[]
    } else {
        &entry.samples
    };
    let paced = if entry.paced.is_empty() {
        samples
    } else {
        &entry.paced
    };
    let shape = &group.shape;
    let messages = samples.first().map_or(0, |sample| sample.messages);
    let seconds: Vec<f64> = samples
        .iter()
        .map(|sample| sample.elapsed.as_secs_f64())
        .collect();
    let ns: Vec<f64> = samples.iter().map(Sample::ns_per_op).collect();
    let seconds = median(&seconds);
    let ns_per_op = median(&ns);
    let quantile = |pick: fn(Quantiles) -> u64| {
        let of_round = |sample: &Sample| sample.latency.quantiles().map(pick);
        let rounds: Vec<f64> = paced.iter().filter_map(of_round).map(as_float).collect();
        median(&rounds).map(whole)
    };
    let mut row = Row {
        workload: shape.workload.into(),
        title: shape.title.clone(),
        figure: group.figure,
        engine: entry.case.engine().into(),
        producers: shape.producers,
        consumers: shape.consumers,
        payload_bytes: payload,
        keys: if group.key_per_message {
            messages
        } else {
            shape.keys
        },
        messages,
        seconds: seconds.map(|seconds| rounded(seconds, 6)),
        ops_per_s: ns_per_op.map(|ns| whole(1e9 / ns)),
        ns_per_op: ns_per_op.map(|ns| rounded(ns, 2)),
        p50_ns: quantile(|quantiles| quantiles.p50_ns),
        p99_ns: quantile(|quantiles| quantiles.p99_ns),
        p999_ns: quantile(|quantiles| quantiles.p999_ns),
        max_ns: quantile(|quantiles| quantiles.max_ns),
        peak_rss_bytes: entry.memory.peak_rss_bytes,
        bytes_per_message: entry
            .memory
            .bytes_per_message
            .map(|bytes| rounded(bytes, 2)),
        variant: entry.case.variant().map(Cow::Borrowed),
        threads: shape.threads,
        rounds: samples.len(),
        rounds_ns: ns.iter().map(|ns| rounded(*ns, 2)).collect(),
        mad_ns: median_deviation(&ns).map(|ns| rounded(ns, 2)),
        vs_best_peer: None,
        fault: entry.fault.as_ref().map(ToString::to_string),
        curves: Vec::new(),
        series: Vec::new(),
        extra: extra(group, entry, samples),
    };
    row.curves = curves(&row.place(), samples, paced);
    row.series = samples
        .iter()
        .filter_map(|sample| sample.series.clone())
        .map(|series| Series {
            place: row.place(),
            ..series
        })
        .collect();
    row
}

/// The distributions of all rounds together.
fn curves(place: &Place, samples: &[Sample], paced: &[Sample]) -> Vec<Curve> {
    let curve = |kind: &str, latency: &Latency| {
        let points = latency.points();
        (!points.is_empty()).then(|| Curve {
            place: place.clone(),
            kind: kind.to_owned(),
            count: latency.count(),
            points,
        })
    };
    let all = Latency::merged(paced.iter().map(|sample| sample.latency.clone()));
    let mut curves: Vec<Curve> = curve("latency", &all).into_iter().collect();
    let kinds = samples.first().map_or(&[][..], |sample| &sample.latencies);
    for (kind, _) in kinds {
        let of_kind = samples.iter().flat_map(|sample| &sample.latencies);
        let of_kind = of_kind.filter(|(name, _)| name == kind);
        let all = Latency::merged(of_kind.map(|(_, latency)| latency.clone()));
        curves.extend(curve(kind, &all));
    }
    curves
}

/// The fields of the shape, and the medians of the further figures.
fn extra(group: &Group, entry: &Entry, samples: &[Sample]) -> Map<String, Value> {
    let mut extra: Map<String, Value> = Map::new();
    for (field, value) in &group.shape.extra {
        extra.insert((*field).to_owned(), value.clone());
    }
    if let Some(promise) = entry.case.promise() {
        extra.insert(PROMISE.to_owned(), promise.into());
    }
    for rounds in [samples, &entry.paced] {
        for (field, _) in rounds.first().map_or(&[][..], |sample| &sample.extra) {
            let of_round = |sample: &Sample| {
                sample
                    .extra
                    .iter()
                    .find(|(name, _)| name == field)
                    .map(|(_, value)| *value)
            };
            let values: Vec<f64> = rounds.iter().filter_map(of_round).collect();
            let value = median(&values).map(|value| rounded(value, 3));
            extra.insert((*field).to_owned(), value.into());
        }
    }
    if group.counted {
        let per_op = |sample: &Sample| {
            let counted = sample.instructions.map(as_float);
            counted.map(|counted| counted / as_float(sample.messages.max(1)))
        };
        let rounds: Vec<f64> = samples.iter().filter_map(per_op).collect();
        let per_op = median(&rounds).map(|count| rounded(count, 1));
        extra.insert(INSTRUCTIONS.to_owned(), per_op.into());
    }
    for (field, _) in samples.first().map_or(&[][..], |sample| &sample.flags) {
        let is_set = |sample: &&Sample| sample.flags.contains(&(field, true));
        let rounds = samples.iter().filter(is_set).count();
        extra.insert((*field).to_owned(), (2 * rounds > samples.len()).into());
    }
    if group.figure == Figure::P50 {
        let rounds = if entry.paced.is_empty() {
            samples
        } else {
            &entry.paced
        };
        let medians = rounds.iter().filter_map(|round| round.latency.quantiles());
        let medians: Vec<u64> = medians.map(|quantiles| quantiles.p50_ns).collect();
        extra.insert(ROUNDS_P50.to_owned(), medians.into());
    }
    if group.figure == Figure::Cpu {
        let of_round = |sample: &Sample| {
            let mut fields = sample.extra.iter();
            fields
                .find(|(name, _)| *name == CPU)
                .map(|(_, value)| *value)
        };
        let rounds: Vec<f64> = samples.iter().filter_map(of_round).collect();
        extra.insert(ROUNDS_CPU.to_owned(), rounds.into());
    }
    if let Some(bytes) = entry.memory.retained_bytes {
        extra.insert("retained_bytes".to_owned(), bytes.into());
    }
    if let Some(bytes) = entry.memory.bytes_beside_content {
        extra.insert("bytes_beside_content".to_owned(), rounded(bytes, 2).into());
    }
    extra
}

/// So many digits after the point: more would only be noise.
fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
#[expect(clippy::cast_sign_loss, reason = "times and rates are not negative")]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[expect(clippy::cast_precision_loss, reason = "a latency is below 2^53 ns")]
fn as_float(value: u64) -> f64 {
    value as f64
}

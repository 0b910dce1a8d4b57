//! A record to draw: a short run of some workloads, on a busy machine, with what such a run does
//! not hold made up: how runs go on over time, and how costs grow. Its figures mean nothing.

use std::path::Path;

use forebay_record::{Record, Row, Series};
use serde_json::json;

const ENGINES: [(&str, f64); 4] = [
    ("forebay", 20.0),
    ("crossbeam-segqueue", 31.0),
    ("kanal", 44.0),
    ("mutex-vecdeque", 52.0),
];

pub(crate) fn sample() -> Record {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample");
    let mut record = Record::read(&folder).expect("the sample can be read");
    add_series(&mut record);
    add_scaling(&mut record);
    add_generator(&mut record);
    let command = json!("forebay bench list-spsc --rounds 3");
    let mut rows = record.rows.iter_mut();
    let row = rows.find(|row| row.workload == "list-spsc");
    let row = row.expect("the sample has the workload");
    row.extra.insert("command".to_owned(), command);
    record
}

fn add_series(record: &mut Record) {
    let rows = record.rows.iter();
    let rows = rows.filter(|row| {
        row.workload == "list-outpace" && row.title.starts_with("offered 4x, consumer works")
    });
    for (slower, row) in (0..).zip(rows) {
        let at: Vec<u64> = (1..=40).map(|step| step * 50).collect();
        let offered = |at: u64| if at <= 1000 { 4_000_000 } else { 0 };
        let per_s = 1_000_000 / (slower + 1);
        let waiting = |at: u64| (at.min(1000) * 4_000).saturating_sub(at * per_s / 1000);
        record.series.push(Series {
            place: row.place(),
            offered_per_s: at.iter().map(|at| offered(*at)).collect(),
            accepted_per_s: at.iter().map(|at| offered(*at) * 9 / 10).collect(),
            consumed_per_s: at.iter().map(|at| per_s + at % 7 * 9_000).collect(),
            backlog: at.iter().map(|at| waiting(*at)).collect(),
            rss_bytes: at.iter().map(|at| 12_000_000 + 80 * waiting(*at)).collect(),
            at_ms: at,
        });
    }
}

/// What the loop of `list-seq` costs without an engine.
fn add_generator(record: &mut Record) {
    let seq = record.rows.iter_mut();
    let mut seq = seq.filter(|row| row.workload == "list-seq" && row.engine == "forebay");
    let ours = seq.next().expect("the sample has the workload");
    ours.extra.insert("generator_part".to_owned(), json!(0.36));
    let generator = Row {
        engine: "null".into(),
        ns_per_op: Some(6.0),
        rounds_ns: vec![5.9, 6.0, 6.1],
        vs_best_peer: None,
        ..ours.clone()
    };
    record.rows.push(generator);
}

fn add_scaling(record: &mut Record) {
    let template = record.rows.first().expect("the sample has rows").clone();
    let steps: [(&str, &str, &[u32]); 4] = [
        ("scale-threads", "threads on one queue", &[1, 2, 4, 8, 16]),
        (
            "scale-depth",
            "messages wait",
            &[100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000],
        ),
        (
            "scale-keys",
            "keys, uniform",
            &[1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
        ),
        (
            "scale-payload",
            "bytes",
            &[8, 64, 512, 4_096, 32_768, 262_144, 1_048_576],
        ),
    ];
    for (workload, words, sizes) in steps {
        for &size in sizes {
            for (engine, ns) in ENGINES {
                let grown = ns * (1.0 + f64::from(size).log10() * ns / 60.0);
                let whole = size as usize;
                let mut row = Row {
                    workload: workload.into(),
                    title: format!("{size} {words}"),
                    engine: engine.into(),
                    ns_per_op: Some(grown),
                    rounds_ns: vec![grown * 0.97, grown, grown * 1.05],
                    vs_best_peer: None,
                    ..template.clone()
                };
                match workload {
                    "scale-threads" => row.threads = whole,
                    "scale-keys" => row.keys = u64::from(size),
                    "scale-payload" => row.payload_bytes = whole,
                    _ => drop(row.extra.insert("depth".to_owned(), json!(size))),
                }
                if engine == "forebay" {
                    row.extra.insert(
                        "instructions_per_op".to_owned(),
                        json!(118.5 + f64::from(size).log10()),
                    );
                    row.extra.insert("rmw_per_op".to_owned(), json!(2.0));
                }
                record.rows.push(row);
            }
        }
    }
}

//! What is a regression, and what is noise.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use std::fs;

use forebay_bench::compare::{Comparison, Old, Verdict};
use forebay_bench::record::Record;
use forebay_bench::report::machine::Machine;
use forebay_bench::report::row::Row;
use forebay_bench::report::table::Marks;
use serde_json::json;

/// Normally distributed, near enough: the sum of twelve uniform numbers.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^= word >> 31;
        f64::from(u32::try_from(word >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

fn row(title: &str, engine: &str, rounds: &[f64]) -> Row {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let row = json!({
        "workload": "list-spsc", "title": title, "figure": "ns_per_op", "engine": engine,
        "producers": 1, "consumers": 1, "payload_bytes": 64, "keys": 1, "messages": 10,
        "seconds": 1.0, "ops_per_s": 1, "ns_per_op": sorted[sorted.len() / 2], "p50_ns": null,
        "p99_ns": null, "p999_ns": null, "max_ns": null, "peak_rss_bytes": null,
        "bytes_per_message": null, "threads": 2, "rounds": rounds.len(), "rounds_ns": rounds,
        "mad_ns": 1.0, "vs_best_peer": null,
    });
    serde_json::from_value(row).unwrap()
}

/// Five rounds around `ns`, off by `noise` of it.
fn measured(random: &mut Random, ns: f64, noise: f64) -> Vec<f64> {
    (0..5)
        .map(|_| ns * (1.0 + noise * random.normal()))
        .collect()
}

fn record(rows: Vec<Row>) -> Record {
    let mut record = Record::new(Machine::read());
    record.rows = rows;
    record
}

fn compare(old: Vec<Row>, new: Vec<Row>) -> Comparison {
    let old = Old {
        name: "then".to_owned(),
        rows: old,
        machine: Some(Machine::read()),
    };
    Comparison::of(&old, &record(new))
}

/// So many rows measured twice, the second time slower by `factor`.
fn twice(seed: u64, rows: usize, noise: f64, factor: f64) -> Comparison {
    let mut random = Random(seed);
    let mut run = |factor: f64| -> Vec<Row> {
        let row = |index: usize| {
            let rounds = measured(&mut random, 50.0 * factor, noise);
            row(&format!("group {index}"), "forebay", &rounds)
        };
        (0..rows).map(row).collect()
    };
    let (old, new) = (run(1.0), run(factor));
    compare(old, new)
}

#[test]
fn noise_is_no_regression() {
    for noise in [0.01, 0.03, 0.1] {
        // 100 comparisons of 30 rows each.
        let falsely = (0..100).map(|seed| twice(seed, 30, noise, 1.0).regressions().count());
        let falsely: usize = falsely.sum();
        assert!(falsely <= 6, "{falsely} of 3000 rows at {noise}");
    }
}

#[test]
fn what_is_slower_than_the_noise_is_found() {
    for (noise, factor) in [(0.01, 1.1), (0.03, 1.25), (0.1, 2.0)] {
        let found = (0..20).map(|seed| twice(seed, 30, noise, factor).regressions().count());
        let found: usize = found.sum();
        assert!(found >= 570, "{found} of 600 rows, {factor}x at {noise}");
    }
}

#[test]
fn only_ours_can_regress_and_the_peers_tell_of_the_machine() {
    let old = vec![
        row("a", "forebay", &[50.0, 50.0, 51.0]),
        row("a", "kanal", &[100.0, 101.0, 99.0]),
        row("a", "null", &[5.0, 5.0, 5.0]),
    ];
    let new = vec![
        row("a", "forebay", &[50.0, 51.0, 50.0]),
        row("a", "kanal", &[200.0, 201.0, 199.0]),
        row("a", "null", &[50.0, 50.0, 50.0]),
    ];
    let comparison = compare(old, new);
    assert_eq!(comparison.regressions().count(), 0, "{comparison:?}");
    assert_eq!(comparison.drift, Some(2.0), "the generator is no peer");
    assert_eq!(comparison.changes[0].peers, Some(2.0), "{comparison:?}");
    let text = comparison.render(Marks::PLAIN, true);
    assert!(text.contains("the machine is not as it was"), "{text}");
}

#[test]
fn rows_that_come_go_and_break_are_named() {
    let rounds = [50.0, 51.0, 49.0];
    let old = vec![
        row("a", "forebay", &rounds),
        row("a", "flume", &rounds),
        row("elsewhere", "forebay", &rounds),
    ];
    let mut broken = row("a", "forebay", &rounds);
    (broken.ns_per_op, broken.fault) = (None, Some("lost 1 of 10 messages".to_owned()));
    let comparison = compare(old, vec![broken, row("a", "kanal", &rounds)]);
    let verdicts: Vec<Verdict> = comparison.changes.iter().map(|each| each.verdict).collect();
    assert_eq!(verdicts, [Verdict::Broken]);
    assert_eq!(
        comparison.regressions().count(),
        1,
        "a failure is worse than slow"
    );
    let text = comparison.render(Marks::PLAIN, false);
    for expected in [
        "lost 1 of 10 messages",
        "new: list-spsc (a) kanal",
        "gone: list-spsc (a) flume",
        "1 old rows are of groups that were not measured now",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn another_machine_is_named_loudly() {
    let rows = vec![row("a", "forebay", &[50.0, 51.0, 49.0])];
    let mut machine = Machine::read();
    machine.cores += 2;
    let old = Old {
        name: "then".to_owned(),
        rows: rows.clone(),
        machine: Some(machine),
    };
    let text = Comparison::of(&old, &record(rows)).render(Marks::PLAIN, false);
    assert!(text.contains("WARNING: not the same cores"), "{text}");
}

#[test]
fn both_forms_of_what_was_kept_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let kept = record(vec![row("a", "forebay", &[50.0, 51.0, 49.0])]);
    kept.write(folder.path()).unwrap();
    let of_folder = Old::read(folder.path()).unwrap();
    let of_file = Old::read(&folder.path().join("rows.jsonl")).unwrap();
    assert_eq!(of_folder.rows, of_file.rows);
    assert!(of_folder.machine.is_some() && of_file.machine.is_none());
    let empty = folder.path().join("empty.jsonl");
    fs::write(&empty, "").unwrap();
    let error = Old::read(&empty).unwrap_err().to_string();
    assert!(error.contains("there is no row in it"), "{error}");
}

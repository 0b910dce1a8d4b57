//! A record is read as it was written, and what is damaged is named.
#![forbid(unsafe_code)]

use std::fs;
use std::io::ErrorKind;

use forebay_bench::measure::Pulse;
use forebay_bench::measure::runner::{self, Observer};
use forebay_bench::measure::{Case, Group};
use forebay_bench::options::Options;
use forebay_bench::record::{Place, Record, Series};
use forebay_bench::report::machine;
use forebay_bench::report::row::Row;
use forebay_bench::workload::Workload;

struct Keep(Record);

impl Observer for Keep {
    fn begin(&mut self, _: u64) {}
    fn run(&mut self, _: &Group, _: &Case, _: &str) {}
    fn ran(&mut self, _: u64) {}
    fn rows(&mut self, _: &Group, rows: &[Row]) {
        self.0.add(rows);
    }
}

fn measured() -> Record {
    let options = Options {
        workloads: vec![Workload::ListSpsc],
        messages: Some(20_000),
        rounds: 2,
        ..Options::default()
    };
    let mut keep = Keep(Record::new(machine::read()));
    let pulse = std::sync::Arc::new(Pulse::default());
    runner::run(&options, None, &pulse, &mut keep);
    keep.0
}

#[test]
fn what_is_read_is_what_was_written() {
    let mut record = measured();
    let row = record.rows.first().expect("there are rows").clone();
    record.series.push(Series {
        place: row.place(),
        at_ms: vec![100, 200],
        offered_per_s: vec![5, 6],
        accepted_per_s: vec![5, 5],
        consumed_per_s: vec![1, 2],
        backlog: vec![1, 2],
        rss_bytes: vec![4096, 8192],
    });
    assert_eq!(row.rounds_ns.len(), 2, "each round is kept");
    assert!(!record.curves.is_empty(), "latency has a distribution");
    for curve in &record.curves {
        let rising = curve.points.windows(2);
        let rising = rising.filter(|two| two[0].0 > two[1].0 || two[0].1 > two[1].1);
        assert_eq!(rising.count(), 0, "quantiles and latencies rise: {curve:?}");
        let places: Vec<Place> = record.rows.iter().map(Row::place).collect();
        assert!(places.contains(&curve.place), "the curve belongs to a row");
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run");
    record.write(&path).expect("the record can be written");
    for row in &mut record.rows {
        row.curves.clear();
        row.series.clear();
    }
    let read = Record::read(&path).expect("the record can be read");
    assert_eq!(read, record, "nothing is lost");
}

#[test]
fn a_damaged_line_is_named() {
    let record = measured();
    let folder = tempfile::tempdir().expect("a folder can be made");
    record.write(folder.path()).expect("it can be written");
    let rows = folder.path().join("rows.jsonl");
    let mut text = fs::read_to_string(&rows).expect("rows were written");
    text.push_str("{\"workload\":\n");
    fs::write(&rows, text).expect("the file can be changed");
    let error = Record::read(folder.path()).expect_err("the last line is no row");
    assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
    let line = format!("rows.jsonl: line {}", record.rows.len() + 1);
    assert!(error.to_string().contains(&line), "{error}");
}

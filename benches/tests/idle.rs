//! What an idle engine uses is counted by threads, so this test is alone in its process.
#![forbid(unsafe_code)]

use std::sync::Arc;

use forebay_bench::measure::runner::{self, Ending, Observer};
use forebay_bench::measure::{Case, Group, Pulse};
use forebay_bench::options::Options;
use forebay_bench::report::row::Row;
use forebay_bench::report::table::{Marks, Table};
use forebay_bench::workload::Workload;

#[derive(Default)]
struct Collect {
    rows: Vec<Row>,
    table: Table,
}

impl Observer for Collect {
    fn begin(&mut self, _: u64) {}

    fn run(&mut self, _: &Group, _: &Case, _: &str) {}

    fn ran(&mut self, _: u64) {}

    fn rows(&mut self, group: &Group, rows: &[Row]) {
        self.rows.extend_from_slice(rows);
        self.table.add(group, rows);
    }
}

#[test]
fn an_engine_without_work_uses_no_processor() {
    let options = Options {
        workloads: vec![Workload::DurableIdle],
        messages: Some(500),
        rounds: 2,
        ..Options::default()
    };
    let mut collect = Collect::default();
    let ending = runner::run(&options, None, &Arc::new(Pulse::default()), &mut collect);
    assert_eq!(ending, Ending::Complete, "nothing stops it");
    let ours = collect.rows.iter().filter(|row| row.engine == "forebay");
    let parts: Vec<Option<f64>> = ours.map(|row| row.number("cpu_s_per_s")).collect();
    assert!(parts.len() >= 2, "in memory, and with a log: {parts:?}");
    for part in parts {
        let part = part.unwrap_or(f64::NAN);
        assert!((0.0..0.02).contains(&part), "{:?}", collect.rows);
    }
    let text = collect.table.render(Marks::PLAIN);
    assert!(text.contains("us CPU/s"), "{text}");
}

//! The rows that a run reports, in the form that programs read.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::missing_assert_message,
    reason = "helpers of tests are outside #[test] functions"
)]

use std::sync::Arc;

use forebay_bench::measure::runner::{self, Ending, Observer};
use forebay_bench::measure::{Case, Group, Pulse};
use forebay_bench::options::{EngineChoice, Options};
use forebay_bench::report::row::Row;
use forebay_bench::report::table::{Marks, Table};
use forebay_bench::workload::Workload;
use serde_json::Value;

/// The fields that every row has, in their order.
const FIELDS: [&str; 16] = [
    "workload",
    "engine",
    "producers",
    "consumers",
    "payload_bytes",
    "keys",
    "messages",
    "seconds",
    "ops_per_s",
    "ns_per_op",
    "p50_ns",
    "p99_ns",
    "p999_ns",
    "max_ns",
    "peak_rss_bytes",
    "bytes_per_message",
];

#[derive(Default)]
struct Collect {
    rows: Vec<Row>,
    table: Table,
    planned: u64,
    ran: u64,
}

impl Observer for Collect {
    fn begin(&mut self, runs: u64) {
        self.planned = runs;
    }

    fn run(&mut self, _: &Group, _: &Case, _: &str) {}

    fn ran(&mut self, runs: u64) {
        self.ran += runs;
    }

    fn rows(&mut self, group: &Group, rows: &[Row]) {
        self.rows.extend_from_slice(rows);
        self.table.add(group, rows);
    }
}

fn measure(workloads: &[Workload], engines: &[&str], messages: u64) -> Collect {
    let options = Options {
        workloads: workloads.to_vec(),
        engines: engines
            .iter()
            .map(|name| EngineChoice::parse(name).unwrap())
            .collect(),
        messages: Some(messages),
        rounds: 2,
        waiters: vec![3],
        ..Options::default()
    };
    assert_eq!(options.validate(), Ok(()));
    let mut collect = Collect::default();
    let ending = runner::run(&options, None, &Arc::new(Pulse::default()), &mut collect);
    assert_eq!(ending, Ending::Complete);
    assert_eq!(collect.ran, collect.planned);
    collect
}

fn assert_form(row: &Row) {
    let text = serde_json::to_string(row).unwrap();
    let mut rest = text.as_str();
    for field in FIELDS {
        let place = rest.find(&format!("\"{field}\":"));
        rest =
            &rest[place.unwrap_or_else(|| panic!("{field} is missing or out of order: {text}"))..];
    }
    let Value::Object(object) = serde_json::from_str(&text).unwrap() else {
        panic!("{text}")
    };
    assert_eq!(object.get("fault"), None, "{text}");
    for field in ["messages", "ops_per_s", "rounds", "threads"] {
        assert!(object[field].is_u64(), "{field}: {text}");
    }
    let (ns, rate) = (
        object["ns_per_op"].as_f64().unwrap(),
        object["ops_per_s"].as_f64().unwrap(),
    );
    // The rate is a whole number, and the time one of hundredths.
    let slack = 0.5 + 0.001 * rate + 0.006 / ns * rate;
    assert!((rate - 1e9 / ns).abs() <= slack, "{text}");
}

#[test]
fn every_workload_reports_every_engine() {
    // Its waiters register with 4000 keys each time.
    let is_slow = |workload: &Workload| *workload == Workload::ListWaiters;
    // What needs the server's program is tested where that is.
    let is_served = |workload: &Workload| workload.name().starts_with("resp-");
    // What counts the threads of its process has a test in a process of its own.
    let is_alone = |workload: &Workload| *workload == Workload::DurableIdle;
    let quick: Vec<Workload> = Workload::ALL
        .into_iter()
        .filter(|each| !is_slow(each) && !is_served(each) && !is_alone(each))
        .collect();
    let mut collect = measure(&quick, &[], 200);
    collect
        .rows
        .extend(measure(&[Workload::ListWaiters], &[], 10).rows);
    for row in &collect.rows {
        assert_form(row);
    }
    let expected = |each: &Workload| !is_served(each) && !is_alone(each);
    for workload in Workload::ALL.into_iter().filter(expected) {
        let rows = || {
            collect
                .rows
                .iter()
                .filter(|row| row.workload == workload.name())
        };
        assert!(
            rows().any(|row| row.engine == "forebay"),
            "{}",
            workload.name()
        );
        if workload == Workload::DurableRecover || workload.name() == "mix-durable-burst" {
            // They are measured against the disk alone, and what redis takes where it is installed.
            assert!(
                rows().all(|row| row.engine == "forebay" || row.engine == "redis"),
                "no other peer has a log"
            );
            continue;
        }
        let compared = rows().filter(|row| row.engine != "forebay");
        // Without a process of its own, nothing is known of memory.
        if !matches!(
            workload,
            Workload::ListMany | Workload::StreamMany | Workload::StreamPending
        ) {
            assert!(
                compared.clone().any(|row| row.vs_best_peer == Some(1.0)),
                "{workload:?}"
            );
        }
        assert!(compared.count() > 0, "{}", workload.name());
    }
}

#[test]
fn fields_of_single_workloads() {
    let collect = measure(&[Workload::ListOutpace], &["mutex-vecdeque"], 20_000);
    let ratios: Vec<_> = collect
        .rows
        .iter()
        .map(|row| row.number("ratio").unwrap())
        .collect();
    assert_eq!(ratios, [2.0, 4.0, 8.0, 2.0, 4.0, 8.0]);
    for row in &collect.rows {
        assert!(row.p50_ns <= row.p99_ns && row.p99_ns <= row.max_ns);
        assert!(row.number("offered_per_s").is_some());
        // Time in queue cannot beat arithmetic by much, whatever the machine does meanwhile.
        assert!(row.number("p99_over_demanded").unwrap() > 0.5, "{row:?}");
    }
    let collect = measure(&[Workload::ListBurst], &["flume"], 20_000);
    for row in &collect.rows {
        let phases = row.number("in_ns").unwrap() + row.number("out_ns").unwrap();
        assert!(
            (phases / row.ns_per_op.unwrap() - 1.0).abs() < 0.5,
            "{row:?}"
        );
    }
}

#[test]
fn what_grows_is_in_the_rows() {
    let scale = [
        Workload::ScaleThreads,
        Workload::ScaleDepth,
        Workload::ScaleKeys,
        Workload::ScalePayload,
    ];
    let collect = measure(&scale, &["forebay"], 1_000);
    let sizes = |workload: &str, size: &dyn Fn(&Row) -> u64| {
        let rows = collect.rows.iter();
        let rows = rows.filter(|row| row.workload == workload && row.variant.is_none());
        rows.map(size).collect::<Vec<u64>>()
    };
    let threads = sizes("scale-threads", &|row| row.threads as u64);
    assert_eq!(threads, [1, 2, 4, 8, 16].repeat(3));
    let depths = sizes("scale-depth", &|row| row.extra["depth"].as_u64().unwrap());
    assert_eq!(depths, [100, 1_000, 10_000], "more would be nothing else");
    let keys = sizes("scale-keys", &|row| row.keys);
    assert_eq!(keys, [1, 10, 100, 1_000]);
    let payloads = sizes("scale-payload", &|row| row.payload_bytes as u64);
    assert_eq!(payloads, [8, 64, 1 << 10, 16 << 10, 64 << 10, 1 << 20]);
    let cores = std::thread::available_parallelism().unwrap().get();
    for row in &collect.rows {
        assert_form(row);
        let counted = &row.extra["instructions_per_op"];
        assert!(
            counted.is_null() || counted.as_f64() > Some(10.0),
            "{row:?}"
        );
        if row.workload == "scale-threads" {
            assert_eq!(row.extra["oversubscribed"], row.threads > cores, "{row:?}");
        }
    }
}

#[test]
fn a_group_that_is_asked_for_is_run_however_few_the_messages() {
    let options = |group: &str| Options {
        workloads: vec![Workload::ScaleDepth],
        engines: vec![EngineChoice::parse("forebay").unwrap()],
        groups: vec![group.to_owned()],
        messages: Some(100),
        rounds: 1,
        ..Options::default()
    };
    let mut collect = Collect::default();
    let pulse = Arc::new(Pulse::default());
    let asked = options("10000 waiting");
    assert_eq!(asked.validate(), Ok(()));
    let ending = runner::run(&asked, None, &pulse, &mut collect);
    assert_eq!(ending, Ending::Complete);
    assert_eq!(collect.rows.len(), 1);
    let command = collect.rows[0].extra["command"].as_str().unwrap();
    assert!(
        command.contains("--group '10000 waiting' --messages 100"),
        "{command}"
    );
}

#[test]
fn sizes_that_are_asked_for_replace_those_of_the_workload() {
    let options = Options {
        payloads: vec![100, 300],
        ..Options::default()
    };
    let groups = Workload::ScalePayload.groups(&options);
    let titles: Vec<&str> = groups.iter().map(|g| g.shape.title.as_str()).collect();
    assert_eq!(titles, ["100 bytes", "300 bytes"]);
    let huge = Options {
        workloads: vec![Workload::ScaleDepth],
        payloads: vec![64 << 20],
        ..Options::default()
    };
    let refused = huge.validate().unwrap_err().to_string();
    assert!(refused.contains("--group"), "{refused}");
}

#[test]
fn table_has_a_section_for_each_group() {
    let collect = measure(&[Workload::ListSeq], &["kanal", "flume"], 3_000);
    let text = collect.table.render(Marks::PLAIN);
    assert!(
        text.contains("list-seq: one thread, push and pop in turn; 3 000 messages"),
        "{text}"
    );
    assert!(text.contains("ns/msg*") && text.contains("1.00x"), "{text}");
    assert!(
        !text.contains("p99") || text.contains("Latencies"),
        "{text}"
    );
    assert!(text.is_ascii());
}

#[test]
fn durable_workloads_have_figures_of_their_own() {
    let recover = measure(&[Workload::DurableRecover], &[], 2_000);
    assert!(recover.rows.len() >= 2, "{:?}", recover.rows);
    for row in &recover.rows {
        assert!(row.number("bytes_per_s").unwrap() > 0.0, "{row:?}");
    }
    let group = measure(&[Workload::DurableGroup], &[], 60);
    let outstanding = |row: &Row| row.extra["outstanding"].as_u64().unwrap();
    for clients in [1, 16, 256, 4096] {
        let rows = || group.rows.iter().filter(|row| outstanding(row) == clients);
        assert!(rows().any(|row| row.engine == "forebay"), "{clients}");
        assert!(rows().any(|row| row.engine == "raw-fdatasync"), "{clients}");
    }
    for row in group.rows.iter().chain(&recover.rows) {
        assert_form(row);
    }
}

//! Descriptions of mixes: what they may say, and what is answered to those that are wrong.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use std::fs;

use forebay_bench::mix::{Description, Source};

const HEAD: &str = "kind = 'list'\nseconds = 1.0\n";
const ARRIVAL: &str = "arrival = { process = 'poisson', per_s = 1_000.0 }\n";
const CONSUMERS: &str = "consumers = [{ service_us = 2.0 }]\n";

fn error_of(text: &str) -> String {
    Description::parse("mine.toml", text, None)
        .unwrap_err()
        .to_string()
}

/// A description that is right but for these lines.
fn error_with(lines: &str) -> String {
    error_of(&format!("{HEAD}{ARRIVAL}{CONSUMERS}{lines}"))
}

fn error_of_arrival(fields: &str) -> String {
    error_of(&format!("{HEAD}arrival = {{ {fields} }}\n{CONSUMERS}"))
}

fn assert_says(error: &str, parts: &[&str]) {
    assert!(error.starts_with("mine.toml: "), "{error}");
    for part in parts {
        assert!(error.contains(part), "'{part}' is missing in: {error}");
    }
}

#[test]
fn the_shortest_description_is_understood() {
    let text = format!("{HEAD}{ARRIVAL}{CONSUMERS}");
    let description = Description::parse("mine.toml", &text, None).unwrap();
    assert_eq!(
        (description.producers, description.consumer_count()),
        (1, 1)
    );
    assert!((description.messages(2) - 1_000.0).abs() < 1e-6);
    for source in Source::ALL {
        let built_in = source.description();
        assert!(built_in.is_ok(), "{:?}", built_in.err());
    }
}

#[test]
fn an_error_of_form_names_the_line_and_what_is_allowed() {
    assert_says(
        &error_with("sizes = 3\n"),
        &["line 5", "unknown field `sizes`", "payload"],
    );
    assert_says(
        &error_of("kind = 'queue'"),
        &["line 1", "`queue`", "`list`", "`both`"],
    );
    assert_says(&error_of("kind = 'list'"), &["missing field"]);
    assert_says(&error_of("kind = "), &["line 1"]);
    assert_says(
        &error_with("[reliable]\ncrashes = 1\n"),
        &["line 6", "`crashes`", "`crash`"],
    );
    assert_says(
        &error_with("[budget]\nbytes = 1\n"),
        &["line 6", "`backlog_bytes`"],
    );
    assert_says(&error_with("producers = -1\n"), &["line 5", "-1"]);
    assert_says(
        &error_of_arrival("process = 'gauss'"),
        &["line 3", "`bursts`"],
    );
    let service = format!("{HEAD}{ARRIVAL}[[consumers]]\nservice_ms = 1\n");
    assert_says(
        &error_of(&service),
        &["line 5", "`service_ms`", "`service_us`"],
    );
}

#[test]
fn an_error_of_meaning_names_the_field_and_what_is_allowed() {
    let wrong = [
        ("producers = 0", &["producers is 0", "from 1 to 256"][..]),
        ("producers = 257", &["producers is 257", "from 1 to 256"]),
        ("count = 5", &["count", "kind = \"list\"", "leave it out"]),
        (
            "keys = { count = 0, choice = 'uniform' }",
            &["keys.count is 0", "from 1 to 1000000"],
        ),
        (
            "keys = { count = 9, choice = 'zipf' }",
            &["keys.theta is missing", "zipf"],
        ),
        (
            "keys = { count = 9, choice = 'zipf', theta = -1.0 }",
            &["keys.theta is -1", "to 5"],
        ),
        (
            "keys = { count = 9, choice = 'uniform', theta = 1.0 }",
            &["keys.theta", "leave it out"],
        ),
        (
            "producers = 200\nkeys = { count = 1_000_000, choice = 'uniform' }",
            &["200000000"],
        ),
        (
            "reliable = { crash = 0.9 }",
            &["reliable.crash is 0.9", "from 0 to 0.5"],
        ),
        (
            "reliable = { restart_ms = -1 }",
            &["reliable.restart_ms is -1"],
        ),
        (
            "reliable = {}\nkeys = { count = 9, choice = 'uniform' }",
            &["reliable and keys"],
        ),
        (
            "durability = { levels = [] }",
            &["durability.levels", "\"group\""],
        ),
        (
            "durability = { levels = ['none', 'none'] }",
            &["none twice"],
        ),
        (
            "durability = { levels = ['none'], interval_ms = 1.0 }",
            &["interval_ms", "leave"],
        ),
        (
            "durability = { levels = ['interval'], interval_ms = 0.0 }",
            &["interval_ms is 0"],
        ),
        (
            "budget = { messages = 999 }",
            &["about 1000 messages", "budget.messages is 999"],
        ),
        ("budget = { messages = 0 }", &["budget.messages is 0"]),
        (
            "budget = { seconds = 0.5 }",
            &["for 1 s", "budget.seconds is 0.5"],
        ),
        (
            "budget = { backlog_bytes = 1 }",
            &["budget.backlog_bytes is 1", "1024"],
        ),
        (
            "payload = { size = 'constant' }",
            &["payload.bytes is missing", "constant"],
        ),
        (
            "payload = { size = 'constant', bytes = 31 }",
            &["payload.bytes is 31", "from 32"],
        ),
        (
            "payload = { size = 'constant', bytes = 99_999_999 }",
            &["67108864"],
        ),
        (
            "payload = { size = 'constant', bytes = 64, sigma = 1.0 }",
            &["payload.sigma", "leave"],
        ),
        (
            "payload = { size = 'uniform', bytes_min = 64, bytes_max = 32 }",
            &["64 is above"],
        ),
        (
            "payload = { size = 'uniform', bytes_min = 64 }",
            &["payload.bytes_max is missing"],
        ),
        (
            "payload = { size = 'weighted', weights = [] }",
            &["payload.weights", "[bytes, weight]"],
        ),
        (
            "payload = { size = 'weighted', weights = [[64, -1.0]] }",
            &["payload.weights"],
        ),
        (
            "payload = { size = 'weighted', weights = [[6, 1.0]] }",
            &["payload.weights is 6"],
        ),
        (
            "payload = { size = 'constant', bytes = 2_000 }\nbudget = { backlog_bytes = 1_024 }",
            &["2000 bytes", "budget.backlog_bytes is 1024"],
        ),
        (
            "payload = { size = 'log-normal', bytes_min = 64, bytes_max = 99, bytes_median = 9.0, \
             sigma = 1.0 }",
            &["payload.bytes_median is 9", "from 64 to 99"],
        ),
        (
            "payload = { size = 'log-normal', bytes_min = 64, bytes_max = 99, \
             bytes_median = 70.0, sigma = nan }",
            &["payload.sigma is NaN"],
        ),
    ];
    for (lines, parts) in wrong {
        assert_says(&error_with(lines), parts);
    }
}

#[test]
fn an_error_of_arrivals_names_the_field_and_what_is_allowed() {
    let wrong = [
        (
            "process = 'constant'",
            &["per_s", "times", "there is none"][..],
        ),
        (
            "process = 'constant', per_s = 1.0, times = 1.0",
            &["there are both"],
        ),
        (
            "process = 'constant', per_s = 0.0",
            &["arrival.per_s is 0", "above 0"],
        ),
        (
            "process = 'constant', per_s = inf",
            &["arrival.per_s is inf", "100000000 at most"],
        ),
        (
            "process = 'poisson', times = nan",
            &["arrival.times is NaN"],
        ),
        (
            "process = 'poisson', per_s = 1.0, capacity = 'measured'",
            &["arrival.capacity", "leave"],
        ),
        (
            "process = 'poisson', per_s = 1.0, spacing = 'even'",
            &["arrival.spacing", "leave"],
        ),
        (
            "process = 'constant', per_s = 1.0, on_ms = 1.0",
            &["arrival.on_ms", "leave it out"],
        ),
        (
            "process = 'constant', per_s = 1.0, rates = [1.0]",
            &["arrival.rates", "leave it out"],
        ),
        (
            "process = 'bursts', per_s = 1.0, on_ms = 1.0",
            &["arrival.off_ms is missing"],
        ),
        (
            "process = 'bursts', per_s = 1.0, on_ms = 0.0, off_ms = 1.0",
            &["arrival.on_ms is 0"],
        ),
        (
            "process = 'trace', per_s = 1.0",
            &["exactly one of", "there are 0"],
        ),
        (
            "process = 'trace', rates = [1.0], times_ms = [1.0]",
            &["there are 2"],
        ),
        (
            "process = 'trace', per_s = 1.0, rates = []",
            &["arrival.rates has 0 numbers"],
        ),
        (
            "process = 'trace', per_s = 1.0, rates = [0.0, 0.0]",
            &["all 0"],
        ),
        (
            "process = 'trace', per_s = 1.0, rates = [-1.0]",
            &["arrival.rates is -1"],
        ),
        (
            "process = 'trace', times_ms = [2.0, 1.0]",
            &["1 after 2", "never fall"],
        ),
        (
            "process = 'trace', times_ms = [1.0], per_s = 1.0",
            &["arrival.per_s", "leave it out"],
        ),
    ];
    for (fields, parts) in wrong {
        assert_says(&error_of_arrival(fields), parts);
    }
}

#[test]
fn an_error_of_kinds_and_groups_says_what_goes_together() {
    let of = |kind: &str, rest: &str| {
        error_of(&format!("kind = '{kind}'\nseconds = 1.0\n{ARRIVAL}{rest}"))
    };
    assert_says(
        &of("list", "consumers = [{ group = 'a' }]"),
        &["consumers.group", "stream"],
    );
    assert_says(
        &of("list", "consumers = []"),
        &["all consumers is 0", "from 1 to 256"],
    );
    assert_says(
        &of("both", "consumers = [{}]"),
        &["all consumers is 1", "from 2 to 256"],
    );
    assert_says(
        &of("list", "consumers = [{ count = 0 }]"),
        &["consumers.count is 0"],
    );
    assert_says(
        &of("list", "consumers = [{ service_us = -1 }]"),
        &["service_us is -1"],
    );
    let keys = "consumers = [{}]\nkeys = { count = 9, choice = 'uniform' }";
    assert_says(&of("stream", keys), &["keys are for kind = \"list\""]);
    let reliable = "consumers = [{ count = 2 }]\nreliable = {}";
    assert_says(&of("both", reliable), &["reliable is for"]);
    assert_says(
        &of("stream", "consumers = [{}]\ncount = 0"),
        &["count is 0"],
    );
    let none = format!("kind = 'list'\nseconds = 0\n{ARRIVAL}{CONSUMERS}");
    assert_says(&error_of(&none), &["seconds is 0", "3600 at most"]);
}

#[test]
fn a_file_is_loaded_with_its_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.toml");
    let arrival = "arrival = { process = 'trace', per_s = 10.0, rates_file = 'rates.csv' }\n";
    fs::write(&path, format!("{HEAD}{arrival}{CONSUMERS}")).unwrap();
    let missing = Source::load(&path).unwrap_err().to_string();
    assert!(missing.contains("rates.csv"), "{missing}");

    let rates = folder.path().join("rates.csv");
    fs::write(&rates, "# hour, rate\n0, 1.0\n1, x\n").unwrap();
    let bad = Source::load(&path).unwrap_err().to_string();
    assert!(
        bad.contains("night.toml: arrival.rates_file: line 3 ends in 'x'"),
        "{bad}"
    );

    fs::write(&rates, "# hour, rate\n0, 1.0\n\n1, 3\n").unwrap();
    let source = Source::load(&path).unwrap();
    assert_eq!(source.name(), "mix-night");
    // Half of a second at 10, half of a second at 30.
    let messages = source.description().unwrap().messages(2);
    assert!((messages - 20.0).abs() < 1e-9, "{messages}");

    let huge = folder.path().join("huge.toml");
    fs::write(&huge, "#".repeat((1 << 20) + 1)).unwrap();
    let huge = Source::load(&huge).unwrap_err().to_string();
    assert!(
        huge.contains("huge.toml: has more than 1048576 bytes"),
        "{huge}"
    );
    let nothing = Source::load(folder.path()).unwrap_err().to_string();
    assert!(nothing.contains("is not a file"), "{nothing}");
}

#[test]
fn recorded_times_are_repeated_or_cut_off() {
    let text = format!(
        "kind = 'list'\nseconds = 0.02\n\
         arrival = {{ process = 'trace', times_ms = [0.0, 1.0, 10.0] }}\n{CONSUMERS}"
    );
    let description = Description::parse("mine.toml", &text, None).unwrap();
    let due =
        |scale: f64| -> Vec<u64> { description.arrivals(scale, 1.0).schedule(1, 0, 1).collect() };
    let ms = |times: &[u64]| {
        times
            .iter()
            .map(|time| time * 1_000_000)
            .collect::<Vec<_>>()
    };
    assert_eq!(due(1.0), ms(&[0, 1, 10, 10, 11, 20, 20]));
    assert_eq!(due(0.25), ms(&[0, 1]));
}

#[test]
fn a_time_has_a_whole_number_of_bursts() {
    let text = format!(
        "kind = 'list'\nseconds = 1.0\n\
         arrival = {{ process = 'bursts', per_s = 1_000.0, on_ms = 100.0, off_ms = 100.0 }}\n\
         {CONSUMERS}"
    );
    let description = Description::parse("mine.toml", &text, None).unwrap();
    for (scale, bursts) in [(1.0, 5.0), (0.01, 1.0), (10.0, 50.0)] {
        let arrivals = description.arrivals(scale, 1.0);
        let total = arrivals.total();
        assert!((total - 500.0 * scale).abs() < 1e-6, "{total} at {scale}");
        let first = arrivals.due_before(100_000_000);
        let expected = (500.0 * scale / bursts).min(100.0);
        assert!(
            (first - expected).abs() < 1e-6,
            "{first} in the first burst at {scale}"
        );
    }
}

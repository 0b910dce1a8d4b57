//! The page of a record: what it holds, and what a real browser makes of it. Where there is no
//! Chromium the last test says so and passes.
#![forbid(unsafe_code)]
#![expect(
    clippy::expect_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use forebay_record::{Machine, Record, plot};

use support::sample;

#[test]
fn the_same_record_gives_the_same_bytes() {
    let (one, other) = (sample(), sample());
    assert_eq!(plot::page(&one), plot::page(&other), "the page");
    assert_eq!(
        plot::readme(&one, "results/a"),
        plot::readme(&other, "results/a"),
        "the block of a README"
    );
}

#[test]
fn parts_without_rows_are_left_out() {
    let full = plot::page(&sample());
    let mut record = sample();
    record.curves.clear();
    record.series.clear();
    record.rows.retain(|row| row.workload == "list-seq");
    let small = plot::page(&record);
    for part in ["scaling", "latency", "time"] {
        let heading = format!("id=\"{part}\"");
        assert!(full.contains(&heading), "{part} is drawn");
        assert!(!small.contains(&heading), "there is nothing for {part}");
    }
    let empty = plot::page(&Record::new(Machine::default()));
    assert!(empty.contains("Nothing was measured"), "{empty}");
}

#[test]
fn names_are_text_and_nothing_is_loaded() {
    let mut record = sample();
    let hostile = "<script src=\"https://example.org/x.js\">\"'&";
    for row in &mut record.rows {
        row.title = hostile.to_owned();
        row.fault = Some(hostile.to_owned());
    }
    record.machine.cpu = hostile.to_owned();
    let page = plot::page(&record);
    assert!(!page.contains("<script src"), "names are escaped");
    for attribute in [" src=\"http", " href=\"http", "@import", "url("] {
        assert!(
            !page.contains(attribute),
            "{attribute} would load something"
        );
    }
}

#[test]
fn losing_comparisons_are_as_visible_as_winning_ones() {
    let mut record = sample();
    record
        .rows
        .retain(|row| row.workload == "list-seq" && row.variant.is_none());
    for (mine, class) in [(10.0, "better"), (1000.0, "worse")] {
        for row in &mut record.rows {
            let ns = if row.engine == "forebay" { mine } else { 100.0 };
            row.ns_per_op = Some(ns);
            row.mad_ns = Some(1.0);
        }
        let page = plot::page(&record);
        assert!(page.contains(&format!("<ol class=\"{class}\">")), "{class}");
        assert_eq!(page.matches("<ol class").count(), 1, "one list has it");
        let table = plot::table(&record);
        let ratio = if mine < 100.0 {
            "**10\u{d7}**"
        } else {
            "**0.10\u{d7}**"
        };
        assert!(table.contains(ratio), "{table}");
    }
}

#[test]
fn plots_are_well_formed() {
    let record = sample();
    for theme in [plot::Theme::Light, plot::Theme::Dark] {
        let title = "one thread, push and pop in turn";
        for svg in [
            plot::svg_ratios(&record, theme),
            plot::svg_bars(&record, "list-seq", title, theme),
        ] {
            assert!(svg.starts_with("<?xml"), "{svg}");
            assert!(
                svg.matches("<rect").count() + svg.matches("<circle").count() > 5,
                "{svg}"
            );
            let opened = svg.matches('<').count() - svg.matches("</").count() - 1;
            assert_eq!(
                opened,
                svg.matches("</").count(),
                "each element is closed: {svg}"
            );
        }
    }
    assert_eq!(
        plot::svg_bars(&record, "list-seq", "none", plot::Theme::Light),
        ""
    );
}

/// Small and wide, dark and light: everything is drawn, and everything can be used.
#[test]
fn a_browser_draws_it() {
    let Some(chromium) = chromium() else {
        println!("NOT LOOKED AT: there is no chromium on this machine");
        return;
    };
    let page = plot::page(&sample());
    let charts = page.matches("class=\"plot\"").count();
    for (name, width, scheme) in [
        ("small-light", 360, "light"),
        ("small-dark", 360, "dark"),
        ("wide-light", 1600, "light"),
        ("wide-dark", 1600, "dark"),
    ] {
        let seen = look(&chromium, &page, name, width, scheme);
        let of = |field: &str| *seen.get(field).expect("the probe reports it");
        assert_eq!(of("errors"), 0, "{name}: the script has errors");
        assert_eq!(of("width"), width, "{name}");
        assert_eq!(of("charts"), count(charts), "{name}: {seen:?}");
        assert!(of("charts") > 8 && of("lines") > 30, "{name}: {seen:?}");
        assert_eq!(of("undrawn"), 0, "{name}: lines without length: {seen:?}");
        assert!(of("bars") > 60 && of("dots") > 10, "{name}: {seen:?}");
        assert_eq!(of("thin"), 0, "{name}: bars without length: {seen:?}");
        assert_eq!(
            of("readouts"),
            of("charts"),
            "{name}: values under the pointer"
        );
        assert!(
            of("spoken") > 10,
            "{name}: values by the arrow keys: {seen:?}"
        );
        assert!(
            of("filtered") > 0 && of("filtered") < of("rows"),
            "{name}: {seen:?}"
        );
        assert_eq!(of("strangers"), 0, "{name}: the filter lets others through");
        assert_eq!(of("sorted"), 1, "{name}: a column can be sorted");
        assert_eq!(of("themes"), 2, "{name}: light and dark differ");
        assert!(
            of("overflow") <= 0,
            "{name}: the page is wider than the screen: {seen:?}"
        );
        assert_eq!(of("beyond"), 0, "{name}: something sticks out: {seen:?}");
    }
}

fn count(value: usize) -> i64 {
    i64::try_from(value).expect("a page has few charts")
}

fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let candidates = names
        .iter()
        .flat_map(|name| folders.iter().map(move |f| f.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

/// Opens the page in a frame of a width, takes a picture, and returns what the probe in it saw.
/// A frame, for a window of this browser cannot be as narrow as a telephone.
fn look(
    chromium: &Path,
    page: &str,
    name: &str,
    width: i64,
    scheme: &str,
) -> BTreeMap<String, i64> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-page");
    fs::create_dir_all(&folder).expect("the target directory can be written to");
    let early = "<script>window.probeErrors = [];\
                 addEventListener('error', (e) => probeErrors.push(e.message));\
                 addEventListener('securitypolicyviolation', (e) => probeErrors.push(e.blockedURI));\
                 </script></head>";
    let probe = format!(
        "<script>{}</script></body>",
        include_str!("support/probe.js")
    );
    let page = page
        .replacen(
            "<html ",
            &format!("<html style=\"color-scheme: {scheme}\" "),
            1,
        )
        .replacen("</head>", early, 1)
        .replacen("</body>", &probe, 1);
    fs::write(folder.join("page.html"), page).expect("the page can be written");
    let frame = |height: i64| {
        format!(
            "<!DOCTYPE html><body style=\"margin: 0\"><iframe src=\"page.html\" style=\"border: 0; \
             width: {width}px; height: {height}px\"></iframe><script>\
             onmessage = (e) => document.body.dataset.seen = JSON.stringify(e.data);</script>"
        )
    };
    let path = folder.join(format!("{name}.html"));
    fs::write(&path, frame(900)).expect("the frame can be written");
    let address = format!("file://{}", path.display());
    let profile = folder.join("profile");
    let run = |options: &[String]| {
        Command::new(chromium)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("--virtual-time-budget=4000")
            .args(options)
            .arg(&address)
            .output()
            .expect("chromium can be started")
    };
    let window = format!("--window-size={},900", width.max(500));
    let output = run(&[window, "--dump-dom".to_owned()]);
    let dom = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let seen = dom
        .split_once("data-seen=\"")
        .and_then(|(_, rest)| rest.split('"').next());
    let seen = seen.unwrap_or_else(|| panic!("the probe said nothing: {errors}\n{dom}"));
    let seen: BTreeMap<String, i64> =
        serde_json::from_str(&seen.replace("&quot;", "\"")).expect("the probe reports numbers");
    let height = seen
        .get("height")
        .map_or(900, |height| (*height).min(16_000));
    fs::write(&path, frame(height)).expect("the frame can be written");
    let picture = folder.join(format!("{name}.png"));
    run(&[
        format!("--window-size={},{height}", width.max(500)),
        format!("--screenshot={}", picture.display()),
    ]);
    assert!(picture.is_file(), "{name}: no picture was taken");
    seen
}

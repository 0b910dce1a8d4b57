//! All that is made of a record, as files beside it.

use core::fmt::Write;

use super::group::Group;
use super::markdown::readme;
use super::page::page;
use super::svg::{Theme, bars, ratios};
use super::verdict::{Comparison, by_workload};
use crate::Record;

/// The folder, inside that of a record, that holds plots and nothing else.
pub const PLOTS: &str = "plots";

/// The files that show a record, with their contents: paths are relative to its folder, with
/// forward slashes. The same record gives the same bytes.
///
/// | file | what it holds |
/// | --- | --- |
/// | `README.md` | the summary, and one group of each workload as bars |
/// | `report.html` | [`page`] |
/// | `plots/ratios-*.svg` | [`ratios`], on light and on dark |
/// | `plots/WORKLOAD-*.svg` | [`bars`] of the first group of each workload |
#[must_use]
pub fn files(record: &Record) -> Vec<(String, String)> {
    let groups = Group::all(record);
    let comparisons = Comparison::all(&groups);
    let machine = &record.machine;
    let mut text = format!(
        "# {}, {} cores\n\n{}",
        machine.cpu,
        machine.cores,
        readme(record, ".")
    );
    let mut files = vec![("report.html".to_owned(), page(record))];
    for theme in [Theme::Light, Theme::Dark] {
        let path = format!("{PLOTS}/ratios-{}.svg", theme.name());
        files.push((path, ratios(record, theme)));
    }
    text.push_str("\n## One group of each workload\n");
    for (workload, part) in by_workload(&comparisons) {
        let Some(first) = part.first() else { continue };
        for theme in [Theme::Light, Theme::Dark] {
            let path = format!("{PLOTS}/{workload}-{}.svg", theme.name());
            files.push((path, bars(record, workload, first.group.title, theme)));
        }
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n<picture>\n  \
             <source media=\"(prefers-color-scheme: dark)\" \
             srcset=\"{PLOTS}/{workload}-dark.svg\">\n  \
             <img alt=\"{workload}: {} of each engine\" src=\"{PLOTS}/{workload}-light.svg\">\n\
             </picture>\n",
            first.group.unit(),
        );
    }
    files.push(("README.md".to_owned(), text));
    files.sort();
    files
}

//! What a README shows of a record.

use core::fmt::Write;

use super::group::{Group, is_peer};
use super::number::ratio;
use super::verdict::{Comparison, by_workload, tally};
use crate::Record;

/// A table with a line for each workload: its first group, and how far all its comparisons lie
/// apart. Empty when nothing can be compared.
#[must_use]
pub fn table(record: &Record) -> String {
    let groups = Group::all(record);
    let comparisons = Comparison::all(&groups);
    let workloads = by_workload(&comparisons);
    if workloads.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "| workload | its first group | Forebay | best peer | | all its comparisons |\n\
         |---|---|---:|---|---:|---|\n",
    );
    for (workload, part) in workloads {
        let Some(first) = part.first() else { continue };
        let least = part
            .iter()
            .map(|each| each.ratio())
            .fold(f64::INFINITY, f64::min);
        let most = part.iter().map(|each| each.ratio()).fold(0.0, f64::max);
        let all = match part.len() {
            1 => String::new(),
            count => format!("{count}: {} to {}", ratio(least), ratio(most)),
        };
        let variant = first.ours.variant.as_ref();
        let variant = variant.map_or_else(String::new, |variant| format!(", by `{variant}`"));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{workload}` | {}{variant} | {} | {} {} | **{}** | {all} |",
            cell(&first.group.heading()),
            first.group.text(first.own_figure),
            first.group.text(first.peer_figure),
            cell(&first.peer.label()),
            ratio(first.ratio()),
        );
    }
    text
}

/// The block for a README: what was measured where, the plot, the table, and the command. `folder`
/// is where the record and its plots lie, with forward slashes.
#[must_use]
pub fn readme(record: &Record, folder: &str) -> String {
    let groups = Group::all(record);
    let comparisons = Comparison::all(&groups);
    let [better, even, worse] = tally(&comparisons);
    let machine = &record.machine;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "Measured with `forebay bench` beside {} other engines, {} comparisons with the best peer \
         of each: **better in {better}, about the same in {even}, worse in {worse}**. \
         {}, {} cores, Linux {}, load {}",
        engines(record),
        comparisons.len(),
        machine.cpu,
        machine.cores,
        machine.kernel,
        machine.load,
    );
    for (name, fact) in [
        ("", &machine.rustc),
        ("commit ", &machine.commit),
        ("", &machine.date),
    ] {
        if !fact.is_empty() {
            let _ = write!(text, ", {name}{fact}");
        }
    }
    let plot = format!("{folder}/plots/ratios");
    let alt = format!(
        "Forebay beside the best peer: better in {better}, about the same in {even}, worse in \
         {worse}"
    );
    let _ = write!(
        text,
        ".\n\n<picture>\n  \
         <source media=\"(prefers-color-scheme: dark)\" srcset=\"{plot}-dark.svg\">\n  \
         <img alt=\"{alt}\" src=\"{plot}-light.svg\">\n</picture>\n\n\
         Each dot is one comparison, hollow where Forebay is used in another way, such as by key \
         name. A line of the table is a workload; times are per message, medians of the rounds.\n\n\
         {}\n\
         Again, on your machine: `cargo run --release -- bench --record results/mine`, then \
         `cargo xtask render`. All rows, latencies and memory, in a browser: \
         [{folder}/report.html]({folder}/report.html).\n",
        table(record),
    );
    text
}

fn engines(record: &Record) -> usize {
    let peers = record.rows.iter().filter(|row| is_peer(row));
    let mut engines: Vec<&str> = peers.map(|row| &*row.engine).collect();
    engines.sort_unstable();
    engines.dedup();
    engines.len()
}

/// Text that does not end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

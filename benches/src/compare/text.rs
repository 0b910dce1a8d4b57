//! A comparison for people.

use core::fmt::Write;

use super::{Change, Comparison, Verdict};
use crate::record::Place;
use crate::report::figure;
use crate::report::table::Marks;

/// More rows than these are not named one by one.
const NAMED: usize = 20;
/// Peers that differ by more than this say that the machine does.
const DRIFT: f64 = 0.05;

impl Comparison {
    /// The comparison as text; rows within the noise are only counted unless `all` are asked for.
    #[must_use]
    pub fn render(&self, marks: Marks, all: bool) -> String {
        let mut text = format!(
            "\n{}compared with {}{}\n",
            marks.heading, self.name, marks.end
        );
        for warning in &self.warnings {
            let _ = writeln!(text, "{}WARNING: {warning}{}", marks.fault, marks.end);
        }
        self.render_changes(marks, all, &mut text);
        let count = |verdict| {
            let of_it = self
                .changes
                .iter()
                .filter(|change| change.verdict == verdict);
            of_it.count()
        };
        let worse = count(Verdict::Worse) + count(Verdict::Broken);
        let mark = if worse > 0 { marks.fault } else { "" };
        let end = if worse > 0 { marks.end } else { "" };
        let _ = writeln!(
            text,
            "  of {} rows of Forebay {mark}{worse} worse{end}, {} better, {} within the noise",
            self.changes.len(),
            count(Verdict::Better),
            count(Verdict::Same),
        );
        if let Some(drift) = self.drift {
            let advice = if (drift - 1.0).abs() > DRIFT {
                ": the machine is not as it was, so measure again before you believe it"
            } else {
                ""
            };
            let drift = percent(drift);
            let _ = writeln!(text, "  peers, in the middle: {drift}{advice}");
        }
        if self.other_lengths > 0 {
            let _ = writeln!(
                text,
                "  {} rows are of runs with another number of messages",
                self.other_lengths
            );
        }
        name(&mut text, "new", &self.appeared);
        name(&mut text, "gone", &self.vanished);
        if self.left_out > 0 {
            let _ = writeln!(
                text,
                "  {} old rows are of groups that were not measured now",
                self.left_out
            );
        }
        text
    }

    fn render_changes(&self, marks: Marks, all: bool, text: &mut String) {
        let is_shown = |change: &&Change| all || change.verdict != Verdict::Same;
        let shown: Vec<&Change> = self.changes.iter().filter(is_shown).collect();
        let labels: Vec<String> = shown.iter().map(|change| label(&change.place)).collect();
        let Some(width) = labels.iter().map(String::len).max() else {
            return;
        };
        let _ = writeln!(
            text,
            "  {:width$}  {:>9}  {:>9}  {:>8}  {:>7}  {:>8}",
            "", "old", "new", "change", "noise", "peers"
        );
        for (change, label) in shown.into_iter().zip(labels) {
            let old = figure::text(change.figure, change.old);
            let mark = match change.verdict {
                Verdict::Broken | Verdict::Worse => marks.fault,
                Verdict::Better => marks.ours,
                Verdict::Same => "",
            };
            let end = if mark.is_empty() { "" } else { marks.end };
            let Some((new, ratio)) = change.new.zip(change.ratio()) else {
                let fault = change.fault.as_deref().unwrap_or("no figure");
                let _ = writeln!(text, "{mark}  {label:width$}  {old:>9}  {fault}{end}");
                continue;
            };
            let new = figure::text(change.figure, new);
            let noise = format!("+/-{:.0} %", change.band * 100.0);
            let peers = change.peers.map(percent).unwrap_or_default();
            let word = match change.verdict {
                Verdict::Broken | Verdict::Worse => "  WORSE",
                Verdict::Better => "  better",
                Verdict::Same => "",
            };
            let change = percent(ratio);
            let _ = writeln!(
                text,
                "{mark}  {label:width$}  {old:>9}  {new:>9}  {change:>8}  {noise:>7}  \
                 {peers:>8}{word}{end}"
            );
        }
    }
}

/// How much more it is.
fn percent(ratio: f64) -> String {
    format!("{:+.1} %", (ratio - 1.0) * 100.0)
}

fn label(place: &Place) -> String {
    let engine = match &place.variant {
        Some(variant) => format!("{}:{variant}", place.engine),
        None => place.engine.clone(),
    };
    let payload = if place.payload_bytes == crate::options::PAYLOAD_BYTES_DEFAULT {
        String::new()
    } else {
        format!(", {} bytes", place.payload_bytes)
    };
    format!("{} ({}{payload}) {engine}", place.workload, place.title)
}

fn name(text: &mut String, what: &str, places: &[Place]) {
    for place in places.iter().take(NAMED) {
        let _ = writeln!(text, "  {what}: {}", label(place));
    }
    if let Some(more) = places.len().checked_sub(NAMED).filter(|more| *more > 0) {
        let _ = writeln!(text, "  {what}: {more} more");
    }
}

//! Two measurements of the same rows, and whether what differs is more than noise.
//!
//! Rows are matched by their [`Place`]. Of each, the new figure by the old one is its *ratio*: above
//! 1 is slower, or larger. It is beyond the noise when it differs from 1 by more than its [`band`].
//! Only rows of ours can be a regression: what the peers do between two runs, the machine has done.

pub mod band;
mod old;
mod text;

use std::collections::HashMap;

use self::band::Noise;
pub use self::old::Old;
use crate::engine::{is_generator, is_ours, is_peer};
use crate::measure::case::Figure;
use crate::measure::stats::median;
use crate::record::{Place, Record};
use crate::report::row::Row;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It has no figure any more.
    Broken,
    /// Slower or larger, beyond the noise.
    Worse,
    /// No more different than two runs are.
    Same,
    /// Faster or smaller, beyond the noise.
    Better,
}

/// A row that is in both.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The row.
    pub place: Place,
    /// What is compared.
    pub figure: Figure,
    /// The figure that it had.
    pub old: f64,
    /// The figure that it has, unless it failed.
    pub new: Option<f64>,
    /// How far from 1 the ratio may be by chance.
    pub band: f64,
    /// Why it has no figure.
    pub fault: Option<String>,
    /// The middle of the ratios of the peers beside it: what the machine did meanwhile.
    pub peers: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

impl Change {
    /// The new figure by the old one: above 1 is worse.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        Some(self.new? / self.old)
    }
}

/// All that differs.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Rows of ours that are in both, the worst ones first.
    pub changes: Vec<Change>,
    /// Rows that only the new measurement has.
    pub appeared: Vec<Place>,
    /// Rows that only the old one has, of groups that are in both.
    pub vanished: Vec<Place>,
    /// How many rows the old one has of groups that were not measured now.
    pub left_out: usize,
    /// The middle of the ratios of all peers' rows.
    pub drift: Option<f64>,
    /// How many rows are of runs with another number of messages.
    pub other_lengths: usize,
    /// What is not the same about the two machines or builds.
    pub warnings: Vec<String>,
    /// Where the old rows are from.
    pub name: String,
}

impl Comparison {
    /// Compares what was measured now with what was measured then.
    #[must_use]
    pub fn of(old: &Old, new: &Record) -> Self {
        let then: HashMap<Place, &Row> = old.rows.iter().map(|row| (row.place(), row)).collect();
        let now: HashMap<Place, &Row> = new.rows.iter().map(|row| (row.place(), row)).collect();
        let noise = Noise::of(&old.rows, &new.rows);
        let peers = Peers::of(&then, &new.rows);
        let mut comparison = Self {
            drift: peers.all(),
            warnings: old.warnings(&new.machine),
            name: old.name.clone(),
            ..Self::default()
        };
        for row in &new.rows {
            let Some(before) = then.get(&row.place()) else {
                comparison.appeared.push(row.place());
                continue;
            };
            comparison.other_lengths +=
                usize::from(row.fault.is_none() && row.messages != before.messages);
            if is_ours(&row.engine) {
                let change = change(before, row, &noise, peers.beside(row));
                comparison.changes.extend(change);
            }
        }
        let group_of = |row: &Row| (row.workload.clone(), row.title.clone(), row.payload_bytes);
        let groups: Vec<_> = new.rows.iter().map(group_of).collect();
        for row in &old.rows {
            if !groups.contains(&group_of(row)) {
                comparison.left_out += 1;
            } else if !now.contains_key(&row.place()) {
                comparison.vanished.push(row.place());
            }
        }
        let worst = |change: &Change| change.ratio().unwrap_or(f64::INFINITY);
        comparison.changes.sort_by(|a, b| {
            let by_verdict = a.verdict.cmp(&b.verdict);
            by_verdict.then(worst(b).total_cmp(&worst(a)))
        });
        comparison
    }

    /// Rows that became worse beyond the noise, or that fail now.
    pub fn regressions(&self) -> impl Iterator<Item = &Change> {
        let is_worse = |change: &&Change| change.verdict <= Verdict::Worse;
        self.changes.iter().filter(is_worse)
    }
}

/// None when there was no figure before: then there is nothing to lose.
fn change(old: &Row, new: &Row, noise: &Noise, peers: Option<f64>) -> Option<Change> {
    let before = old.figure(new.figure).filter(|figure| *figure > 0.0)?;
    let after = new.figure(new.figure);
    if after.is_none() && new.fault.is_none() {
        // It was not measured this time: an interruption, or no memory.
        return None;
    }
    let band = noise.band(old, new);
    let verdict = match after.map(|after| after / before) {
        None => Verdict::Broken,
        Some(ratio) if ratio > 1.0 + band => Verdict::Worse,
        Some(ratio) if ratio < 1.0 / (1.0 + band) => Verdict::Better,
        Some(_) => Verdict::Same,
    };
    Some(Change {
        place: new.place(),
        figure: new.figure,
        old: before,
        new: after,
        band,
        fault: new.fault.clone(),
        peers,
        verdict,
    })
}

/// The ratios of the peers' rows, which nobody has changed.
struct Peers<'a>(Vec<(&'a Row, f64)>);

impl<'a> Peers<'a> {
    fn of(then: &HashMap<Place, &Row>, rows: &'a [Row]) -> Self {
        let ratio = |row: &'a Row| {
            let before = then.get(&row.place())?.figure(row.figure)?;
            let after = row.figure(row.figure)?;
            (before > 0.0).then_some((row, after / before))
        };
        let is_one = |row: &&Row| is_peer(&row.engine) && !is_generator(&row.engine);
        Self(rows.iter().filter(is_one).filter_map(ratio).collect())
    }

    fn all(&self) -> Option<f64> {
        let ratios: Vec<f64> = self.0.iter().map(|(_, ratio)| *ratio).collect();
        median(&ratios)
    }

    /// In the group of this row.
    fn beside(&self, row: &Row) -> Option<f64> {
        let is_beside = |peer: &Row| {
            (&peer.workload, &peer.title, peer.payload_bytes)
                == (&row.workload, &row.title, row.payload_bytes)
        };
        let those = self.0.iter().filter(|(peer, _)| is_beside(peer));
        let ratios: Vec<f64> = those.map(|(_, ratio)| *ratio).collect();
        median(&ratios)
    }
}

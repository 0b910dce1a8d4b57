//! How far two figures of the same code may be apart.
//!
//! One row's spread is 1.4826 times the median deviation of its rounds, as a part of their median:
//! the standard deviation of one round, if rounds are normally distributed. Five rounds tell that
//! badly and now and then lie close together by chance, so no row counts as quieter than half of the
//! rows of its run are. The band is [`WIDTH`] times both sides' spreads together (the root of the sum
//! of their squares), and no less than [`BAND_MIN`]. That is as much as *rounds* may differ, not
//! their medians, which lie closer: between two runs there is more than there is within one, such as
//! where memory lies and who else uses the machine.

use crate::measure::case::Figure;
use crate::measure::stats::{median, median_deviation};
use crate::report::row::{ROUNDS_CPU, ROUNDS_P50, Row};

/// Standard deviations of the ratio of two rounds.
pub const WIDTH: f64 = 2.5;
/// Two builds of the same code differ by this much.
pub const BAND_MIN: f64 = 0.05;
/// The median deviation of a normal distribution is so much smaller than its standard deviation.
const NORMAL: f64 = 1.4826;

/// How noisy two runs were.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    old: f64,
    new: f64,
}

impl Noise {
    pub(super) fn of(old: &[Row], new: &[Row]) -> Self {
        Self {
            old: middle(old),
            new: middle(new),
        }
    }

    /// The band of a row.
    pub(super) fn band(&self, old: &Row, new: &Row) -> f64 {
        let spread = |row, middle: f64| match spread(row) {
            Some(spread) => spread.max(middle),
            // It was measured once, and what is measured once is memory.
            None => 0.0,
        };
        let both = spread(old, self.old).hypot(spread(new, self.new));
        BAND_MIN.max(WIDTH * both)
    }
}

/// The spread of the row in the middle.
fn middle(rows: &[Row]) -> f64 {
    let spreads: Vec<f64> = rows.iter().filter_map(spread).collect();
    median(&spreads).unwrap_or(0.0)
}

/// The spread of a row's rounds; none when there are not several.
#[must_use]
pub fn spread(row: &Row) -> Option<f64> {
    let listed = |field: &str| {
        let rounds = row.extra.get(field)?.as_array()?;
        Some(
            rounds
                .iter()
                .filter_map(serde_json::Value::as_f64)
                .collect(),
        )
    };
    let rounds: Vec<f64> = match row.figure {
        Figure::P50 => listed(ROUNDS_P50)?,
        Figure::Cpu => listed(ROUNDS_CPU)?,
        Figure::Bytes => Vec::new(),
        Figure::NsPerOp => row.rounds_ns.clone(),
    };
    if rounds.len() < 2 {
        return None;
    }
    let middle = median(&rounds).filter(|middle| *middle > 0.0)?;
    Some(NORMAL * median_deviation(&rounds)? / middle)
}

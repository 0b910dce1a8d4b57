//! From the figures of a group to the lengths of its bars.

use super::group::{Group, is_generator};

/// A bar that is so many times as long as the next shorter one is torn off.
const TORN: f64 = 3.5;
/// Figures that differ by more than this are points.
const WIDE: f64 = 40.0;

/// How long bars are; they start from zero.
///
/// Up to a third of them, the longest ones, are torn off where they would leave the others short.
/// Where that is not enough, there are points on a logarithmic axis instead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lengths {
    end: f64,
    /// Where a logarithmic axis starts.
    log_from: Option<f64>,
}

impl Lengths {
    pub(super) fn of(group: &Group<'_>) -> Self {
        let engines = group.rows.iter().filter(|row| !is_generator(row));
        let figures = engines.filter_map(|row| row.figure(group.figure));
        // The group has them sorted.
        Self::fit(&figures.filter(|figure| *figure > 0.0).collect::<Vec<_>>())
    }

    fn fit(figures: &[f64]) -> Self {
        let least = figures.first().copied().unwrap_or(1.0);
        let mut end = figures.last().copied().unwrap_or(1.0);
        for torn in 1..=figures.len() / 3 {
            let kept = figures.len() - torn;
            if let (Some(longest), Some(next)) = (figures.get(kept - 1), figures.get(kept))
                && *next > TORN * longest
            {
                end = *longest;
            }
        }
        Self {
            end: 1.12 * end,
            log_from: (end > WIDE * least).then_some(least / 2.0),
        }
    }

    /// The part of the room, from 0 to 1.
    pub(super) fn part(&self, value: f64) -> f64 {
        let part = self.log_from.map_or(value / self.end, |from| {
            (value.max(from) / from).log10() / (self.end / from).log10()
        });
        part.clamp(0.0, 1.0)
    }

    pub(super) fn is_torn(&self, value: f64) -> bool {
        value > self.end
    }

    pub(super) const fn is_log(&self) -> bool {
        self.log_from.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::Lengths;

    #[test]
    fn few_bars_are_torn_and_none_is_invisible() {
        let even = Lengths::fit(&[10.0, 20.0, 30.0, 40.0]);
        assert!(!even.is_log() && !even.is_torn(40.0), "{even:?}");
        let one = Lengths::fit(&[21.0, 24.0, 27.0, 782.0]);
        assert!(!one.is_log() && one.is_torn(782.0), "{one:?}");
        assert!(!one.is_torn(27.0), "{one:?}");
        // Both would be torn, which is more than a third.
        let two = Lengths::fit(&[110.0, 1180.0]);
        assert!(!two.is_log() && !two.is_torn(1180.0), "{two:?}");
        let wide = Lengths::fit(&[109.0, 476.0, 17_600.0, 67_300.0, 3e6, 3.1e6]);
        assert!(wide.is_log(), "{wide:?}");
        for (lengths, least) in [(even, 10.0), (one, 21.0), (two, 110.0), (wide, 109.0)] {
            assert!(lengths.part(least) > 0.02, "{lengths:?}");
        }
    }
}

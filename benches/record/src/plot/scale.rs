//! From a value to a place on an axis.

use super::number::wide;

/// How an axis maps values to parts of its length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// Even steps.
    Linear { from: f64, to: f64 },
    /// Each step multiplies.
    Log { from: f64, to: f64 },
    /// Quantiles: each step takes away nine tenths of what is left, up to so many nines.
    Nines { to: f64 },
}

impl Scale {
    /// From zero to a little above the most.
    pub(super) fn from_zero(values: impl Iterator<Item = f64>) -> Self {
        let most = values.fold(0.0, f64::max);
        let to = if most > 0.0 { most * 1.06 } else { 1.0 };
        Self::Linear { from: 0.0, to }
    }

    /// All that is above zero, with a little room at both ends.
    pub(super) fn log_around(values: impl Iterator<Item = f64>) -> Self {
        let positive = values.filter(|value| *value > 0.0);
        let (least, most) = positive.fold((f64::INFINITY, 0.0), |(least, most), value| {
            (f64::min(least, value), f64::max(most, value))
        });
        if most <= 0.0 {
            return Self::Log {
                from: 1.0,
                to: 10.0,
            };
        }
        Self::Log {
            from: least / 1.3,
            to: most * 1.3,
        }
    }

    /// The part of the length, from 0 to 1.
    pub(super) fn at(self, value: f64) -> f64 {
        let part = match self {
            Self::Linear { from, to } => (value - from) / (to - from),
            Self::Log { from, to } => {
                (value.max(f64::MIN_POSITIVE) / from).log10() / (to / from).log10()
            }
            Self::Nines { to } => -(1.0 - value).max(1e-12).log10() / to,
        };
        part.clamp(0.0, 1.0)
    }

    /// Round values, some five of them.
    pub(super) fn ticks(self) -> Vec<f64> {
        match self {
            Self::Linear { from, to } => {
                let step = round_step((to - from) / 5.0);
                let first = (from / step).ceil();
                let steps = ((to / step).floor() - first).max(0.0);
                (0..=32)
                    .map(wide)
                    .take_while(|index| *index <= steps)
                    .map(|index| (first + index) * step)
                    .collect()
            }
            Self::Log { from, to } => {
                let decades = (to / from).log10();
                let within = |factors: &[f64]| -> Vec<f64> {
                    let powers = (-3..=15).map(|power| 10_f64.powi(power));
                    let all = powers.flat_map(|power| factors.iter().map(move |by| by * power));
                    all.filter(|value| (from..=to).contains(value)).collect()
                };
                if decades > 2.5 {
                    within(&[1.0])
                } else {
                    within(&[1.0, 2.0, 5.0])
                }
            }
            Self::Nines { to } => {
                let all = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999_999];
                let within = |q: &f64| -(1.0 - q).log10() <= to;
                all.into_iter().filter(within).collect()
            }
        }
    }

    /// What a script needs to go from a place to a value.
    pub(super) fn describe(self) -> String {
        match self {
            Self::Linear { from, to } => format!("linear {from:.4} {to:.4}"),
            Self::Log { from, to } => format!("log {from:.6} {to:.4}"),
            Self::Nines { to } => format!("nines 0 {to:.4}"),
        }
    }
}

/// The next of 1, 2, 5, 10, ... that is not below.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.max(f64::MIN_POSITIVE).log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter();
    let mut fitting = factor.filter(|factor| factor * power >= step * 0.999);
    fitting.next().unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn ends_are_ends() {
        let linear = Scale::Linear { from: 0.0, to: 4.0 };
        let log = Scale::Log {
            from: 1.0,
            to: 10_000.0,
        };
        let nines = Scale::Nines { to: 4.0 };
        for (scale, value, part) in [
            (linear, 1.0, 0.25),
            (linear, 9.0, 1.0),
            (log, 0.0, 0.0),
            (log, 100.0, 0.5),
            (nines, 0.0, 0.0),
            (nines, 0.99, 0.5),
            (nines, 1.0, 1.0),
        ] {
            let got = scale.at(value);
            assert!((got - part).abs() < 1e-9, "{scale:?} {value}: {got}");
        }
    }

    #[test]
    fn ticks_are_round_and_few() {
        let linear = Scale::Linear {
            from: 0.0,
            to: 87.0,
        };
        assert_eq!(linear.ticks(), [0.0, 20.0, 40.0, 60.0, 80.0]);
        let log = Scale::Log {
            from: 30.0,
            to: 700.0,
        };
        assert_eq!(log.ticks(), [50.0, 100.0, 200.0, 500.0]);
        assert_eq!(Scale::Nines { to: 3.0 }.ticks(), [0.5, 0.9, 0.99, 0.999]);
        assert_eq!(
            Scale::from_zero([0.0].into_iter()).ticks().first(),
            Some(&0.0)
        );
    }
}

//! The figure that decides, as people read it.

use crate::measure::case::Figure;
use crate::report::column::{duration_of, short};

/// A figure with its unit.
#[must_use]
pub fn text(figure: Figure, value: f64) -> String {
    match figure {
        Figure::NsPerOp | Figure::P50 => duration_of(value),
        Figure::Bytes => format!("{} B", short(value)),
        Figure::Cpu => format!("{} CPU s", short(value)),
    }
}

/// What it is a figure of.
#[must_use]
pub const fn meaning(figure: Figure) -> &'static str {
    match figure {
        Figure::NsPerOp => "per message",
        Figure::P50 => "median latency",
        Figure::Bytes => "memory per message",
        Figure::Cpu => "of the server per million commands",
    }
}

/// Messages per second, in millions or thousands.
#[must_use]
pub fn rate(per_s: f64) -> String {
    if per_s >= 999_500.0 {
        format!("{} M/s", short(per_s / 1e6))
    } else {
        format!("{} k/s", short(per_s / 1e3))
    }
}

#[cfg(test)]
mod tests {
    use super::{rate, text};
    use crate::measure::case::Figure;

    #[test]
    fn each_has_its_unit() {
        assert_eq!(text(Figure::NsPerOp, 41.26), "41.3 ns");
        assert_eq!(text(Figure::P50, 5_400.0), "5.40 us");
        assert_eq!(text(Figure::Bytes, 84.2), "84.2 B");
        assert_eq!(rate(24_100_000.0), "24.1 M/s");
        assert_eq!(rate(3_500.0), "3.50 k/s");
    }
}

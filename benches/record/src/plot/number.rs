//! Numbers as people read them; the same text for the same number, on every machine.

/// Three digits or so, with spaces between thousands.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 999.5 {
        return grouped(value);
    }
    let digits = if size >= 99.95 {
        0
    } else if size >= 9.995 {
        1
    } else {
        2
    };
    format!("{value:.digits$}")
}

/// The whole number, with thin spaces between thousands that no line breaks at.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    if value < 0.0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A count.
pub(super) fn count(value: u64) -> String {
    grouped(wide(value))
}

/// Nanoseconds with the unit that suits them.
pub(super) fn duration(ns: f64) -> String {
    scaled(ns, 1e3, &["ns", "\u{b5}s", "ms", "s"])
}

/// Bytes with the unit that suits them.
pub(super) fn bytes(bytes: f64) -> String {
    scaled(bytes, 1024.0, &["B", "KiB", "MiB", "GiB"])
}

/// Per second.
pub(super) fn rate(per_s: f64) -> String {
    let text = scaled(per_s, 1e3, &["", "k", "M", "G"]);
    format!("{text}/s")
}

/// A count that may be large, in little space.
pub(super) fn rough(value: f64) -> String {
    plain(&scaled(value, 1e3, &["", "k", "M", "G"])).replace('\u{a0}', "")
}

/// Without digits that say nothing, for round numbers: `10 ms` of `10.0 ms`.
pub(super) fn plain(text: &str) -> String {
    let end = text.find(|each: char| !each.is_ascii_digit() && each != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    if !number.contains('.') {
        return text.to_owned();
    }
    let number = number.trim_end_matches('0').trim_end_matches('.');
    format!("{number}{unit}")
}

/// How many times as good.
pub(super) fn ratio(value: f64) -> String {
    let digits = if value >= 9.995 { 0 } else { 2 };
    format!("{value:.digits$}\u{d7}")
}

fn scaled(value: f64, step: f64, units: &[&str]) -> String {
    let mut value = value;
    let mut units = units.iter();
    let mut unit = units.next().unwrap_or(&"");
    while value.abs() >= step * 0.9995 {
        let Some(next) = units.next() else { break };
        unit = next;
        value /= step;
    }
    let text = short(value);
    let space = if unit.is_empty() { "" } else { "\u{a0}" };
    format!("{text}{space}{unit}")
}

/// A count as a number to draw with.
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub(super) const fn wide(value: u64) -> f64 {
    value as f64
}

/// An index or a length as a number to draw with.
pub(super) const fn place(index: usize) -> f64 {
    wide(index as u64)
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, duration, plain, rate, ratio, rough, short};

    #[test]
    fn numbers_for_people() {
        assert_eq!(count(10_000_000), "10\u{202f}000\u{202f}000");
        assert_eq!(count(999), "999");
        assert_eq!(short(0.456), "0.46");
        assert_eq!(short(99.97), "100");
        assert_eq!(short(-1234.6), "-1\u{202f}235");
        assert_eq!(duration(58_400.0), "58.4\u{a0}\u{b5}s");
        assert_eq!(duration(999.9), "1.00\u{a0}\u{b5}s");
        assert_eq!(duration(40.0), "40.0\u{a0}ns");
        assert_eq!(plain(&duration(1e9)), "1\u{a0}s");
        assert_eq!(plain(&duration(100.0)), "100\u{a0}ns");
        assert_eq!(plain(&bytes(1_048_576.0)), "1\u{a0}MiB");
        assert_eq!(plain("10.50/s"), "10.5/s");
        assert_eq!(rate(24_390_243.0), "24.4\u{a0}M/s");
        assert_eq!(rough(10_000.0), "10k");
        assert_eq!(ratio(0.254), "0.25\u{d7}");
        assert_eq!(ratio(12.3), "12\u{d7}");
    }
}

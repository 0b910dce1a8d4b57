//! Doubles as Redis writes them since 7.2: the shortest digits that are read as the same number.

use core::fmt::{self, Write};

/// The text of a double, without an allocation.
pub(super) struct DoubleText {
    text: [u8; Self::BYTES_MAX],
    length: usize,
}

impl DoubleText {
    /// A sign, 17 digits, a point, seven zeros, or an exponent of five: less than this.
    const BYTES_MAX: usize = 32;

    pub(super) fn new(value: f64) -> Self {
        let mut text = Self {
            text: [0; Self::BYTES_MAX],
            length: 0,
        };
        // Rust writes infinities, zeros and the nan as Redis does, but for its capitals.
        let written = if value.is_nan() {
            text.write_str("nan")
        } else if let Some(integer) = exact_integer(value) {
            write!(text, "{integer}")
        } else if value.is_infinite() || value == 0.0 {
            write!(text, "{value}")
        } else {
            text.write_number(value)
        };
        debug_assert!(written.is_ok(), "the text of a double has its length");
        text
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.text[..self.length]
    }

    /// Digits with a point where that is short, and with an exponent where it is not.
    fn write_number(&mut self, value: f64) -> fmt::Result {
        let mut scientific = Self {
            text: [0; Self::BYTES_MAX],
            length: 0,
        };
        write!(scientific, "{:e}", value.abs())?;
        let scientific = core::str::from_utf8(scientific.as_bytes()).map_err(|_| fmt::Error)?;
        let (mantissa, exponent) = scientific.split_once('e').ok_or(fmt::Error)?;
        let exponent: i32 = exponent.parse().map_err(|_| fmt::Error)?;
        let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let zeros = |count: i32| -> &'static str {
            &"0000000"[..usize::try_from(count).unwrap_or(0).min(7)]
        };

        if value < 0.0 {
            self.write_str("-")?;
        }
        // The number is its digits, 1 + rest of them, times ten to the power of `shift`.
        let rest_digits = i32::try_from(rest.len()).map_err(|_| fmt::Error)?;
        let shift = exponent - rest_digits;
        if shift >= 0 && exponent < rest_digits + 8 {
            return write!(self, "{first}{rest}{}", zeros(shift));
        }
        if shift < 0 && (shift > -7 || exponent.abs() < 4) {
            return match usize::try_from(exponent) {
                Ok(whole) => {
                    let (whole, fraction) = rest.split_at(whole);
                    write!(self, "{first}{whole}.{fraction}")
                }
                Err(_) => write!(self, "0.{}{first}{rest}", zeros(-exponent - 1)),
            };
        }
        let point = if rest.is_empty() { "" } else { "." };
        write!(self, "{first}{point}{rest}e{exponent:+}")
    }
}

impl Write for DoubleText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let free = self.text.get_mut(self.length..end).ok_or(fmt::Error)?;
        free.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// The integer that `value` is. Redis writes those below 2^62 in full.
fn exact_integer(value: f64) -> Option<i64> {
    const LIMIT: f64 = 4_611_686_018_427_387_904.0;

    if value.abs() > LIMIT || value.fract() != 0.0 || (value == 0.0 && value.is_sign_negative()) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an integer within the limit fits"
    )]
    Some(value as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        String::from_utf8(DoubleText::new(value).as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn the_forms_are_those_of_redis() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-17.0, "-17"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
            (0.1, "0.1"),
            (-1.5, "-1.5"),
            (3.25, "3.25"),
            (0.000_015, "0.000015"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "1e-7"),
            (1.5e-7, "1.5e-7"),
            (123.456_789_012_345, "123.456789012345"),
            (1e15, "1000000000000000"),
            (1e18, "1000000000000000000"),
            (1e19, "1e+19"),
            (12_345_678_901_234_567_000.0, "12345678901234567000"),
            (-1.5e300, "-1.5e+300"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_the_same_number(value: f64) {
            let read: f64 = text(value).parse().unwrap();
            let both_nan = read.is_nan() && value.is_nan();
            assert!(both_nan || read.to_bits() == value.to_bits(), "{value:e}");
        }
    }
}

//! Integers as Redis reads them.

/// The integer that `text` is, if it is one as Redis writes it: no plus sign, no leading zero, no
/// blank, and not more than 64 bits.
///
/// # Examples
/// ```
/// use forebay_resp::parse_integer;
///
/// assert_eq!(parse_integer(b"-42"), Some(-42));
/// assert_eq!(parse_integer(b"042"), None);
/// assert_eq!(parse_integer(b"9223372036854775808"), None);
/// ```
#[must_use]
pub fn parse_integer(text: &[u8]) -> Option<i64> {
    // The longest has 19 digits, and any 19 digits fit into 64 bits without a sign.
    const DIGITS_MAX: usize = 19;

    let (negative, digits) = match text {
        b"0" => return Some(0),
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if !matches!(digits, [b'1'..=b'9', ..]) || digits.len() > DIGITS_MAX {
        return None;
    }
    let mut magnitude = 0_u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        magnitude = magnitude * 10 + u64::from(digit);
    }
    if negative {
        0_i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_range_are_read() {
        assert_eq!(parse_integer(b"9223372036854775807"), Some(i64::MAX));
        assert_eq!(parse_integer(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(parse_integer(b"-9223372036854775809"), None);
        assert_eq!(parse_integer(b"9999999999999999999"), None);
        assert_eq!(parse_integer(b"10000000000000000000"), None);
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "", "-", "-0", "+1", "00", "01", "-01", " 1", "1 ", "1a", "a", "--1", "0x1",
        ] {
            assert_eq!(parse_integer(text.as_bytes()), None, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(value: i64) {
            assert_eq!(parse_integer(value.to_string().as_bytes()), Some(value));
        }
    }
}

//! The lines that announce a number: `*3\r\n` and `$64\r\n`.

use memchr::memchr;

use super::error::ProtocolError;
use crate::limits::CommandLimits;
use crate::number::parse_integer;

/// What a line may always have, so that one with a plain number is never too long.
const LINE_BYTES_MIN: u32 = 32;

/// As many digits always fit into 32 bits.
const DIGITS_MAX: usize = 9;

/// The number of arguments that the line at the start of `bytes` announces, and how long the line
/// is; `None` until it has arrived. The first `scanned` bytes hold no line end.
#[inline]
pub(super) fn count(
    bytes: &[u8],
    scanned: usize,
    limits: &CommandLimits,
) -> Result<Option<(u32, usize)>, ProtocolError> {
    let (count, width) = match quick(bytes, b'*') {
        Some(found) => found,
        None => match line(bytes, scanned, line_bytes_max(limits)) {
            Line::Open => return Ok(None),
            Line::TooLong => return Err(ProtocolError::TooBigMultibulkCount),
            Line::Ends(end) => match parse_integer(&bytes[1..end]) {
                Some(count) => (u32::try_from(count.max(0)).unwrap_or(u32::MAX), end + 2),
                None => return Err(ProtocolError::InvalidMultibulkLength),
            },
        },
    };
    check_count(count, limits)?;
    Ok(Some((count, width)))
}

/// The length that the line at the start of `bytes` announces, and how long the line is.
#[inline]
pub(super) fn length(
    bytes: &[u8],
    scanned: usize,
    limits: &CommandLimits,
) -> Result<Option<(u32, usize)>, ProtocolError> {
    let (length, width) = match quick(bytes, b'$') {
        Some(found) => found,
        None => match line(bytes, scanned, line_bytes_max(limits)) {
            Line::Open => return Ok(None),
            Line::TooLong => return Err(ProtocolError::TooBigBulkCount),
            Line::Ends(_) if bytes[0] != b'$' => {
                return Err(ProtocolError::ExpectedBulk(bytes[0]));
            }
            Line::Ends(end) => match parse_integer(&bytes[1..end]) {
                Some(length) if length >= 0 => (u32::try_from(length).unwrap_or(u32::MAX), end + 2),
                _ => return Err(ProtocolError::InvalidBulkLength),
            },
        },
    };
    if length > limits.bulk_bytes_max {
        return Err(ProtocolError::InvalidBulkLength);
    }
    let unauthenticated = limits.unauthenticated.as_ref();
    if unauthenticated.is_some_and(|limits| length > limits.bulk_bytes_max) {
        return Err(ProtocolError::UnauthenticatedBulkLength);
    }
    Ok(Some((length, width)))
}

#[inline]
pub(super) fn check_count(count: u32, limits: &CommandLimits) -> Result<(), ProtocolError> {
    if count > limits.arguments_max {
        return Err(ProtocolError::InvalidMultibulkLength);
    }
    let unauthenticated = limits.unauthenticated.as_ref();
    if unauthenticated.is_some_and(|limits| count > limits.arguments_max) {
        return Err(ProtocolError::UnauthenticatedMultibulkLength);
    }
    Ok(())
}

/// Whether an argument of this length that begins at `cursor` is still within the command.
#[inline]
pub(super) fn check_end(
    cursor: usize,
    length: u32,
    limits: &CommandLimits,
) -> Result<(), ProtocolError> {
    if cursor as u64 + u64::from(length) + 2 > u64::from(limits.command_bytes_max) {
        return Err(ProtocolError::TooBigCommand);
    }
    Ok(())
}

pub(super) fn line_bytes_max(limits: &CommandLimits) -> usize {
    limits.line_bytes_max.max(LINE_BYTES_MIN) as usize
}

/// What there is of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// Its text ends before this index, and the next thing begins two bytes later. Like Redis,
    /// nobody looks at the second byte of a line end.
    Ends(usize),
    /// It has not ended within these bytes.
    Open,
    /// It should have ended by now.
    TooLong,
}

/// The number of a line that begins with `prefix`, and how long the line is.
///
/// Only for what clients send: the line has arrived as a whole and its number has at most nine
/// digits. Everything else is for [`line`] to judge.
#[inline]
fn quick(bytes: &[u8], prefix: u8) -> Option<(u32, usize)> {
    let digit = |byte: u8| {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        (digit <= 9).then_some(digit)
    };
    let tail = bytes.strip_prefix(&[prefix])?;
    // Nearly all lines have one digit or two.
    match *tail {
        [one, b'\r', _, ..] => Some((digit(one)?, 4)),
        [ten @ b'1'..=b'9', one, b'\r', _, ..] => Some((digit(ten)? * 10 + digit(one)?, 5)),
        [b'1'..=b'9', ..] => {
            let digits = tail.iter().take(DIGITS_MAX + 1);
            let width = digits.take_while(|byte| byte.is_ascii_digit()).count();
            let [number @ .., b'\r', _] = tail.get(..width + 2)? else {
                return None;
            };
            let fold = |value, &byte: &u8| value * 10 + u32::from(byte - b'0');
            (width <= DIGITS_MAX).then(|| (number.iter().fold(0, fold), width + 3))
        }
        _ => None,
    }
}

/// Where the line at the start of `bytes` ends, of which the first `scanned` bytes hold no end.
fn line(bytes: &[u8], scanned: usize, line_bytes_max: usize) -> Line {
    let end = bytes.len().min(line_bytes_max.saturating_add(1));
    match memchr(b'\r', bytes.get(scanned..end).unwrap_or(&[])) {
        Some(found) if scanned + found + 1 < bytes.len() => Line::Ends(scanned + found),
        None if bytes.len() > line_bytes_max => Line::TooLong,
        Some(_) | None => Line::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_way_takes_what_is_whole_and_plain() {
        assert_eq!(quick(b"$0\r\n", b'$'), Some((0, 4)));
        assert_eq!(quick(b"$64\r\nabc", b'$'), Some((64, 5)));
        assert_eq!(quick(b"$999999999\r\n", b'$'), Some((999_999_999, 12)));
        for other in [
            "",
            "$",
            "$\r\n",
            "$6",
            "$6\r",
            "$06\r\n",
            "$-1\r\n",
            "$1x\r\n",
            "*1\r\n",
            "$1000000000\r\n",
            "$99999999999999999999\r\n",
        ] {
            assert_eq!(quick(other.as_bytes(), b'$'), None, "{other:?}");
        }
    }

    #[test]
    fn a_line_ends_or_is_too_long_whatever_has_arrived() {
        assert_eq!(line(b"*12\r\n", 0, 10), Line::Ends(3));
        assert_eq!(line(b"*12\r\n", 3, 10), Line::Ends(3));
        assert_eq!(line(b"*12\r", 0, 10), Line::Open);
        assert_eq!(line(b"*1234", 0, 5), Line::Open);
        assert_eq!(line(b"*1234\r\n", 0, 5), Line::Ends(5));
        assert_eq!(line(b"*12345", 5, 5), Line::TooLong);
        assert_eq!(line(b"*12345\r\n", 0, 5), Line::TooLong);
    }

    proptest::proptest! {
        #[test]
        fn both_ways_agree(text in "[-*$0-9a]{0,12}(\r\n?)?") {
            let bytes = text.as_bytes();
            if let Some((number, length)) = quick(bytes, b'$') {
                assert_eq!(line(bytes, 0, 64), Line::Ends(length - 2));
                assert_eq!(parse_integer(&bytes[1..length - 2]), Some(i64::from(number)));
            }
        }
    }
}

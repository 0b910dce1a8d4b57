//! Words of a command to values.

use forebay::{Side, Timeout};
use forebay_resp::parse_integer;

use super::Refusal;

/// Whether a word is this keyword, which is given in capitals.
#[inline]
pub(crate) fn is(word: &[u8], keyword: &str) -> bool {
    word.eq_ignore_ascii_case(keyword.as_bytes())
}

/// A 64-bit integer.
pub(crate) fn integer(word: &[u8]) -> Result<i64, Refusal> {
    parse_integer(word).ok_or(Refusal::NOT_INTEGER)
}

/// An integer that is not negative.
pub(crate) fn positive(word: &[u8]) -> Result<u64, Refusal> {
    let value = parse_integer(word).ok_or(Refusal::NOT_POSITIVE)?;
    u64::try_from(value).map_err(|_| Refusal::NOT_POSITIVE)
}

/// An integer above zero, refused with a text of its own.
pub(crate) fn above_zero(word: &[u8], refusal: Refusal) -> Result<u64, Refusal> {
    match parse_integer(word) {
        Some(value @ 1..) => Ok(value.unsigned_abs()),
        _ => Err(refusal),
    }
}

/// LEFT or RIGHT.
pub(crate) fn side(word: &[u8]) -> Result<Side, Refusal> {
    if is(word, "LEFT") {
        Ok(Side::Left)
    } else if is(word, "RIGHT") {
        Ok(Side::Right)
    } else {
        Err(Refusal::SYNTAX)
    }
}

/// A time to wait in seconds, with a fraction.
pub(crate) fn timeout(word: &[u8]) -> Result<Timeout, Refusal> {
    const NOT_FLOAT: Refusal = Refusal::new("ERR timeout is not a float or out of range");
    const MS_MAX: f64 = 9_223_372_036_854_775_807.0;

    let seconds = float(word).ok_or(NOT_FLOAT)?;
    if seconds * 1000.0 > MS_MAX {
        return Err(Refusal::new("ERR timeout is out of range"));
    }
    if seconds < 0.0 {
        return Err(Refusal::new("ERR timeout is negative"));
    }
    Ok(Timeout::from(seconds))
}

/// A number as `strtold` reads it, but for hexadecimal ones; not a nan.
pub(crate) fn float(word: &[u8]) -> Option<f64> {
    let text = core::str::from_utf8(word).ok()?;
    let number: f64 = text.parse().ok()?;
    (!number.is_nan()).then_some(number)
}

/// Words of a command, one after the other.
pub(crate) type Words<'a> = &'a [&'a [u8]];

/// As many keys as the first word says, and the words after them.
pub(crate) fn counted_keys(words: Words<'_>) -> Result<(Words<'_>, Words<'_>), Refusal> {
    const NO_KEYS: Refusal = Refusal::new("ERR numkeys should be greater than 0");

    let (count, rest) = words.split_first().ok_or(Refusal::SYNTAX)?;
    let count = above_zero(count, NO_KEYS)?;
    usize::try_from(count)
        .ok()
        .and_then(|count| rest.split_at_checked(count))
        .ok_or(Refusal::SYNTAX)
}

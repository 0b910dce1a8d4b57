//! The values that fit into a line.

use bytes::{Buf, Bytes};

use super::error::ReplyError;
use super::value::Reply;

/// The value of a line with this sign, if that is a type that fits into one.
pub(super) fn parse(sign: u8, text: &Bytes) -> Result<Option<Reply>, ReplyError> {
    let text = text.clone();
    Ok(Some(match sign {
        b'+' => Reply::Simple(text),
        b'-' => Reply::Error(text),
        b':' => Reply::Integer(number(&text).ok_or(ReplyError::Value)?),
        b',' => Reply::Double(number(&text).ok_or(ReplyError::Value)?),
        b'(' => Reply::BigNumber(big_number(text).ok_or(ReplyError::Value)?),
        b'_' if text.is_empty() => Reply::Null,
        b'#' if *text == *b"t" => Reply::Boolean(true),
        b'#' if *text == *b"f" => Reply::Boolean(false),
        b'_' | b'#' => return Err(ReplyError::Value),
        _ => return Ok(None),
    }))
}

/// The length in the line of a string or an aggregate; `None` is the null of RESP2.
pub(super) fn length(text: &[u8]) -> Result<Option<usize>, ReplyError> {
    if text == b"-1" {
        return Ok(None);
    }
    // `parse` would take a plus sign.
    if !text.iter().all(u8::is_ascii_digit) {
        return Err(ReplyError::Length);
    }
    number(text).map(Some).ok_or(ReplyError::Length)
}

fn number<T: core::str::FromStr>(text: &[u8]) -> Option<T> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// The digits of a big number, with a sign where that is a minus.
fn big_number(mut text: Bytes) -> Option<Bytes> {
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+"));
    let digits = unsigned.unwrap_or(&text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if text.starts_with(b"+") {
        text.advance(1);
    }
    Some(text)
}

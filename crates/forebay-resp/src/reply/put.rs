//! The pieces that replies and commands are written from.

use bytes::{BufMut, BytesMut};

/// More than the longest line with a number has: sign, 20 characters, line end.
const LINE_BYTES_MAX: usize = 32;

/// A line with a sign and a number.
pub(super) struct NumberLine {
    line: [u8; LINE_BYTES_MAX],
    length: usize,
}

impl NumberLine {
    #[inline]
    pub(super) fn new(sign: u8, number: impl itoa::Integer) -> Self {
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(number).as_bytes();
        let length = digits.len() + 3;
        let mut line = [0; LINE_BYTES_MAX];
        line[0] = sign;
        line[1..length - 2].copy_from_slice(digits);
        line[length - 2..length].copy_from_slice(b"\r\n");
        Self { line, length }
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.line[..self.length]
    }
}

/// Writes the line that announces a string or an aggregate.
#[inline]
pub(crate) fn put_header(output: &mut BytesMut, sign: u8, length: usize) {
    match u8::try_from(length) {
        Ok(length @ 0..=9) => output.extend_from_slice(&[sign, b'0' + length, b'\r', b'\n']),
        _ => output.extend_from_slice(NumberLine::new(sign, length).as_bytes()),
    }
}

/// Writes a string with its length.
#[inline]
pub(crate) fn put_bulk(output: &mut BytesMut, bytes: &[u8]) {
    output.reserve(bytes.len() + LINE_BYTES_MAX);
    put_header(output, b'$', bytes.len());
    output.extend_from_slice(bytes);
    output.extend_from_slice(b"\r\n");
}

/// Writes text into a line. A line end within it would be read as the end of the reply: it becomes
/// blanks.
pub(super) fn put_text(output: &mut BytesMut, text: &[u8]) {
    output.reserve(text.len() + 2);
    for part in text.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
        match part {
            [text @ .., b'\r' | b'\n'] => {
                output.extend_from_slice(text);
                output.put_u8(b' ');
            }
            text => output.extend_from_slice(text),
        }
    }
}

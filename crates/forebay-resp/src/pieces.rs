//! The pieces that replies and commands are written from.

use bytes::{BufMut, BytesMut};

/// As many as the longest line with a number has: sign, minus, 19 digits, line end; and for a
/// length of 20 digits the same.
const LINE_BYTES_MAX: usize = 23;

/// A line with a sign and a number, at the end of its array.
pub(crate) struct NumberLine {
    line: [u8; LINE_BYTES_MAX],
    start: usize,
}

impl NumberLine {
    #[inline]
    pub(crate) fn integer(sign: u8, number: i64) -> Self {
        let mut line = Self::digits(number.unsigned_abs());
        if number < 0 {
            line.prepend(b'-');
        }
        line.prepend(sign);
        line
    }

    #[inline]
    pub(crate) fn length(sign: u8, length: usize) -> Self {
        let mut line = Self::digits(length as u64);
        line.prepend(sign);
        line
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.line[self.start..]
    }

    #[inline]
    fn digits(mut number: u64) -> Self {
        let mut line = Self {
            line: [0; LINE_BYTES_MAX],
            start: LINE_BYTES_MAX,
        };
        line.prepend(b'\n');
        line.prepend(b'\r');
        loop {
            line.prepend(b"0123456789"[(number % 10) as usize]);
            number /= 10;
            if number == 0 {
                return line;
            }
        }
    }

    #[inline]
    fn prepend(&mut self, byte: u8) {
        self.start -= 1;
        self.line[self.start] = byte;
    }
}

/// Writes the line that announces a string or an aggregate.
#[inline]
pub(crate) fn put_header(output: &mut BytesMut, sign: u8, length: usize) {
    match u8::try_from(length) {
        Ok(length @ 0..=9) => output.extend_from_slice(&[sign, b'0' + length, b'\r', b'\n']),
        _ => output.extend_from_slice(NumberLine::length(sign, length).as_bytes()),
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
pub(crate) fn put_text(output: &mut BytesMut, text: &[u8]) {
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

//! Replies, read where they lie: no more of them than the workloads need.

use core::fmt::Display;

/// Why the next part of a reply cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It has not arrived as a whole.
    Incomplete,
    /// It is not what was expected.
    Wrong(String),
}

/// A part of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A line of text.
    Simple(&'a [u8]),
    /// A refusal.
    Error(&'a [u8]),
    /// A number.
    Integer(i64),
    /// A string.
    Bulk(&'a [u8]),
    /// So many replies follow.
    Array(usize),
    /// Nothing.
    Nil,
}

/// Goes through what has arrived.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
}

fn wrong(what: impl Display) -> Stop {
    Stop::Wrong(what.to_string())
}

impl<'a> Cursor<'a> {
    /// Begins at the front.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self { input, at: 0 }
    }

    /// How many bytes were read.
    #[must_use]
    pub const fn read(&self) -> usize {
        self.at
    }

    /// The bytes from an earlier place to here.
    #[must_use]
    pub fn since(&self, start: usize) -> &'a [u8] {
        &self.input[start..self.at]
    }

    /// The next part.
    ///
    /// # Errors
    /// It has not arrived, or is none; nothing is read then.
    #[inline]
    pub fn part(&mut self) -> Result<Part<'a>, Stop> {
        let rest = &self.input[self.at..];
        let end = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or(Stop::Incomplete)?;
        let (kind, text) = match &rest[..end] {
            [kind, text @ .., b'\r'] => (*kind, text),
            _ => return Err(wrong("a line that is no reply")),
        };
        let mut read = end + 1;
        let part = match kind {
            b'+' => Part::Simple(text),
            b'-' => Part::Error(text),
            b':' => Part::Integer(integer(text)?),
            b'$' | b'*' if text == b"-1" => Part::Nil,
            b'_' => Part::Nil,
            b'*' => Part::Array(length(text)?),
            b'$' => {
                let length = length(text)?;
                let bytes = rest.get(read..).ok_or(Stop::Incomplete)?;
                if bytes.len() < length + 2 {
                    return Err(Stop::Incomplete);
                }
                read += length + 2;
                Part::Bulk(&bytes[..length])
            }
            _ => return Err(wrong(format_args!("a reply that begins with {kind:#04x}"))),
        };
        self.at += read;
        Ok(part)
    }

    /// The next part, which is a number.
    ///
    /// # Errors
    /// It has not arrived, or is something else.
    #[inline]
    pub fn integer(&mut self) -> Result<i64, Stop> {
        match self.part()? {
            Part::Integer(number) => Ok(number),
            other => Err(unexpected(&other, "a number")),
        }
    }

    /// The next part, which is a string.
    ///
    /// # Errors
    /// It has not arrived, or is something else.
    #[inline]
    pub fn bulk(&mut self) -> Result<&'a [u8], Stop> {
        match self.part()? {
            Part::Bulk(bytes) => Ok(bytes),
            other => Err(unexpected(&other, "a string")),
        }
    }

    /// The next part, which is an array; 0 for nil.
    ///
    /// # Errors
    /// It has not arrived, or is something else.
    #[inline]
    pub fn array(&mut self) -> Result<usize, Stop> {
        match self.part()? {
            Part::Array(length) => Ok(length),
            Part::Nil => Ok(0),
            other => Err(unexpected(&other, "an array")),
        }
    }

    /// An array of exactly so many replies.
    ///
    /// # Errors
    /// It has not arrived, or is something else.
    #[inline]
    pub fn array_of(&mut self, expected: usize) -> Result<(), Stop> {
        match self.array()? {
            length if length == expected => Ok(()),
            length => Err(wrong(format_args!("{length} parts instead of {expected}"))),
        }
    }

    /// Passes over a whole reply.
    ///
    /// # Errors
    /// It has not arrived, or is a refusal.
    pub fn skip(&mut self) -> Result<(), Stop> {
        match self.part()? {
            Part::Array(length) => (0..length).try_for_each(|_| self.skip()),
            other @ Part::Error(_) => Err(unexpected(&other, "a reply")),
            Part::Simple(_) | Part::Integer(_) | Part::Bulk(_) | Part::Nil => Ok(()),
        }
    }
}

/// Passes over a whole reply, for who reads nothing else.
///
/// # Errors
/// As for [`Cursor::skip`].
pub fn any(cursor: &mut Cursor<'_>) -> Result<(), Stop> {
    cursor.skip()
}

/// Reads a number, for who reads nothing else.
///
/// # Errors
/// As for [`Cursor::integer`].
pub fn number(cursor: &mut Cursor<'_>) -> Result<i64, Stop> {
    cursor.integer()
}

/// What a reply is instead of what it should be.
#[cold]
#[must_use]
pub fn unexpected(part: &Part<'_>, expected: &str) -> Stop {
    match part {
        Part::Error(text) => wrong(String::from_utf8_lossy(text)),
        Part::Simple(text) => wrong(format_args!(
            "{} instead of {expected}",
            String::from_utf8_lossy(text)
        )),
        Part::Bulk(bytes) => wrong(format_args!(
            "a string of {} bytes instead of {expected}",
            bytes.len()
        )),
        other => wrong(format_args!("{other:?} instead of {expected}")),
    }
}

fn integer(text: &[u8]) -> Result<i64, Stop> {
    let (digits, sign) = match text {
        [b'-', digits @ ..] => (digits, -1),
        digits => (digits, 1),
    };
    let number = unsigned(digits).and_then(|number| i64::try_from(number).ok());
    number
        .map(|number| sign * number)
        .ok_or_else(|| wrong("a number that is none"))
}

fn length(text: &[u8]) -> Result<usize, Stop> {
    let number = unsigned(text).and_then(|number| usize::try_from(number).ok());
    number
        .filter(|&number| number <= 512 << 20)
        .ok_or_else(|| wrong("a length that is none"))
}

/// A number without a sign.
#[inline]
#[must_use]
pub fn unsigned(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|&digit| digit < 10)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The id of an entry, as a number that rises with it.
///
/// # Errors
/// It is no id.
#[inline]
pub fn id(text: &[u8]) -> Result<u128, Stop> {
    let dash = text.iter().position(|&byte| byte == b'-');
    let parts = dash.and_then(|dash| {
        let (ms, seq) = (unsigned(&text[..dash])?, unsigned(&text[dash + 1..])?);
        Some((u128::from(ms) << 64) | u128::from(seq))
    });
    parts.ok_or_else(|| wrong("an id that is none"))
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Part, Stop, id};

    const REPLIES: &[u8] = b":-7\r\n$3\r\na\nb\r\n*2\r\n+OK\r\n$-1\r\n*-1\r\n-ERR no\r\n";

    #[test]
    fn every_kind_is_read() {
        let mut cursor = Cursor::new(REPLIES);
        let expected = [
            Part::Integer(-7),
            Part::Bulk(b"a\nb"),
            Part::Array(2),
            Part::Simple(b"OK"),
            Part::Nil,
            Part::Nil,
            Part::Error(b"ERR no"),
        ];
        for part in expected {
            assert_eq!(cursor.part(), Ok(part));
        }
        assert_eq!(cursor.part(), Err(Stop::Incomplete));
        assert_eq!(cursor.read(), REPLIES.len());
    }

    #[test]
    fn what_is_cut_off_is_incomplete_and_not_read() {
        for end in 0..b":-7\r\n".len() {
            let mut cursor = Cursor::new(&REPLIES[..end]);
            assert_eq!((cursor.part(), cursor.read()), (Err(Stop::Incomplete), 0));
        }
        let mut cursor = Cursor::new(b"$3\r\nabc\r");
        assert_eq!((cursor.bulk(), cursor.read()), (Err(Stop::Incomplete), 0));
    }

    #[test]
    fn what_was_not_expected_is_said() {
        let said = |reply: &[u8]| match Cursor::new(reply).integer() {
            Err(Stop::Wrong(what)) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(said(b"-ERR no\r\n"), "ERR no");
        assert_eq!(said(b"+OK\r\n"), "OK instead of a number");
        assert_eq!(said(b":x\r\n"), "a number that is none");
        assert_eq!(said(b"$9999999999\r\n"), "a length that is none");
        assert_eq!(said(b"\n"), "a line that is no reply");
    }

    #[test]
    fn ids_rise() {
        let rising = [
            &b"1599203861727-9"[..],
            b"1599203861727-10",
            b"1599203861728-0",
        ];
        assert!(
            rising.is_sorted_by_key(|text| id(text).unwrap()),
            "{rising:?}"
        );
        for bad in [&b"1"[..], b"-1", b"1-", b"a-b", b"1-1-1"] {
            assert!(matches!(id(bad), Err(Stop::Wrong(_))), "{bad:?}");
        }
    }
}

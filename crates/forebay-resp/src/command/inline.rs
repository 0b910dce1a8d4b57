//! A command as a person types it: words between blanks, with quotes and escapes.
//!
//! The rules are those of Redis. In double quotes `\n`, `\r`, `\t`, `\b`, `\a` and `\xHH` stand for
//! one byte and a backslash before anything else for that; in single quotes only `\'` does. A
//! closing quote ends the word and needs a blank behind it. A zero byte is a byte like any other,
//! where Redis would see the end of its input.

use super::error::ProtocolError;
use super::span::Span;

/// Splits `line` into words and unescapes them in place; `check` judges how many there are so far.
pub(super) fn split(
    line: &mut [u8],
    spans: &mut Vec<Span>,
    check: impl Fn(u32) -> Result<(), ProtocolError>,
) -> Result<(), ProtocolError> {
    let mut count = 0;
    let mut read = 0;
    loop {
        while line.get(read).is_some_and(|&byte| is_blank(byte)) {
            read += 1;
        }
        if read == line.len() {
            return Ok(());
        }
        count += 1;
        check(count)?;
        let mut word = Word {
            start: read,
            end: read,
            read,
        };
        word.unescape(line)?;
        spans.push(Span::new(word.start, word.end));
        read = word.read;
    }
}

/// The word that is being read. What is unescaped is written before what is still to be read.
struct Word {
    start: usize,
    end: usize,
    read: usize,
}

impl Word {
    fn unescape(&mut self, line: &mut [u8]) -> Result<(), ProtocolError> {
        while let Some(&byte) = line.get(self.read) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => return Ok(()),
                b'"' | b'\'' => return self.quoted(line, byte),
                _ => self.write(line, byte, 1),
            }
        }
        Ok(())
    }

    /// The rest of a word from its opening quote on.
    fn quoted(&mut self, line: &mut [u8], quote: u8) -> Result<(), ProtocolError> {
        self.read += 1;
        loop {
            let (byte, width) = match &line[self.read..] {
                [] => return Err(ProtocolError::UnbalancedQuotes),
                [b'\\', b'\'', ..] if quote == b'\'' => (b'\'', 2),
                [b'\\', b'x', high, low, ..] if quote == b'"' => match hexadecimal(*high, *low) {
                    Some(byte) => (byte, 4),
                    None => (b'x', 2),
                },
                [b'\\', escaped, ..] if quote == b'"' => (unescaped(*escaped), 2),
                [byte, rest @ ..] if *byte == quote => {
                    self.read += 1;
                    return match rest.first() {
                        Some(&next) if !is_blank(next) => Err(ProtocolError::UnbalancedQuotes),
                        _ => Ok(()),
                    };
                }
                [byte, ..] => (*byte, 1),
            };
            self.write(line, byte, width);
        }
    }

    /// Writes a byte for the `width` that it was read from.
    fn write(&mut self, line: &mut [u8], byte: u8, width: usize) {
        line[self.end] = byte;
        self.end += 1;
        self.read += width;
    }
}

/// As `isspace` of C.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn unescaped(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Vec<Vec<u8>>, ProtocolError> {
        let mut line = line.as_bytes().to_vec();
        let mut spans = Vec::new();
        split(&mut line, &mut spans, |_| Ok(()))?;
        let spans = spans.into_iter();
        Ok(spans.map(|span| line[span.range()].to_vec()).collect())
    }

    #[test]
    fn words_are_split_at_blanks() {
        let empty: [&[u8]; 0] = [];
        assert_eq!(words("").unwrap(), empty);
        assert_eq!(words(" \t\x0b ").unwrap(), empty);
        assert_eq!(words(" a  b\tc ").unwrap(), [b"a", b"b", b"c"]);
        assert_eq!(words("a\x0bb \x0bc").unwrap(), [&b"a\x0bb"[..], b"c"]);
    }

    #[test]
    fn quotes_and_escapes_are_those_of_redis() {
        for (line, expected) in [
            (r#""""#, &b""[..]),
            ("''", b""),
            (r#""a b""#, b"a b"),
            (r#""\x41\xfF\xg1\x4""#, b"A\xffxg1x4"),
            (r#""\n\r\t\b\a\"\\\q'""#, b"\n\r\t\x08\x07\"\\q'"),
            (r"'a\'b\n\x41'", br"a'b\n\x41"),
            (r#"a"b c""#, b"ab c"),
            ("a'b c'", b"ab c"),
            (r"a\n", br"a\n"),
        ] {
            assert_eq!(words(line).unwrap(), [expected], "{line}");
        }
        assert_eq!(words(r#""a" 'b'"#).unwrap(), [b"a", b"b"]);
    }

    #[test]
    fn unbalanced_quotes_are_refused() {
        for line in [
            "\"",
            "'",
            "\"a",
            "'a",
            "\"a\"b",
            "'a'b",
            "\"a\"\"b\"",
            "\"a\\\"",
            "'a\\'",
            "\"\\",
        ] {
            assert_eq!(words(line), Err(ProtocolError::UnbalancedQuotes), "{line}");
        }
    }

    #[test]
    fn no_more_words_than_allowed_are_split() {
        let mut spans = Vec::new();
        let mut line = *b"a b c";
        let refused = ProtocolError::InvalidMultibulkLength;
        let check = |count| if count > 2 { Err(refused) } else { Ok(()) };
        assert_eq!(split(&mut line, &mut spans, check), Err(refused));
        assert_eq!(spans.len(), 2);
    }
}

//! How numbers and byte strings are written down in records and checkpoints.
//!
//! Numbers are LEB128: seven bits a byte, the lowest first. A byte string is its length and its
//! bytes. What is read was covered by a checksum; that it makes sense is checked all the same, and
//! nothing is allocated by what a length says.

use crate::stream::StreamId;

/// A number of at most ten bytes.
pub(crate) fn put_number(to: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            to.push(low);
            return;
        }
        to.push(low | 0x80);
    }
}

/// A number that may be negative: small ones of both signs are short.
pub(crate) fn put_signed(to: &mut Vec<u8>, number: i64) {
    put_number(
        to,
        (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned(),
    );
}

pub(crate) fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    put_number(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

/// `None` is one byte.
pub(crate) fn put_optional(to: &mut Vec<u8>, number: Option<u64>) {
    match number {
        None => to.push(0),
        Some(number) => {
            to.push(1);
            put_number(to, number);
        }
    }
}

pub(crate) fn put_flag(to: &mut Vec<u8>, flag: bool) {
    to.push(u8::from(flag));
}

pub(crate) fn put_id(to: &mut Vec<u8>, id: StreamId) {
    put_number(to, id.ms);
    put_number(to, id.seq);
}

/// What cannot be read: the bytes are not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

pub(crate) type Parsed<T> = Result<T, Malformed>;

/// Reads what was put, from the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parser<'a>(pub(crate) &'a [u8]);

impl<'a> Parser<'a> {
    pub(crate) const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Parsed<u8> {
        let (byte, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*byte)
    }

    pub(crate) fn number(&mut self) -> Parsed<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(Malformed);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    pub(crate) fn signed(&mut self) -> Parsed<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(crate) fn bytes(&mut self) -> Parsed<&'a [u8]> {
        let len = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        self.take(len)
    }

    pub(crate) fn take(&mut self, len: usize) -> Parsed<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(crate) fn optional(&mut self) -> Parsed<Option<u64>> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.number().map(Some),
            _ => Err(Malformed),
        }
    }

    pub(crate) fn flag(&mut self) -> Parsed<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed),
        }
    }

    pub(crate) fn id(&mut self) -> Parsed<StreamId> {
        Ok(StreamId::new(self.number()?, self.number()?))
    }

    /// As many as a number in front says; each takes at least one byte.
    pub(crate) fn several<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let count = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        if count > self.0.len() {
            return Err(Malformed);
        }
        (0..count).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_put_comes_back(
            number: u64,
            signed: i64,
            bytes: Vec<u8>,
            optional: Option<u64>,
            flag: bool,
        ) {
            let mut to = Vec::new();
            put_number(&mut to, number);
            put_signed(&mut to, signed);
            put_bytes(&mut to, &bytes);
            put_optional(&mut to, optional);
            put_flag(&mut to, flag);
            put_id(&mut to, StreamId::new(number, 7));
            let mut parser = Parser(&to);
            prop_assert_eq!(parser.number(), Ok(number));
            prop_assert_eq!(parser.signed(), Ok(signed));
            prop_assert_eq!(parser.bytes(), Ok(&bytes[..]));
            prop_assert_eq!(parser.optional(), Ok(optional));
            prop_assert_eq!(parser.flag(), Ok(flag));
            prop_assert_eq!(parser.id(), Ok(StreamId::new(number, 7)));
            prop_assert!(parser.is_at_end());
        }
    }

    #[test]
    fn what_was_not_put_is_refused() {
        assert_eq!(Parser(&[]).number(), Err(Malformed));
        assert_eq!(Parser(&[0x80]).number(), Err(Malformed));
        assert_eq!(Parser(&[0xff; 10]).number(), Err(Malformed), "65 bits");
        assert_eq!(Parser(&[5, 1, 2]).bytes(), Err(Malformed));
        assert_eq!(Parser(&[2]).flag(), Err(Malformed));
        let many = [0xff, 0xff, 0xff, 0xff, 0x0f];
        assert_eq!(
            Parser(&many).several(Parser::number),
            Err(Malformed),
            "nothing is allocated for four thousand million numbers"
        );
    }
}

//! Numbered messages: who sent it and which it is, in the first eight bytes.

/// The smallest payload: the header.
pub const PAYLOAD_BYTES_MIN: usize = 8;

const SEQUENCE_BITS: u32 = 48;

/// The producer and the number of a message, packed into one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Header(u64);

impl Header {
    /// The header of a producer's message.
    #[must_use]
    pub const fn new(producer: u16, sequence: u64) -> Self {
        debug_assert!(sequence < 1 << SEQUENCE_BITS, "a sequence has 48 bits");
        Self(((producer as u64) << SEQUENCE_BITS) | sequence)
    }

    /// A header that carries any number.
    #[must_use]
    pub const fn from_word(word: u64) -> Self {
        Self(word)
    }

    /// Both parts as one number.
    #[must_use]
    pub const fn word(self) -> u64 {
        self.0
    }

    /// Who sent the message.
    #[must_use]
    pub const fn producer(self) -> u16 {
        (self.0 >> SEQUENCE_BITS) as u16
    }

    /// Which of the producer's messages it is, from 0.
    #[must_use]
    pub const fn sequence(self) -> u64 {
        self.0 & ((1 << SEQUENCE_BITS) - 1)
    }

    /// Writes the header to the front of a message.
    ///
    /// # Panics
    /// When the message is shorter than [`PAYLOAD_BYTES_MIN`].
    #[inline]
    pub fn write(self, message: &mut [u8]) {
        message[..PAYLOAD_BYTES_MIN].copy_from_slice(&self.0.to_le_bytes());
    }

    /// The header at the front of a message; of one that is too short, a header that nobody sends.
    #[inline]
    #[must_use]
    pub fn read(message: &[u8]) -> Self {
        Self(
            message
                .first_chunk()
                .map_or(u64::MAX, |bytes| u64::from_le_bytes(*bytes)),
        )
    }
}

/// How many of `total` fall to the part `index` of `parts`, as evenly as can be.
#[must_use]
pub const fn share(total: u64, parts: usize, index: usize) -> u64 {
    total / parts as u64 + ((index as u64) < total % parts as u64) as u64
}

#[cfg(test)]
mod tests {
    use super::{Header, share};

    #[test]
    fn header_round_trip() {
        let header = Header::new(513, (1 << 48) - 2);
        let mut message = [0xAA; 9];
        header.write(&mut message);
        assert_eq!(Header::read(&message), header);
        assert_eq!((header.producer(), header.sequence()), (513, (1 << 48) - 2));
        assert_eq!(message[8], 0xAA);
        assert_eq!(Header::read(&message[..7]).producer(), u16::MAX);
    }

    #[test]
    fn shares_add_up() {
        for total in [0, 1, 7, 1000] {
            for parts in [1, 2, 3, 8] {
                let sum: u64 = (0..parts).map(|index| share(total, parts, index)).sum();
                assert_eq!(sum, total);
            }
        }
    }
}

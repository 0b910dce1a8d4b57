//! What stands at the front of each message of a mix: who sent it, when it was due, when it was
//! pushed, and how long it is.

use crate::message::Header;

/// The smallest message.
pub const STAMP_BYTES: usize = 32;

/// The front of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Who sent it, and which it is.
    pub header: Header,
    /// When it was due, in nanoseconds after the start.
    pub due_ns: u64,
    /// When the call began that pushed it.
    pub pushed_ns: u64,
    /// Its key.
    pub key: u32,
    /// Its length.
    pub bytes: u32,
}

impl Stamp {
    /// Writes it to the front of a message.
    ///
    /// # Panics
    /// When the message is shorter than [`STAMP_BYTES`].
    #[inline]
    pub fn write(self, message: &mut [u8]) {
        self.header.write(message);
        message[8..16].copy_from_slice(&self.due_ns.to_le_bytes());
        message[16..24].copy_from_slice(&self.pushed_ns.to_le_bytes());
        message[24..28].copy_from_slice(&self.key.to_le_bytes());
        message[28..32].copy_from_slice(&self.bytes.to_le_bytes());
    }

    /// Reads it; none from a message that is too short.
    #[inline]
    #[must_use]
    pub fn read(message: &[u8]) -> Option<Self> {
        let stamp: &[u8; STAMP_BYTES] = message.first_chunk()?;
        let word = |at: usize| -> Option<u64> {
            Some(u64::from_le_bytes(*stamp.get(at..)?.first_chunk()?))
        };
        let half = |at: usize| -> Option<u32> {
            Some(u32::from_le_bytes(*stamp.get(at..)?.first_chunk()?))
        };
        Some(Self {
            header: Header::from_word(word(0)?),
            due_ns: word(8)?,
            pushed_ns: word(16)?,
            key: half(24)?,
            bytes: half(28)?,
        })
    }
}

/// What every byte after the stamp is; of a message that is only timed, the last one.
#[inline]
#[must_use]
pub fn filling(header: Header) -> u8 {
    header
        .word()
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .to_be_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::{STAMP_BYTES, Stamp};
    use crate::message::Header;

    #[test]
    fn stamp_round_trip() {
        let stamp = Stamp {
            header: Header::new(3, 7),
            due_ns: 11,
            pushed_ns: u64::MAX,
            key: 9_999,
            bytes: 40,
        };
        let mut message = [0xAA; 40];
        stamp.write(&mut message);
        assert_eq!(Stamp::read(&message), Some(stamp));
        assert_eq!(message[STAMP_BYTES..], [0xAA; 8]);
        assert_eq!(Stamp::read(&message[..STAMP_BYTES - 1]), None);
    }
}

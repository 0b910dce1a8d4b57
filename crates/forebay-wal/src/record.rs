//! Records: what is logged.

/// What is before a record's body: its length, its shard and its kind.
pub(crate) const RECORD_HEADER_BYTES: usize = 9;

/// Something to remember: bytes that mean nothing to the log, of a kind and of a shard.
///
/// # Examples
/// ```
/// use forebay_wal::Record;
///
/// let record = Record::new(1, 7, b"push a message");
/// assert_eq!((record.kind(), record.shard()), (1, 7));
/// assert_eq!(record.body(), b"push a message");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    kind: u8,
    shard: u32,
    body: &'a [u8],
}

impl<'a> Record<'a> {
    /// A record of `kind`, which belongs to `shard`.
    #[must_use]
    pub const fn new(kind: u8, shard: u32, body: &'a [u8]) -> Self {
        Self { kind, shard, body }
    }

    /// The kind, which is the user's.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        self.kind
    }

    /// The shard that it belongs to.
    #[must_use]
    pub const fn shard(&self) -> u32 {
        self.shard
    }

    /// The bytes.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// What the record takes in a frame.
    pub(crate) const fn encoded_bytes(&self) -> usize {
        RECORD_HEADER_BYTES + self.body.len()
    }

    /// Appends the record to `to`. Its length was checked.
    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        let length = u32::try_from(self.body.len()).unwrap_or(u32::MAX);
        let mut header = [0; RECORD_HEADER_BYTES];
        header[..4].copy_from_slice(&length.to_le_bytes());
        header[4..8].copy_from_slice(&self.shard.to_le_bytes());
        header[8] = self.kind;
        to.reserve(self.encoded_bytes());
        to.extend_from_slice(&header);
        to.extend_from_slice(self.body);
    }

    /// The first record of `bytes` and what is behind it; `None` if it is not whole.
    pub(crate) fn decode(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (shard, rest) = rest.split_first_chunk()?;
        let (kind, rest) = rest.split_first()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (body, rest) = rest.split_at_checked(length)?;
        Some((Self::new(*kind, u32::from_le_bytes(*shard), body), rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_and_a_cut_one_does_not() {
        let record = Record::new(3, 0x0102_0304, b"body");
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        assert_eq!(bytes.len(), record.encoded_bytes());
        for end in 0..bytes.len() {
            assert_eq!(Record::decode(&bytes[..end]), None, "cut at {end}");
        }
        bytes.push(9);
        assert_eq!(Record::decode(&bytes), Some((record, &[9][..])));
    }
}

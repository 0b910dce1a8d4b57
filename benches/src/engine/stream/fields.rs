//! The fields of an entry as the peers keep them: one block, so that an entry is one allocation.

const LENGTHS_BYTES: usize = 8;

/// What a block of one field takes.
#[must_use]
pub const fn bytes_of(name: &[u8], value: &[u8]) -> usize {
    LENGTHS_BYTES + name.len() + value.len()
}

/// Appends a field to a block: both lengths, then the name and the value.
///
/// # Panics
/// When one of them has 4 GiB.
#[inline]
#[expect(clippy::expect_used, reason = "no message is that large")]
pub fn append(block: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    let length = |part: &[u8]| u32::try_from(part.len()).expect("less than 4 GiB");
    block.extend_from_slice(&length(name).to_le_bytes());
    block.extend_from_slice(&length(value).to_le_bytes());
    block.extend_from_slice(name);
    block.extend_from_slice(value);
}

/// A block of one field.
#[inline]
#[must_use]
pub fn boxed(name: &[u8], value: &[u8]) -> Box<[u8]> {
    let mut block = Vec::with_capacity(bytes_of(name, value));
    append(&mut block, name, value);
    block.into_boxed_slice()
}

/// The value of the first field, nothing when there is none.
#[inline]
#[must_use]
pub fn first_value(block: &[u8]) -> &[u8] {
    let parts = || {
        let (name, rest) = block.split_first_chunk()?;
        let (value, rest) = rest.split_first_chunk()?;
        let length = |bytes| usize::try_from(u32::from_le_bytes(bytes)).ok();
        let (name, value) = (length(*name)?, length(*value)?);
        rest.get(name..name + value)
    };
    parts().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{boxed, bytes_of, first_value};

    #[test]
    fn values_come_back() {
        for value in [&b""[..], b"x", &[7; 300]] {
            let block = boxed(b"name", value);
            assert_eq!(block.len(), bytes_of(b"name", value));
            assert_eq!(first_value(&block), value);
        }
        assert_eq!(first_value(b"short"), b"");
    }
}

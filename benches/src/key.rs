//! The names of keys: `queue:` and eight digits.

/// The length of every name.
pub const NAME_BYTES: usize = 14;

/// A key's name; all names of a workload lie in one array, so that reading one costs one cache
/// line.
pub type Name = [u8; NAME_BYTES];

const DIGITS: usize = 8;

/// The name of the key with this number, of which the last eight digits count.
#[must_use]
pub fn name(number: u64) -> Name {
    let mut name = *b"queue:00000000";
    let mut rest = number;
    for digit in name.iter_mut().rev().take(DIGITS) {
        *digit += u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    name
}

/// The names of the first `count` keys.
#[must_use]
pub fn names(count: usize) -> Vec<Name> {
    (0..).take(count).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::{name, names};

    #[test]
    fn names_are_numbers_with_zeros() {
        assert_eq!(&name(4_050), b"queue:00004050");
        assert_eq!(&name(99_999_999), b"queue:99999999");
        assert_eq!(names(11)[10], name(10));
    }
}

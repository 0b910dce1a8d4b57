//! The fields of an entry.

use core::fmt;
use core::iter::FusedIterator;

use bytes::{BufMut, Bytes, BytesMut};
use forebay_sync::stream_log::{self, Encoded};

/// The fields of an entry: pairs of a name and a value, in the order in which they were added. A
/// name may come more than once.
///
/// They lie in one block of memory that clones, and everything taken out as [`Bytes`], share.
///
/// # Examples
/// ```
/// use forebay::stream::Fields;
///
/// let fields = Fields::from([("repo", "5"), ("shop", "7")]);
/// assert_eq!(fields.value("repo"), Some(&b"5"[..]));
/// assert_eq!(fields.iter().count(), 2);
/// assert_eq!(fields, [("repo", "5"), ("shop", "7")]);
/// assert_eq!(format!("{fields:?}"), r#"{"repo": "5", "shop": "7"}"#);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Fields {
    /// For each field the length of its name, the name, the length of its value, and the value, as
    /// the log stores them.
    block: Bytes,
}

impl Fields {
    /// Fields in a block that has the form of this type's.
    pub(super) fn from_block(block: Bytes) -> Self {
        Self { block }
    }

    /// As the log stores fields that bring their names along.
    #[inline]
    pub(super) fn encoded(&self) -> Encoded<'_> {
        encoded(&self.block)
    }

    /// Whether there are none, which no entry of a stream has.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Fields;
    ///
    /// assert!(Fields::default().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.block.is_empty()
    }

    /// How many there are.
    ///
    /// # Complexity
    /// O(number of fields).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Fields;
    ///
    /// assert_eq!(Fields::from([("repo", "5")]).len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// The names and values.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Fields;
    ///
    /// let fields = Fields::from([("repo", "5")]);
    /// for (name, value) in &fields {
    ///     assert_eq!((name, value), (&b"repo"[..], &b"5"[..]));
    /// }
    /// ```
    #[must_use]
    pub fn iter(&self) -> FieldsIter<'_> {
        FieldsIter::new(self.encoded())
    }

    /// The value of the first field with this name.
    ///
    /// # Complexity
    /// O(number of fields).
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Fields;
    ///
    /// let fields = Fields::from([("a", "1"), ("a", "2")]);
    /// assert_eq!(fields.value("a"), Some(&b"1"[..]));
    /// assert_eq!(fields.value("b"), None);
    /// ```
    #[must_use]
    pub fn value(&self, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        let name = name.as_ref();
        self.iter()
            .find_map(|(each, value)| (each == name).then_some(value))
    }
}

/// `{"name": "value"}`, what is not printable escaped.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_debug(self.iter(), f)
    }
}

/// How fields look that are printed to be read by people.
pub(super) fn write_debug(fields: FieldsIter<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_map()
        .entries(fields.map(|(name, value)| (Text(name), Text(value))))
        .finish()
}

struct Text<'a>(&'a [u8]);

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut block = BytesMut::new();
        for (name, value) in fields {
            put(&mut block, name.as_ref());
            put(&mut block, value.as_ref());
        }
        Self {
            block: block.freeze(),
        }
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>, const LEN: usize> From<[(N, V); LEN]> for Fields {
    fn from(fields: [(N, V); LEN]) -> Self {
        fields.into_iter().collect()
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>, const LEN: usize> PartialEq<[(N, V); LEN]> for Fields {
    fn eq(&self, other: &[(N, V); LEN]) -> bool {
        self.iter().eq(other
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref())))
    }
}

impl<'a> IntoIterator for &'a Fields {
    type Item = (&'a [u8], &'a [u8]);
    type IntoIter = FieldsIter<'a>;

    fn into_iter(self) -> FieldsIter<'a> {
        self.iter()
    }
}

/// The names and values as parts of the shared block: nothing is copied.
///
/// # Examples
/// ```
/// use forebay::Bytes;
/// use forebay::stream::Fields;
///
/// let fields = Fields::from([("repo", "5")]);
/// let owned: Vec<(Bytes, Bytes)> = fields.into_iter().collect();
/// assert_eq!(owned[0], (Bytes::from("repo"), Bytes::from("5")));
/// ```
impl IntoIterator for Fields {
    type Item = (Bytes, Bytes);
    type IntoIter = FieldsIntoIter;

    fn into_iter(self) -> FieldsIntoIter {
        FieldsIntoIter { rest: self.block }
    }
}

/// The [fields](Fields) of an entry, borrowed.
#[derive(Clone, Debug)]
pub struct FieldsIter<'a>(stream_log::Fields<'a>);

impl<'a> FieldsIter<'a> {
    #[inline]
    pub(super) const fn new(encoded: Encoded<'a>) -> Self {
        Self(encoded.fields())
    }
}

impl<'a> Iterator for FieldsIter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl FusedIterator for FieldsIter<'_> {}

/// The [fields](Fields) of an entry, each keeping their block alive.
#[derive(Clone, Debug)]
pub struct FieldsIntoIter {
    rest: Bytes,
}

impl Iterator for FieldsIntoIter {
    type Item = (Bytes, Bytes);

    fn next(&mut self) -> Option<Self::Item> {
        let mut fields = encoded(&self.rest).fields();
        let (name, value) = fields.next()?;
        let pair = (self.rest.slice_ref(name), self.rest.slice_ref(value));
        self.rest = self.rest.slice_ref(fields.rest().body);
        Some(pair)
    }
}

impl FusedIterator for FieldsIntoIter {}

/// Appends a length and the bytes: seven bits of the length in a byte, the lowest first, and a
/// further bit that says that there are more.
fn put(block: &mut BytesMut, bytes: &[u8]) {
    let mut rest = bytes.len();
    block.reserve(bytes.len() + 5);
    while rest >= 0x80 {
        block.put_u8(low_bits(rest) | 0x80);
        rest >>= 7;
    }
    block.put_u8(low_bits(rest));
    block.put_slice(bytes);
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits")]
const fn low_bits(number: usize) -> u8 {
    (number & 0x7f) as u8
}

const fn encoded(block: &[u8]) -> Encoded<'_> {
    Encoded {
        names: None,
        body: block,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lengths_come_out() {
        for len in [0, 1, 127, 128, 129, 16_383, 16_384, 2_097_152] {
            let value = vec![7_u8; len];
            let fields = Fields::from([(&b""[..], &value[..]), (&value[..], &b"x"[..])]);
            assert_eq!(fields, [(&b""[..], &value[..]), (&value[..], &b"x"[..])]);
            assert_eq!(fields.len(), 2);
            let owned: Vec<_> = fields.into_iter().collect();
            assert_eq!(owned.len(), 2);
            assert_eq!(owned[0], (Bytes::new(), Bytes::from(value.clone())));
            assert_eq!(owned[1], (Bytes::from(value), Bytes::from("x")));
        }
    }

    #[test]
    fn what_is_equal_is_equal() {
        let fields = Fields::from([("a", "1"), ("b", "2")]);
        assert_eq!(fields, fields.iter().collect::<Fields>());
        assert_ne!(fields, Fields::from([("b", "2"), ("a", "1")]));
        assert_ne!(fields, [("a", "1")]);
        assert_ne!(fields, [("a", "1"), ("b", "2"), ("", "")]);
        assert_ne!(Fields::from([("a", "b1")]), Fields::from([("ab", "1")]));
    }

    #[test]
    fn debug_shows_bytes_as_text() {
        let fields = Fields::from([(&b"a"[..], &b"\0\xff\"x"[..])]);
        assert_eq!(format!("{fields:?}"), r#"{"a": "\x00\xff\"x"}"#);
    }
}

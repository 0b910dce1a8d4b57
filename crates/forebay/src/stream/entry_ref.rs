//! An entry where it lies.

use core::fmt;

use forebay_sync::stream_log::Encoded;

use super::entry::Entry;
use super::fields::{self, Fields, FieldsIter};
use super::id::StreamId;

/// An entry of a stream, lent by a call that ends in `_with`: nothing was copied or allocated.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine};
///
/// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
/// mq.xadd([("shop", "harbour"), ("amount", "5")])?;
/// let mut kept = Vec::new();
/// mq.xrange_with(.., None, |entry| {
///     if entry.fields.value("shop") == Some(b"harbour") {
///         kept.push(entry.to_entry());
///     }
/// })?;
/// assert_eq!(kept, mq.xrange(.., None)?);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
    /// Its id.
    pub id: StreamId,
    /// Its names and values.
    pub fields: FieldsRef<'a>,
}

impl EntryRef<'_> {
    /// A copy that can be kept.
    #[must_use]
    pub fn to_entry(self) -> Entry {
        Entry {
            id: self.id,
            fields: self.fields.to_fields(),
        }
    }
}

impl<'a> From<&'a Entry> for EntryRef<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            id: entry.id,
            fields: FieldsRef(entry.fields.encoded()),
        }
    }
}

/// The [fields](Fields) of an entry where they lie; see [`EntryRef`].
#[derive(Clone, Copy)]
pub struct FieldsRef<'a>(Encoded<'a>);

impl<'a> FieldsRef<'a> {
    #[inline]
    pub(in crate::stream) const fn new(encoded: Encoded<'a>) -> Self {
        Self(encoded)
    }

    /// The names and values, in the order in which they were added.
    #[inline]
    #[must_use]
    pub const fn iter(self) -> FieldsIter<'a> {
        FieldsIter::new(self.0)
    }

    /// The value of the first field with this name. O(number of fields).
    #[inline]
    #[must_use]
    pub fn value(self, name: impl AsRef<[u8]>) -> Option<&'a [u8]> {
        let name = name.as_ref();
        self.iter()
            .find_map(|(each, value)| (each == name).then_some(value))
    }

    /// A copy that can be kept.
    #[must_use]
    pub fn to_fields(self) -> Fields {
        self.iter().collect()
    }
}

impl<'a> IntoIterator for FieldsRef<'a> {
    type Item = (&'a [u8], &'a [u8]);
    type IntoIter = FieldsIter<'a>;

    fn into_iter(self) -> FieldsIter<'a> {
        self.iter()
    }
}

/// As [`Fields`].
impl fmt::Debug for FieldsRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields::write_debug(self.iter(), f)
    }
}

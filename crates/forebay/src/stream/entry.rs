//! An entry.

use super::fields::Fields;
use super::id::StreamId;

/// An entry of a stream.
///
/// # Examples
/// ```
/// use forebay::stream::{Entry, Fields};
///
/// let entry = Entry { id: "5-1".parse()?, fields: Fields::from([("repo", "5")]) };
/// assert_eq!(format!("{entry:?}"), r#"Entry { id: 5-1, fields: {"repo": "5"} }"#);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Its id.
    pub id: StreamId,
    /// Its names and values.
    pub fields: Fields,
}

//! Lists of short texts, for the tests of the commands.

use forebay_sync::{Exclusive, SegmentList, Side};

use crate::frozen::FrozenList;
use crate::object::Attention;

/// A list of no key.
pub(crate) struct TestList(SegmentList<Attention>);

impl TestList {
    pub(crate) fn freeze(&self) -> FrozenList<'_> {
        FrozenList::new(self.0.freeze(), None)
    }
}

/// A list with one element for each letter, from the left.
pub(crate) fn list_of(letters: &str) -> TestList {
    let list = SegmentList::new();
    for letter in letters.bytes() {
        list.push(Side::Right, &[letter])
            .expect("nobody attends to this list");
    }
    TestList(list)
}

/// The elements, from the left.
pub(crate) fn letters<X>(list: &Exclusive<'_, X>) -> String {
    list.iter()
        .flatten()
        .map(|&byte| char::from(byte))
        .collect()
}

/// Elements in a row.
pub(crate) fn joined<B: AsRef<[u8]>>(elements: &[B]) -> String {
    elements
        .iter()
        .flat_map(AsRef::as_ref)
        .map(|&byte| char::from(byte))
        .collect()
}

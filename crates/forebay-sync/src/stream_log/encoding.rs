//! The bytes of an entry: its fields, one behind the other.
//!
//! ```text
//! entry:  | head: length of the body * 2 + named | body |
//! body:   | length | value | length | value | ...                     the names are the segment's
//!     or  | length | name | length | value | length | name | ...      named
//! names:  | length | name | length | name | ...                       once in the segment
//! ```
//!
//! Numbers are written in groups of seven bits, the lowest first; the eighth bit says that another
//! group follows. A short entry with the segment's names has one byte in front, and one for each
//! value.

/// A name and a value.
pub type Field<'a> = (&'a [u8], &'a [u8]);

/// Bytes of a number.
#[inline]
pub(super) const fn number_bytes(number: usize) -> usize {
    if number < 1 << 7 {
        1
    } else {
        (usize::BITS - number.leading_zeros()).div_ceil(7) as usize
    }
}

/// Bytes of a length and what it is the length of.
#[inline]
pub(super) const fn prefixed(bytes: &[u8]) -> usize {
    number_bytes(bytes.len()) + bytes.len()
}

/// Takes a number from the front.
#[inline]
fn take_number(bytes: &mut &[u8]) -> Option<usize> {
    let (&first, rest) = bytes.split_first()?;
    *bytes = rest;
    if first < 1 << 7 {
        return Some(first as usize);
    }
    let mut number = (first & 0x7f) as usize;
    let mut shift = 7;
    loop {
        let (&group, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= ((group & 0x7f) as usize).checked_shl(shift)?;
        if group < 1 << 7 {
            return Some(number);
        }
        shift += 7;
    }
}

/// Takes a length, and as many bytes, from the front.
#[inline]
pub(super) fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = take_number(bytes)?;
    let (taken, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(taken)
}

/// The fields of an entry as they are stored, to be copied in one piece and read later.
///
/// ```
/// use forebay_sync::stream_log::{Encoded, NewId, StreamLog};
///
/// let log: StreamLog<()> = StreamLog::new();
/// log.add(NewId::Auto { now_ms: 1 }, &[(b"item", b"paper")])?;
/// let reader = log.pin();
/// let stored = reader.first().unwrap().encoded();
/// let (names, body) = (stored.names.map(<[u8]>::to_vec), stored.body.to_vec());
///
/// let copy = Encoded { names: names.as_deref(), body: &body };
/// assert!(copy.fields().eq([(&b"item"[..], &b"paper"[..])]));
/// # Ok::<(), forebay_sync::stream_log::AddError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded<'a> {
    /// The names, when many entries share them: the same bytes for all of them in one segment.
    /// `None` when they stand in the body.
    pub names: Option<&'a [u8]>,
    /// The values, or names and values in turns.
    pub body: &'a [u8],
}

impl<'a> Encoded<'a> {
    /// The fields in these bytes, in order. Of bytes that are no entry: as many as there are.
    #[must_use]
    pub const fn fields(self) -> Fields<'a> {
        Fields(self)
    }
}

/// The fields of an entry, in order.
///
/// An iterator over names and values, made by [`EntryRef::fields`](super::EntryRef::fields) and
/// [`Encoded::fields`].
#[derive(Clone, Debug)]
pub struct Fields<'a>(Encoded<'a>);

impl<'a> Fields<'a> {
    /// The fields that are still to come.
    #[must_use]
    pub const fn rest(&self) -> Encoded<'a> {
        self.0
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let name = match &mut self.0.names {
            Some(names) => take(names),
            None => take(&mut self.0.body),
        };
        Some((name?, take(&mut self.0.body)?))
    }
}

impl core::iter::FusedIterator for Fields<'_> {}

/// Finds the entry that begins at `from`.
///
/// # Safety
///
/// [`Measure::write`](super::measure::Measure::write) has written an entry there, in a segment with
/// these names; its bytes do not change and stay there as long as the names.
#[inline]
pub(super) unsafe fn read(from: *const u8, names: &[u8]) -> Encoded<'_> {
    let (mut head, mut shift, mut at) = (0, 0, from);
    loop {
        // SAFETY: the head is complete.
        let group = unsafe { at.read() };
        at = at.wrapping_add(1);
        head |= ((group & 0x7f) as usize) << shift;
        if group < 1 << 7 {
            break;
        }
        shift += 7;
    }
    // SAFETY: the head says how long the body is.
    let body = unsafe { core::slice::from_raw_parts(at, head >> 1) };
    Encoded {
        names: (head & 1 == 0).then_some(names),
        body,
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::measure::{Measure, names_bytes, write_names};
    use super::*;

    fn names_of(fields: &[Field<'_>]) -> Vec<u8> {
        let mut names = alloc::vec![0; names_bytes(fields)];
        // SAFETY: as long as measured.
        unsafe { write_names(fields, names.as_mut_ptr()) };
        names
    }

    fn round_trip(fields: &[Field<'_>], names: &[u8], is_named: bool) {
        let measure = Measure::new(fields, names);
        assert_eq!(measure.named, is_named, "{} fields", fields.len());
        let bytes = measure.boxed(fields);
        // SAFETY: written above.
        let encoded = unsafe { read(bytes.as_ptr(), names) };
        assert_eq!(encoded.names.is_none(), is_named, "{fields:?}");
        assert!(encoded.fields().eq(fields.iter().copied()), "{fields:?}");
    }

    #[test]
    fn fields_round_trip_with_and_without_the_names_of_the_segment() {
        let long = [7; 300];
        let longer = alloc::vec![9; 20_000];
        let cases: [&[Field<'_>]; 5] = [
            &[],
            &[(b"", b"")],
            &[(b"item", b"paper"), (b"", b"x"), (b"n", b"")],
            &[(&long, b"1")],
            &[(b"a", &long), (b"a", &longer)],
        ];
        for fields in cases {
            let own = names_of(fields);
            for other in cases {
                round_trip(fields, &names_of(other), own != names_of(other));
            }
        }
    }

    #[test]
    fn the_same_names_in_another_order_are_others() {
        let names = names_of(&[(b"a", b""), (b"b", b"")]);
        round_trip(&[(b"b", b"1"), (b"a", b"2")], &names, true);
        round_trip(&[(b"a", b"1")], &names, true);
        round_trip(&[(b"a", b"1"), (b"b", b"2"), (b"c", b"3")], &names, true);
        round_trip(&[(b"a", b"1"), (b"b", b"2")], &names, false);
    }

    #[test]
    fn a_short_entry_has_one_byte_in_front_and_one_for_each_value() {
        let fields: &[Field<'_>] = &[(b"name", b"value"), (b"other", b"12")];
        assert_eq!(Measure::new(fields, &names_of(fields)).bytes(), 1 + 6 + 3);
    }

    #[test]
    fn bytes_that_are_no_entry_end_early() {
        for body in [&[5, 1][..], &[0x80], &[0xff; 30], &[1, 65, 200]] {
            let broken = Encoded { names: None, body };
            assert_eq!(broken.fields().count(), 0, "{body:?}");
        }
    }
}

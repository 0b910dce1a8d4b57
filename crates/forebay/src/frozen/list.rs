//! A list in exclusive mode that writes down what happens to it.

use core::ops::Deref;

use bytes::Bytes;
use forebay_sync::{Contents, Exclusive, Side};

use crate::journal::{Code, Pen, put_bytes, put_number};
use crate::object::Attention;

/// A list in exclusive mode. What changes its elements is written down, if the engine has a
/// journal. What reads them is as in [`Exclusive`].
pub(crate) struct FrozenList<'a> {
    list: Exclusive<'a, Attention>,
    pen: Option<Pen<'a>>,
}

impl<'a> FrozenList<'a> {
    pub(crate) const fn new(list: Exclusive<'a, Attention>, pen: Option<Pen<'a>>) -> Self {
        Self { list, pen }
    }

    pub(super) const fn pen(&self) -> Option<Pen<'a>> {
        self.pen
    }

    #[inline]
    pub(crate) fn push(&mut self, side: Side, element: &[u8]) {
        self.list.push(side, element);
        if let Some(pen) = self.pen {
            pen.write(Code::push(side), |to| put_bytes(to, element));
        }
    }

    #[inline]
    pub(crate) fn pop(&mut self, side: Side) -> Option<Bytes> {
        let popped = self.list.pop(side);
        if let Some(pen) = self.pen
            && popped.is_some()
        {
            pen.write_pop(Code::pop(side));
        }
        popped
    }

    /// Moves the element at `from` to `to` of another list, and returns a copy.
    #[inline]
    pub(crate) fn move_to(
        &mut self,
        from: Side,
        target: &mut FrozenList<'_>,
        to: Side,
    ) -> Option<Bytes> {
        let moved = self.list.move_to(from, &mut target.list, to);
        if let (Some(element), Some(pen)) = (&moved, self.pen) {
            pen.write_pop(Code::pop(from));
            if let Some(pen) = target.pen {
                pen.write(Code::push(to), |to| put_bytes(to, element));
            }
        }
        moved
    }

    pub(crate) fn set(&mut self, index: u64, element: &[u8]) -> bool {
        let is_set = self.list.set(index, element);
        self.write_at(Code::Set, index, element);
        is_set
    }

    pub(crate) fn insert(&mut self, index: u64, element: &[u8]) {
        self.list.insert(index, element);
        self.write_at(Code::Insert, index, element);
    }

    fn write_at(&self, code: Code, index: u64, element: &[u8]) {
        if let Some(pen) = self.pen {
            pen.write(code, |to| {
                put_number(to, index);
                put_bytes(to, element);
            });
        }
    }

    /// Removes up to `limit` elements that are equal to this one.
    pub(crate) fn remove_equal(&mut self, from: Side, limit: u64, element: &[u8]) -> u64 {
        let removed = (self.list).remove_matching(from, limit, |candidate| candidate == element);
        if let Some(pen) = self.pen
            && removed > 0
        {
            pen.write(Code::remove(from), |to| {
                put_number(to, limit);
                put_bytes(to, element);
            });
        }
        removed
    }

    /// Keeps the elements from `start` up to `end`.
    pub(crate) fn truncate_to(&mut self, start: u64, end: u64) {
        if let Some(pen) = self.pen
            && (start, end) != (0, self.list.len())
        {
            pen.write(Code::Truncate, |to| {
                put_number(to, start);
                put_number(to, end);
            });
        }
        self.list.truncate_to(start, end);
    }

    /// Adds an element; the key writes that down.
    pub(crate) fn add(&mut self, side: Side, element: &[u8]) {
        self.list.push(side, element);
    }

    /// Empties the list; the key writes that down.
    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    /// Takes all elements out; the key writes that down.
    pub(super) fn take_all(&mut self) -> Contents {
        self.list.take_all()
    }

    /// Puts elements in that were taken out; the key writes that down.
    pub(super) fn put_all(&mut self, contents: Contents) {
        self.list.put_all(contents);
    }

    #[inline]
    pub(crate) fn extra_mut(&mut self) -> &mut Attention {
        self.list.extra_mut()
    }

    #[inline]
    pub(crate) fn set_attended(&mut self, attended: bool) {
        self.list.set_attended(attended);
    }
}

impl<'a> Deref for FrozenList<'a> {
    type Target = Exclusive<'a, Attention>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.list
    }
}

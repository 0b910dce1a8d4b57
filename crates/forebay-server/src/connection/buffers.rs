//! The buffers of a loop, lent to its connections.

use core::cell::RefCell;

use bytes::BytesMut;

/// A buffer that has grown beyond this is not kept.
const KEPT_BYTES_MAX: usize = 256 << 10;
/// So many are kept; more are in use at once only by connections that wait for something.
const KEPT_MAX: usize = 16;

thread_local! {
    static POOL: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}

/// An empty buffer.
pub(super) fn take() -> BytesMut {
    POOL.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Gives a buffer back whose contents are of no use any more.
pub(super) fn give_back(mut buffer: BytesMut) {
    buffer.clear();
    POOL.with_borrow_mut(|pool| {
        if pool.len() < KEPT_MAX && (1..=KEPT_BYTES_MAX).contains(&buffer.capacity()) {
            pool.push(buffer);
        }
    });
}

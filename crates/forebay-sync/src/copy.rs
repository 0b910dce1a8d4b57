//! Copying a message or a field in.
//!
//! Most messages are short. For those the call of `memcpy` costs as much as the copy: a few moves
//! of fixed size, which may overlap, do it in place.

use core::ptr;

/// Copies `len` bytes.
///
/// # Safety
///
/// As [`ptr::copy_nonoverlapping`].
#[expect(clippy::inline_always, reason = "a call is what this avoids")]
#[inline(always)]
pub(crate) unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    match len {
        33..=64 => {
            // SAFETY: 32 bytes from the start, and 32 up to the end, lie within `len` bytes.
            unsafe { copy_ends::<32>(from, to, len) };
        }
        16..=32 => {
            // SAFETY: the same with 16.
            unsafe { copy_ends::<16>(from, to, len) };
        }
        8..=15 => {
            // SAFETY: the same with 8.
            unsafe { copy_ends::<8>(from, to, len) };
        }
        _ => {
            // SAFETY: the same contract.
            unsafe { ptr::copy_nonoverlapping(from, to, len) };
        }
    }
}

/// Copies the first `N` bytes and the last `N` bytes.
///
/// # Safety
///
/// As [`ptr::copy_nonoverlapping`], and `len` is between `N` and `2 * N`.
#[expect(clippy::inline_always, reason = "a call is what this avoids")]
#[inline(always)]
unsafe fn copy_ends<const N: usize>(from: *const u8, to: *mut u8, len: usize) {
    debug_assert!(
        (N..=2 * N).contains(&len),
        "{len} bytes in two parts of {N}"
    );
    let (from_end, to_end) = (from.wrapping_add(len - N), to.wrapping_add(len - N));
    // SAFETY: `N` is at most `len`.
    unsafe { ptr::copy_nonoverlapping(from, to, N) };
    // SAFETY: the last `N` of `len` bytes.
    unsafe { ptr::copy_nonoverlapping(from_end, to_end, N) };
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn copies_every_length_and_nothing_else() {
        let source: Vec<u8> = (1..=200).collect();
        for len in 0..=200 {
            let mut target = vec![0; 210];
            // SAFETY: both are long enough, and different.
            unsafe { copy(source.as_ptr(), target.as_mut_ptr(), len) };
            assert_eq!(target[..len], source[..len], "{len} bytes");
            assert!(target[len..].iter().all(|&byte| byte == 0), "{len} bytes");
        }
    }
}

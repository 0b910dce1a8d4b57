//! Where the largest segments come from: blocks of 2 MiB that the kernel can back with huge pages.
//!
//! What a growing backlog costs is the first touch of its memory. Measured on the machines that
//! this was written on, touching 4 KiB costs 1.7 to 2.2 us in small pages and 0.4 to 0.6 us in huge
//! ones, which is 30 ns against 8 ns for a message of 64 bytes. So segments of the largest size are
//! cut from blocks of the size of a huge page, and the kernel is asked for one. Where it has none
//! nothing is lost.
//!
//! All lists and logs of the process share the blocks. The lock is taken once per segment, that is
//! once per thousand short messages. A queue uses its segments in order and returns them in order,
//! so blocks empty themselves. Empty blocks are kept for the next burst, because the first touch is
//! dear; [`release_idle_memory`] gives those back to the kernel that were not needed since it was
//! last called.

use alloc::collections::{BTreeMap, BTreeSet};
use core::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Size of the largest segments.
pub(crate) const SEGMENT_BYTES: usize = 64 * 1024;
/// Size and alignment of a block: those of a huge page.
const BLOCK_BYTES: usize = 2 * 1024 * 1024;
const SEGMENTS: usize = BLOCK_BYTES / SEGMENT_BYTES;
/// Bit mask of a block of which every segment is free.
const ALL_FREE: u32 = u32::MAX;

const _: () = assert!(SEGMENTS == u32::BITS as usize, "one bit for each segment");
struct Block {
    start: NonNull<u8>,
    /// A bit for each segment that is not in use.
    free: u32,
}

// SAFETY: a block is plain memory; the pool is the only one that hands out and takes back its
// parts.
unsafe impl Send for Block {}

struct Pool {
    /// By address.
    blocks: BTreeMap<usize, Block>,
    /// Addresses of the blocks that have a free segment. The lowest is used first, so that the
    /// others can empty.
    partial: BTreeSet<usize>,
    /// Blocks of which nothing is in use.
    empty: usize,
    /// The least that `empty` was since idle memory was last released: what nobody needed
    /// meanwhile.
    idle: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    blocks: BTreeMap::new(),
    partial: BTreeSet::new(),
    empty: 0,
    idle: 0,
});

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    fn take(&mut self) -> Option<NonNull<u8>> {
        let &address = self.partial.first()?;
        let block = self.blocks.get_mut(&address)?;
        if block.free == ALL_FREE {
            self.empty -= 1;
            self.idle = self.idle.min(self.empty);
        }
        let index = block.free.trailing_zeros();
        block.free &= !(1 << index);
        if block.free == 0 {
            self.partial.remove(&address);
        }
        // SAFETY: `index` is below `SEGMENTS`, so the part lies in the block.
        Some(unsafe { block.start.add(index as usize * SEGMENT_BYTES) })
    }

    fn give_back(&mut self, segment: NonNull<u8>) {
        let address = segment.addr().get() & !(BLOCK_BYTES - 1);
        let Some(block) = self.blocks.get_mut(&address) else {
            unreachable!("a segment of the pool lies in one of its blocks")
        };
        let bit = 1 << ((segment.addr().get() - address) / SEGMENT_BYTES);
        debug_assert!(block.free & bit == 0, "a segment is freed once");
        block.free |= bit;
        self.partial.insert(address);
        if block.free == ALL_FREE {
            self.empty += 1;
        }
    }

    /// Takes one empty block out of the pool: the highest, since the lowest are used first.
    fn remove_empty(&mut self) -> Option<Block> {
        let (&address, _) = self
            .blocks
            .iter()
            .rev()
            .find(|(_, block)| block.free == ALL_FREE)?;
        self.partial.remove(&address);
        self.empty -= 1;
        self.blocks.remove(&address)
    }
}

/// Memory for a segment of [`SEGMENT_BYTES`], aligned to its size.
pub(crate) fn take() -> NonNull<u8> {
    if let Some(segment) = pool().take() {
        return segment;
    }
    let start = os::map();
    let mut pool = pool();
    pool.blocks.insert(
        start.addr().get(),
        Block {
            start,
            free: ALL_FREE & !1,
        },
    );
    pool.partial.insert(start.addr().get());
    start
}

/// Takes memory back that [`take`] gave out.
///
/// # Safety
///
/// The segment came from [`take`], and nobody uses it any more.
pub(crate) unsafe fn give_back(segment: NonNull<u8>) {
    pool().give_back(segment);
}

/// Bytes that [`release_idle_memory`] could give back at most.
#[must_use]
pub fn idle_memory() -> usize {
    pool().empty * BLOCK_BYTES
}

/// Gives the memory back to the kernel that no list and no log has needed since this was last
/// called, and returns how many bytes that were.
///
/// Lists and logs share blocks of 2 MiB for their largest segments and keep the empty ones for the
/// next burst of messages. Who runs lists for long calls this now and then, such as every two
/// seconds; what a burst took is then back after two to four seconds. O(number of blocks), and a
/// system call for each one released.
///
/// ```
/// use forebay_sync::{SegmentList, Side, idle_memory, release_idle_memory};
///
/// let list: SegmentList<()> = SegmentList::new();
/// for _ in 0..200_000 {
///     list.push(Side::Right, &[0; 64])?;
/// }
/// drop(list);
/// assert!(idle_memory() > 8 << 20);
/// release_idle_memory();
/// assert!(release_idle_memory() > 8 << 20);
/// # Ok::<(), forebay_sync::Attended>(())
/// ```
#[expect(
    clippy::must_use_candidate,
    reason = "what it does matters, not what it says"
)]
pub fn release_idle_memory() -> usize {
    let mut released = 0;
    let mut due = {
        let mut pool = pool();
        let due = pool.idle;
        pool.idle = pool.empty.saturating_sub(due);
        due
    };
    while due > 0 {
        // One at a time, so that nobody waits long for the pool.
        let Some(block) = pool().remove_empty() else {
            break;
        };
        // SAFETY: made by `os::map`; none of its segments is in use, and it is out of the pool.
        unsafe { os::unmap(block.start) };
        released += BLOCK_BYTES;
        due -= 1;
    }
    released
}

#[cfg(target_os = "linux")]
mod os {
    //! Straight from the kernel: an allocator would set the block among smaller things, and keep
    //! it.

    use core::ptr::{self, NonNull};

    use alloc::alloc::handle_alloc_error;
    use core::alloc::Layout;
    use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

    use super::BLOCK_BYTES;

    /// A fresh block, aligned to its size.
    pub(super) fn map() -> NonNull<u8> {
        // Twice the size holds an aligned block wherever it lies; the rest goes back.
        // SAFETY: a new mapping, where the kernel likes it.
        let mapped = unsafe {
            mmap_anonymous(
                ptr::null_mut(),
                2 * BLOCK_BYTES,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )
        };
        let Ok(mapped) = mapped else {
            handle_alloc_error(Layout::new::<[u8; BLOCK_BYTES]>())
        };
        let mapped = mapped.cast::<u8>();
        let before = mapped.align_offset(BLOCK_BYTES);
        let start = mapped.wrapping_add(before);
        // SAFETY: the part of our mapping in front of the block; nobody knows it.
        unsafe { discard(mapped, before) };
        // SAFETY: the part of our mapping behind the block; nobody knows it.
        unsafe { discard(start.wrapping_add(BLOCK_BYTES), BLOCK_BYTES - before) };
        // SAFETY: a hint about memory that we own; it changes nothing but how the kernel backs it.
        let advised = unsafe { madvise(start.cast(), BLOCK_BYTES, Advice::LinuxHugepage) };
        // A kernel that has no huge pages backs the block with small ones.
        advised.unwrap_or_default();
        // SAFETY: aligned up from an address that the kernel has chosen for a mapping, which is not
        // 0.
        unsafe { NonNull::new_unchecked(start) }
    }

    /// # Safety
    ///
    /// The bytes from `start` on are mapped by `map`, and nobody uses them any more.
    unsafe fn discard(start: *mut u8, bytes: usize) {
        if bytes > 0 {
            // SAFETY: the same contract.
            let unmapped = unsafe { munmap(start.cast(), bytes) };
            debug_assert!(
                unmapped.is_ok(),
                "a part of a mapping of ours can be unmapped"
            );
        }
    }

    /// # Safety
    ///
    /// The block came from [`map`], and nobody uses it any more.
    pub(super) unsafe fn unmap(start: NonNull<u8>) {
        // SAFETY: the same contract.
        unsafe { discard(start.as_ptr(), BLOCK_BYTES) };
    }
}

#[cfg(not(target_os = "linux"))]
mod os {
    //! From the allocator.

    use core::ptr::NonNull;

    use alloc::alloc::{alloc, dealloc, handle_alloc_error};
    use core::alloc::Layout;

    use super::BLOCK_BYTES;

    const BLOCK: Layout = match Layout::from_size_align(BLOCK_BYTES, BLOCK_BYTES) {
        Ok(layout) => layout,
        Err(_) => panic!("the layout of a block is valid"),
    };

    /// A fresh block, aligned to its size.
    pub(super) fn map() -> NonNull<u8> {
        // SAFETY: the size is not 0.
        let start = unsafe { alloc(BLOCK) };
        NonNull::new(start).unwrap_or_else(|| handle_alloc_error(BLOCK))
    }

    /// # Safety
    ///
    /// The block came from [`map`], and nobody uses it any more.
    pub(super) unsafe fn unmap(start: NonNull<u8>) {
        // SAFETY: the same contract.
        unsafe { dealloc(start.as_ptr(), BLOCK) };
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn segments_do_not_overlap_and_come_back() {
        let byte = |index: usize| (index % 251).to_le_bytes()[0];
        let mut taken: Vec<NonNull<u8>> = (0..5 * SEGMENTS).map(|_| take()).collect();
        for (index, segment) in taken.iter().enumerate() {
            assert_eq!(
                segment.addr().get() % SEGMENT_BYTES,
                0,
                "segment {index} is aligned"
            );
            // SAFETY: ours, and large enough.
            unsafe { segment.write_bytes(byte(index), SEGMENT_BYTES) };
        }
        for (index, segment) in taken.iter().enumerate() {
            // SAFETY: ours, and written above.
            let bytes = unsafe { core::slice::from_raw_parts(segment.as_ptr(), SEGMENT_BYTES) };
            assert!(
                bytes.iter().all(|&found| found == byte(index)),
                "segment {index}"
            );
        }
        while let Some(segment) = taken.pop() {
            // SAFETY: taken above, not used any more.
            unsafe { give_back(segment) };
        }
        assert!(pool().empty >= 5, "{} empty blocks are kept", pool().empty);
        release_idle_memory();
        assert!(
            release_idle_memory() >= 5 * BLOCK_BYTES,
            "unused since the last call"
        );
    }
}

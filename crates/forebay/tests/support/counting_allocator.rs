//! The system's allocator, counting what it hands out.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::alloc::System;

thread_local! {
    /// Of this thread only: the test harness has threads of its own, which allocate when they like.
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// Counts the calls of each thread, and the bytes of all.
#[derive(Debug)]
pub(crate) struct CountingAllocator {
    bytes: AtomicU64,
    peak: AtomicU64,
}

impl CountingAllocator {
    /// One that has handed nothing out.
    pub(crate) const fn new() -> Self {
        Self {
            bytes: AtomicU64::new(0),
            peak: AtomicU64::new(0),
        }
    }

    /// How often this thread asked for memory: new, or grown.
    #[expect(
        clippy::unused_self,
        reason = "there is one allocator, and this is its counter"
    )]
    pub(crate) fn calls(&self) -> u64 {
        CALLS.get()
    }

    /// The bytes that are out at this moment.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// The most bytes that were out at one moment since this was last called.
    pub(crate) fn take_peak(&self) -> u64 {
        self.peak.swap(self.bytes(), Relaxed)
    }

    fn count(&self, bytes: usize) {
        // A thread that is ending has no counter any more, and nobody who would read it.
        let _ended = CALLS.try_with(|calls| calls.set(calls.get() + 1));
        let before = self.bytes.fetch_add(bytes as u64, Relaxed);
        self.peak.fetch_max(before + bytes as u64, Relaxed);
    }
}

// SAFETY: every call is passed on to the system's allocator unchanged; counting neither allocates
// nor panics.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size());
        // SAFETY: the caller keeps the contract, which is the same one.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size());
        // SAFETY: the caller keeps the contract, which is the same one.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        self.bytes.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller keeps the contract, which is the same one.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        self.count(new_size);
        self.bytes.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller keeps the contract, which is the same one.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}

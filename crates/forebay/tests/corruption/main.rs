//! A small store of an engine, damaged in every way.
//!
//! What is found is all that was kept, or the store is refused with the name of a file and an
//! offset. Only the last frame of a log that nothing has vouched for may be missing, as after a
//! crash. No damage makes for a panic, or for more memory than a whole store takes; a refusal changes
//! nothing; and damage that nobody notices is where the format says that nobody looks.
//!
//! A program of its own, for it counts what the whole process allocates. The whole sweep takes
//! long: `cargo xtask torture`.
#![cfg(test)]

#[expect(dead_code, reason = "the peak is what counts")]
#[path = "../support/counting_allocator.rs"]
mod counting_allocator;
#[expect(dead_code, reason = "histories of several lives ask for more")]
#[path = "../durable/dump.rs"]
mod dump;
mod files;
mod judge;
mod store;
mod sweep;

use counting_allocator::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();
